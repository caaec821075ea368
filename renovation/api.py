"""The API's addresses, app by app."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from analytics.api import GateStatistics, Ranking, Statistics
from communities.api import CommunityViewSet
from facilities.api import FacilityViewSet
from projects.api import EntryViewSet, ProgressViewSet, ProjectViewSet
from regions.api import RegionViewSet

router = SimpleRouter()
router.register("regions", RegionViewSet, basename="region")
router.register("communities", CommunityViewSet, basename="community")
router.register("facilities", FacilityViewSet, basename="facility")
router.register("projects", ProjectViewSet, basename="project")
router.register("entries", EntryViewSet, basename="entry")
router.register("progress", ProgressViewSet, basename="progress")
urls = (
    [
        path("statistics/", Statistics.as_view(), name="statistics"),
        path("statistics/gates/", GateStatistics.as_view(), name="statistics-gates"),
        path("statistics/ranking/", Ranking.as_view(), name="statistics-ranking"),
        *router.urls,
    ],
    "api",
)
