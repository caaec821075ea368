"""App registration."""

from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    """Facilities"""

    name = "facilities"
    verbose_name = "Facilities"
