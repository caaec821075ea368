"""The table of the stair, exhaustively."""

import datetime

import pytest

from lifecycle.findings import NAMES, WORDS, invented
from lifecycle.rules import EIGHTY, GATES, ROUND_GATES, settlement_due
from lifecycle.transitions import FUNCTIONS, STEPS, can_be_taken_back, next_stage, stage_before
from projects.choices import STAGE_ORDER, Stage

# DOMAIN.md section 5, once more in full: whoever changes the table changes it here too
ASKED = {
    "surveyed": [],
    "reserve": ["communities_eligible", "survey_card"],
    "planned": ["willingness", "fiscal_assessment", "property_mode", "communities_eligible", "in_frozen_plan"],
    "designed": ["scheme_drawn", "opinions"],
    "approved": ["scheme_vote", "funding_covers", "dig_once", "approval_number"],
    "tendered": ["award_notice", "scheme_vote"],
    "started": ["works_contract", "supervision_contract", "contractor_on_site", "scheme_vote"],
    "completed": ["all_works_done", "special_works_done", "finished_photos"],
    "accepted": ["satisfaction", "joint_acceptance", "residents_signature", "special_works_accepted", "property_agreement"],
    "closed": ["final_account", "archive"],
}


@pytest.mark.parametrize(("stage", "gates"), ASKED.items())
def test_each_step_asks_exactly_these_gates(stage, gates):
    assert list(GATES[Stage(stage)]) == gates
    assert STEPS[Stage(stage)].gates == tuple(FUNCTIONS[gate] for gate in gates)


def test_every_stage_has_a_row_and_hangs_below_the_one_before():
    assert list(STEPS) == list(GATES) == list(Stage)
    for stage, step in STEPS.items():
        assert (STAGE_ORDER[step.previous] if step.previous else -1) == STAGE_ORDER[stage] - 1


@pytest.mark.parametrize(("stage", "following"), zip(Stage.values, [*Stage.values[1:], None], strict=True))
def test_each_stage_has_one_next_step_and_none_is_passed_over(stage, following):
    assert next_stage(stage) == following
    if following:
        assert stage_before(following) == stage


def test_the_way_begins_at_surveyed():
    assert stage_before("surveyed") == "surveyed"


def test_every_step_beyond_surveyed_asks_a_gate_and_every_gate_has_its_words_and_function():
    assert [stage for stage, gates in GATES.items() if not gates] == [Stage.SURVEYED]
    asked = {gate for gates in GATES.values() for gate in gates}
    assert asked == set(FUNCTIONS) == set(WORDS)
    assert asked <= set(NAMES)
    assert all(function.__name__ == gate for gate, function in FUNCTIONS.items())


def test_four_rounds_ask_eighty_per_cent_and_everything_else_the_whole():
    assert {gate for gate, words in WORDS.items() if words.threshold == EIGHTY} == set(ROUND_GATES)
    assert {words.threshold for words in WORDS.values()} == {EIGHTY, 100}
    assert all(gate in GATES[stage] for gate, stage in ROUND_GATES.items())


def test_the_vote_is_asked_again_until_the_start():
    assert [stage for stage, gates in GATES.items() if "scheme_vote" in gates] == [Stage.APPROVED, Stage.TENDERED, Stage.STARTED]


@pytest.mark.parametrize("stage", Stage.values)
def test_invented_findings_are_complete_and_say_that_they_are_invented(stage):
    rows = invented(Stage(stage))
    assert [row["code"] for row in rows] == ASKED[stage]
    assert all(row["passed"] and row["proof"]["synthetic"] for row in rows)


def test_only_steps_from_the_scheme_on_are_taken_back_here():
    assert [stage for stage in Stage if can_be_taken_back(stage)] == [s for s in Stage if STAGE_ORDER[s] >= STAGE_ORDER["designed"]]


@pytest.mark.parametrize(
    ("accepted", "due"),
    [("2021-11-18", "2022-02-18"), ("2021-11-30", "2022-02-28"), ("2021-12-31", "2022-03-31"), ("2021-01-31", "2021-04-30")],
)
def test_the_settlement_is_due_three_months_after_acceptance(accepted, due):
    assert settlement_due(datetime.date.fromisoformat(accepted)).isoformat() == due
