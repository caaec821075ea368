"""Addresses of the register."""

from django.urls import path

from communities.views import merging, parts, register

app_name = "communities"
urlpatterns = [
    path("communities/", register.CommunityList.as_view(), name="list"),
    path("communities/add/", register.CommunityAdd.as_view(), name="add"),
    path("communities/duplicates/", merging.DuplicateList.as_view(), name="duplicates"),
    path("communities/duplicates/<int:first>/<int:second>/", merging.MergePage.as_view(), name="merge"),
    path("communities/disclosures/", parts.DisclosureList.as_view(), name="disclosures"),
    path("communities/<int:pk>/", register.CommunityDetail.as_view(), name="detail"),
    path("communities/<int:pk>/edit/", register.CommunityChange.as_view(), name="edit"),
    path("communities/<int:pk>/buildings/add/", parts.BuildingAdd.as_view(), name="building-add"),
    path("communities/<int:pk>/households/add/", parts.HouseholdAdd.as_view(), name="household-add"),
    path("communities/buildings/<int:pk>/edit/", parts.BuildingChange.as_view(), name="building-edit"),
    path("households/<int:pk>/edit/", parts.HouseholdChange.as_view(), name="household-edit"),
    path("households/<int:pk>/show/", parts.HouseholdShow.as_view(), name="household-show"),
]
