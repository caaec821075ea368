"""App registration."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demo data"""

    name = "demo"
    verbose_name = "Demo data"
