"""Writing special works of pipe and cable owners: filed, agreed, carried out, accepted in the same act as their project."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from common.errors import DomainError, InvalidInput, NotAllowed, given_reason
from communities.models import Community
from projects.choices import SPECIAL_MOVES, Condition, PipeOwner, SpecialState, StretchKind
from projects.dig_once import Clash
from projects.ground import Ground, ground_of
from projects.models import Project, SpecialWork, SpecialWorkStep, SpecialWorkStretch, Stretch
from projects.operations.works import ProjectLocked, locked_project
from projects.queries import special_works_of
from projects.rules import owner_of_department
from regions.choices import Level
from regions.models import Region

State = SpecialState
CHANGEABLE = (State.FILED, State.AGREED)
LONGEST_WORKS = datetime.timedelta(days=3 * 366)


class SpecialWorkMoved(DomainError):
    """The special work is not in the state that this step needs."""

    code = "special_work_moved"


class NotCompleted(DomainError):
    """Special works that must be completed first; `details` names them."""

    code = "special_works_not_completed"


class ClashFound(DomainError):
    """The work clashes with others and its owner gave no reason; `ground` and `clashes` say with what, `details` in short."""

    code = "clash_found"

    def __init__(self, ground: Ground, clashes: list[Clash]) -> None:
        message = _("The work clashes with others on the same stretch. Choose other days, or say why this cannot be avoided.")
        super().__init__(message, details=[{"code": each.code, "place": ground.places[each.stretch].name} for each in clashes])
        self.ground, self.clashes = ground, clashes


@dataclass(frozen=True, slots=True)
class Filing:
    """What an owner says of a special work; `communities` are yards by their community, `stretches` roads and yards known already."""

    title: str
    laid: str
    planned_start_on: datetime.date
    planned_completion_on: datetime.date
    communities: Sequence[Community] = ()
    stretches: Sequence[Stretch] = ()
    digs: bool = True
    project: Project | None = None
    contact: str = ""
    unavoidable: str = ""


def owners_for(user: User, path: str) -> list[PipeOwner]:
    """The owners for which somebody may file in the region with this path: their own, or every one for the county's staff."""
    if not user.may("special.file", path):
        return []
    posts = [post for post in user.current_posts if path.startswith(post.region.path)]
    if any(post.role == Role.DISTRICT_STAFF for post in posts):
        return list(PipeOwner)
    own = {owner_of_department(post.department) for post in posts if post.role == Role.DEPARTMENT_STAFF}
    return [owner for owner in PipeOwner if owner in own]


def require_owner(actor: User, owner: str, path: str) -> None:
    """Raise NotAllowed unless the actor may file for this owner here."""
    actor.require("special.file", path)
    if owner not in owners_for(actor, path):
        raise NotAllowed(_("A department files for itself alone; the county's staff file on behalf of any owner."))


def locked_special_work(work: SpecialWork) -> SpecialWork:
    """The work's row, locked until the transaction ends, with its county and project."""
    return SpecialWork.objects.select_related("region", "project").select_for_update(of=("self",)).get(pk=work.pk)


def yard_of(community: Community) -> Stretch:
    """The yard of a community, made when it is first asked for."""
    region = community.region
    county = region if region.level == Level.COUNTY else Region.objects.get(code=region.county_code)
    values = {"region": county, "kind": StretchKind.YARD, "name": community.name, "synthetic": community.synthetic}
    return Stretch.objects.get_or_create(community=community, defaults=values)[0]


def _check(filing: Filing, places: Sequence[Stretch], region: Region) -> dict[str, str]:
    errors = {}
    if not filing.title.strip():
        errors["title"] = _("Give the special work a title.")
    if not filing.laid.strip():
        errors["laid"] = _("Say what is laid or renewed.")
    if filing.planned_completion_on < filing.planned_start_on:
        errors["planned_completion_on"] = _("Completion lies before the start.")
    elif filing.planned_completion_on - filing.planned_start_on > LONGEST_WORKS:
        errors["planned_completion_on"] = _("The special work lasts longer than three years: file it in parts.")
    if not places:
        errors["stretches"] = _("Choose at least one yard or road.")
    elif strange := [place.name for place in places if place.region_id != region.pk]:
        errors["stretches"] = _("%(name)s does not lie in %(county)s.") % {"name": strange[0], "county": region.name}
    if filing.project is not None:
        if filing.project.region_id != region.pk:
            errors["project"] = _("The project belongs to another county.")
        elif filing.project.condition == Condition.WITHDRAWN:
            errors["project"] = _("The project is withdrawn: it cannot be changed.")
    return errors


def _places(filing: Filing) -> list[Stretch]:
    yards = [yard_of(community) for community in filing.communities]
    return list({place.pk: place for place in [*yards, *filing.stretches]}.values())


