"""What is public and what is invented."""

from analytics.anchors import invention


def test_a_real_year_carries_no_mark():
    assert invention(2021, synthetic=False) == ""


def test_a_demo_year_with_public_figures_is_invented_in_part_and_one_without_wholly():
    assert invention(2021, synthetic=True) == "partly"
    assert invention(2026, synthetic=True) == "all"
