"""Every address of the site, app by app."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from renovation import api, views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("design/", views.design, name="design"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include(api.urls)),
    path("api/schema/", SpectacularAPIView.as_view(api_version="v1"), name="api-schema"),
    path("api/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
]
