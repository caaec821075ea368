"""The Celery application; tasks are found in each app's tasks.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renovation.settings")
app = Celery("renovation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def first_sign_of_life(sender: Any = None, **more: Any) -> None:
    """A worker that has just come up says so at once; beat keeps asking from then on."""
    app.send_task("messaging.tasks.heartbeat")
