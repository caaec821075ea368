"""Addresses of facilities and living circles."""

from django.urls import path

from facilities.views import inventory

app_name = "facilities"
urlpatterns = [
    path("facilities/", inventory.FacilityList.as_view(), name="list"),
    path("facilities/add/", inventory.FacilityAdd.as_view(), name="add"),
    path("facilities/<int:pk>/", inventory.FacilityDetail.as_view(), name="detail"),
    path("facilities/<int:pk>/edit/", inventory.FacilityChange.as_view(), name="edit"),
    path("facilities/<int:pk>/state/", inventory.FacilityMove.as_view(), name="state"),
]
