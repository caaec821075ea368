"""What everybody may see of rounds: their times while they run, their results once they are closed, the files to check them."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.paging import cursor_page
from common.text import storable, whole_number
from common.views import PublicView
from regions.models import Region
from regions.queries import province
from surveys import queries
from surveys.choices import RoundKind, RoundState
from surveys.models import Publication, RollEntry, Round
from surveys.outcome import kept_file, outcome_of
from surveys.querysets import RoundQuerySet
from surveys.rolls import masked_door
from surveys.signing import key_id, public_key_text
from surveys.voting import face_of_round

STAGES = {RoundState.ANNOUNCED: "before", RoundState.KEYING: "keying", RoundState.CANCELLED: "cancelled", RoundState.CLOSED: "closed"}
WAITING = (RoundState.ANNOUNCED, RoundState.OPEN, RoundState.KEYING)
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"  # a further revision takes its place


def round_or_404(code: str) -> Round:
    """The round of this public code; drafts are nobody's business."""
    round_ = queries.round_by_code(code) if storable(code) else None
    if round_ is None:
        raise Http404(_("There is no such round."))
    return round_


class ResultList(PublicView):
    """Results, the newest first; filters in the query string."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Closed rounds unless another outcome is asked for; what cannot be meant finds nothing."""
        outcome = request.GET.get("outcome", "")
        region = self._region(request.GET.get("region", ""))
        rows = self._filtered(request, region)
        waiting = outcome == "running"
        page = cursor_page(rows, order="closes_at" if waiting else "-closes_at", cursor=request.GET.get("cursor", ""), size=30)
        context = {
            "page": page,
            "region": region,
            "regions": Region.objects.filter(parent=region or province()).order_by("code"),
            "above": region.parent if region else None,
            "kinds": RoundKind.choices,
            "outcomes": self._outcomes(request, outcome),
            "waiting": waiting,
            "filtered": any(request.GET.get(name) for name in ("q", "region", "kind", "outcome")),
            "all_synthetic": bool(page.rows) and all(row.synthetic for row in page.rows),
        }
        return render(request, "surveys/results.html", context)

    @staticmethod
    def _region(code: str) -> Region | None:
        found = Region.objects.select_related("parent").filter(code=code).first() if code and storable(code) else None
        if code and found is None:
            raise Http404(_("There is no such region."))
        return found if found and found.depth > 1 else None

    @staticmethod
    def _filtered(request: HttpRequest, region: Region | None) -> RoundQuerySet[Round]:
        """The rows of the question."""
        rows = queries.public_rounds()
        outcome, kind, words = (request.GET.get(name, "") for name in ("outcome", "kind", "q"))
        states: dict[str, dict[str, Any]] = {
            "": {"state": RoundState.CLOSED},
            "passed": {"state": RoundState.CLOSED, "counted__passed": True},
            "not-passed": {"state": RoundState.CLOSED, "counted__passed": False},
            "running": {"state__in": WAITING},
            "cancelled": {"state": RoundState.CANCELLED},
        }
        if outcome not in states or (kind and kind not in RoundKind.values) or not storable(words):
            return rows.none()
        rows = rows.filter(**states[outcome])
        rows = rows.within(region) if region else rows
        rows = rows.filter(kind=kind) if kind else rows
        return rows.search(words[:80]) if words.strip() else rows

    @staticmethod
    def _outcomes(request: HttpRequest, now: str) -> list[dict[str, Any]]:
        words = (
            ("", _("All results")),
            ("passed", _("Passed")),
            ("not-passed", _("Not passed")),
            ("running", _("Going on")),
            ("cancelled", _("Cancelled")),
        )
        items = []
        for value, label in words:
            query = request.GET.copy()
            for name in ("cursor", "outcome"):
                query.pop(name, None)
            if value:
                query["outcome"] = value
            items.append({"label": label, "url": f"?{query.urlencode()}", "current": value == now})
        return items


class Result(PublicView):
    """One round: only its times while it runs, turnout and result after the closing."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """`receipt`: the ballot that is looked for, answered without script too. 404 for a draft or an unknown code."""
        round_ = round_or_404(code)
        now = timezone.now()
        stage = STAGES.get(RoundState(round_.state), "before" if now < round_.opens_at else "running")
        if stage == "running" and now >= round_.closes_at:
            stage = "keying"  # the closing is due: within seconds the clock does it
        context: dict[str, Any] = {"round": round_, "stage": stage, "version_tag": round_.scheme_version and not _says_version(round_)}
        if stage == "closed":
            context |= outcome_of(round_, now, request.GET.get("receipt", "")[:60])
        else:
            context |= {"face": face_of_round(round_), "crumbs": queries.public_crumbs(round_)}
        return render(request, "surveys/result.html", context)


def _says_version(round_: Round) -> bool:
    """Whether the title names the scheme's version already."""
    return f"第{round_.scheme_version}版" in round_.title_zh.replace(" ", "")


class BallotFile(PublicView):
    """The published file, byte by byte as it was signed."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """`revision`: an earlier one; without it the newest. 404 before the closing."""
        round_ = round_or_404(code)
        asked = request.GET.get("revision", "")
        publication = self._publication(round_, asked)
        if publication is None:
            raise Http404(_("No result is published yet."))
        tag = f'"{publication.root[:32]}-{publication.revision}"'
        headers = {"ETag": tag, "Cache-Control": FOREVER if asked else ASK_AGAIN}
        if request.headers.get("If-None-Match") == tag:
            return HttpResponse(status=304, headers=headers)
        headers["Content-Disposition"] = f'attachment; filename="{round_.code}-{publication.revision}.txt"'
        return HttpResponse(kept_file(publication), content_type="text/plain; charset=utf-8", headers=headers)

    @staticmethod
    def _publication(round_: Round, asked: str) -> Publication | None:
        rows = round_.publications.select_related("round").order_by("-revision")
        return (rows.filter(revision=min(whole_number(asked), 32_000)) if asked else rows).first()


class RollFile(PublicView):
    """The frozen roll with doors masked, as a table: a household can see that its stairwell is complete."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Areas (whole m²) only where owners decide by area. 404 before the roll is frozen."""
        round_ = round_or_404(code)
        if not round_.roll_hash:
            raise Http404(_("The roll is frozen when the round opens."))
        text = io.StringIO()
        writer = csv.writer(text)
        head = [_("Building"), _("Stairwell"), _("Door")]
        writer.writerow([*head, _("Exclusive area (m²)")] if round_.matter else head)
        rows = RollEntry.objects.filter(round=round_).order_by("number").values_list("building", "unit", "door", "area")
        for building, unit, door, area in rows:
            cells = [_plain(building), _plain(unit), _plain(masked_door(door))]
            writer.writerow([*cells, round(area)] if round_.matter else cells)
        response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{round_.code}-roll.csv"'
        response.headers["Cache-Control"] = ASK_AGAIN
        return response


def _plain(text: str) -> str:
    """No cell may be taken for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


class Verifier(PublicView):
    """The stand-alone checking program under an address that can be printed."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Its file among the static ones."""
        return redirect(staticfiles_storage.url("verifier/verify_result.py"))


class Proof(PublicView):
    """What a published result proves and what it does not, and the public key to check it with."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The same for all rounds."""
        context = {"key": public_key_text(), "key_id": key_id(), "verifier": request.build_absolute_uri(reverse("surveys:verifier"))}
        return render(request, "surveys/proof.html", context)
