"""Which gates each step asks, in pure names (DOMAIN.md section 5): read by the stair, by the findings and by the database's trigger."""

from __future__ import annotations

import datetime

from projects.choices import Stage

RULE_VERSION = "2021-2"
EIGHTY = 80  # per cent: willingness, opinions, scheme, satisfaction

GATES: dict[Stage, tuple[str, ...]] = {
    Stage.SURVEYED: (),
    Stage.RESERVE: ("communities_eligible", "survey_card"),
    Stage.PLANNED: ("willingness", "fiscal_assessment", "property_mode", "communities_eligible", "in_frozen_plan"),
    Stage.DESIGNED: ("scheme_drawn", "opinions"),
    Stage.APPROVED: ("scheme_vote", "funding_covers", "dig_once", "approval_number"),
    Stage.TENDERED: ("award_notice", "scheme_vote"),
    Stage.STARTED: ("works_contract", "supervision_contract", "contractor_on_site", "scheme_vote"),
    Stage.COMPLETED: ("all_works_done", "special_works_done", "finished_photos"),
    Stage.ACCEPTED: ("satisfaction", "joint_acceptance", "residents_signature", "special_works_accepted", "property_agreement"),
    Stage.CLOSED: ("final_account", "archive"),
}

# the four rounds of the three 80 %: gate → the step whose foot shows it
ROUND_GATES: dict[str, Stage] = {
    "willingness": Stage.PLANNED,
    "opinions": Stage.DESIGNED,
    "scheme_vote": Stage.APPROVED,
    "satisfaction": Stage.ACCEPTED,
}

SETTLEMENT_MONTHS = 3


def settlement_due(accepted_on: datetime.date) -> datetime.date:
    """The last day of the settlement: SETTLEMENT_MONTHS after the acceptance, the month's last day where it is shorter."""
    month = accepted_on.month - 1 + SETTLEMENT_MONTHS
    year, month = accepted_on.year + month // 12, month % 12 + 1
    day = accepted_on.day
    while True:
        try:
            return datetime.date(year, month, day)
        except ValueError:
            day -= 1
