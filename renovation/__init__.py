"""The Django project package: the roof of the house."""

from renovation.celery import app as celery_app

__all__ = ["celery_app"]
