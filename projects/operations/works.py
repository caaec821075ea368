"""Writing projects: into the reserve library, their communities, their contracts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError, InvalidInput
from communities.models import Community
from communities.rules import ineligible_because
from projects.choices import STAGE_ORDER, Condition, ContractKind, Stage
from projects.models import Contract, Entry, Project
from regions.choices import Level
from regions.models import Region


class NotEligible(DomainError):
    """A community that cannot be renovated, or is being renovated already."""

    code = "not_eligible"


class ProjectLocked(DomainError):
    """The project has gone too far for this change."""

    code = "project_locked"


def locked_project(pk: int) -> Project:
    """The project's row, locked until the transaction ends, with its county."""
    return Project.objects.select_related("region").select_for_update(of=("self",)).get(pk=pk)


def is_eligible(community: Community) -> bool:
    """Whether the register's rule allows the renovation (DOMAIN.md section 4)."""
    return community.merged_into_id is None and not ineligible_because(
        renovated_year=community.renovated_year,
        demolition_planned=community.demolition_planned,
        built_year=community.built_year,
        late_reason=community.late_reason,
    )


def _free_communities(communities: Sequence[Community], county: Region) -> list[Community]:
    """The communities, locked; raises unless each lies in the county, is eligible and in no other running project."""
    rows = list(
        Community.objects.select_for_update(of=("self",)).select_related("region").filter(pk__in=[c.pk for c in communities]).order_by("pk")
    )
    for row in rows:
        if not row.region.path.startswith(county.path):
            raise InvalidInput(_("%(name)s does not lie in %(county)s.") % {"name": row.name, "county": county.name})
        if not is_eligible(row):
            raise NotEligible(_("%(name)s is not eligible. Its page in the register gives the reason.") % {"name": row.name})
    taken = (
        Entry.objects.filter(community__in=rows, removed_on__isnull=True)
        .exclude(project__condition=Condition.WITHDRAWN)
        .exclude(project__stage__in=[Stage.ACCEPTED, Stage.CLOSED])
        .select_related("project", "community")
        .first()
    )
    if taken:
        raise NotEligible(
            _("%(name)s already belongs to the project %(project)s.") % {"name": taken.community.name, "project": taken.project.code}
        )
    return rows


def _next_code(county: Region, year: int) -> str:
    """HB130404-2021-017. The county's row is locked by the caller, so two clerks never get the same number."""
    prefix = f"HB{county.code}-{year}-"
    last = Project.objects.filter(code__startswith=prefix).aggregate(last=Max("code"))["last"]
    return f"{prefix}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:03d}"


def _entry(project: Project, community: Community) -> Entry:
    return Entry.objects.create(
        project=project, community=community, household_count=community.household_count, floor_area=community.floor_area
    )


@transaction.atomic
def create_project(*, name: str, county: Region, communities: Sequence[Community], actor: User, at: datetime.datetime) -> Project:
    """A new project of eligible communities of one county, at stage "surveyed" (`lifecycle` brings it into the reserve).

    Raises InvalidInput for a missing name or no community, NotEligible where the register or another project is against it.
    """
    actor.require("projects.edit", county.path)
    if county.level != Level.COUNTY:
        raise InvalidInput(_("A project belongs to a county-level unit."))
    if not name.strip():
        raise InvalidInput(_("Give the project a name."), details={"name": _("Give the project a name.")})
    if not communities:
        raise InvalidInput(_("Choose at least one community."), details={"communities": _("Choose at least one community.")})
    Region.objects.select_for_update().get(pk=county.pk)
    rows = _free_communities(communities, county)
    project = Project.objects.create(
        code=_next_code(county, timezone.localdate(at).year),
        name=name.strip(),
        region=county,
        synthetic=any(row.synthetic for row in rows),
        created_at=at,
    )
    for row in rows:
        _entry(project, row)
    return project


def _require_editable(project: Project, actor: User) -> None:
    actor.require("projects.edit", project.region.path)
    if project.condition != Condition.ACTIVE:
        raise ProjectLocked(_("The project is suspended or withdrawn: it cannot be changed."))


@transaction.atomic
def add_community(*, project: Project, community: Community, actor: User, at: datetime.datetime) -> Entry:
    """Put one more eligible community of the county into a project that is still in the reserve."""
    project = locked_project(project.pk)
    _require_editable(project, actor)
    if STAGE_ORDER[project.stage] > STAGE_ORDER[Stage.RESERVE]:
        raise ProjectLocked(_("Communities can be added only while the project is in the reserve."))
    return _entry(project, _free_communities([community], project.region)[0])


@transaction.atomic
def remove_community(*, entry: Entry, actor: User, at: datetime.datetime) -> None:
    """Take a community out of a project in the reserve. One community must stay; not while it stands in a plan."""
    project = locked_project(entry.project_id)
    _require_editable(project, actor)
    entry = Entry.objects.select_for_update().get(pk=entry.pk)
    if STAGE_ORDER[project.stage] > STAGE_ORDER[Stage.RESERVE] or entry.plan_id:
        raise ProjectLocked(_("Communities can be removed only while the project is in the reserve and in no plan."))
    if project.entries.count() == 1:
        raise ProjectLocked(_("This is the project's last community. Withdraw the project instead."))
    entry.delete()


@transaction.atomic
def add_contract(
    *,
    project: Project,
    kind: str,
    number: str,
    signed_on: datetime.date,
    amount: Decimal,
    party: str,
    actor: User,
    at: datetime.datetime,
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
) -> Contract:
    """Record a contract; amount in yuan. The same kind and number twice is refused."""
    project = locked_project(project.pk)
    _require_editable(project, actor)
    errors = {}
    if kind not in ContractKind.values:
        errors["kind"] = _("Choose what the contract is for.")
    if not number.strip():
        errors["number"] = _("Enter the contract number.")
    if not party.strip():
        errors["party"] = _("Enter the contractor.")
    if signed_on > timezone.localdate(at):
        errors["signed_on"] = _("The day of signing lies in the future.")
    if amount <= 0:
        errors["amount"] = _("The amount must be more than 0.")
    if starts_on and ends_on and ends_on < starts_on:
        errors["ends_on"] = _("The completion lies before the start.")
    if errors:
        raise InvalidInput(" ".join(errors.values()), details=errors)
    try:
        with transaction.atomic():
            return Contract.objects.create(
                project=project,
                kind=kind,
                number=number.strip(),
                signed_on=signed_on,
                amount=amount,
                party=party.strip(),
                starts_on=starts_on,
                ends_on=ends_on,
                recorded_at=at,
                recorded_by=actor,
            )
    except IntegrityError as error:
        message = _("This contract number is already recorded for this project.")
        raise InvalidInput(message, details={"number": message}) from error
