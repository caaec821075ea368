"""Preparing a round: whom and what to ask, then its words, times and questions; and the page as a resident will see it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError
from common.text import natural_key, whole_number
from common.views import ActionView, StaffRequest
from communities.models import Building, Community
from projects.choices import Condition
from projects.models import Entry, Project, Scheme
from projects.queries import newest_scheme
from surveys.choices import Matter, RoundKind, RoundState
from surveys.desk import subject_of
from surveys.forms.rounds import DraftForm, StartForm
from surveys.library import Questionnaire, by_code, for_kind
from surveys.models import Round
from surveys.operations.rounds import Plan, change_round, draft_round, question_fault, require_state
from surveys.planning import WITH_SCHEME, on_version, plan_from_library, plan_from_round, plan_of
from surveys.questions import editable, edited, posted_questions
from surveys.rules import BadQuestions, Question, check_questions
from surveys.views.shared import crumbs, put_errors, round_crumbs, round_or_404

MOST_FOUND = 30
MOST_EARLIER = 12
FORM_NAMES = ("title_zh", "title_en", "opens_at", "closes_at", "contact", "remind")


def communities_to_ask(user: User) -> QuerySet[Community]:
    """Communities in which the user may open rounds."""
    return Community.objects.visible_to(user, "rounds.manage").current().select_related("region")


def projects_of(community: Community) -> QuerySet[Project]:
    """The running projects that hold the community, newest first."""
    held = community.entries.filter(removed_on__isnull=True).values("project")
    return Project.objects.filter(pk__in=held).exclude(condition=Condition.WITHDRAWN).order_by("-pk")


def stairwells(community: Community) -> list[tuple[str, str]]:
    """(building key:stairwell, its name), in natural order."""
    rows = community.households.order_by().values_list("building_id", "building__name", "unit").distinct()
    found = sorted(rows, key=lambda row: (natural_key(row[1]), natural_key(row[2])))
    return [(f"{pk}:{unit}", _("%(building)s, stairwell %(unit)s") % {"building": name, "unit": unit}) for pk, name, unit in found]


def _words(each: Questionnaire) -> dict[str, str]:
    chinese = not (get_language() or "").startswith("en")
    return {"title": each.zh if chinese else each.en, "about": each.about_zh if chinese else each.about_en}


def source_groups(user: User, kind: str) -> list[dict[str, Any]]:
    """What a round may start from, by kind: the library's questionnaires, then own earlier rounds. `kind` narrows it."""
    groups: list[dict[str, Any]] = []
    for value, label in RoundKind.choices:
        if kind and kind != value:
            continue
        rows = [{"value": f"library:{each.code}"} | _words(each) for each in for_kind(value)]
        groups.append({"name": label, "rows": rows})
    earlier = Round.objects.visible_to(user, "rounds.manage").filter(created_by=user).select_related("community")
    if kind:
        earlier = earlier.filter(kind=kind)
    rows = [
        {
            "value": f"round:{each.pk}",
            "title": f"{each.title} · {each.community.name}",
            "about": f"{subject_of(each)} · {timezone.localtime(each.opens_at):%Y-%m-%d}",
        }
        for each in earlier.order_by("-pk")[:MOST_EARLIER]
    ]
    if rows:
        groups.append({"name": _("Copy from an earlier round of mine"), "rows": rows})
    return groups


