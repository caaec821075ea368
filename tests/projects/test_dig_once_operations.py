"""Clashes of real rows, owners' confirmations, proposals, reasons, pavings: through the operations."""

from importlib import import_module

import pgtrigger
import pytest
from django.apps import apps

from common.errors import InvalidInput, NotAllowed
from projects.clash_words import say
from projects.dig_once import AFTER_PAVING, DUG_TWICE, NOT_CONFIRMED, OUTSIDE_WINDOW
from projects.ground import ground_of
from projects.models import OwnerConfirmation, SchemeItem, SpecialWork
from projects.operations import (
    ClashFound,
    add_road,
    confirm_owner,
    decide_window,
    file_special_work,
    give_clash_reason,
    propose_window,
    record_paving,
    void_paving,
    void_record,
    withdraw_special_work,
)
from tests.factories.evidence import at, bring_to, day, make_record, make_scheme
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.special import make_filing, make_road, make_special
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db
ROADS = (("roads", "院内道路", "6800", "m²", 1_186_000),)


@pytest.fixture
def yard(tree):
    return make_community("130404", name="机械厂家属院")


@pytest.fixture
def project(yard):
    """Its yard is open from 1 May to 31 October 2021."""
    return make_planned_project(yard)


@pytest.fixture
def heating(tree):
    return make_user("department_staff", "130404", department="热力公司")


def codes(project):
    return [clash.code for clash in ground_of(projects=[project.pk]).clashes_of(project)]


def test_a_clash_is_filed_only_with_a_reason_that_the_clash_needs(project, yard, heating, region):
    county = region("130404")
    late = make_filing(yard, project=project, starts="2021-10-20", ends="2021-11-10")
    with pytest.raises(ClashFound) as refused:
        file_special_work(region=county, owner="heating", filing=late, actor=heating, at=at("2021-03-01"))
    said = say(refused.value.clashes, refused.value.ground)
    assert [(one.clash.code, one.proposal.start, one.proposal.shift) for one in said] == [(OUTSIDE_WINDOW, day("2021-10-10"), -10)]
    assert "2021-05-01" in said[0].sentence
    assert "机械厂家属院" in said[0].place
    assert not SpecialWork.objects.exists()
    reasoned = make_filing(yard, project=project, starts="2021-10-20", ends="2021-11-10", unavoidable="热源 11 月才通")
    assert file_special_work(region=county, owner="heating", filing=reasoned, actor=heating, at=at("2021-03-01")).unavoidable
    quiet = make_filing(yard, project=project, starts="2021-10-01", ends="2021-10-20", unavoidable="多余的理由")
    assert file_special_work(region=county, owner="heating", filing=quiet, actor=heating, at=at("2021-03-01")).unavoidable == ""


def test_the_projects_own_roads_are_paved_on_their_last_day(project, yard, district_staff):
    make_scheme(project, district_staff, items=ROADS)
    make_special(district_staff, yard, project=project, starts="2021-10-01", ends="2021-10-30")
    assert codes(project) == []
    make_special(district_staff, yard, project=project, owner="gas", starts="2021-10-01", ends="2021-10-31")
    assert codes(project) == [AFTER_PAVING]


def test_a_road_that_was_paved_is_closed_until_the_paving_is_voided(project, yard, district_staff, city_official):
    road = make_road()
    paving = record_paving(stretch=road, paved_on=day("2020-06-01"), actor=city_official, at=at("2021-01-05"))
    assert record_paving(stretch=road, paved_on=day("2020-06-01"), actor=city_official, at=at("2021-01-05")) == paving
    make_special(district_staff, yard, project=project, stretches=[road])
    assert codes(project) == [AFTER_PAVING]
    void_paving(paving=paving, reason="登记错误", actor=city_official, at=at("2021-01-06"))
    assert codes(project) == []


