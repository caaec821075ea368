"""App registration."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Common plumbing"""

    name = "common"
    verbose_name = "Common plumbing"
