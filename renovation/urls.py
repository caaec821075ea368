"""Every address of the site, app by app."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from lifecycle.urls import urlpatterns as stair_urls
from projects.urls import urlpatterns as works_urls
from renovation import api, views

urlpatterns = [
    path("", include(("surveys.urls", "surveys"))),  # first: half a million households vote through it
    path("", views.Home.as_view(), name="home"),
    path("", include("accounts.urls")),
    path("audit/", include("audit.urls")),
    path("regions/", include("regions.urls")),
    path("", include("communities.urls")),
    path("", include("facilities.urls")),
    path("", include("analytics.urls")),
    path("spreadsheets/", include("spreadsheets.urls")),
    # the project's own page needs the stair: one floor higher, same names ("projects:detail")
    path("", include(([*works_urls, *stair_urls], "projects"))),
    path("healthz", views.Health.as_view(), name="healthz"),
    path("design/", views.Design.as_view(), name="design"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include(api.urls)),
    path("api/schema/", SpectacularAPIView.as_view(api_version="v1"), name="api-schema"),
    path("api/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
