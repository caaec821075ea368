"""The three 80 %: willingness, the scheme (opinions, then the vote), satisfaction. On this page they can be read.

Shares are of *all* households on a round's frozen roll; not answering counts as no. Each community of a project needs
its own passing round. The newest closed round counts; while somebody objects, or may still object, the gate stays shut.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.display import percent
from lifecycle.dossier import Dossier
from lifecycle.findings import Finding, found, named
from lifecycle.rules import EIGHTY
from projects.comparing import Reason, material_change
from projects.models import Entry
from projects.queries import lines_of
from surveys.choices import RoundKind, RoundState
from surveys.queries import Running, Standing
from surveys.rules import households_needed

Gate = Callable[[Dossier], Finding]
# what is said of a gate that is open: households by number and share
PASSED: dict[str, str | Promise] = {
    "willingness": gettext_lazy("%(part)s of %(whole)s households are willing (%(rate)s%%)."),
    "opinions": gettext_lazy("%(part)s of %(whole)s households gave their opinion (%(rate)s%%)."),
    "scheme_vote": gettext_lazy("%(part)s of %(whole)s households agreed to the scheme (%(rate)s%%)."),
    "satisfaction": gettext_lazy("%(part)s of %(whole)s households are satisfied (%(rate)s%%)."),
}


def willingness(dossier: Dossier) -> Finding:
    """Gate 1, before the annual plan: at least 80 % of all households want the renovation."""
    return _round_gate(dossier, "willingness", RoundKind.WILLINGNESS)


def opinions(dossier: Dossier) -> Finding:
    """Gate 2, before the scheme is drawn up: at least 80 % of all households have given their opinion."""
    return _round_gate(dossier, "opinions", RoundKind.OPINIONS)


def scheme_vote(dossier: Dossier) -> Finding:
    """Gate 3, before the approval and again before tender and start: at least 80 % of all households agreed to this version.

    A vote binds one version. It holds for a later one as long as no item was added or dropped and the estimate is not
    more than 10 % dearer (projects/comparing.py); beyond that the gate is open again.
    """
    return _round_gate(dossier, "scheme_vote", RoundKind.SCHEME, also=_vote_no_longer_holds)


def satisfaction(dossier: Dossier) -> Finding:
    """Gate 4, before acceptance: at least 80 % of all households are satisfied; else mend and ask again."""
    return _round_gate(dossier, "satisfaction", RoundKind.SATISFACTION)


Doubt = Callable[[Dossier, Standing], str]


def _no_doubt(dossier: Dossier, standing: Standing) -> str:
    return ""


def _round_gate(dossier: Dossier, code: str, kind: RoundKind, also: Doubt = _no_doubt) -> Finding:
    """The finding over every community of the project: numerators and denominators summed, each community named that misses."""
    rounds = dossier.rounds(kind)
    part = whole = 0
    problems: list[tuple[Entry, str]] = []
    for entry in dossier.entries:
        standing = rounds.get(entry.community_id)
        if standing:
            part, whole = part + standing.agreed, whole + standing.households
            problem = _why_shut(standing, dossier.day) or _roll_too_small(standing, entry) or also(dossier, standing)
        else:
            on_the_way = dossier.running(kind).get(entry.community_id)
            part += on_the_way.agreed if on_the_way else 0
            whole += (on_the_way.households if on_the_way else 0) or entry.household_count
            problem = _not_closed(on_the_way)
        if problem:
            problems.append((entry, problem))
    if not dossier.entries:
        sentence = _("The project has no community.")
    elif problems:
        sentence = _said([(entry.community.name, problem) for entry, problem in problems], alone=len(dossier.entries) == 1)
    else:
        sentence = str(PASSED[code]) % {"part": part, "whole": whole, "rate": percent(part, whole)}
    link, label = _where(dossier, kind, [entry.community_id for entry, _problem in problems])
    return found(
        code,
        actual=part,
        required=max(whole, 1),
        passed=bool(dossier.entries) and not problems,
        sentence=sentence,
        link=link,
        label=label,
        rounds=[_proof(rounds[entry.community_id]) for entry in dossier.entries if entry.community_id in rounds],
    )


def _said(problems: list[tuple[str, str]], *, alone: bool) -> str:
    if alone:
        text = problems[0][1]
        return _("%(what)s.") % {"what": text[0].upper() + text[1:]}
    return _("%(names)s.") % {"names": named([_("%(name)s: %(what)s") % {"name": name, "what": what} for name, what in problems])}


def _why_shut(standing: Standing, day: datetime.date) -> str:
    """What keeps a closed round from opening the gate on that day; "" for nothing."""
    if standing.closed_on > day:
        return _("the round that counts closed on %(day)s; the step cannot lie before it") % {"day": standing.closed_on.isoformat()}
    if standing.open_objections:
        return _("%(count)s objections are not decided yet; the gate is frozen") % {"count": standing.open_objections}
    if not standing.reached:
        return _("%(short)s households short (%(part)s of %(whole)s, %(needed)s needed)") % {
            "short": standing.missing,
            "part": standing.agreed,
            "whole": standing.households,
            "needed": households_needed(standing.households, EIGHTY),
        }
    if settings.GATE_WAITS_FOR_OBJECTIONS and day <= standing.objections_until:
        return _("households may object until %(day)s") % {"day": standing.objections_until.isoformat()}
    return ""


def _roll_too_small(standing: Standing, entry: Entry) -> str:
    """Whether the roll leaves out too many of the community's households: 80 % of a few is not 80 % of all [open: how many]."""
    registered = entry.community.household_count
    if standing.households * 100 >= registered * settings.ROLL_LEAST_PERCENT:
        return ""
    words = {"households": standing.households, "registered": registered}
    return _("only %(households)s households were on the roll, the register counts %(registered)s: enter them and ask again") % words


