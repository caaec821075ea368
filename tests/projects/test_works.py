"""Projects, their communities and contracts."""

from decimal import Decimal

import pytest

from common.errors import InvalidInput, NotAllowed
from projects.operations import NotEligible, ProjectLocked, add_community, add_contract, create_project, remove_community
from tests.factories.evidence import at, day
from tests.factories.register import make_community
from tests.factories.works import make_planned_project, make_project

NOW = at("2021-06-18")
CONTRACT = {"kind": "works", "number": "施-2021-17", "signed_on": day("2021-04-26"), "amount": Decimal(3_205_000), "party": "示例建设公司"}


def create(actor, county, *communities, name="机械厂家属院改造项目"):
    return create_project(name=name, county=county, communities=communities, actor=actor, at=NOW)


def test_a_project_gets_the_next_code_of_its_county_and_year(district_staff, region):
    codes = [create(district_staff, region("130404"), make_community()).code for _ in range(2)]
    assert codes == ["HB130404-2021-001", "HB130404-2021-002"]


@pytest.mark.parametrize(
    "facts", [{"renovated_year": 2019}, {"demolition_planned": True}, {"built_year": 2003}, {"built_year": None}], ids=str
)
def test_a_community_that_is_not_eligible_enters_no_project(district_staff, region, facts):
    with pytest.raises(NotEligible):
        create(district_staff, region("130404"), make_community(**facts))


def test_a_community_belongs_to_one_running_project(district_staff, region):
    community = make_community()
    first = create(district_staff, region("130404"), community)
    with pytest.raises(NotEligible, match=first.code):
        create(district_staff, region("130404"), community)


def test_a_community_of_another_county_is_refused(district_staff, region):
    with pytest.raises(InvalidInput):
        create(district_staff, region("130404"), make_community("130403"))


@pytest.mark.parametrize("person", ["city_official", "province_official", "other_district_staff", "auditor"])
def test_only_the_countys_staff_create_projects(person, region, request):
    with pytest.raises(NotAllowed):
        create(request.getfixturevalue(person), region("130404"), make_community())


def test_a_project_needs_a_name_and_a_community(district_staff, region):
    with pytest.raises(InvalidInput):
        create(district_staff, region("130404"), make_community(), name=" ")
    with pytest.raises(InvalidInput):
        create(district_staff, region("130404"))


def test_communities_come_and_go_while_the_project_is_in_the_reserve(district_staff, region):
    project = create(district_staff, region("130404"), make_community())
    entry = add_community(project=project, community=make_community(), actor=district_staff, at=NOW)
    remove_community(entry=entry, actor=district_staff, at=NOW)
    with pytest.raises(ProjectLocked):
        remove_community(entry=project.entries.get(), actor=district_staff, at=NOW)


def test_a_planned_project_keeps_its_communities(district_staff):
    project = make_planned_project()
    with pytest.raises(ProjectLocked):
        add_community(project=project, community=make_community(), actor=district_staff, at=NOW)
    with pytest.raises(ProjectLocked):
        remove_community(entry=project.entries.get(), actor=district_staff, at=NOW)


def test_a_contract_is_recorded_once(district_staff):
    project = make_project()
    add_contract(project=project, actor=district_staff, at=NOW, **CONTRACT)
    with pytest.raises(InvalidInput) as caught:
        add_contract(project=project, actor=district_staff, at=NOW, **CONTRACT)
    assert set(caught.value.details) == {"number"}


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "loan"}, {"number": " "}, {"signed_on": day("2021-06-19")}, {"amount": Decimal(0)}, {"party": ""}],
    ids=lambda w: next(iter(w)),
)
def test_a_wrong_contract_names_its_field(district_staff, wrong):
    with pytest.raises(InvalidInput) as caught:
        add_contract(project=make_project(), actor=district_staff, at=NOW, **(CONTRACT | wrong))
    assert set(caught.value.details) == set(wrong)


def test_a_withdrawn_project_takes_no_contract(district_staff):
    with pytest.raises(ProjectLocked):
        add_contract(project=make_project(condition="withdrawn"), actor=district_staff, at=NOW, **CONTRACT)
