"""The demo's rounds hold what real ones hold: rolls, ballots, counts, signed results that fit each other."""

import datetime

import pytest

from demo.loading import Wish, load
from surveys import signing
from surveys.ballot_file import parse, signed_part
from surveys.models import Objection, Publication, RollEntry, Round, Sheet
from surveys.publications import published_file
from surveys.results import recount, tally
from surveys.rolls import figures_of

TODAY = datetime.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.django_db
def test_every_round_of_the_demo_fits_its_roll_its_ballots_and_its_signature(tree):
    load(Wish(seed=2021, today=TODAY, scale=0.02, processes=1, all_rounds=True), [].append)
    past = datetime.datetime(2022, 1, 1, tzinfo=datetime.UTC)
    rounds = list(Round.objects.filter(closed_at__lt=past).select_related("counted", "community"))
    assert {row.kind for row in rounds} == {"willingness", "opinions", "scheme", "satisfaction"}
    assert recount().agrees
    for row in rounds[::7]:
        assert figures_of(list(RollEntry.objects.filter(round=row))).digest == row.roll_hash
        counted = tally(row)
        assert (counted.total.voted, counted.total.agreed) == (row.counted.voted, row.counted.agreed)
        assert counted.passed is row.counted.passed is True
        publication = Publication.objects.select_related("round__community").get(round=row)
        text = published_file(publication)
        header, leaves = parse(text)
        assert signing.is_signed(signed_part(text), header["signature"], signing.public_key_text())
        assert len(leaves) == row.counted.voted
    yard = Round.objects.get(community__name="机械厂家属院", kind="scheme")
    assert (yard.counted.agreed, yard.counted.against, yard.roll_count) == (259, 20, 312)
    assert not Round.objects.filter(synthetic=False).exists()
    living = Round.objects.filter(
        created_at__gt=datetime.datetime(TODAY.year, 10, 1, tzinfo=datetime.UTC), community__region__path__contains="130404"
    )
    assert {row.state for row in living.exclude(closed_at__lt=datetime.datetime(TODAY.year, 11, 15, tzinfo=datetime.UTC))} == {
        "draft", "announced", "open", "closed",
    }  # fmt: skip
    assert Objection.objects.filter(state="open").count() == 1
    assert {"counted", "differs", "second", "first"} == set(Sheet.objects.values_list("state", flat=True))
