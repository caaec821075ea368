"""Addresses of Excel in and out."""

from django.urls import path

from spreadsheets.views import exports, imports, jobs

app_name = "spreadsheets"
urlpatterns = [
    path("", jobs.JobList.as_view(), name="list"),
    path("import/<slug:sheet>/", imports.Upload.as_view(), name="import"),
    path("import/<slug:sheet>/template/", imports.Template.as_view(), name="template"),
    path("export/<slug:sheet>/", exports.Export.as_view(), name="export"),
    path("jobs/<uuid:key>/", jobs.JobPage.as_view(), name="job"),
    path("jobs/<uuid:key>/progress/", jobs.ProgressFragment.as_view(), name="progress"),
    path("jobs/<uuid:key>/confirm/", imports.Confirm.as_view(), name="confirm"),
    path("jobs/<uuid:key>/stop/", jobs.Stop.as_view(), name="stop"),
    path("jobs/<uuid:key>/file/", jobs.JobFile.as_view(), name="file"),
]
