"""Addresses for tests of the in-page check: the section alone on a public page, with any file behind it."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path

from renovation.urls import urlpatterns as real
from surveys.ballot_file import parse
from surveys.signing import public_key_text

PAGE = """{% extends "base_public.html" %}{% load static %}{% block title %}T{% endblock %}
{% block content %}<div class="title"><h1>T</h1></div>{% include "surveys/_verify.html" %}{% endblock %}
{% block scripts %}<script src="{% static 'js/verify.js' %}" defer></script>{% endblock %}"""
served = {"page": "", "file": b""}


def show(request: HttpRequest) -> HttpResponse:
    """The section as a result page shows it; answers ?receipt= without script."""
    header, leaves = parse(served["page"])
    asked = request.GET.get("receipt", "").strip().upper()
    proof = {
        "file_url": "/try/file/", "file_name": "ballots.txt", "file_size": len(served["page"].encode()), "ballots": len(leaves),
        "root": header["root"], "key": public_key_text(), "key_id": header["key"], "revision": header["revision"], "published_at": datetime.fromisoformat(header["published"]),
    }  # fmt: skip
    found = next((leaf for leaf in leaves if leaf.receipt == asked), None)
    return HttpResponse(Template(PAGE).render(RequestContext(request, {"proof": proof, "receipt": asked, "found": found})))


def file(request: HttpRequest) -> HttpResponse:
    """The bytes of the file."""
    return HttpResponse(served["file"], content_type="text/plain; charset=utf-8")


urlpatterns = [*real, path("try/", show), path("try/file/", file)]
