"""App registration."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Audit trail"""

    name = "audit"
    verbose_name = "Audit trail"
