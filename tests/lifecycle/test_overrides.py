"""A level above lets a gate be passed: who may, for how long, and that everybody can read it."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from common.errors import InvalidInput, NotAllowed
from lifecycle.models import GateOverride, StageChange
from lifecycle.operations import GateClosed, StageMoved, override_gate, reach_stage, suspend, take_back, take_back_override
from lifecycle.queries import published_overrides
from lifecycle.rules import GATES
from tests.factories.evidence import at, bring_to, day, make_record
from tests.factories.people import make_user
from tests.factories.ready import give_round, give_scheme
from tests.factories.works import make_planned_project, write_step

NOW = at("2021-06-18")
REASON = "群众强烈要求，先行实施"


@pytest.fixture
def project(district_staff):
    """Approved, with the award notice; the vote on its scheme missed the 80 %."""
    project = bring_to(make_planned_project(), "approved", "2021-04-19", district_staff)
    give_scheme(project, district_staff, "2021-03-01")
    give_round(project, "scheme", agreed=3)
    make_record(project, district_staff, "tender", dated="2021-04-26")
    return project


def let_pass(project, actor, gate="scheme_vote", stage="tendered", reason=REASON):
    return override_gate(project=project, stage=stage, gate=gate, reason=reason, actor=actor, at=NOW)


def tender(project, actor):
    return reach_stage(project=project, stage="tendered", happened_on=day("2021-04-30"), actor=actor, at=NOW)


@pytest.mark.parametrize(
    ("role", "region", "allowed"),
    [
        ("province_official", "130000", True),
        ("city_official", "130400", True),
        ("city_official", "130900", False),
        ("district_staff", "130404", False),
        ("district_staff", "130403", False),
        ("department_staff", "130000", False),
        ("department_staff", "130404", False),
        ("auditor", "130000", False),
    ],
)
def test_only_a_level_above_the_county_lets_a_gate_be_passed(project, role, region, allowed):
    person = make_user(role, region)
    if allowed:
        assert let_pass(project, person).region.code == region
    else:
        with pytest.raises(NotAllowed):
            let_pass(project, person)
        assert not GateOverride.objects.exists()


def test_who_serves_in_the_county_too_never_overrides_there(project, city_official, region):
    city_official.posts.create(role="district_staff", region=region("130404"))
    with pytest.raises(NotAllowed):
        let_pass(project, type(city_official).objects.get(pk=city_official.pk))


def test_the_step_is_taken_with_the_override_in_its_proof_and_the_numbers_stay(project, district_staff, city_official):
    with pytest.raises(GateClosed):
        tender(project, district_staff)
    row = let_pass(project, city_official)
    change = tender(project, district_staff)
    proof = next(finding for finding in change.findings if finding["code"] == "scheme_vote")
    assert (proof["passed"], proof["override"], proof["reason"], proof["actual"], proof["required"]) == (True, row.pk, REASON, 3, 5)
    assert "city_official" in proof["overridden_by"]
    assert next(finding for finding in change.findings if finding["code"] == "award_notice")["override"] is None


def test_an_override_is_used_up_by_its_step_and_holds_for_no_other(project, district_staff, city_official):
    let_pass(project, city_official)
    change = tender(project, district_staff)
    take_back(change=change, reason="日期填错", actor=district_staff, at=NOW)
    with pytest.raises(GateClosed):
        tender(project, district_staff)
    let_pass(project, city_official)
    tender(project, district_staff)
    with pytest.raises(GateClosed) as caught:
        reach_stage(project=project, stage="started", happened_on=day("2021-05-30"), actor=district_staff, at=NOW)
    assert "scheme_vote" in {finding["code"] for finding in caught.value.details}


def test_an_override_taken_back_no_longer_holds(project, district_staff, city_official, province_official):
    row = let_pass(project, city_official)
    take_back_override(override=row, reason="核实后收回", actor=province_official, at=NOW)
    with pytest.raises(GateClosed):
        tender(project, district_staff)
    with pytest.raises(StageMoved):
        take_back_override(override=row, reason="再收回", actor=city_official, at=NOW)
    let_pass(project, city_official)
    assert tender(project, district_staff).stage == "tendered"


def test_an_override_is_not_taken_back_once_the_step_is_taken(project, district_staff, city_official):
    row = let_pass(project, city_official)
    tender(project, district_staff)
    with pytest.raises(StageMoved):
        take_back_override(override=row, reason="晚了", actor=city_official, at=NOW)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"reason": "  "}, InvalidInput),
        ({"stage": "started"}, StageMoved),
        ({"stage": "approved"}, StageMoved),
        ({"gate": "dig_once"}, InvalidInput),
        ({"gate": "award_notice"}, InvalidInput),
        ({"gate": "magic"}, InvalidInput),
    ],
    ids=["no reason", "a later step", "an earlier step", "another step's gate", "a gate that is passed", "no gate"],
)
def test_what_cannot_be_overridden(project, city_official, change, error):
    with pytest.raises(error):
        let_pass(project, city_official, **change)


def test_a_suspended_project_needs_no_override(project, district_staff, city_official):
    suspend(project=project, happened_on=day("2021-05-01"), reason="管线", actor=district_staff, at=NOW)
    with pytest.raises(StageMoved):
        let_pass(project, city_official)


def test_the_database_believes_only_overrides_that_stand(project, district_staff, city_official):
    row = let_pass(project, city_official)
    other = bring_to(make_planned_project(), "approved", "2021-04-19", district_staff)
    write = {"override": row.pk, "passed": True, "actual": 3, "required": 5, "threshold": 80, "code": "scheme_vote"}
    rest = {"passed": True, "actual": 1, "required": 1, "code": "award_notice"}
    for wrong_project, stage in ((other, "tendered"), (project, "approved")):
        with pytest.raises(DatabaseError, match="gate"), transaction.atomic():
            write_step(wrong_project, stage, day("2021-04-30"), district_staff, findings=[write, rest])
    assert StageChange.objects.filter(stage="tendered").count() == 0
    for attempt in (lambda rows: rows.update(reason="x"), lambda rows: rows._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt(GateOverride.objects.filter(pk=row.pk))


def test_every_override_is_published_with_name_reason_and_what_became_of_it(project, district_staff, city_official, other_city_official):
    first = let_pass(project, city_official)
    take_back_override(override=first, reason="收回", actor=city_official, at=NOW)
    let_pass(project, city_official)
    rows = published_overrides()
    assert [(row.state, row.reason, row.by, row.region) for row in rows] == [
        ("open", REASON, "city_official", "邯郸市"),
        ("taken back", REASON, "city_official", "邯郸市"),
    ]
    assert rows[1].taken_back_reason == "收回"
    tender(project, district_staff)
    assert published_overrides(project.region.path)[0].state == "used"
    assert published_overrides(other_city_official.region.path) == []


def test_the_city_overrides_on_the_page_and_everybody_in_reach_reads_it(client, project, city_official, district_staff):
    detail = reverse("projects:detail", args=[project.pk])
    form = reverse("projects:override", args=[project.pk, "scheme_vote"])
    client.force_login(district_staff)
    assert form not in client.get(detail).content.decode()
    assert client.get(form).status_code == 403
    client.force_login(city_official)
    assert form in client.get(detail).content.decode()
    assert client.get(form).status_code == 200
    assert client.get(reverse("projects:override", args=[project.pk, "dig_once"])).status_code == 404
    assert client.post(form, {"reason": "", "stage": "tendered"}).status_code == 422
    assert client.post(form, {"reason": REASON, "stage": "started"}).status_code == 422
    assert client.post(form, {"reason": REASON, "stage": "tendered"}).status_code == 302
    row = GateOverride.objects.get()
    back = reverse("projects:override-take-back", args=[row.pk])
    page = client.get(detail).content.decode()
    assert REASON in page and back in page
    client.force_login(district_staff)
    page = client.get(detail).content.decode()
    assert REASON in page and back not in page
    assert client.post(back, {"reason": "x"}).status_code == 403
    client.force_login(city_official)
    assert client.get(back).status_code == 200
    assert client.post(back, {"reason": "核实后收回"}).status_code == 302
    assert GateOverride.objects.count() == 2


def test_a_stranger_finds_no_override(client, project, other_city_official, city_official):
    row = let_pass(project, city_official)
    client.force_login(other_city_official)
    assert client.get(reverse("projects:override", args=[project.pk, "scheme_vote"])).status_code == 404
    assert client.get(reverse("projects:override-take-back", args=[row.pk])).status_code == 404


def test_every_gate_of_every_step_can_be_named_in_an_override():
    longest = GateOverride._meta.get_field("gate").max_length
    assert all(len(gate) <= longest for gates in GATES.values() for gate in gates)


def test_everybody_reads_the_overrides_without_an_account(client, project, city_official):
    address = reverse("projects:overrides")
    assert "没有放行的闸门" in client.get(address).content.decode()
    let_pass(project, city_official)
    for query, seen in (("", True), ("?region=130400", True), ("?region=130900", False)):
        page = client.get(address + query).content.decode()
        assert (project.name in page and REASON in page and "city_official" in page) is seen
    assert client.get(address + "?region=nowhere").status_code == 404