def _not_closed(running: Running | None) -> str:
    """What is to be said of a community without a closed round."""
    if running is None:
        return _("no closed round")
    if running.state == RoundState.KEYING:
        return _("paper is still being keyed")
    if running.state != RoundState.OPEN:
        return _("a round is prepared and has not begun")
    return _("voting until %(day)s, %(voted)s of %(households)s households have answered") % {
        "day": timezone.localtime(running.closes_at).strftime("%Y-%m-%d %H:%M"),
        "voted": running.voted,
        "households": running.households,
    }


def _vote_no_longer_holds(dossier: Dossier, standing: Standing) -> str:
    """Why the vote of a community does not hold for the version that stands; "" where it does."""
    current = dossier.scheme
    voted = next((scheme for scheme in dossier.schemes if scheme.version == standing.scheme_version), None)
    if current is None or voted is None:
        return _("the vote was not on a version of this scheme")
    reasons = material_change(lines_of(voted), lines_of(current)) if voted != current else []
    if not reasons:
        return ""
    words = {"voted": voted.version, "current": current.version, "reasons": _("; ").join(map(_reason, reasons))}
    return _("voted on version %(voted)s, now version %(current)s stands (%(reasons)s): a new vote is needed") % words


def _reason(reason: Reason) -> str:
    if reason.code == "added":
        return _("new: %(names)s") % {"names": named(reason.names)}
    if reason.code == "dropped":
        return _("dropped: %(names)s") % {"names": named(reason.names)}
    return _("%(percent)s%% dearer") % {"percent": percent(reason.after - reason.before, reason.before)}


def _where(dossier: Dossier, kind: RoundKind, missing: list[int]) -> tuple[str, str]:
    """The result behind the finding; where a community has none, the page on which a round is opened."""
    rounds, running = dossier.rounds(kind), dossier.running(kind) if missing else {}
    without = [pk for pk in missing if pk not in rounds]
    if on_the_way := next((running[pk] for pk in missing if pk in running), None):
        return _address("surveys:detail", str(on_the_way.round_id)), _("See the round")
    if without or not rounds:
        query = f"?project={dossier.project.pk}&kind={kind.value}"
        return _address("surveys:create", query=query), _("Open a round")
    first = next((rounds[pk] for pk in missing), next(iter(rounds.values())))
    return _address("surveys:result", first.code), _("See the result")


def _address(name: str, *args: str, query: str = "") -> str:
    """The address of a page of rounds; "" where the installation has none."""
    try:
        return reverse(name, args=args) + query
    except NoReverseMatch:
        return ""


def _proof(standing: Standing) -> dict[str, object]:
    """What is kept of a round beside the numbers."""
    return {
        "code": standing.code,
        "community": standing.community_id,
        "scheme": standing.scheme_version,
        "agreed": standing.agreed,
        "households": standing.households,
        "closed_on": standing.closed_on.isoformat(),
    }