def test_two_owners_on_one_road_dig_it_once(tree, yard, district_staff):
    road = make_road()
    first = make_special(district_staff, owner="gas", stretches=[road], starts="2021-03-01", ends="2021-03-20")
    second = make_special(district_staff, owner="water", stretches=[road], starts="2021-06-01", ends="2021-06-20", unsettled=True)
    ground = ground_of(works=[second.pk])
    (said,) = say(ground.clashes, ground)
    assert (said.clash.code, said.open, said.work, said.proposal.start) == (DUG_TWICE, True, second, day("2021-03-20"))
    give_clash_reason(work=second, reason="抢修", actor=district_staff, at=at("2021-03-02"))
    assert not say(ground_of(works=[first.pk]).clashes, ground_of(works=[first.pk]))[0].open
    withdraw_special_work(work=second, reason="并入下年", actor=district_staff, at=at("2021-03-03"))
    assert ground_of(works=[first.pk]).clashes == []


def test_old_trenches_are_no_matter_of_a_later_project(project, yard, district_staff):
    make_special(district_staff, yard, owner="gas", starts="2018-03-01", ends="2018-03-20")
    make_special(district_staff, yard, owner="water", starts="2018-06-01", ends="2018-06-20")
    assert [clash.code for clash in ground_of(projects=[project.pk]).clashes] == [DUG_TWICE]
    assert codes(project) == []


def test_owners_that_kept_silent_are_named_once_the_scheme_is_approved(project, yard, district_staff, settings):
    settings.PIPE_OWNERS = ["gas", "heating", "lifts"]
    make_scheme(project, district_staff, items=ROADS)
    assert codes(project) == []
    bring_to(project, "approved", "2021-04-01", district_staff)
    assert codes(project) == [NOT_CONFIRMED, NOT_CONFIRMED]  # of lifts nobody asks: the scheme holds none
    confirm_owner(
        project=project, owner="gas", answer="none", party="燃气公司", confirmed_on=day("2021-03-20"), actor=district_staff,
        at=at("2021-03-21"),
    )  # fmt: skip
    assert [clash.owner for clash in ground_of(projects=[project.pk]).clashes_of(project)] == ["heating"]


def confirm(project, actor, **more):
    values = {"owner": "heating", "answer": "none", "party": "热力公司", "confirmed_on": day("2021-03-20"), "actor": actor}
    return confirm_owner(project=project, at=at("2021-03-21"), **values | more)


def test_a_newer_answer_supersedes_and_the_same_again_is_one_row(project, yard, heating, district_staff):
    first = confirm(project, heating)
    assert confirm(project, heating) == first
    work = make_special(district_staff, yard, project=project)
    second = confirm(project, heating, answer="joins", works=[work])
    assert list(second.works.all()) == [work]
    assert confirm(project, heating, answer="joins", works=[work]) == second
    assert OwnerConfirmation.objects.count() == 2
    assert ground_of(projects=[project.pk]).confirmations[project.pk, "heating"] == second


@pytest.mark.parametrize(
    ("more", "field"),
    [({"answer": "joins"}, "works"), ({"answer": "cannot"}, "reason"), ({"party": " "}, "party"), ({"answer": "?"}, "answer"),
     ({"confirmed_on": day("2021-03-22")}, "confirmed_on")],
)  # fmt: skip
def test_an_answer_is_whole(project, heating, more, field):
    with pytest.raises(InvalidInput) as refused:
        confirm(project, heating, **more)
    assert set(refused.value.details) == {field}


def test_who_has_filed_works_does_not_say_that_there_are_none(project, yard, heating, district_staff):
    make_special(district_staff, yard, project=project)
    other = make_special(district_staff, yard, project=project, owner="gas")
    with pytest.raises(InvalidInput, match="供热二次管网"):
        confirm(project, heating)
    with pytest.raises(InvalidInput) as refused:
        confirm(project, heating, answer="joins", works=[other])
    assert set(refused.value.details) == {"works"}
    with pytest.raises(NotAllowed):
        confirm(project, heating, owner="gas")


