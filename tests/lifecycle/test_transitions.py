"""The table of the stair, exhaustively."""

import pytest

from lifecycle.transitions import PASSED_OVER, STEPS, can_be_taken_back, next_stage, stage_before
from projects.choices import STAGE_ORDER, Stage

WAY = {
    "surveyed": "reserve",
    "reserve": "planned",
    "planned": "designed",
    "designed": "started",
    "approved": "started",
    "tendered": "started",
    "started": "completed",
    "completed": "accepted",
    "accepted": None,
    "closed": None,
}


def test_every_stage_has_a_row_and_hangs_below_the_one_before():
    assert list(STEPS) == list(Stage)
    for stage, step in STEPS.items():
        assert (STAGE_ORDER[step.previous] if step.previous else -1) == STAGE_ORDER[stage] - 1


@pytest.mark.parametrize(("stage", "following"), WAY.items())
def test_each_stage_has_one_next_step(stage, following):
    assert next_stage(stage) == following


def test_the_way_never_leads_to_a_step_that_is_passed_over():
    assert {next_stage(stage) for stage in Stage}.isdisjoint(PASSED_OVER)


@pytest.mark.parametrize(
    ("stage", "before"), [("started", "designed"), ("designed", "planned"), ("accepted", "completed"), ("surveyed", "surveyed")]
)
def test_the_step_before_skips_what_is_passed_over(stage, before):
    assert stage_before(stage) == before


def test_every_step_that_can_be_taken_now_beyond_the_reserve_asks_a_gate():
    asked = {stage for stage, step in STEPS.items() if step.gates}
    assert asked == set(Stage) - PASSED_OVER - {Stage.SURVEYED}


def test_only_steps_from_the_scheme_on_are_taken_back_here():
    assert [stage for stage in Stage if can_be_taken_back(stage)] == [s for s in Stage if STAGE_ORDER[s] >= STAGE_ORDER["designed"]]
