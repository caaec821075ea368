"""The cities' templates "9 + X"."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.text import whole_number
from common.views import ActionView, StaffRequest
from projects.forms import TemplateForm
from projects.models import CityTemplate
from projects.operations import write_template
from projects.queries import current_catalogue
from projects.views.catalogue import by_class, catalogue_crumbs
from projects.views.shared import put_errors
from regions.choices import REPORTING_KINDS
from regions.models import Region


class TemplateList(ActionView):
    """The templates of the cities in reach, and of the city above."""

    action = "catalogue.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        scope = request.user.scope
        above = {code for path in scope.paths for code in path.strip("/").split("/")}
        rows = CityTemplate.objects.filter(scope.q("region__path") | Q(region__code__in=above)).select_related("region", "catalogue")
        editing = request.user.scope_for("templates.edit")
        context = {
            "templates": [
                {
                    "template": row,
                    "common": [each.item for each in row.rows.all() if each.item.compulsory],
                    "own": [each.item for each in row.rows.all() if not each.item.compulsory],
                    "may_edit": editing.covers(row.region.path),
                }
                for row in rows.prefetch_related("rows__item").order_by("region__code", "name")
            ],
            "may_edit": request.user.may("templates.edit"),
            "catalogue": current_catalogue(),
            "crumbs": catalogue_crumbs((_("City templates"), "")),
        }
        return render(request, "projects/template_list.html", context)


class TemplateEdit(ActionView):
    """Form: a template's name and the city's own choice; the common items are always in it."""

    action = "templates.edit"

    def get(self, request: StaffRequest, pk: int = 0) -> HttpResponse:
        template, region = self._template(request, pk)
        initial = {"name": template.name, "note": template.note} if template else {}
        return self._page(request, template, region, TemplateForm(initial=initial), self._held(template))

    def post(self, request: StaffRequest, pk: int = 0) -> HttpResponse:
        template, region = self._template(request, pk)
        form = TemplateForm(request.POST)
        chosen = {whole_number(text) for text in request.POST.getlist("item")}
        if form.is_valid():
            try:
                write_template(
                    region=region, template=template, chosen=chosen, actor=request.user, at=timezone.now(), **form.cleaned_data
                )  # fmt: skip
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The template is stored."))
                return redirect("projects:template-list")
        return self._page(request, template, region, form, chosen, status=422)

    def _template(self, request: StaffRequest, pk: int) -> tuple[CityTemplate | None, Region]:
        template = None
        if pk:
            template = get_object_or_404(CityTemplate.objects.visible_to(request.user).select_related("region"), pk=pk)
            region = template.region
        else:
            own = Region.objects.filter(request.user.scope_for(self.action).q("path"), kind__in=REPORTING_KINDS)
            found = own.filter(code=request.GET.get("region")).first() if "region" in request.GET else own.order_by("code").first()
            if found is None:
                raise PermissionDenied
            region = found
        if not request.user.may(self.action, region.path):
            raise PermissionDenied
        return template, region

    def _held(self, template: CityTemplate | None) -> set[int]:
        """Ids in the published catalogue of what the template holds: an older year's items are found again by their codes."""
        current = current_catalogue()
        if template is None or current is None:
            return set()
        codes = template.rows.values("item__code")
        return set(current.items.filter(code__in=codes).values_list("pk", flat=True))

    def _page(
        self, request: StaffRequest, template: CityTemplate | None, region: Region, form: TemplateForm, chosen: set[int], status: int = 200
    ) -> HttpResponse:
        current = current_catalogue()
        items = list(current.items.order_by("position")) if current else []
        title = _("Change the template") if template else _("New template")
        context = {
            "form": form,
            "region": region,
            "catalogue": current,
            "groups": by_class(items),
            "chosen": chosen,
            "common": sum(item.compulsory for item in items),
            "title": title,
            "crumbs": catalogue_crumbs((title, "")),
        }
        return render(request, "projects/template_form.html", context, status=status)


class TemplateAdd(TemplateEdit):
    """Form: a new template of the city."""

    action = "templates.edit"
