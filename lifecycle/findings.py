"""What a gate says: the finding, and the words that every gate's findings share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from lifecycle.rules import EIGHTY, GATES, RULE_VERSION
from projects.choices import Stage

NAMES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """What a gate saw: `actual` of `required` (in `unit`), of which `threshold` % must be reached; the rule's `clause`;
    who mends it and where (`link`). `proof` names the rows behind it: rounds by their public code, versions of schemes.

    A finding that a level above lets pass keeps its numbers: `overridden_by` and `reason` say who and why, `override` is
    the row that says so.
    """

    code: str
    name: str
    passed: bool
    actual: int
    required: int
    sentence: str
    clause: str
    who: str
    link: str = ""
    link_label: str = ""
    unit: str = ""
    threshold: int = 100
    rule_version: str = RULE_VERSION
    proof: dict[str, Any] = field(default_factory=dict)
    override: int | None = None
    overridden_by: str = ""
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As stored with the stage change: the proof, without the links of the day."""
        return {key: getattr(self, key) for key in STORED}


STORED = tuple(each.name for each in fields(Finding) if each.name not in {"link", "link_label"})


@dataclass(frozen=True, slots=True)
class Words:
    """What does not change from finding to finding of one gate."""

    name: str | Promise
    clause: str | Promise
    who: str | Promise
    unit: str | Promise = ""
    threshold: int = 100


_COMMUNITIES, _DOCUMENTS, _HOUSEHOLDS = gettext_lazy("communities"), gettext_lazy("documents"), pgettext_lazy("unit", "households")
_PROJECT, _SITE = gettext_lazy("County: project staff"), gettext_lazy("County: staff on site")
_ROUNDS = gettext_lazy("Street and county: the round")

WORDS: dict[str, Words] = {
    "communities_eligible": Words(
        gettext_lazy("Communities are eligible"),
        gettext_lazy("Not renovated since 2018, not to be demolished, built by 2000"),
        gettext_lazy("County: register"),
        _COMMUNITIES,
    ),
    "survey_card": Words(
        gettext_lazy("Survey card"),
        gettext_lazy("The register holds year built, buildings, households and floor area"),
        gettext_lazy("County: register"),
        _COMMUNITIES,
    ),
    "willingness": Words(
        gettext_lazy("Willingness"),
        gettext_lazy("Willing: at least 80% of all households; not answering counts as no"),
        _ROUNDS,
        _HOUSEHOLDS,
        EIGHTY,
    ),
    "fiscal_assessment": Words(
        gettext_lazy("Fiscal-capacity assessment"), gettext_lazy("No plan beyond what the budget can bear"), _PROJECT, _DOCUMENTS
    ),
    "property_mode": Words(
        gettext_lazy("Property-management mode"),
        gettext_lazy("The mode of property management is agreed before the renovation"),
        _PROJECT,
        _DOCUMENTS,
    ),
    "in_frozen_plan": Words(
        gettext_lazy("In the annual plan"),
        gettext_lazy("A plan counts once the province has frozen it"),
        gettext_lazy("County, city, province in turn"),
        _COMMUNITIES,
    ),
    "scheme_drawn": Words(gettext_lazy("Scheme drawn up"), gettext_lazy("Opinions are given on a scheme"), _PROJECT, _DOCUMENTS),
    "opinions": Words(
        gettext_lazy("Opinions on the scheme"),
        gettext_lazy("Opinions gathered from at least 80% of all households"),
        _ROUNDS,
        _HOUSEHOLDS,
        EIGHTY,
    ),
    "scheme_vote": Words(
        gettext_lazy("Vote on the scheme"),
        gettext_lazy("Agreed: at least 80% of all households, on this version of the scheme"),
        _ROUNDS,
        _HOUSEHOLDS,
        EIGHTY,
    ),
    "funding_covers": Words(
        gettext_lazy("Funding covers the estimate"),
        gettext_lazy("The sources together reach the estimate of the scheme"),
        _PROJECT,
        gettext_lazy("yuan"),
    ),
    "dig_once": Words(
        gettext_lazy("Dig-once check"),
        gettext_lazy("Every pipe and cable owner has confirmed, and no works clash without a reason"),
        gettext_lazy("County and the pipe owners"),
        gettext_lazy("pipe owners"),
    ),
    "approval_number": Words(
        gettext_lazy("Approval of the scheme"), gettext_lazy("The scheme carries the number of its approval"), _PROJECT, _DOCUMENTS
    ),
    "award_notice": Words(gettext_lazy("Award notice"), gettext_lazy("The tender is decided"), _PROJECT, _DOCUMENTS),
    "works_contract": Words(gettext_lazy("Works contract"), gettext_lazy("Start needs a signed works contract"), _PROJECT, _DOCUMENTS),
    "supervision_contract": Words(
        gettext_lazy("Supervision contract"), gettext_lazy("Start needs a signed supervision contract"), _PROJECT, _DOCUMENTS
    ),
    "contractor_on_site": Words(
        gettext_lazy("Contractor on site"),
        gettext_lazy("A dated, positioned photo of each community, not older than the works contract"),
        _SITE,
        _COMMUNITIES,
    ),
    "all_works_done": Words(
        gettext_lazy("All works done"),
        gettext_lazy("Completion needs all works at 100%"),
        gettext_lazy("County: contractor and project staff"),
        gettext_lazy("reports of communities and works"),
    ),
    "special_works_done": Words(
        gettext_lazy("Special works completed"),
        gettext_lazy("Special works in the yard are carried out at the same time"),
        gettext_lazy("County and the pipe owners"),
        gettext_lazy("special works"),
    ),
    "finished_photos": Words(gettext_lazy("Photos of the finished works"), gettext_lazy("Completion needs photos"), _SITE, _COMMUNITIES),
    "satisfaction": Words(
        gettext_lazy("Satisfaction"),
        gettext_lazy("Satisfied: at least 80% of all households; below it, mend and ask again"),
        _ROUNDS,
        _HOUSEHOLDS,
        EIGHTY,
    ),
    "joint_acceptance": Words(
        gettext_lazy("Joint acceptance"),
        gettext_lazy("Every department, firm and pipe owner has signed the sheet as it stands; no defect is open"),
        gettext_lazy("County: departments"),
        gettext_lazy("parties"),
    ),
    "residents_signature": Words(
        gettext_lazy("Residents' representatives"),
        gettext_lazy("The residents' representatives sign the acceptance too"),
        _PROJECT,
        gettext_lazy("representatives"),
    ),
    "special_works_accepted": Words(
        gettext_lazy("Special works accepted"),
        gettext_lazy("Special works are accepted in the same act"),
        gettext_lazy("County and the pipe owners"),
        gettext_lazy("special works"),
    ),
    "property_agreement": Words(
        gettext_lazy("Property agreement"), gettext_lazy("A property agreement is in force at acceptance"), _PROJECT, _DOCUMENTS
    ),
    "final_account": Words(
        gettext_lazy("Final account"), gettext_lazy("Settlement within three months of acceptance"), _PROJECT, _DOCUMENTS
    ),
    "archive": Words(gettext_lazy("Archive"), gettext_lazy("Every document of the checklist is in the archive"), _PROJECT, _DOCUMENTS),
}  # fmt: skip

