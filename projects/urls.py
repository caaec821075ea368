"""Addresses of works. The project's own page, the plan's and the phone's stand one floor higher (`lifecycle`), under the same names."""

from django.urls import path

from projects.views import attachments, catalogue, entry, photos, plans, records, templates, works

app_name = "projects"
urlpatterns = [
    path("projects/", works.ProjectList.as_view(), name="list"),
    path("projects/<int:pk>/contracts/add/", works.ContractAdd.as_view(), name="contract-add"),
    path("projects/<int:pk>/communities/add/", works.CommunityAdd.as_view(), name="community-add"),
    path("projects/<int:pk>/communities/<int:entry>/remove/", works.CommunityRemove.as_view(), name="community-remove"),
    path("projects/<int:pk>/schemes/files/add/", attachments.AttachmentAdd.as_view(), name="attachment-add"),
    path("projects/schemes/files/<int:pk>/", attachments.AttachmentFile.as_view(), name="attachment-file"),
    path("projects/schemes/files/<int:pk>/withdraw/", attachments.AttachmentWithdraw.as_view(), name="attachment-withdraw"),
    path("projects/<int:pk>/records/add/", records.RecordAdd.as_view(), name="record-add"),
    path("projects/records/<int:pk>/void/", records.RecordVoid.as_view(), name="record-void"),
    path("projects/<int:pk>/photos/add/", photos.PhotoAdd.as_view(), name="photo-add"),
    path("projects/photos/<int:pk>/", photos.PhotoPage.as_view(), name="photo"),
    path("projects/photos/<int:pk>/file/", photos.PhotoFile.as_view(), name="photo-file"),
    path("projects/photos/<int:pk>/thumbnail/", photos.PhotoThumbnail.as_view(), name="photo-thumbnail"),
    path("catalogue/", catalogue.CatalogueList.as_view(), name="catalogue-list"),
    path("catalogue/draft/", catalogue.CatalogueDraft.as_view(), name="catalogue-draft"),
    path("catalogue/compare/", catalogue.CatalogueCompare.as_view(), name="catalogue-compare"),
    path("catalogue/<int:pk>/", catalogue.CataloguePage.as_view(), name="catalogue"),
    path("catalogue/<int:pk>/edit/", catalogue.CatalogueEdit.as_view(), name="catalogue-edit"),
    path("catalogue/<int:pk>/publish/", catalogue.CataloguePublish.as_view(), name="catalogue-publish"),
    path("catalogue/templates/", templates.TemplateList.as_view(), name="template-list"),
    path("catalogue/templates/add/", templates.TemplateAdd.as_view(), name="template-add"),
    path("catalogue/templates/<int:pk>/edit/", templates.TemplateEdit.as_view(), name="template-edit"),
    path("plans/", plans.PlanList.as_view(), name="plan-list"),
    path("plans/draft/", plans.PlanDraft.as_view(), name="plan-draft"),
    path("plans/<int:pk>/submit/", plans.PlanSubmit.as_view(), name="plan-submit"),
    path("plans/<int:pk>/confirm/", plans.PlanConfirm.as_view(), name="plan-confirm"),
    path("plans/<int:pk>/return/", plans.PlanReturn.as_view(), name="plan-return"),
    path("plans/<int:pk>/entries/<int:entry>/put/", plans.PlanPut.as_view(), name="plan-put"),
    path("plans/<int:pk>/entries/<int:entry>/take/", plans.PlanTake.as_view(), name="plan-take"),
    path("progress/", entry.EntryGrid.as_view(), name="entry"),
    path("progress/row/", entry.EntryRow.as_view(), name="entry-row"),
    path("progress/bulk/", entry.EntryBulk.as_view(), name="entry-bulk"),
    path("progress/undo/", entry.EntryUndo.as_view(), name="entry-undo"),
]
