"""No sequence of operations reaches a stage without the findings of its gates stored: a machine that tries everything in any order."""

import datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from common.errors import DomainError
from lifecycle.models import GateOverride, StageChange
from lifecycle.operations import override_gate, reach_stage, resume, suspend, take_back, take_back_override
from lifecycle.queries import standing_changes
from lifecycle.rules import GATES
from lifecycle.transitions import next_stage
from projects.choices import STAGE_ORDER, Stage
from projects.models import Project, Record
from projects.operations import void_record
from tests.factories.evidence import ITEMS, at, make_scheme
from tests.factories.people import make_user
from tests.factories.ready import WRITERS, make_ready
from tests.factories.register import make_community
from tests.factories.works import make_project

FIRST = datetime.date(2021, 3, 1)
LATER = st.integers(0, 9)
SIZES = st.sampled_from([3, 5])


class Stair(RuleBasedStateMachine):
    """One project; the clerk, the city and the province do what they like, in any order, on days that only go forward."""

    def __init__(self):
        super().__init__()
        self.clerk, self.city = make_user("district_staff", "130404"), make_user("city_official", "130400")
        self.project = make_project(make_community(household_count=5), stage="surveyed")
        self.today = FIRST
        self.steps = 0

    @property
    def now(self) -> datetime.datetime:
        return at(self.today.isoformat())

    def fresh(self) -> Project:
        return Project.objects.get(pk=self.project.pk)

    def attempt(self, operation, **more):
        try:
            operation(actor=more.pop("actor", self.clerk), at=self.now, **more)
        except DomainError:
            return False
        return True

    @initialize(walked=st.integers(0, 9))
    def the_project_has_come_some_way(self, walked):
        for _ in range(walked):
            self.somebody_makes_the_next_step_ready_and_takes_it()

    @rule(days=LATER)
    def time_goes_by(self, days):
        self.today += datetime.timedelta(days=days)

    @rule(stage=st.sampled_from(list(Stage)), days=LATER)
    def somebody_records_a_step(self, stage, days):
        project = self.fresh()
        self.attempt(reach_stage, project=project, stage=stage, happened_on=self.today - datetime.timedelta(days=days))

    @rule()
    def somebody_makes_the_next_step_ready_and_takes_it(self):
        following = next_stage(self.fresh().stage)
        if following in WRITERS:
            self.today += datetime.timedelta(days=30)
            make_ready(self.fresh(), following, self.clerk, on=self.today.isoformat())
        if following:
            self.attempt(reach_stage, project=self.fresh(), stage=following, happened_on=self.today)

    @rule(items=st.sampled_from([ITEMS, ITEMS[:2], ITEMS[1:]]))
    def the_scheme_changes(self, items):
        make_scheme(self.fresh(), self.clerk, drawn=self.today.isoformat(), items=items)

    @rule(data=st.data())
    def a_document_is_voided(self, data):
        records = list(Record.objects.filter(project=self.project, voids__isnull=True, voided_by__isnull=True).order_by("pk"))
        if records:
            void_record(record=data.draw(st.sampled_from(records)), reason="错", actor=self.clerk, at=self.now)

    @rule(data=st.data(), by_city=st.booleans())
    def a_gate_is_let_pass(self, data, by_city):
        following = next_stage(self.fresh().stage)
        if following:
            gate = data.draw(st.sampled_from(GATES[following]))
            actor = self.city if by_city else self.clerk
            self.attempt(override_gate, project=self.fresh(), stage=following, gate=gate, reason="先行", actor=actor)

    @rule()
    def an_override_is_taken_back(self):
        row = GateOverride.objects.filter(project=self.project, takes_back__isnull=True).order_by("-pk").first()
        if row:
            self.attempt(take_back_override, override=row, reason="收回", actor=self.city)

    @rule()
    def the_newest_step_is_taken_back(self):
        change = standing_changes(self.fresh()).last()
        if change:
            self.attempt(take_back, change=change, reason="错")

    @rule(way=st.sampled_from([suspend, resume, resume, resume]))
    def the_project_rests_or_goes_on(self, way):
        self.attempt(way, project=self.fresh(), happened_on=self.today, reason="管线")

    @invariant()
    def every_stage_below_has_its_findings(self):
        project = self.fresh()
        standing = {change.stage: change for change in standing_changes(project)}
        for stage in Stage:
            if 0 < STAGE_ORDER[stage] <= STAGE_ORDER[project.stage]:
                findings = standing[stage].findings
                assert [finding["code"] for finding in findings] == list(GATES[stage])
                for finding in findings:
                    assert finding["passed"]
                    assert finding["override"] or finding["actual"] * 100 >= finding["required"] * finding["threshold"]

    @invariant()
    def each_override_was_given_from_above_and_used_at_most_once(self):
        used = [
            finding["override"]
            for change in StageChange.objects.filter(project=self.project)
            for finding in change.findings
            if finding["override"]
        ]
        assert len(used) == len(set(used))
        rows = GateOverride.objects.filter(project=self.project)
        assert {row.recorded_by_id for row in rows} <= {self.city.pk}

    @invariant()
    def the_project_says_what_its_history_says(self):
        project, last = self.fresh(), standing_changes(self.fresh()).last()
        assert (project.stage, project.stage_on) == ((last.stage, last.happened_on) if last else ("surveyed", None))


@pytest.mark.usefixtures("tree")
class StairTest(TestCase):
    def test_no_sequence_of_operations_reaches_a_stage_without_its_findings(self):
        run_state_machine_as_test(
            Stair,
            settings=settings(max_examples=8, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)),
        )


@pytest.mark.django_db
def test_the_whole_way_can_be_walked_and_every_step_keeps_its_proof(tree):
    machine = Stair()
    for stage in list(Stage)[1:]:
        machine.somebody_makes_the_next_step_ready_and_takes_it()
        assert machine.fresh().stage == stage
    machine.every_stage_below_has_its_findings()
    machine.the_project_says_what_its_history_says()
    assert next_stage(machine.fresh().stage) is None
