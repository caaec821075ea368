"""Addresses of the stair. They are joined with those of `projects` at the roof and share its names (`projects:detail`)."""

from django.urls import path, re_path

from lifecycle.views import project, site

urlpatterns = [
    path("projects/new/", project.ProjectCreate.as_view(), name="create"),
    path("projects/<int:pk>/", project.ProjectPage.as_view(), name="detail"),
    path("projects/<int:pk>/next/", project.StageMove.as_view(), name="stage-move"),
    path("projects/<int:pk>/take-back/", project.TakeBack.as_view(), name="take-back"),
    re_path(r"^projects/(?P<pk>\d+)/(?P<way>suspend|resume|withdraw)/$", project.ChangeCondition.as_view(), name="condition"),
    path("plans/<int:pk>/freeze/", project.PlanFreeze.as_view(), name="plan-freeze"),
    path("progress/site/", site.SiteList.as_view(), name="site"),
    path("progress/site/<int:entry>/", site.SiteCommunity.as_view(), name="site-community"),
]