class RoundCreate(ActionView):
    """First step: the community (searched for, or given by ?community= or ?project=), then what is asked."""

    action = "rounds.manage"

    def get(self, request: StaffRequest) -> HttpResponse:
        """Search while no community is chosen; a project with one community has chosen it."""
        community = self._community(request)
        if community is None:
            return self._search(request)
        return self._page(request, community, self._form(request, community))

    def post(self, request: StaffRequest) -> HttpResponse:
        """Make the draft with everything the source says, and go on to its words."""
        pk = whole_number(request.POST.get("community", ""))
        community = get_object_or_404(communities_to_ask(request.user), pk=pk)
        form = self._form(request, community, request.POST)
        if form.is_valid():
            try:
                plan = self._plan(request, form.cleaned_data, timezone.now())
                round_ = draft_round(community=community, plan=plan, actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, self._named(error))
            else:
                messages.success(request, _("The draft is there. Look at its words and times, then announce it."))
                return redirect("surveys:edit", pk=round_.pk)
        return self._page(request, community, form, status=422)

    @staticmethod
    def _named(error: DomainError) -> DomainError:
        """Faults at the fields that this form has."""
        if isinstance(error.details, dict):
            if "scheme_version" in error.details:
                error.details["project"] = error.details.pop("scheme_version")
            if "unit" in error.details:
                error.details["stairwell"] = error.details.pop("unit")
        return error

    def _community(self, request: StaffRequest) -> Community | None:
        rows = communities_to_ask(request.user)
        if request.GET.get("community"):
            return get_object_or_404(rows, pk=whole_number(request.GET["community"]))
        if request.GET.get("project"):
            own = list(self._of_project(rows, request)[:2])
            return own[0] if len(own) == 1 else None
        return None

    @staticmethod
    def _of_project(rows: QuerySet[Community], request: StaffRequest) -> QuerySet[Community]:
        """Those of ?project= alone, when one is named."""
        if not request.GET.get("project"):
            return rows
        held = Entry.objects.filter(project=whole_number(request.GET["project"]), removed_on__isnull=True)
        return rows.filter(pk__in=held.values("community"))

    def _search(self, request: StaffRequest) -> HttpResponse:
        rows = self._of_project(communities_to_ask(request.user), request)
        words = request.GET.get("q", "").strip()[:80]
        context = {
            "q": words,
            "project": whole_number(request.GET.get("project", "")),
            "kind": self._kind(request),
            "found": list(rows.search(words).order_by("pinyin", "pk")[:MOST_FOUND]),
            "total": rows.search(words).count(),
            "crumbs": crumbs(request, request.user.region, (_("New round"), "")) if request.user.region else [],
        }
        return render(request, "surveys/choose_community.html", context)

    @staticmethod
    def _kind(request: StaffRequest) -> str:
        kind = request.GET.get("kind", "") or request.POST.get("only_kind", "")
        return kind if kind in RoundKind.values else ""

    def _form(self, request: StaffRequest, community: Community, *data: Any) -> StartForm:
        projects = projects_of(community)
        groups = source_groups(request.user, self._kind(request))
        asked = projects.filter(pk=whole_number(request.GET.get("project", ""))).first() or projects.first()
        return StartForm(
            *data,
            sources=[(row["value"], row["title"]) for group in groups for row in group["rows"]],
            projects=projects,
            stairwells=stairwells(community),
            initial={"project": asked},
        )

    def _plan(self, request: StaffRequest, data: dict[str, Any], at: datetime.datetime) -> Plan:
        """The plan of the chosen source on the newest version of the project's scheme."""
        project: Project | None = data["project"]
        scheme = newest_scheme(project) if project else None
        origin, _colon, key = data["source"].partition(":")
        if origin == "library":
            questionnaire = by_code(key)
            assert questionnaire, "the form offers what the library holds"
            plan = plan_from_library(questionnaire, scheme, at, project=project)
        else:
            earlier = get_object_or_404(Round.objects.visible_to(request.user, "rounds.manage"), pk=key, created_by=request.user)
            plan = plan_from_round(earlier, scheme, at, project=project)
        if plan.matter == Matter.LIFT and data.get("stairwell"):
            building, _colon, unit = data["stairwell"].partition(":")
            plan = replace(plan, building=Building.objects.get(pk=building), unit=unit)
        return plan

    def _page(self, request: StaffRequest, community: Community, form: StartForm, status: int = 200) -> HttpResponse:
        chosen = form["source"].value() or ""
        context = {
            "community": community,
            "form": form,
            "groups": source_groups(request.user, self._kind(request)),
            "chosen": chosen,
            "only_kind": self._kind(request),
            "registered": community.households.count(),
            "crumbs": crumbs(request, community.region, (_("New round"), reverse("surveys:create")), (community.name, "")),
        }
        return render(request, "surveys/start.html", context, status=status)


