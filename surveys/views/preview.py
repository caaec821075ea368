"""A round as a resident will see it: the voting pages themselves, with a banner, and a button that sends nothing."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from common.views import ActionView, StaffRequest
from surveys.models import Round
from surveys.rolls import registered
from surveys.views.shared import round_or_404
from surveys.voting import asked, face_of_round, household_words


class RoundPreview(ActionView):
    """?step=1 the code, else the questions; ?lang=en and ?elder=1 as on the voting pages."""

    action = "rounds.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        round_ = round_or_404(request, pk, self.action)
        step = 1 if request.GET.get("step") == "1" else 2
        elder, english = request.GET.get("elder") == "1", request.GET.get("lang") == "en"
        with translation.override("en" if english else "zh-hans"):
            text = self._rendered(round_, step, elder=elder, english=english)
        answer = HttpResponse(text)
        answer["Cache-Control"] = "no-store"
        answer["Content-Language"] = "en" if english else "zh-hans"
        return answer

    @staticmethod
    def _query(step: int, *, elder: bool, english: bool) -> str:
        return "&".join([f"?step={step}", *(["elder=1"] if elder else []), *(["lang=en"] if english else [])])

    def _rendered(self, round_: Round, step: int, *, elder: bool, english: bool) -> str:
        face = face_of_round(round_)
        first = registered(round_).select_related("building").order_by("pk").first()
        context = {
            "face": face if face.households else replace(face, households=registered(round_).count()),
            "elder": elder,
            "english": english,
            "here": "",
            "other_size": self._query(step, elder=not elder, english=english),
            "other_language": self._query(step, elder=elder, english=not english),
            "preview": {
                "step": step,
                "other": self._query(3 - step, elder=elder, english=english),
                "back": reverse("surveys:detail", args=[round_.pk]),
            },
            "home": household_words(first.building.name, first.unit, first.door) if first else "—",
            "questions": asked(round_.questions),
            "key": uuid.uuid4(),
        }
        return render_to_string("surveys/vote.html" if step == 1 else "surveys/vote_question.html", context)
