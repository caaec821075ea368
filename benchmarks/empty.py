"""The site with one more address, /benchmark/empty: a view that does nothing, through the same server and middleware."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import clear_url_caches, path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renovation.settings")
django.setup(set_prefix=False)


def empty(request: HttpRequest) -> HttpResponse:
    """Nothing."""
    return HttpResponse()


def application_with_empty_view() -> WSGIHandler:
    """The site's application, its addresses extended by one."""
    from renovation import urls

    urls.urlpatterns.insert(0, path("benchmark/empty", empty))
    clear_url_caches()
    return WSGIHandler()


application = application_with_empty_view()