def test_the_owner_decides_once_on_the_days_proposed(project, yard, heating, district_staff, city_official):
    work = make_special(heating, yard, project=project, starts="2021-10-20", ends="2021-11-10")
    days = {"starts_on": day("2021-10-10"), "ends_on": day("2021-10-31"), "note": "在工期内一次开挖"}
    proposal = propose_window(work=work, actor=city_official, at=at("2021-03-02"), **days)
    assert propose_window(work=work, actor=district_staff, at=at("2021-03-02"), **days) == proposal
    with pytest.raises(InvalidInput):
        propose_window(work=work, actor=city_official, at=at("2021-03-02"), **days | {"ends_on": day("2021-10-30")})
    with pytest.raises(NotAllowed):
        decide_window(proposal=proposal, accept=True, actor=city_official, at=at("2021-03-03"))
    with pytest.raises(InvalidInput):
        decide_window(proposal=proposal, accept=False, actor=heating, at=at("2021-03-03"))
    decide_window(proposal=proposal, accept=True, actor=heating, at=at("2021-03-03"))
    work.refresh_from_db()
    assert (work.planned_start_on, work.planned_completion_on, work.unavoidable) == (day("2021-10-10"), day("2021-10-31"), "")
    with pytest.raises(InvalidInput):
        decide_window(proposal=proposal, accept=False, reason="x", actor=heating, at=at("2021-03-03"))
    own = propose_window(work=work, actor=district_staff, at=at("2021-03-04"), **days)
    with pytest.raises(NotAllowed):
        decide_window(proposal=own, accept=True, actor=district_staff, at=at("2021-03-04"))


def test_a_road_has_one_name_in_its_county(region, heating, other_district_staff):
    county = region("130404")
    road = add_road(region=county, name=" 铁西大街  北段 ", actor=heating, at=at("2021-03-01"))
    assert add_road(region=county, name="铁西大街 北段", actor=heating, at=at("2021-03-01")) == road
    with pytest.raises(NotAllowed):
        add_road(region=county, name="东街", actor=other_district_staff, at=at("2021-03-01"))


def test_the_ground_of_many_projects_takes_as_many_queries_as_of_one(tree, district_staff, django_assert_num_queries):
    projects = []
    for _ in range(4):
        community = make_community("130404")
        projects.append(make_planned_project(community))
        make_scheme(projects[-1], district_staff, items=ROADS)
        make_special(district_staff, community, project=projects[-1])
    for some in (projects[:1], projects):
        with django_assert_num_queries(9):
            assert ground_of(projects=[one.pk for one in some]).clashes == []


def test_records_of_former_installations_become_confirmations_and_special_works(project, yard, district_staff):
    make_record(project, district_staff, "dig_once", subject="heating", dated="2021-03-20", party="热力公司")
    make_record(project, district_staff, "dig_once", subject="gas", dated="2021-03-20")
    make_record(project, district_staff, "special_done", subject="heating", dated="2021-06-20")
    voided = make_record(project, district_staff, "dig_once", subject="water")
    void_record(record=voided, reason="录错", actor=district_staff, at=at("2021-06-21"))
    import_module("projects.migrations.0010_carry_over_owners_records").carry_over(apps, None)
    (work,) = SpecialWork.objects.all()
    assert (work.owner, work.state, work.completed_on, work.project) == ("heating", "completed", day("2021-06-20"), project)
    assert [stretch.community for stretch in work.stretches.all()] == [yard]
    said = {row.owner: (row.answer, list(row.works.all())) for row in OwnerConfirmation.objects.all()}
    assert said == {"heating": ("joins", [work]), "gas": ("none", [])}


def test_what_was_planned_before_a_late_start_begins_with_it(project, yard, district_staff):
    scheme = make_scheme(project, district_staff, items=(("water", "给水管网", "1", "km", 100),))
    items = SchemeItem.objects.filter(scheme=scheme)
    with pgtrigger.ignore("projects.SchemeItem:scheme_item_never_changed"):
        items.update(starts_on=day("2021-05-01"), ends_on=day("2021-05-20"))
    bring_to(project, "started", "2021-06-10", district_staff)
    make_special(district_staff, yard, project=project, starts="2021-07-10", ends="2021-07-20")
    assert codes(project) == []  # both lie in the window that began on 10 June
    (water,) = [each for each in ground_of(projects=[project.pk]).case.activities if each.key.startswith("w")]
    assert (water.start, water.end) == (day("2021-06-10"), day("2021-06-29"))
