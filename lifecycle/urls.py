"""Addresses of the stair. They are joined with those of `projects` at the roof and share its names (`projects:detail`)."""

from django.urls import path, re_path

from lifecycle.views import overrides, plans, project, public, site

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
]
