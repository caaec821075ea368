"""What the demo leaves to be done can be done: a clerk starts, the province freezes; what is not ready says why."""

import datetime

import pytest
from django.utils import timezone

from accounts.models import User
from demo.loading import Wish, load
from lifecycle.operations import GateClosed, freeze_plan, reach_stage
from lifecycle.queries import findings_for, waiting_for_the_plan
from lifecycle.rules import ROUND_GATES
from projects.choices import Stage
from projects.models import AnnualPlan, Project
from surveys.queries import standing_rounds
from tests.factories.evidence import make_contract, make_photo

TODAY = datetime.date(2026, 11, 23)
NOON = timezone.make_aware(datetime.datetime.combine(TODAY, datetime.time(12)))


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.django_db
def test_the_demo_can_be_carried_on_through_the_gates(tree):
    load(Wish(seed=2021, today=TODAY, scale=0.02, processes=1), [].append)
    clerk, province = User.objects.get(username="district_fuxing"), User.objects.get(username="province")
    # every tendered project of the year lacks its contracts and photos alone
    ready = list(Project.objects.filter(stage=Stage.TENDERED, entries__year=TODAY.year).distinct())
    assert ready
    for project in ready:
        shut = {finding.code for finding in findings_for(project, Stage.STARTED, TODAY) if not finding.passed}
        assert shut == {"works_contract", "supervision_contract", "contractor_on_site"}
    mine = next(project for project in ready if project.region.code == "130404")
    for kind in ("works", "supervision"):
        make_contract(mine, clerk, kind, signed=TODAY.isoformat())
    for entry in mine.entries.all():
        make_photo(entry, clerk, taken=TODAY.isoformat())
    assert reach_stage(project=mine, stage="started", happened_on=TODAY, actor=clerk, at=NOON).stage == "started"
    # of the plans that wait for the province one can be frozen, the others say what they miss
    plans = {plan.region.code: plan for plan in AnnualPlan.objects.filter(year=TODAY.year + 1, state="confirmed").select_related("region")}
    assert waiting_for_the_plan(plans["130406"], TODAY) == []
    assert freeze_plan(plan=plans.pop("130406"), actor=province, at=NOON).state == "frozen"
    for plan in plans.values():
        with pytest.raises(GateClosed):
            freeze_plan(plan=plan, actor=province, at=NOON)
        assert {finding.code for _project, found in waiting_for_the_plan(plan, TODAY) for finding in found} == {"willingness"}
    # what the stored findings say of rounds is what the rounds say
    yard = Project.objects.get(code="HB130404-2021-017")
    for change in yard.stage_changes.all():
        for finding in change.findings:
            if ROUND_GATES.get(finding["code"]) == change.stage:
                kind = {"scheme_vote": "scheme"}.get(finding["code"], finding["code"])
                (standing,) = standing_rounds(yard, kind).values()
                assert (standing.agreed, standing.households) == (finding["actual"], finding["required"])
