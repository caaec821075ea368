"""What a clash and the days that would mend it are called: the words of dig_once.py, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from projects.choices import PipeOwner
from projects.dig_once import (
    AFTER_PAVING,
    ASK_OWNER,
    BEGUN,
    DUG_TWICE,
    NO_DAYS,
    NOT_CONFIRMED,
    OUTSIDE_WINDOW,
    REDRAW,
    TOO_LONG,
    Activity,
    Clash,
    Proposal,
    proposal_for,
)
from projects.ground import Ground
from projects.models import Project, SpecialWork

HEADINGS: dict[str, str | Promise] = {
    AFTER_PAVING: gettext_lazy("Dug after paving"),
    DUG_TWICE: gettext_lazy("Dug twice"),
    OUTSIDE_WINDOW: gettext_lazy("Outside the window"),
    NOT_CONFIRMED: gettext_lazy("Not confirmed"),
}
WHY: dict[str, str | Promise] = {
    BEGUN: gettext_lazy("The works have begun: other days are no longer possible, only the owner's reason settles it."),
    TOO_LONG: gettext_lazy("The works last longer than the yard is open: shorten them, or give the reason."),
    NO_DAYS: gettext_lazy("No days are free within the window and before the paving: shorten the works, or give the reason."),
    ASK_OWNER: gettext_lazy("The owner is to confirm before the day of paving."),
    REDRAW: gettext_lazy("The days of the community works are to be changed in the scheme."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A clash for a page: its heading and sentence, the place, the days proposed, and the owner's reason where it is settled."""

    clash: Clash
    heading: str
    sentence: str
    place: str
    proposal: Proposal
    mend: str
    settled: str
    work: SpecialWork | None
    project: Project | None

    @property
    def open(self) -> bool:
        """Whether nobody gave a reason yet."""
        return not self.settled


def owner_label(owner: str) -> str:
    """The owner's name; community works have none."""
    return str(PipeOwner(owner).label) if owner else str(_("Community works"))


def called(activity: Activity) -> str:
    """An activity as a sentence calls it."""
    if activity.key.startswith("v"):
        return _("Paving on record")
    return _("%(owner)s, %(title)s") % {"owner": owner_label(activity.owner), "title": activity.label}


def _span(activity: Activity) -> str:
    if activity.start == activity.end:
        return activity.end.isoformat()
    return _("%(first)s – %(last)s") % {"first": activity.start.isoformat(), "last": activity.end.isoformat()}


def sentence_of(clash: Clash, ground: Ground) -> str:
    """What clashes with what, with the days of both."""
    words = {"first": called(clash.first), "days": _span(clash.first), "end": clash.first.end.isoformat()}
    if clash.second:
        words |= {"second": called(clash.second), "then": _span(clash.second), "paved": clash.second.end.isoformat()}
    if clash.code == AFTER_PAVING and clash.second and clash.free_from:
        return _("%(first)s: %(days)s. The surface is made on %(paved)s (%(second)s) and stays closed until %(free)s.") % (
            words | {"free": clash.free_from.isoformat()}
        )
    if clash.code == DUG_TWICE and clash.free_from:
        return _("%(first)s: %(days)s. %(second)s: %(then)s. Opened twice; after the first it is free from %(free)s.") % (
            words | {"free": clash.free_from.isoformat()}
        )
    if clash.code == OUTSIDE_WINDOW and clash.project is not None:
        window, project = ground.windows[clash.project], ground.projects[clash.project]
        words |= {"project": project.name, "from": window.start.isoformat(), "until": window.end.isoformat()}
        return _("%(first)s: %(days)s. The yards of “%(project)s” are open from %(from)s to %(until)s.") % words
    return _("%(owner)s has not confirmed before the paving on %(end)s.") % {"owner": owner_label(clash.owner), "end": words["end"]}


def proposal_text(proposal: Proposal) -> str:
    """The proposed days with their distance, or why there are none."""
    if proposal.start is None or proposal.end is None:
        return str(WHY[proposal.why])
    days = abs(proposal.shift)
    moved = (
        ngettext("%(days)s day later", "%(days)s days later", days)
        if proposal.shift > 0
        else ngettext("%(days)s day earlier", "%(days)s days earlier", days)
    ) % {"days": days}
    return _("%(first)s to %(last)s, %(moved)s") % {
        "first": proposal.start.isoformat(), "last": proposal.end.isoformat(), "moved": moved,
    }  # fmt: skip


def say(clashes: Iterable[Clash], ground: Ground) -> list[Said]:
    """The clashes as a page shows them, each with its proposal."""
    found = []
    for clash in clashes:
        proposal = proposal_for(clash, ground.case)
        movable = proposal.key or (clash.works[-1].key if clash.works else "")
        project = next((pk for pk in (clash.project, clash.first.project, clash.second and clash.second.project) if pk), None)
        found.append(
            Said(
                clash=clash,
                heading=str(HEADINGS[clash.code]),
                sentence=sentence_of(clash, ground),
                place=ground.places[clash.stretch].name,
                proposal=proposal,
                mend=proposal_text(proposal),
                settled=ground.settled_by(clash),
                work=ground.works.get(movable),
                project=ground.projects.get(project) if project else None,
            )
        )
    return found
