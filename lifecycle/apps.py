"""App registration."""

from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    """Lifecycle"""

    name = "lifecycle"
    verbose_name = "Lifecycle"
