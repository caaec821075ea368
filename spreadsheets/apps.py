"""App registration."""

from django.apps import AppConfig


class SpreadsheetsConfig(AppConfig):
    """Spreadsheets"""

    name = "spreadsheets"
    verbose_name = "Spreadsheets"