class RoundEdit(ActionView):
    """Second step: words, times and questions of a draft. Every button posts the whole page: no script is needed."""

    action = "rounds.manage"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_or_404(request, pk, self.action)
        require_state(round_, RoundState.DRAFT)
        initial = {name: getattr(round_, name) for name in FORM_NAMES}
        return self._page(request, round_, DraftForm(initial=initial), round_.questions)

    def post(self, request: StaffRequest, pk: int) -> HttpResponse:
        """One of the page's buttons: change the rows of questions, take over a newer version of the scheme, or save."""
        round_ = round_or_404(request, pk, self.action)
        require_state(round_, RoundState.DRAFT)
        questions = posted_questions(lambda name: request.POST.get(name, ""))
        command = request.POST.get("do", "save")
        if command == "version":
            return self._to_newest_version(request, round_)
        if command not in {"save", "preview", "announce"}:
            return self._page(request, round_, self._untested(request), edited(questions, command), more=command.partition(":")[2])
        return self._saved(request, round_, questions, command)

    @staticmethod
    def _untested(request: StaffRequest) -> DraftForm:
        """The form as typed, without its faults: the clerk is still at work."""
        return DraftForm(initial={name: request.POST.get(name, "") for name in FORM_NAMES})

    def _saved(self, request: StaffRequest, round_: Round, questions: list[Question], command: str) -> HttpResponse:
        form = DraftForm(request.POST)
        fault: BadQuestions | None = None
        try:
            check_questions(questions, deciding=round_.kind != RoundKind.OPINIONS)
        except BadQuestions as bad:
            fault = bad
        if form.is_valid() and fault is None:
            plan = replace(plan_of(round_), questions=questions, **form.cleaned_data)
            try:
                change_round(round_=round_, plan=plan, actor=request.user, at=timezone.now())
            except DomainError as error:
                put_errors(form, error)
            else:
                messages.success(request, _("The draft is saved."))
                return redirect({"announce": "surveys:announce", "preview": "surveys:preview"}.get(command, "surveys:edit"), pk=round_.pk)
        return self._page(request, round_, form, questions, fault=fault, status=422)

    @staticmethod
    def _to_newest_version(request: StaffRequest, round_: Round) -> HttpResponse:
        scheme = newest_scheme(round_.project) if round_.project else None
        if scheme:
            change_round(round_=round_, plan=on_version(plan_of(round_), scheme), actor=request.user, at=timezone.now())
            messages.success(request, _("The draft now asks about version %(version)s.") % {"version": scheme.version})
        return redirect("surveys:edit", pk=round_.pk)

    def _page(
        self, request: StaffRequest, round_: Round, form: DraftForm, questions: list[Question], *,
        fault: BadQuestions | None = None, more: str = "", status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        scheme: Scheme | None = newest_scheme(round_.project) if round_.project and round_.kind in WITH_SCHEME else None
        context = {
            "round": round_,
            "subject": subject_of(round_),
            "form": form,
            "questions": editable(questions, more=more),
            "fault": question_fault(fault, questions) if fault else "",
            "fault_at": fault.where if fault else "",
            "forms_of_questions": [
                ("single", _("choose one")),
                ("multiple", _("choose several")),
                ("rating", _("marks from 1 to 5")),
                ("ranking", _("put in order")),
                ("text", _("write")),
            ],
            "decides": round_.kind != RoundKind.OPINIONS,
            "newer": scheme if scheme and scheme.version != round_.scheme_version else None,
            "crumbs": round_crumbs(request, round_, _("Change the draft")),
        }
        return render(request, "surveys/edit.html", context, status=status)