def _values(filing: Filing) -> dict[str, Any]:
    return {
        "title": filing.title.strip()[:100],
        "laid": filing.laid.strip()[:200],
        "digs": filing.digs,
        "project": filing.project,
        "planned_start_on": filing.planned_start_on,
        "planned_completion_on": filing.planned_completion_on,
        "contact": filing.contact.strip()[:120],
        "unavoidable": filing.unavoidable.strip()[:300],
    }


def next_number(region: Region, year: int) -> str:
    """The next number of the county and year; the county's row is locked by the caller."""
    prefix = f"ZX{region.code}-{year}-"
    last = SpecialWork.objects.filter(number__startswith=prefix).aggregate(last=Max("number"))["last"]
    return f"{prefix}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def _step(work: SpecialWork, day: datetime.date, actor: User, at: datetime.datetime, reason: str = "") -> None:
    """Write the row that says in which state the work is since when."""
    SpecialWorkStep.objects.create(
        work=work, state=work.state, happened_on=day, reason=reason, recorded_at=at, recorded_by=actor
    )  # fmt: skip


def _move(work: SpecialWork, state: State, day: datetime.date, actor: User, at: datetime.datetime, reason: str = "") -> SpecialWork:
    """Bring a locked work into a state, with its row. Raises SpecialWorkMoved where its table has no such way."""
    if state not in SPECIAL_MOVES[work.state]:
        raise SpecialWorkMoved(
            _("“%(title)s” is now “%(now)s”: it cannot become “%(wanted)s”. Load the page again.")
            % {"title": work.title, "now": work.get_state_display(), "wanted": state.label}
        )
    work.state = state
    with pghistory.context(reason=reason):
        work.save()
    _step(work, day, actor, at, reason)
    return work


def _require_reason_for_clashes(work: SpecialWork) -> None:
    """Raise ClashFound, which undoes the transaction, where the work as it stands now clashes without a reason; a reason without
    a clash is not kept. Owners that have not confirmed are the project's matter, not the work's."""
    ground = ground_of(works=[work.pk])
    found = ground.clashes_of_work(work)
    if found and not work.unavoidable:
        raise ClashFound(ground, found)
    if work.unavoidable and not found:
        work.unavoidable = ""
        work.save()


@transaction.atomic
def file_special_work(*, region: Region, owner: str, filing: Filing, actor: User, at: datetime.datetime) -> SpecialWork:
    """An owner files what it plans on yards and roads of a county; its staff for themselves, the county's on behalf of any.

    Raises InvalidInput with a sentence per field, NotAllowed for another owner's work, and ClashFound where the days clash with
    others on the same stretch and `unavoidable` gives no reason.
    """
    region = Region.objects.select_for_update().get(pk=region.pk)
    require_owner(actor, owner, region.path)
    places = _places(filing)
    if errors := _check(filing, places, region):
        raise InvalidInput(" ".join(errors.values()), details=errors)
    work = SpecialWork.objects.create(
        number=next_number(region, timezone.localdate(at).year),
        region=region,
        owner=owner,
        filed_at=at,
        filed_by=actor,
        synthetic=any(place.synthetic for place in places),
        **_values(filing),
    )
    SpecialWorkStretch.objects.bulk_create(SpecialWorkStretch(work=work, stretch=place) for place in places)
    _step(work, timezone.localdate(at), actor, at)
    _require_reason_for_clashes(work)
    return work


@transaction.atomic
def change_special_work(*, work: SpecialWork, filing: Filing, reason: str, actor: User, at: datetime.datetime) -> SpecialWork:
    """Change a special work that has not begun, with a reason; an agreed one must be agreed anew.

    Raises InvalidInput with a sentence per field, SpecialWorkMoved once it runs, NotAllowed for another owner's work, ClashFound as
    for a new one.
    """
    work = locked_special_work(work)
    require_owner(actor, work.owner, work.region.path)
    if work.state not in CHANGEABLE:
        raise SpecialWorkMoved(_("“%(title)s” has begun or is withdrawn: it cannot be changed.") % {"title": work.title})
    words, places = given_reason(reason), _places(filing)
    if errors := _check(filing, places, work.region):
        raise InvalidInput(" ".join(errors.values()), details=errors)
    for name, value in _values(filing).items():
        setattr(work, name, value)
    with pghistory.context(reason=words):
        if work.state == State.AGREED:
            _move(work, State.FILED, timezone.localdate(at), actor, at, words)
        else:
            work.save()
        wanted = {place.pk for place in places}
        work.places.exclude(stretch__in=wanted).delete()
        kept = set(work.places.values_list("stretch_id", flat=True))
        SpecialWorkStretch.objects.bulk_create(SpecialWorkStretch(work=work, stretch_id=pk) for pk in sorted(wanted - kept))
        _require_reason_for_clashes(work)
    return work


