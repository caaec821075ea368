"""App registration."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """Regions"""

    name = "regions"
    verbose_name = "Regions"
