"""The roll: frozen at the opening, with owners by head, untouched by what the registry says later."""

import pytest
from django.db import DatabaseError, transaction

from communities.models import Household, Owner
from surveys.models import RollEntry
from surveys.operations.publishing import keep_count
from surveys.operations.rounds import close_round
from surveys.results import legal_count, tally
from surveys.rolls import figures_of
from surveys.screens import live_of
from tests.factories.evidence import at
from tests.factories.register import make_community
from tests.factories.rounds import cast, fill_flats, make_closed_round, make_open_round
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def community(tree):
    return make_community("130404")


def entries(round_):
    return list(RollEntry.objects.filter(round=round_).select_related("round").order_by("number"))


def test_a_later_change_of_the_registry_does_not_touch_the_roll(community):
    round_ = make_open_round(community, make_planned_project(community), households=10)
    Household.objects.filter(community=community).update(exclusive_area=999)
    fill_flats(community, 12)
    again = entries(round_)
    assert len(again) == round_.roll_count == 10
    assert figures_of(again).digest == round_.roll_hash


def test_the_hash_tells_of_any_change_of_a_line(community):
    round_ = make_open_round(community, make_planned_project(community), households=4)
    for field, value in (("door", "999"), ("area", 1), ("building", "x"), ("head", "y"), ("number", 77)):
        changed = entries(round_)
        setattr(changed[0], field, value)
        assert figures_of(changed).digest != round_.roll_hash


def test_one_buyer_with_several_flats_is_one_head(community):
    fill_flats(community, 5)
    flats = list(Household.objects.filter(community=community).order_by("pk"))
    for flat in flats[:3]:
        Owner.objects.create(household=flat, person="p" * 64, name_sealed="x")
    Owner.objects.create(household=flats[3], person="p" * 64, name_sealed="x")
    Owner.objects.create(household=flats[3], person="q" * 64, name_sealed="x")  # together with somebody else: another head
    round_ = make_open_round(community, None, "legal", matter="fund_use", households=5)
    assert round_.roll_heads == 3
    other = make_community("130404")
    fill_flats(other, 1)
    Owner.objects.create(household=other.households.get(), person="p" * 64, name_sealed="x")
    elsewhere = make_open_round(other, None, "legal", matter="fund_use", households=1)
    assert entries(elsewhere)[0].head not in {entry.head for entry in entries(round_)}, "nobody is followed from roll to roll"


def test_a_lift_concerns_one_stairwell_alone(community):
    fill_flats(community, 30)
    building = community.buildings.get(name="1号楼")
    round_ = make_open_round(community, None, "legal", matter="lift", building=building, unit="2", households=30)
    assert {(entry.building, entry.unit) for entry in entries(round_)} == {("1号楼", "2")}


def test_buildings_stand_in_their_natural_order(community):
    fill_flats(community, 1, building="10号楼")
    fill_flats(community, 2, building="2号楼")
    round_ = make_open_round(community, make_planned_project(community), households=2)
    assert [entry.building for entry in entries(round_)] == ["2号楼", "10号楼"]
    assert [line.building for line in tally(round_).buildings] == ["2号楼", "10号楼"]


def test_nobody_is_added_once_a_ballot_is_cast(community):
    round_ = make_open_round(community, make_planned_project(community), households=4)
    cast(entries(round_)[0])
    fill_flats(community, 5)
    newcomer = Household.objects.filter(community=community).order_by("pk").last()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        RollEntry.objects.create(
            round=round_, number=5, household=newcomer, building="x", unit="1", door="1", area=1, head="z", code_digest="z"
        )


def test_a_matter_of_the_owners_is_counted_by_head_and_area_and_published(community):
    round_ = make_closed_round(community, None, "legal", matter="fund_use", agreed=7, against=1, households=10)
    counted = legal_count(round_)
    assert (counted.heads, counted.heads_took_part, counted.heads_agree) == (10, 8, 7)
    assert counted.area_took_part == sum(entry.area for entry in entries(round_) if entry.ballot_id)
    assert round_.counted.passed is True
    header = round_.publications.get().header
    assert "result: passed" in header
    assert "took-part-heads: 8" in header


def test_what_ballots_say_moves_on_in_steps_while_the_round_runs(community):
    round_ = make_open_round(community, make_planned_project(community), households=20)
    seen = []
    for number, entry in enumerate(entries(round_)[:11]):
        cast(entry, "yes", time=f"{9 + number // 6:02d}:{number % 6 * 10:02d}")
        keep_count(round_, at("2021-04-06", "19:00"))
        live = live_of(round_, at("2021-04-06", "19:00"))
        assert live["total"].voted == number + 1
        assert all(line.hidden for line in [*live["buildings"], *live["stairwells"]])
        seen.append(live["total"].agreed)
    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10]
    closed = close_round(round_=round_, at=at("2021-04-10", "20:01"))
    assert live_of(closed, at("2021-04-11"))["total"].agreed == 11
