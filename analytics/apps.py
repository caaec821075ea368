"""App registration."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Analytics"""

    name = "analytics"
    verbose_name = "Analytics"
