"""The three 80 %: each community its own passing round, on this version, after the objections; the sentence says what is short."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation

from communities.models import Community
from lifecycle.findings import invented
from lifecycle.operations import GateClosed, reach_stage
from lifecycle.queries import findings_for
from lifecycle.rules import ROUND_GATES
from projects.choices import Stage
from projects.models import Project
from surveys.models import Objection, RollEntry
from surveys.operations.publishing import keep_count
from tests.factories.evidence import ITEMS, at, bring_to, day, make_scheme
from tests.factories.ready import give_round, make_ready
from tests.factories.register import make_community
from tests.factories.rounds import cast, make_closed_round, make_open_round
from tests.factories.works import make_planned_project, make_project, write_step

NOW = at("2021-06-18")
OPEN_ON = "2021-04-18"  # closed on the 10th, objections for seven days
KINDS = {"willingness": "willingness", "opinions": "opinions", "scheme_vote": "scheme", "satisfaction": "satisfaction"}


def finding(project, gate, on=OPEN_ON):
    with translation.override("en"):
        found = findings_for(project, ROUND_GATES[gate], day(on))
    return next(each for each in found if each.code == gate)


@pytest.fixture
def project(district_staff):
    project = make_planned_project(make_community(name="机械厂家属院"))
    make_scheme(project, district_staff, drawn="2021-03-01")
    return project


@pytest.mark.parametrize("gate", KINDS)
@pytest.mark.parametrize(("agreed", "passed"), [(8, True), (7, False), (10, True), (0, False)])
def test_eighty_per_cent_of_all_households_open_the_gate_and_nothing_less(project, gate, agreed, passed):
    give_round(project, KINDS[gate], agreed=agreed, households=10)
    found = finding(project, gate)
    assert (found.passed, found.actual, found.required, found.threshold) == (passed, agreed, 10, 80)
    assert found.proof["rounds"][0]["agreed"] == agreed
    assert len(found.proof["rounds"][0]["code"]) > 3


@pytest.mark.parametrize("gate", KINDS)
def test_without_a_round_the_gate_is_shut_and_leads_to_opening_one(project, gate):
    found = finding(project, gate)
    assert (found.passed, found.sentence, found.link_label) == (False, "No closed round.", "Open a round")
    assert (found.actual, found.required) == (0, 100)  # all households of the register, until a roll is frozen


def test_the_sentence_says_how_many_households_are_short(project):
    give_round(project, "willingness", agreed=6, households=10)
    assert finding(project, "willingness").sentence == "2 households short (6 of 10, 8 needed)."


def test_a_willing_community_does_not_carry_an_unwilling_one(district_staff):
    project = make_project(make_community(name="东院"), make_community(name="西院"), stage="reserve")
    first, second = project.entries.order_by("pk")
    for entry, agreed in ((first, 30), (second, 3)):
        make_closed_round(entry.community, project, "willingness", agreed=agreed, households=max(agreed, 4))
    found = finding(project, "willingness")
    assert (found.actual, found.required) == (33, 34)
    assert not found.passed
    assert found.sentence == "西院: 1 households short (3 of 4, 4 needed)."


def test_the_newest_closed_round_counts_whichever_way_it_went(project):
    give_round(project, "satisfaction", agreed=10, households=10, closed="2021-03-10")
    give_round(project, "satisfaction", agreed=5, households=10, closed="2021-04-10")
    assert not finding(project, "satisfaction").passed
    for earlier in ("2021-03-20", "2021-03-31", "2021-04-09"):
        assert not finding(project, "satisfaction", on=earlier).passed, "nobody steps back behind a lost vote"


def test_a_later_version_of_the_scheme_closes_the_gate_for_earlier_days_too(project, district_staff):
    give_round(project, "scheme", closed="2021-03-10", version=1)
    assert finding(project, "scheme_vote", on="2021-04-01").passed
    make_scheme(project, district_staff, drawn="2021-04-20", items=(*ITEMS, ("lifts", "加装电梯", "2", "台", 900_000)))
    for on in ("2021-04-01", "2021-04-30"):
        assert "加装电梯" in finding(project, "scheme_vote", on=on).sentence
    drawn = {
        on: next(f for f in findings_for(project, Stage.DESIGNED, day(on)) if f.code == "scheme_drawn")
        for on in ("2021-02-15", "2021-03-15")
    }
    assert [found.passed for found in drawn.values()] == [False, True]


def test_a_round_closed_after_the_day_does_not_open_the_gate_for_it(project):
    give_round(project, "willingness", agreed=10, households=10)
    found = finding(project, "willingness", on="2021-04-09")
    assert (found.passed, "2021-04-10" in found.sentence) == (False, True)


def test_the_gate_waits_for_the_last_day_of_objections_unless_the_installation_does_not(project, settings):
    give_round(project, "scheme")
    found = finding(project, "scheme_vote", on="2021-04-17")
    assert (found.passed, "2021-04-17" in found.sentence) == (False, True)
    assert finding(project, "scheme_vote").passed
    settings.GATE_WAITS_FOR_OBJECTIONS = False
    assert finding(project, "scheme_vote", on="2021-04-17").passed


def test_an_open_objection_freezes_the_gate_until_it_is_decided(project, district_staff):
    give_round(project, "scheme")
    entry = RollEntry.objects.filter(round__project=project).first()
    row = Objection.objects.create(round=entry.round, entry=entry, text="不是我签的", raised_at=at("2021-04-12"))
    found = finding(project, "scheme_vote", on="2021-05-30")
    assert not found.passed
    assert "1 objections are not decided yet" in found.sentence
    Objection.objects.filter(pk=row.pk).update(state="dismissed", reason="核实无误", decided_at=at("2021-04-20"), decided_by=district_staff)
    assert finding(project, "scheme_vote").passed


def dearer(percent):
    return tuple((kind, name, quantity, unit, amount * (100 + percent) // 100) for kind, name, quantity, unit, amount in ITEMS)


@pytest.mark.parametrize(
    ("items", "passed", "said"),
    [
        (dearer(10), True, ""),
        (dearer(11), False, "11.0% dearer"),
        (ITEMS[:-1], False, "dropped: 外墙粉刷"),
        ((*ITEMS, ("culture", "会客厅", "420", "m²", 1)), False, "new: 会客厅"),
    ],
    ids=["10 % dearer", "11 % dearer", "dropped", "added"],
)
def test_a_vote_on_version_1_holds_for_version_2_only_without_a_material_change(project, district_staff, items, passed, said):
    give_round(project, "scheme", version=1)
    make_scheme(project, district_staff, drawn="2021-04-12", items=items)
    found = finding(project, "scheme_vote")
    assert found.passed == passed
    assert said in found.sentence
    assert finding(project, "scheme_vote", on="2021-04-11").proof["rounds"][0]["scheme"] == 1


def test_small_steps_away_from_the_voted_version_add_up(project, district_staff):
    give_round(project, "scheme", version=1)
    for drawn, percent in (("2021-04-12", 8), ("2021-04-13", 16)):
        make_scheme(project, district_staff, drawn=drawn, items=dearer(percent))
        assert finding(project, "scheme_vote").passed == (percent == 8)


def test_a_new_vote_on_the_new_version_opens_the_gate_again(project, district_staff):
    give_round(project, "scheme", version=1, closed="2021-03-20")
    make_scheme(project, district_staff, drawn="2021-03-25", items=ITEMS[:-1])
    assert not finding(project, "scheme_vote").passed
    give_round(project, "scheme", version=2)
    assert finding(project, "scheme_vote").passed


def test_a_changed_scheme_stops_a_project_that_was_approved_already(district_staff):
    project = bring_to(make_planned_project(), "approved", "2021-04-19", district_staff)
    make_ready(project, "tendered", district_staff, on="2021-04-30")
    make_scheme(project, district_staff, drawn="2021-04-25", items=ITEMS[:1])
    with pytest.raises(GateClosed) as caught:
        reach_stage(project=project, stage="tendered", happened_on=day("2021-04-30"), actor=district_staff, at=NOW)
    assert [each["code"] for each in caught.value.details] == ["scheme_vote"]


def test_the_database_takes_no_step_without_a_passed_finding_of_every_gate(district_staff):
    project = make_planned_project()
    write_step(project, "approved", day("2021-04-19"), district_staff)
    whole = invented(Stage.APPROVED)
    broken = [
        [],
        whole[1:],
        [whole[0] | {"passed": False}, *whole[1:]],
        [whole[0] | {"actual": 79, "required": 100}, *whole[1:]],
        [*whole[:-1], whole[-1] | {"actual": 0}],
        [whole[0] | {"override": 4711}, *whole[1:]],
        [{"code": "scheme_vote"}, *whole[1:]],
    ]
    for findings in broken:
        with pytest.raises(DatabaseError, match="the gate"), transaction.atomic():
            write_step(project, "approved", day("2021-04-19"), district_staff, findings=findings)
    write_step(project, "approved", day("2021-04-19"), district_staff, findings=[whole[0] | {"actual": 80, "required": 100}, *whole[1:]])


@pytest.mark.django_db(transaction=True)
def test_no_project_is_written_at_a_stage_without_the_row_of_its_step(tree):
    surveyed = make_project(stage="surveyed")
    with pytest.raises(DatabaseError, match="only with its stage change"):
        Project.objects.create(code="P-X", name="假", region=surveyed.region, stage="started", created_at=NOW)


def test_a_roll_that_leaves_households_out_opens_no_gate(project, settings):
    give_round(project, "willingness", agreed=9, households=9)
    community = project.entries.get().community
    for registered, passed in ((9, True), (10, True), (11, False), (100, False)):
        Community.objects.filter(pk=community.pk).update(household_count=registered)
        found = finding(project, "willingness")
        assert found.passed is passed, found.sentence
    assert found.sentence.startswith("Only 9 households were on the roll, the register counts 100")
    settings.ROLL_LEAST_PERCENT = 5
    assert finding(project, "willingness").passed


def test_a_round_on_its_way_says_how_far_it_is_and_leads_the_desk_to_it(project):
    community = project.entries.get().community
    round_ = make_open_round(community, project, "willingness", households=10)
    for entry in RollEntry.objects.filter(round=round_).select_related("round")[:6]:
        cast(entry)
    keep_count(round_, at("2021-04-06", "20:00"))
    found = finding(project, "willingness", on="2021-04-07")
    assert found.sentence == "Voting until 2021-04-10 20:00, 6 of 10 households have answered."
    assert (found.passed, found.actual, found.required) == (False, 6, 10)
    assert found.link == reverse("surveys:detail", args=[round_.pk])


def test_a_reader_without_the_right_sees_who_mends_it_but_no_door_that_is_shut(client, project, district_staff, department_staff):
    for user, seen in ((district_staff, True), (department_staff, False)):
        client.force_login(user)
        text = client.get(reverse("projects:detail", args=[project.pk])).content.decode()
        assert (reverse("surveys:create") in text) is seen
        assert "街道和区县：组织投票" in text
