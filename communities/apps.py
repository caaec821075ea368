"""App registration."""

from django.apps import AppConfig


class CommunitiesConfig(AppConfig):
    """Communities"""

    name = "communities"
    verbose_name = "Communities"