# the names again, for findings stored in another reader's language; the last gate is no longer asked
NAMES: dict[str, str | Promise] = {code: words.name for code, words in WORDS.items()} | {
    "completion_recorded": gettext_lazy("Completion recorded")
}


@lru_cache(maxsize=200)
def _said(code: str, language: str | None) -> dict[str, str]:
    """The gate's words in a language, put into it once."""
    words = WORDS[code]
    return {"name": str(words.name), "clause": str(words.clause), "who": str(words.who), "unit": str(words.unit)}


def found(
    code: str, *, actual: int, required: int, sentence: str, passed: bool | None = None, link: str = "", label: str = "", **proof: Any
) -> Finding:
    """A gate's finding with its words; it passes when `actual` reaches `threshold` % of `required`, unless `passed` is stricter."""
    threshold, said = WORDS[code].threshold, _said(code, get_language())
    reached = actual * 100 >= required * threshold
    return Finding(
        code=code,
        passed=reached if passed is None else passed and reached,
        actual=actual,
        required=required,
        sentence=sentence,
        link=link,
        link_label=label,
        threshold=threshold,
        proof=proof,
        name=said["name"],
        clause=said["clause"],
        who=said["who"],
        unit=said["unit"],
    )


def named(names: Sequence[str]) -> str:
    """The first few names, and how many more."""
    shown = _(", ").join(names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return _("%(names)s and %(more)s more") % {"names": shown, "more": more} if more > 0 else shown


def invented(
    stage: Stage, numbers: dict[str, tuple[int, int]] | None = None, sentences: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """Findings of every gate of a step as demo and tests store them: complete, passed, and marked synthetic.

    `numbers` gives (actual, required) of a gate, 1 of 1 by default; `sentences` what is said of it.
    """
    said = sentences or {}
    rows = []
    for code in GATES[stage]:
        actual, required = (numbers or {}).get(code, (1, 1))
        sentence = said.get(code) or _("Invented for the demonstration.")
        rows.append(found(code, actual=actual, required=required, sentence=sentence, synthetic=True).as_dict())
    return rows
