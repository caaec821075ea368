"""Addresses of the windows: dashboard, rows behind figures, definitions, published figures, maps."""

from django.urls import path

from analytics.views import community_map, figures

app_name = "analytics"
urlpatterns = [
    path("dashboard/", figures.Dashboard.as_view(), name="dashboard"),
    path("dashboard/<str:code>/", figures.Dashboard.as_view(), name="dashboard-of"),
    path("figures/<slug:code>/rows/", figures.Rows.as_view(), name="rows"),
    path("figures/gates/<slug:kind>/rows/", figures.GateRows.as_view(), name="gate-rows"),
    path("figures/definitions/", figures.Definitions.as_view(), name="definitions"),
    path("figures/map/<str:code>.<str:digest>.json", figures.Map.as_view(), name="map"),
    path("communities/map/", community_map.CommunityMap.as_view(), name="community-map"),
    path("communities/map/points.json", community_map.Points.as_view(), name="community-points"),
    path("published/", figures.Published.as_view(), name="published"),
]
