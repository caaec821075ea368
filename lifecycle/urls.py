"""Addresses of the stair. They are joined with those of `projects` at the roof and share its names (`projects:detail`)."""

from django.urls import path, re_path

from lifecycle.views import acceptance, aftercare, checking, overrides, plans, project, public, site

urlpatterns = [
    path("gates/overrides/", public.PublishedOverrides.as_view(), name="overrides"),
    path("projects/new/", project.ProjectCreate.as_view(), name="create"),
    path("projects/<int:pk>/", project.ProjectPage.as_view(), name="detail"),
    path("projects/<int:pk>/next/", project.StageMove.as_view(), name="stage-move"),
    path("projects/<int:pk>/take-back/", project.TakeBack.as_view(), name="take-back"),
    re_path(r"^projects/(?P<pk>\d+)/(?P<way>suspend|resume|withdraw)/$", project.ChangeCondition.as_view(), name="condition"),
    path("projects/<int:pk>/override/<slug:gate>/", overrides.OverrideGate.as_view(), name="override"),
    path("projects/overrides/<int:pk>/take-back/", overrides.OverrideTakeBack.as_view(), name="override-take-back"),
    path("plans/<int:pk>/", plans.PlanPage.as_view(), name="plan"),
    path("plans/<int:pk>/freeze/", plans.PlanFreeze.as_view(), name="plan-freeze"),
    path("plans/<int:pk>/entries/<int:entry>/adjust/", plans.PlanAdjust.as_view(), name="plan-adjust"),
    path("progress/site/", site.SiteList.as_view(), name="site"),
    path("progress/site/<int:entry>/", site.SiteCommunity.as_view(), name="site-community"),
    path("acceptance/", acceptance.SheetList.as_view(), name="acceptance"),
    path("acceptance/defects/", checking.DefectList.as_view(), name="defects"),
    path("acceptance/settlements/", aftercare.SettlementList.as_view(), name="settlements"),
    path("acceptance/<int:pk>/", acceptance.SheetPage.as_view(), name="sheet"),
    path("acceptance/<int:pk>/pdf/", acceptance.SheetPdf.as_view(), name="sheet-pdf"),
    path("acceptance/<int:pk>/hold/", acceptance.SheetHold.as_view(), name="sheet-hold"),
    path("acceptance/<int:pk>/complete/", acceptance.SheetComplete.as_view(), name="sheet-complete"),
    path("acceptance/<int:pk>/rectify/", acceptance.SheetRectify.as_view(), name="sheet-rectify"),
    path("acceptance/<int:pk>/withdraw/", acceptance.SheetWithdraw.as_view(), name="sheet-withdraw"),
    path("acceptance/<int:pk>/parties/add/", checking.PartyAdd.as_view(), name="party-add"),
    path("acceptance/parties/<int:pk>/remove/", checking.PartyRemove.as_view(), name="party-remove"),
    path("acceptance/parties/<int:pk>/sign/", checking.SignPage.as_view(), name="party-sign"),
    path("acceptance/items/<int:pk>/", checking.ItemPage.as_view(), name="sheet-item"),
    path("acceptance/defects/<int:pk>/", checking.DefectPage.as_view(), name="defect"),
    path("acceptance/defects/<int:pk>/deadline/", checking.DefectDeadline.as_view(), name="defect-deadline"),
    path("projects/<int:pk>/acceptance/prepare/", acceptance.SheetPrepare.as_view(), name="sheet-prepare"),
    path("projects/<int:pk>/archive/", aftercare.ArchivePage.as_view(), name="archive"),
    path("projects/<int:pk>/archive/<slug:kind>/", aftercare.ArchiveFile.as_view(), name="archive-file"),
    path("projects/archive/<int:pk>/take-back/", aftercare.ArchiveTakeBack.as_view(), name="archive-take-back"),
    path("projects/<int:pk>/warranty/new/", aftercare.TicketNew.as_view(), name="ticket-new"),
    path("warranty/", aftercare.TicketList.as_view(), name="warranty"),
    path("warranty/<int:pk>/", aftercare.TicketPage.as_view(), name="ticket"),
]
