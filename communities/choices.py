"""Words of the register."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OwnerKind(TextChoices):
    """How the flats came to their owners (DOMAIN.md section 4)."""

    REFORM = "reform", _("Housing-reform flats")
    UNIT_OWNED = "unit_owned", _("Owned by a work unit")
    COMMODITY = "commodity", _("Commodity housing")
    MIXED = "mixed", _("Mixed")


class ManagementKind(TextChoices):
    """Who manages the community today (DOMAIN.md section 10)."""

    NONE = "none", _("Nobody")
    COMMITTEE = "committee", _("Committee custody")
    SELF = "self", _("Residents' self-management")
    UNIT = "unit", _("Original owner unit")
    PROFESSIONAL = "professional", _("Professional company")
