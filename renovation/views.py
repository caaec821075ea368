"""The roof's own pages: the start, health, and the components' page for developers."""

import datetime
from contextlib import suppress

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from redis.exceptions import RedisError

from common.views import PublicView
from messaging.models import Heartbeat
from renovation.navigation import menu_of

WORKER_SILENCE = datetime.timedelta(seconds=60)


class Home(PublicView):
    """The start: the first page of the menu that this person may see; the published figures for everybody else."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Who has no post lands on the profile, which says so."""
        if not request.user.is_authenticated:
            return redirect("analytics:published")
        menu = menu_of(request.user, request.path)
        return redirect(menu[0]["url"] if menu else "accounts:profile")


class Health(PublicView):
    """Whether database, broker and worker live: for the proxy and the monitoring."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """200 when all are up, otherwise 503; one word each."""
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
        with suppress(RedisError, OSError):  # the broker and the cache are one server
            cache.set("healthz", 1, 10)
            state["broker"] = "up" if cache.get("healthz") == 1 else "down"
        status = 200 if set(state.values()) == {"up"} else 503
        return JsonResponse(state, status=status, headers={"Cache-Control": "no-store"})


class Design(PublicView):
    """Every component in every state."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        return render(request, "design/index.html")
