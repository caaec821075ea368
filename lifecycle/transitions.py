"""The way of a project, in one table: stage → the stage before it, and the gates it cannot be passed without.

Which gates a step asks stands in `rules.GATES`; here each name meets its function.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifecycle import documents, evidence, gates, handover, pipes
from lifecycle.gates import Gate
from lifecycle.rules import GATES
from projects.choices import STAGE_ORDER, Stage

FUNCTIONS: dict[str, Gate] = {
    "communities_eligible": evidence.communities_eligible,
    "survey_card": evidence.survey_card,
    "willingness": gates.willingness,
    "fiscal_assessment": documents.fiscal_assessment,
    "property_mode": documents.property_mode,
    "in_frozen_plan": evidence.in_frozen_plan,
    "scheme_drawn": documents.scheme_drawn,
    "opinions": gates.opinions,
    "scheme_vote": gates.scheme_vote,
    "funding_covers": documents.funding_covers,
    "dig_once": pipes.dig_once,
    "approval_number": documents.approval_number,
    "award_notice": documents.award_notice,
    "works_contract": evidence.works_contract,
    "supervision_contract": evidence.supervision_contract,
    "contractor_on_site": evidence.contractor_on_site,
    "all_works_done": evidence.all_works_done,
    "special_works_done": pipes.special_works_done,
    "finished_photos": evidence.finished_photos,
    "satisfaction": gates.satisfaction,
    "joint_acceptance": handover.joint_acceptance,
    "residents_signature": handover.residents_signature,
    "special_works_accepted": handover.special_works_accepted,
    "property_agreement": documents.property_agreement,
    "final_account": documents.final_account,
    "archive": handover.archive,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step up: where it leads from, and what is asked before it, in the order of the page."""

    previous: Stage | None
    gates: tuple[Gate, ...]


_ORDER = list(Stage)
STEPS: dict[Stage, Step] = {
    stage: Step(_ORDER[number - 1] if number else None, tuple(FUNCTIONS[name] for name in GATES[stage]))
    for number, stage in enumerate(_ORDER)
}

# Earlier steps are taken back by their own doors: the plan's adjustment, or withdrawing the project.
FIRST_TO_TAKE_BACK = Stage.DESIGNED


def next_stage(stage: str) -> Stage | None:
    """The one step that a project at `stage` can take now; None at the end of the way."""
    return next((following for following, step in STEPS.items() if step.previous == stage), None)


def stage_before(stage: str) -> Stage:
    """The step before `stage`; the way begins at "surveyed"."""
    return STEPS[Stage(stage)].previous or Stage.SURVEYED


def can_be_taken_back(stage: str) -> bool:
    """Whether a mistaken step up to `stage` can be taken back here."""
    return STAGE_ORDER[stage] >= STAGE_ORDER[FIRST_TO_TAKE_BACK]


def works_are_done(stage: str) -> bool:
    """From completion on there is nothing left to suspend or to withdraw: what was finished stays in the figures."""
    return STAGE_ORDER[stage] >= STAGE_ORDER[Stage.COMPLETED]
