"""Addresses of the region tree."""

from django.urls import path

from regions import views

app_name = "regions"
urlpatterns = [
    path("", views.RegionList.as_view(), name="list"),
    path("<str:code>/add/", views.RegionAdd.as_view(), name="add"),
]
