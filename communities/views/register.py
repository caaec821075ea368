"""The register itself: list, one community, registering and changing it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.views import ActionView, StaffRequest
from communities.choices import ManagementKind
from communities.errors import LostUpdate
from communities.filters import CommunityFilter
from communities.forms import INDENT, CommunityForm, take_refusal
from communities.history import history_of
from communities.models import Community
from communities.operations import add_community, change_community
from communities.owners import masked_contact
from communities.queries import (
    DEFAULT_SORT,
    buildings_of,
    communities_in_reach,
    community_or_404,
    community_page,
    entries_of,
    household_page,
    pairs_of,
    place_names,
    reason_label,
    reason_words,
    reasons_against,
)
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region
from regions.queries import ancestors

QUICK = ("eligible", "suspected", "illegal")  # filters of the segments above the table
COUNTY_DEPTH = LEVEL_DEPTH[Level.COUNTY]


class CommunityList(ActionView):
    """The communities of the reader's area: filters, search, sort and paging live in the URL."""

    action = "communities.see"

    def get(self, request: StaffRequest) -> HttpResponse:
        """One page of the list; the same number of queries whatever it shows."""
        found = CommunityFilter(request.GET, queryset=communities_in_reach(request.user), request=request)
        page = community_page(found.qs, sort=request.GET.get("sort", DEFAULT_SORT), cursor=request.GET.get("cursor", ""))
        places = place_names((row.region for row in page.rows), above=self._shared_depth(request.user))
        address = reverse("communities:list")  # a community's page is its list's address and its key: `reverse` for each row is slow
        managed = {value: str(label) for value, label in ManagementKind.choices}
        rows = [
            {
                "url": f"{address}{row.pk}/",
                "community": row,
                "place": places[row.region.path] or "—",
                "managed": managed.get(row.management_kind, ""),
                "against": _(", ").join(reason_label(reason) for reason in reasons_against(row)),
            }
            for row in page.rows
        ]
        chosen = request.GET.get("region", "")
        context = {
            "filter": found,
            "page": page,
            "rows": rows,
            "regions": region_options(request.user, chosen),
            "region_chosen": chosen,
            "synthetic": any(row.synthetic for row in page.rows),
            "why": fits_nothing(found) if not page.rows else "",
            "kept": [(name, request.GET[name]) for name in (*QUICK, "sort") if request.GET.get(name)],
            "filtered": any(request.GET.get(name) for name in found.filters),
            "segments": self._segments(request),
            "may_add": request.user.may("communities.edit"),
            "may_merge": request.user.may("communities.merge"),
            "may_audit": request.user.may("audit.see"),
            "query": request.GET.urlencode(),
        }
        return render(request, "communities/list.html", context)

    @staticmethod
    def _shared_depth(user: Any) -> int:
        """The reader's own region is not repeated in every row."""
        posts = user.current_posts
        return min(posts[0].region.depth, COUNTY_DEPTH) if len(posts) == 1 else LEVEL_DEPTH[Level.PROVINCE]

    @staticmethod
    def _segments(request: StaffRequest) -> list[dict[str, Any]]:
        """The quick questions above the table."""
        words: tuple[tuple[str, dict[str, str]], ...] = (
            (_("All"), {}),
            (_("Can be renovated"), {"eligible": "yes"}),
            (_("Cannot be renovated"), {"eligible": "no"}),
            (_("Suspected duplicates"), {"suspected": "yes"}),
            (_("With illegal structures"), {"illegal": "yes"}),
        )
        present = {name: request.GET[name] for name in QUICK if request.GET.get(name)}
        items = []
        for label, values in words:
            query = request.GET.copy()
            for name in (*QUICK, "cursor"):
                query.pop(name, None)
            query.update(values)
            items.append({"label": label, "url": f"?{query.urlencode()}", "current": present == values})
        return items


def fits_nothing(found: CommunityFilter) -> str:
    """The filters that together exclude everything, by name."""
    quoted = _(" and ").join(_('"%(label)s: %(value)s"') % {"label": label, "value": value} for label, value in found.named())
    return _("No community fulfils %(filters)s.") % {"filters": quoted} if quoted else ""


def region_options(user: Any, chosen: str) -> SafeString:
    """Regions to filter by, as options indented by level: down to the county, and what lies below the chosen or own county."""
    top = min((post.region.depth for post in user.current_posts), default=1)
    condition = Q(depth__lte=max(COUNTY_DEPTH, top + 1))
    if len(chosen) >= 6 and chosen.isdigit():
        condition |= Q(path__contains=f"/{chosen[:6]}/")
    rows = Region.objects.visible_to(user).filter(condition).order_by("path").values_list("code", "name_zh", "name_en", "depth")
    english = (get_language() or "").startswith("en")
    options = _options(tuple((code, (name_en if english else "") or name_zh, depth - top) for code, name_zh, name_en, depth in rows))
    if chosen not in options:
        return mark_safe("\n".join(options.values()))
    options = options | {chosen: options[chosen].replace("<option ", "<option selected ", 1)}
    return mark_safe("\n".join(options.values()))


@lru_cache(maxsize=64)
def _options(rows: tuple[tuple[str, str, int], ...]) -> dict[str, str]:
    """Code -> option of (code, name, steps below the top). 182 options were a third of the page's time; the same rows give the same."""
    return {code: format_html('<option value="{}">{}{}</option>', code, INDENT * step, name) for code, name, step in rows}


