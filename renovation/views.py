"""The roof's own pages: health, and the components' page for developers."""

import datetime

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from redis.exceptions import RedisError

from messaging.models import Heartbeat

WORKER_SILENCE = datetime.timedelta(seconds=60)


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database, broker and worker live, otherwise 503; one word each."""
    state = {"database": "down", "broker": "down", "worker": "down"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        state["database"] = "up"
        beat = Heartbeat.objects.filter(name="worker").first()
        if beat and timezone.now() - beat.seen_at < WORKER_SILENCE:
            state["worker"] = "up"
    except DatabaseError:
        connection.close()
    try:
        cache.set("healthz", 1, 10)
        state["broker"] = "up" if cache.get("healthz") == 1 else "down"
    except (RedisError, OSError):
        pass
    return JsonResponse(state, status=200 if set(state.values()) == {"up"} else 503)


def design(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    return render(request, "design/index.html")
