"""The site with two more addresses, through the same server and middleware: /benchmark/empty does nothing, /benchmark/insert
writes one row in one transaction."""

import os
import uuid

import django
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import clear_url_caches, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renovation.settings")
django.setup(set_prefix=False)


def empty(request: HttpRequest) -> HttpResponse:
    """Nothing."""
    return HttpResponse()


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """One row, one transaction: what any ballot costs at the least."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO benchmark_row (key, at) VALUES (%s, %s)", [uuid.uuid4(), timezone.now()])
    return HttpResponse()


def application_with_empty_view() -> WSGIHandler:
    """The site's application, its addresses extended by one."""
    from renovation import urls

    urls.urlpatterns[:0] = [path("benchmark/empty", empty), path("benchmark/insert", insert)]
    clear_url_caches()
    return WSGIHandler()


application = application_with_empty_view()
