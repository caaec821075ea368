"""Which gates each step asks, in pure names (DOMAIN.md section 5): read by the stair, by the findings and by the database's trigger."""

from __future__ import annotations

import datetime

from projects.choices import Stage

RULE_VERSION = "2021-4"
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


def warranty_until(accepted_on: datetime.date, *, years: int) -> datetime.date:
    """The last day of a warranty that runs in years from the acceptance (Regulation on the Quality of Construction Projects, Art. 40)."""
    try:
        ends = accepted_on.replace(year=accepted_on.year + years)
    except ValueError:  # 29 February
        ends = datetime.date(accepted_on.year + years, 3, 1)
    return ends - datetime.timedelta(days=1)


def heating_warranty_until(accepted_on: datetime.date, *, seasons: int, begins: tuple[int, int], ends: tuple[int, int]) -> datetime.date:
    """The last day of a warranty that runs in whole heating seasons: (month, day) of a season's begin and of its end in the year after.

    A season that has begun before the acceptance is not a whole one and does not count.
    """
    first = accepted_on.year if (accepted_on.month, accepted_on.day) <= begins else accepted_on.year + 1
    return datetime.date(first + seasons, *ends)
