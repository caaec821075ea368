"""Words of plans and projects."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stage(TextChoices):
    """A project's way (DOMAIN.md section 5), in order."""

    SURVEYED = "surveyed", pgettext_lazy("stage", "Surveyed")
    RESERVE = "reserve", pgettext_lazy("stage", "In reserve")
    PLANNED = "planned", pgettext_lazy("stage", "Planned")
    DESIGNED = "designed", pgettext_lazy("stage", "Designed")
    APPROVED = "approved", pgettext_lazy("stage", "Approved")
    TENDERED = "tendered", pgettext_lazy("stage", "Tendered")
    STARTED = "started", pgettext_lazy("stage", "Started")
    COMPLETED = "completed", pgettext_lazy("stage", "Completed")
    ACCEPTED = "accepted", pgettext_lazy("stage", "Accepted")
    CLOSED = "closed", pgettext_lazy("stage", "Closed")


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
