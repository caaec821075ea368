"""The gates of pipes and cables: every owner asked before a yard is opened, nothing dug twice, special works completed with the rest."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from lifecycle.dossier import Dossier
from lifecycle.findings import Finding, found, named
from projects.clash_words import HEADINGS
from projects.dig_once import NOT_CONFIRMED, Clash
from projects.queries import lines_of
from projects.rules import owners_to_ask


def _open_clashes(dossier: Dossier) -> list[Clash]:
    """The project's clashes for which nobody gave a reason; silent owners are named by themselves."""
    ground = dossier.ground
    found = ground.clashes_of(dossier.project)
    return [clash for clash in found if clash.code != NOT_CONFIRMED and not ground.settled_by(clash)]


def dig_once(dossier: Dossier) -> Finding:
    """Every owner of pipes and cables (settings.PIPE_OWNERS) has answered by the day, and no works on the project's stretches clash
    without a reason of their owner."""
    ground, pk = dossier.ground, dossier.project.pk
    kinds = {line.kind for line in lines_of(dossier.scheme)} if dossier.scheme else set()
    asked = owners_to_ask(settings.PIPE_OWNERS, kinds)
    missing = [owner for owner in asked if (pk, owner.value) not in ground.confirmations]
    clashes = _open_clashes(dossier)
    said = []
    if missing:
        said.append(_("Not confirmed yet: %(names)s.") % {"names": named([str(owner.label) for owner in missing])})
    if clashes:
        names = [
            _("%(what)s (%(where)s)") % {"what": HEADINGS[clash.code], "where": ground.places[clash.stretch].name} for clash in clashes
        ]
        said.append(_("Clashes without a reason: %(names)s.") % {"names": named(list(dict.fromkeys(names)))})
    if not said:
        said.append(_("All %(count)s owners have confirmed, and no works clash without a reason.") % {"count": len(asked)})
    passed = not missing and not clashes
    return found(
        "dig_once",
        actual=len(asked) - len(missing),
        required=len(asked),
        passed=passed,
        sentence=" ".join(said),
        link=reverse("projects:dig-once", args=[pk]),
        label=_("See the confirmations") if passed else _("Confirm and mend"),
        owners=[[owner.value, ground.confirmations[pk, owner.value].pk] for owner in asked if owner not in missing],
    )


def special_works_done(dossier: Dossier) -> Finding:
    """The special works on the project's stretches are completed by the day, all of them that were not withdrawn."""
    works = dossier.special_works
    open_works = [work for work in works if work.completed_on is None or work.completed_on > dossier.day]
    if open_works:
        names = [f"{work.get_owner_display()} {work.title}" for work in open_works]
        sentence = _("Not completed by %(day)s: %(names)s.") % {"day": dossier.day.isoformat(), "names": named(names)}
    elif works:
        sentence = _("All special works are completed.")
    else:
        sentence = _("No special works are filed for these yards.")
    return found(
        "special_works_done",
        actual=len(works) - len(open_works),
        required=len(works),
        sentence=sentence,
        link=reverse("projects:gantt", args=[dossier.project.pk]),
        label=_("See the special works"),
    )
