"""Words of plans and projects."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Stage(TextChoices):
    """A project's way (DOMAIN.md section 5), in order."""

    SURVEYED = "surveyed", _("Surveyed")
    RESERVE = "reserve", _("In reserve")
    PLANNED = "planned", _("Planned")
    DESIGNED = "designed", _("Designed")
    APPROVED = "approved", _("Approved")
    TENDERED = "tendered", _("Tendered")
    STARTED = "started", _("Started")
    COMPLETED = "completed", _("Completed")
    ACCEPTED = "accepted", _("Accepted")
    CLOSED = "closed", _("Closed")


STAGE_ORDER: dict[str, int] = {stage.value: number for number, stage in enumerate(Stage)}


class Condition(TextChoices):
    """Beside the stage: whether work goes on."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PlanState(TextChoices):
    """An annual plan climbs: county, city, province."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted by the county")
    CONFIRMED = "confirmed", _("Confirmed by the city")
    FROZEN = "frozen", _("Frozen by the province")


class ContractKind(TextChoices):
    """What a contract is for."""

    WORKS = "works", _("Works contract")
    SUPERVISION = "supervision", _("Supervision contract")
    DESIGN = "design", _("Design contract")


class PhotoKind(TextChoices):
    """What a photo shows."""

    BEFORE = "before", _("Before")
    START = "start", _("Contractor on site")
    PROGRESS = "progress", _("Works")
    AFTER = "after", _("Finished")
