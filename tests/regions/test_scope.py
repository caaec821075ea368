"""The path spine: reach, tree, additions."""

import pytest
from django.utils import timezone

from common.errors import InvalidInput, NotAllowed
from regions.models import Region
from regions.operations import add_region, load_official_regions
from regions.queries import ancestors, counties, province, reporting_units
from regions.scope import Scope


def test_the_tree_has_14_reporting_units_and_167_counties(tree):
    assert reporting_units().count() == 14
    assert counties(province()).count() == 167


def test_a_direct_city_does_not_hang_below_the_city_of_its_code(region):
    assert [r.code for r in ancestors(region("130682"))] == ["130000", "130682R", "130682"]
    assert [r.code for r in ancestors(region("130629"))] == ["130000", "133100", "130629"]


def test_loading_the_list_twice_changes_nothing(tree):
    load_official_regions()
    assert Region.objects.filter(depth__lte=3).count() == 182


def test_no_path_reaches_nothing(tree):
    assert not Region.objects.filter(Scope(()).q("path")).exists()


def test_city_a_never_sees_city_b(city_official, other_city_official):
    own = set(Region.objects.visible_to(city_official).values_list("code", flat=True))
    other = set(Region.objects.visible_to(other_city_official).values_list("code", flat=True))
    assert "130404" in own
    assert not own & other


def test_staff_add_a_sub_district_and_a_committee_below_it(district_staff, region):
    street = add_region(
        at=timezone.now(), actor=district_staff, parent=region("130404"), code="130404007", name_zh="化林路街道", kind="sub_district"
    )
    committee = add_region(
        at=timezone.now(), actor=district_staff, parent=street, code="130404007001", name_zh="机械厂社区", kind="committee"
    )
    assert committee.path == "130000/130400/130404/130404007/130404007001/"
    assert committee.county_code == "130404"


def test_a_stranger_cannot_add_a_sub_district(other_district_staff, region):
    with pytest.raises(NotAllowed):
        add_region(
            at=timezone.now(),
            actor=other_district_staff,
            parent=region("130404"),
            code="130404007",
            name_zh="化林路街道",
            kind="sub_district",
        )


@pytest.mark.parametrize(
    ("code", "kind"), [("130403007", "sub_district"), ("13040", "sub_district"), ("130404007001", "committee"), ("130404007", "county")]
)
def test_a_wrong_code_or_level_is_refused(district_staff, region, code, kind):
    with pytest.raises(InvalidInput):
        add_region(at=timezone.now(), actor=district_staff, parent=region("130404"), code=code, name_zh="化林路街道", kind=kind)