class CommunityDetail(ActionView):
    """One community: what it is, whether it can be renovated, what hangs below it, what became of it."""

    action = "communities.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Names and phones stay masked here."""
        user = request.user
        community = community_or_404(pk, user)
        path = community.region.path
        buildings = buildings_of(community)
        county = "".join(f"{code}/" for code in community.region.codes[: LEVEL_DEPTH[Level.COUNTY]])  # a project belongs to the county
        context: dict[str, Any] = {
            "community": community,
            "crumbs": crumbs(request.user, community.region, community.name),
            "against": [reason_words(reason) for reason in reasons_against(community)],
            "buildings": buildings,
            "entries": entries_of(community),
            "opens_projects": user.may("projects.see", county),
            "history": [timeline_event(change) for change in history_of(community, most=10)],
            "pairs": [] if community.merged_into_id else pairs_of(community, user),
            "may_edit": user.may("communities.edit", path) and not community.merged_into_id,
            "may_merge": user.may("communities.merge", path),
            "may_see_households": user.may("households.see", path),
            "may_edit_households": user.may("households.edit", path) and not community.merged_into_id,
            "may_see_names": user.may("households.see_names", path),
        }
        if context["may_see_households"]:
            wanted = request.GET.get("building", "")
            building = next((row for row in buildings if str(row.pk) == wanted), None)
            page = household_page(community, building=building, cursor=request.GET.get("cursor", ""))
            context |= {
                "page": page,
                "building": building,
                "households": [{"household": row, "contact": masked_contact(row)} for row in page.rows],
            }
        return render(request, "communities/detail.html", context)


def crumbs(user: Any, region: Region, last: str) -> list[tuple[str, str]]:
    """The way down the tree to the page, as far as the reader reaches; each step opens the list of its region."""
    address = reverse("communities:list")
    return [*((step.name, f"{address}?region={step.code}") for step in ancestors(region) if user.scope.covers(step.path)), (last, "")]


def timeline_event(change: Any) -> dict[str, str]:
    """A line of the history in words: what was, and what is now."""
    if change.label == "insert":
        text = _("Registered")
    else:
        moved = [f"{one.field} {one.before or _('empty')} → {one.after or _('empty')}" for one in change.changes]
        text = _("; ").join(moved) or _("Saved without a change")
    if change.reason:
        text = _("%(text)s (reason: %(reason)s)") % {"text": text, "reason": change.reason}
    return {"state": "done", "when": change.when, "who": change.who, "text": text}


class CommunityAdd(ActionView):
    """Register a community."""

    action = "communities.edit"
    title = gettext_lazy("Register a community")

    def get(self, request: StaffRequest) -> HttpResponse:
        """An empty form, the region taken over from the list."""
        region = Region.objects.visible_to(request.user).filter(code=request.GET.get("region", "")).first()
        return self._show(request, CommunityForm(user=request.user, initial={"region": region}))

    def post(self, request: StaffRequest) -> HttpResponse:
        """Save, or say beside the fields what is wrong."""
        form = CommunityForm(request.POST, user=request.user)
        if form.is_valid():
            values = form.values()
            try:
                community = add_community(actor=request.user, at=timezone.now(), region=values.pop("region"), values=values)
            except DomainError as error:
                take_refusal(form, error)
            else:
                messages.success(request, _("Registered as %(code)s") % {"code": community.code})
                return redirect("communities:detail", community.pk)
        return self._show(request, form, status=422)

    def _show(self, request: StaffRequest, form: CommunityForm, status: int = 200) -> HttpResponse:
        address = reverse("communities:list")
        context = {"form": form, "title": self.title, "crumbs": [(_("Communities"), address), (self.title, "")], "back": address}
        return render(request, "communities/form.html", context, status=status)


class CommunityChange(ActionView):
    """Change a community; nobody's changes are overwritten unseen."""

    action = "communities.edit"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """The form with what is on record."""
        community = self._community(request, pk)
        return self._show(request, community, CommunityForm(instance=community, user=request.user))

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Save; after somebody else's change show it, and let the next save go through."""
        community = self._community(request, pk)
        form = CommunityForm(request.POST, instance=community, user=request.user)
        meanwhile = []
        if form.is_valid():
            version = form.cleaned_data["version"] or 0
            try:
                change_community(actor=request.user, at=timezone.now(), community_id=community.pk, version=version, values=form.values())
            except LostUpdate as error:
                meanwhile = [one for change in history_of(community, since=version) for one in change.changes]
                form.data = with_version(form, error.details["version"])
                take_refusal(form, error)
            except DomainError as error:
                take_refusal(form, error)
            else:
                messages.success(request, _("Saved"))
                return redirect("communities:detail", community.pk)
        return self._show(request, community, form, meanwhile=meanwhile, status=422)

    @staticmethod
    def _community(request: StaffRequest, pk: int) -> Community:
        community = community_or_404(pk, request.user)
        request.user.require("communities.edit", community.region.path)
        return community

    @staticmethod
    def _show(request: StaffRequest, community: Community, form: CommunityForm, status: int = 200, **more: Any) -> HttpResponse:
        back = reverse("communities:detail", args=[community.pk])
        context = {
            "form": form,
            "community": community,
            "title": _("Change %(name)s") % {"name": community.name},
            "crumbs": [*crumbs(request.user, community.region, community.name)[:-1], (community.name, back), (_("Change"), "")],
            "back": back,
        }
        return render(request, "communities/form.html", context | more, status=status)


def with_version(form: CommunityForm, version: int) -> Any:
    """The form's data with the version that is now on record: saving again is then done knowingly."""
    data = form.data.copy()
    data["version"] = version
    return data
