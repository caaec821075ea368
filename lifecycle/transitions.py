"""The way of a project, in one table: stage → the stage before it, and the gates it cannot be passed without."""

from __future__ import annotations

from dataclasses import dataclass

from lifecycle import gates
from lifecycle.gates import Gate
from projects.choices import STAGE_ORDER, Stage

RULE_VERSION = "2021-1"


@dataclass(frozen=True, slots=True)
class Step:
    """One step up: where it leads from, and what is asked before it."""

    previous: Stage | None
    gates: tuple[Gate, ...] = ()


STEPS: dict[Stage, Step] = {
    Stage.SURVEYED: Step(previous=None),
    Stage.RESERVE: Step(Stage.SURVEYED, (gates.communities_eligible,)),
    Stage.PLANNED: Step(Stage.RESERVE, (gates.communities_eligible, gates.in_frozen_plan)),
    Stage.DESIGNED: Step(Stage.PLANNED, (gates.in_frozen_plan,)),
    Stage.APPROVED: Step(Stage.DESIGNED),
    Stage.TENDERED: Step(Stage.APPROVED),
    Stage.STARTED: Step(Stage.TENDERED, (gates.works_contract, gates.supervision_contract, gates.contractor_on_site)),
    Stage.COMPLETED: Step(Stage.STARTED, (gates.all_works_done, gates.finished_photos)),
    Stage.ACCEPTED: Step(Stage.COMPLETED, (gates.completion_recorded,)),
    Stage.CLOSED: Step(Stage.ACCEPTED),
}

# These steps have no gates of their own yet. Until they have, nobody can take them, and the way leads past them.
PASSED_OVER: frozenset[Stage] = frozenset({Stage.APPROVED, Stage.TENDERED, Stage.CLOSED})

# Earlier steps are taken back by their own doors: the plan's adjustment, or withdrawing the project.
FIRST_TO_TAKE_BACK = Stage.DESIGNED


def next_stage(stage: str) -> Stage | None:
    """The one step that a project at `stage` can take now; None at the end of the way."""
    later = [step for step in STEPS if STAGE_ORDER[step] > STAGE_ORDER[stage] and step not in PASSED_OVER]
    return later[0] if later else None


def stage_before(stage: str) -> Stage:
    """The last step that could be taken before `stage`; the way begins at "surveyed"."""
    earlier = [step for step in STEPS if STAGE_ORDER[step] < STAGE_ORDER[stage] and step not in PASSED_OVER]
    return earlier[-1] if earlier else Stage.SURVEYED


def can_be_taken_back(stage: str) -> bool:
    """Whether a mistaken step up to `stage` can be taken back here."""
    return STAGE_ORDER[stage] >= STAGE_ORDER[FIRST_TO_TAKE_BACK]


def works_are_done(stage: str) -> bool:
    """From completion on there is nothing left to suspend or to withdraw: what was finished stays in the figures."""
    return STAGE_ORDER[stage] >= STAGE_ORDER[Stage.COMPLETED]
