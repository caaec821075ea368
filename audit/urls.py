"""Addresses of the audit trail."""

from django.urls import path

from audit.views import Trail

app_name = "audit"
urlpatterns = [path("", Trail.as_view(), name="list")]
