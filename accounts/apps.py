"""App registration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts"""

    name = "accounts"
    verbose_name = "Accounts"
