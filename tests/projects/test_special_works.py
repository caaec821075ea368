"""Special works through their operations: who files, what moves, what is accepted with the project."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from common.errors import InvalidInput, NotAllowed
from projects.models import SpecialWork, Stretch
from projects.operations import (
    NotCompleted,
    SpecialWorkMoved,
    accept_special_works,
    agree_special_work,
    change_special_work,
    complete_special_work,
    file_special_work,
    owners_for,
    reopen_special_work,
    start_special_work,
    take_back_acceptance,
    withdraw_special_work,
    yard_of,
)
from projects.queries import special_works_of
from projects.rules import owner_of_department
from tests.factories.evidence import at, day
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.special import make_filing, make_road, make_special
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard(tree):
    return make_community("130404", name="机械厂家属院")


@pytest.fixture
def project(yard):
    return make_planned_project(yard)


@pytest.fixture
def heating(tree):
    return make_user("department_staff", "130404", department="邯郸市热力公司")


@pytest.mark.parametrize(
    ("text", "owner"),
    [("heating", "heating"), ("邯郸市热力公司", "heating"), ("燃气", "gas"), ("供电公司", "power"), ("Gas company", "gas"),
     ("自来水公司", "water"), ("电梯", "lifts"), ("住房和城乡建设局", None), ("水利局", None), ("", None)],
)  # fmt: skip
def test_the_department_of_a_post_names_its_owner(text, owner):
    assert owner_of_department(text) == owner


def test_an_owner_files_its_own_works_and_the_county_any(project, yard, heating, district_staff, region):
    county = region("130404")
    work = file_special_work(region=county, owner="heating", filing=make_filing(yard), actor=heating, at=at("2021-03-01"))
    assert (work.number, work.state, list(work.stretches.all())) == ("ZX130404-2021-0001", "filed", [yard_of(yard)])
    assert [step.state for step in work.steps.all()] == ["filed"]
    with pytest.raises(NotAllowed):
        file_special_work(region=county, owner="gas", filing=make_filing(yard), actor=heating, at=at("2021-03-01"))
    file_special_work(region=county, owner="gas", filing=make_filing(yard), actor=district_staff, at=at("2021-03-01"))
    assert Stretch.objects.filter(community=yard).count() == 1


@pytest.mark.parametrize("person", ["province_official", "city_official", "other_district_staff", "department_staff", "auditor"])
def test_nobody_else_files(person, yard, region, request):
    actor = request.getfixturevalue(person)
    assert owners_for(actor, region("130404").path) == []
    with pytest.raises(NotAllowed):
        file_special_work(region=region("130404"), owner="heating", filing=make_filing(yard), actor=actor, at=at("2021-03-01"))


def test_an_owner_changes_only_its_own_works(yard, heating, district_staff):
    work = make_special(district_staff, yard, owner="gas")
    for act in (
        lambda: change_special_work(work=work, filing=make_filing(yard), reason="x", actor=heating, at=at("2021-03-02")),
        lambda: withdraw_special_work(work=work, reason="x", actor=heating, at=at("2021-03-02")),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_what_is_wrong_is_said_for_each_field(yard, district_staff, region):
    other = make_road("中华大街", "130403")
    filing = make_filing(starts="2021-06-10", ends="2021-05-10", title=" ", laid="", stretches=[other])
    with pytest.raises(InvalidInput) as refused:
        file_special_work(region=region("130404"), owner="gas", filing=filing, actor=district_staff, at=at("2021-03-01"))
    assert set(refused.value.details) == {"title", "laid", "planned_completion_on", "stretches"}


def test_the_way_of_a_work_is_kept_step_by_step(yard, heating, district_staff):
    work = make_special(heating, yard)
    with pytest.raises(SpecialWorkMoved):
        start_special_work(work=work, day=day("2021-05-10"), actor=heating, at=at("2021-05-10"))
    with pytest.raises(NotAllowed):
        agree_special_work(work=work, actor=heating, at=at("2021-03-02"))
    agree_special_work(work=work, actor=district_staff, at=at("2021-03-02"))
    with pytest.raises(InvalidInput, match=r"未来|晚于今天"):
        start_special_work(work=work, day=day("2021-05-11"), actor=heating, at=at("2021-05-10"))
    start_special_work(work=work, day=day("2021-05-09"), actor=heating, at=at("2021-05-10"))
    with pytest.raises(InvalidInput):
        complete_special_work(work=work, day=day("2021-05-08"), actor=heating, at=at("2021-06-01"))
    done = complete_special_work(work=work, day=day("2021-05-30"), actor=heating, at=at("2021-06-01"))
    assert (done.from_on, done.until_on) == (day("2021-05-09"), day("2021-05-30"))
    again = reopen_special_work(work=work, reason="试压不合格", actor=heating, at=at("2021-06-02"))
    assert (again.state, again.completed_on) == ("running", None)
    with pytest.raises(SpecialWorkMoved):
        withdraw_special_work(work=work, reason="x", actor=heating, at=at("2021-06-03"))
    assert [step.state for step in work.steps.all()] == ["filed", "agreed", "running", "completed", "running"]


def test_a_change_after_the_agreement_needs_a_reason_and_a_new_agreement(yard, heating, district_staff):
    work = make_special(district_staff, yard, state="agreed")
    road = make_road()
    filing = make_filing(starts="2021-07-01", ends="2021-07-20", stretches=[road])
    with pytest.raises(InvalidInput):
        change_special_work(work=work, filing=filing, reason=" ", actor=heating, at=at("2021-03-05"))
    changed = change_special_work(work=work, filing=filing, reason="材料晚到", actor=heating, at=at("2021-03-05"))
    assert (changed.state, changed.planned_start_on, list(changed.stretches.all())) == ("filed", day("2021-07-01"), [road])
    assert changed.steps.last().reason == "材料晚到"


def test_the_database_holds_the_states_and_their_days(yard, district_staff):
    work = make_special(district_staff, yard)
    rows = SpecialWork.objects.filter(pk=work.pk)
    for wrong in (
        {"state": "completed"},
        {"state": "agreed", "started_on": day("2021-05-01")},
        {"planned_completion_on": day("2020-01-01")},
    ):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            rows.update(**wrong)


def test_all_special_works_are_accepted_in_one_act_or_none(project, yard, district_staff):
    done = make_special(district_staff, yard, project=project, state="completed")
    running = make_special(district_staff, yard, project=project, owner="gas", state="running")
    make_special(district_staff, yard, owner="water", starts="2024-05-10", ends="2024-06-10")  # years after the project
    given_up = make_special(district_staff, yard, project=project, owner="power")
    withdraw_special_work(work=given_up, reason="并入下年", actor=district_staff, at=at("2021-04-01"))
    assert special_works_of(project) == [done, running]
    with pytest.raises(NotCompleted) as refused:
        accept_special_works(project=project, day=day("2021-06-20"), actor=district_staff, at=at("2021-06-20"))
    assert refused.value.details == [running.pk]
    assert SpecialWork.objects.get(pk=done.pk).state == "completed"
    complete_special_work(work=running, day=day("2021-06-12"), actor=district_staff, at=at("2021-06-15"))
    accepted = accept_special_works(project=project, day=day("2021-06-20"), actor=district_staff, at=at("2021-06-20"))
    assert {work.pk for work in accepted} == {done.pk, running.pk}
    assert accept_special_works(project=project, day=day("2021-06-20"), actor=district_staff, at=at("2021-06-20")) == []
    take_back_acceptance(project=project, reason="验收撤回", actor=district_staff, at=at("2021-06-21"))
    assert {work.state for work in special_works_of(project)} == {"completed"}


def test_a_work_for_no_project_counts_in_the_yard_while_it_is_open(project, yard, district_staff):
    inside = make_special(district_staff, yard, starts="2021-10-30", ends="2021-11-20")
    make_special(district_staff, yard, starts="2021-11-01", ends="2021-11-20", owner="gas")
    assert special_works_of(project) == [inside]


def test_two_clerks_get_two_numbers(yard, district_staff):
    numbers = [make_special(district_staff, yard).number for _ in range(3)]
    assert numbers == [f"ZX130404-2021-{n:04d}" for n in (1, 2, 3)]
