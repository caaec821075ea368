"""Addresses of facilities and living circles."""

from django.urls import path

from facilities.views import circle, coverage, inventory, renewal

app_name = "facilities"
urlpatterns = [
    path("facilities/", inventory.FacilityList.as_view(), name="list"),
    path("facilities/add/", inventory.FacilityAdd.as_view(), name="add"),
    path("facilities/conversions/", renewal.ConversionList.as_view(), name="conversions"),
    path("facilities/conversions/<int:pk>/edit/", renewal.ConversionChange.as_view(), name="conversion-edit"),
    path("facilities/inspections/", renewal.InspectionList.as_view(), name="inspections"),
    path("facilities/inspections/<int:pk>/photo/", renewal.InspectionPhoto.as_view(), name="inspection-photo"),
    path("facilities/<int:pk>/", inventory.FacilityDetail.as_view(), name="detail"),
    path("facilities/<int:pk>/edit/", inventory.FacilityChange.as_view(), name="edit"),
    path("facilities/<int:pk>/state/", inventory.FacilityMove.as_view(), name="state"),
    path("facilities/<int:pk>/inspect/", renewal.InspectionAdd.as_view(), name="inspect"),
    path("circle/", coverage.CoveragePage.as_view(), name="coverage"),
    path("circle/communities/", coverage.BehindPage.as_view(), name="behind"),
    path("circle/count/", coverage.CountRegion.as_view(), name="count"),
    path("circle/runs/<int:pk>/", coverage.RunPage.as_view(), name="run"),
    path("circle/<int:pk>/", circle.CirclePage.as_view(), name="circle"),
    path("circle/<int:pk>/suggest/", circle.SuggestWork.as_view(), name="suggest"),
    path("circle/<int:pk>/theme/", circle.ThemePage.as_view(), name="theme"),
    path("circle/<int:pk>/assess/<slug:item>/", circle.AssessItem.as_view(), name="assess"),
    path("circle/<int:pk>/conversions/add/", renewal.ConversionAdd.as_view(), name="conversion-add"),
]
