"""Addresses of the windows: dashboard, rows behind figures, definitions, published figures, maps."""

from django.urls import path

from analytics import views

app_name = "analytics"
urlpatterns = [
    path("dashboard/", views.Dashboard.as_view(), name="dashboard"),
    path("dashboard/<str:code>/", views.Dashboard.as_view(), name="dashboard-of"),
    path("figures/<slug:code>/rows/", views.Rows.as_view(), name="rows"),
    path("figures/gates/<slug:kind>/rows/", views.GateRows.as_view(), name="gate-rows"),
    path("figures/definitions/", views.Definitions.as_view(), name="definitions"),
    path("figures/map/<str:code>.<str:digest>.json", views.Map.as_view(), name="map"),
    path("published/", views.Published.as_view(), name="published"),
]
