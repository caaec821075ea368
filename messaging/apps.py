"""App registration."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Messaging"""

    name = "messaging"
    verbose_name = "Messaging"