@transaction.atomic
def agree_special_work(*, work: SpecialWork, actor: User, at: datetime.datetime) -> SpecialWork:
    """The county (or city) agrees with the owner on the days filed. Raises SpecialWorkMoved unless it is filed."""
    work = locked_special_work(work)
    actor.require("special.coordinate", work.region.path)
    return _move(work, State.AGREED, timezone.localdate(at), actor, at)


def _past(day: datetime.date, at: datetime.datetime, name: str) -> None:
    if day > timezone.localdate(at):
        message = _("The day lies in the future.")
        raise InvalidInput(message, details={name: message})


@transaction.atomic
def start_special_work(*, work: SpecialWork, day: datetime.date, actor: User, at: datetime.datetime) -> SpecialWork:
    """The works began on a day. Raises SpecialWorkMoved unless they are agreed, InvalidInput for a day in the future."""
    work = locked_special_work(work)
    require_owner(actor, work.owner, work.region.path)
    _past(day, at, "day")
    work.started_on = day
    return _move(work, State.RUNNING, day, actor, at)


@transaction.atomic
def complete_special_work(*, work: SpecialWork, day: datetime.date, actor: User, at: datetime.datetime) -> SpecialWork:
    """The works are completed since a day. Raises SpecialWorkMoved unless they run, InvalidInput for a day before the start."""
    work = locked_special_work(work)
    require_owner(actor, work.owner, work.region.path)
    _past(day, at, "day")
    if work.started_on and day < work.started_on:
        message = _("Completion lies before the start.")
        raise InvalidInput(message, details={"day": message})
    work.completed_on = day
    return _move(work, State.COMPLETED, day, actor, at)


@transaction.atomic
def reopen_special_work(*, work: SpecialWork, reason: str, actor: User, at: datetime.datetime) -> SpecialWork:
    """Take back a completion that was recorded by mistake, or that did not hold, with a reason: the works run again."""
    work = locked_special_work(work)
    require_owner(actor, work.owner, work.region.path)
    if work.state != State.COMPLETED:
        raise SpecialWorkMoved(_("“%(title)s” is not completed.") % {"title": work.title})
    words = given_reason(reason)
    work.completed_on = None
    return _move(work, State.RUNNING, timezone.localdate(at), actor, at, words)


@transaction.atomic
def withdraw_special_work(*, work: SpecialWork, reason: str, actor: User, at: datetime.datetime) -> SpecialWork:
    """The owner gives the work up, with a reason, before it began. It stays readable and asks nothing of the project any more."""
    work = locked_special_work(work)
    require_owner(actor, work.owner, work.region.path)
    return _move(work, State.WITHDRAWN, timezone.localdate(at), actor, at, given_reason(reason))


def _of_project(project: Project) -> list[SpecialWork]:
    """The project's special works that stand, locked in the order of their keys."""
    keys = [work.pk for work in special_works_of(project)]
    return list(SpecialWork.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


@transaction.atomic
def accept_special_works(*, project: Project, day: datetime.date, actor: User, at: datetime.datetime) -> list[SpecialWork]:
    """Accept every special work of a project in one act with the project itself; those accepted already stay as they are.

    Raises NotCompleted naming those that are not completed by that day (then none is accepted), InvalidInput for a day in
    the future, ProjectLocked for a withdrawn project. Returns what was accepted now.
    """
    project = locked_project(project.pk)
    actor.require("projects.edit", project.region.path)
    if project.condition == Condition.WITHDRAWN:
        raise ProjectLocked(_("The project is withdrawn: it cannot be changed."))
    _past(day, at, "day")
    works = _of_project(project)
    missing = [
        work for work in works
        if work.state not in {State.COMPLETED, State.ACCEPTED} or work.completed_on is None or work.completed_on > day
    ]  # fmt: skip
    if missing:
        raise NotCompleted(
            _("Special works are not completed by %(day)s: %(names)s.")
            % {"day": day.isoformat(), "names": _(", ").join(f"{work.get_owner_display()} · {work.title}" for work in missing[:5])},
            details=[work.pk for work in missing],
        )
    return [_move(work, State.ACCEPTED, day, actor, at) for work in works if work.state == State.COMPLETED]


@transaction.atomic
def take_back_acceptance(*, project: Project, reason: str, actor: User, at: datetime.datetime) -> list[SpecialWork]:
    """Take the acceptance of a project's special works back, with a reason, when the project's own is taken back."""
    project = locked_project(project.pk)
    actor.require("projects.edit", project.region.path)
    words, day = given_reason(reason), timezone.localdate(at)
    return [_move(work, State.COMPLETED, day, actor, at, words) for work in _of_project(project) if work.state == State.ACCEPTED]
