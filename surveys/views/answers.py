"""The page of a round's answers: a table for each question, themes of the free texts, building by building."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.views import ActionView, StaffRequest
from surveys.answers import ONE_EACH, Answers, Asked, answers_of, staff_answers
from surveys.choices import RoundState
from surveys.models import Round
from surveys.rules import SMALL_GROUP

WANTED = 3  # items that the sentence names


class AnswersPage(ActionView):
    """Live while the round runs, for good after its closing. `?building=` narrows it to one building."""

    action = "rounds.see"

    def get(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Two statements for the figures, whatever the round asks."""
        rows = Round.objects.visible_to(request.user, self.action).exclude(state__in=[RoundState.DRAFT, RoundState.ANNOUNCED])
        round_ = get_object_or_404(rows.select_related("community__region"), pk=pk)
        answers = answers_of(round_)
        wanted = request.GET.get("building", "")
        building = wanted if wanted in answers.buildings and len(answers.buildings) > 1 else ""
        asked = staff_answers(round_, answers, building)
        context = {
            "round": round_,
            "questions": [{"asked": each, "lines": [] if building else _lines(answers, each)} for each in asked],
            "voted": sum(answers.voted[place] for place in answers.voted if building in {"", place}),
            "households": sum(answers.households[place] for place in answers.households if building in {"", place}),
            "wanted": "" if building else most_wanted(asked),
            "building": building,
            "buildings": answers.buildings if len(answers.buildings) > 1 else [],
            "smallest": SMALL_GROUP,
            "texts": any(each.groups for each in asked),
        }
        return render(request, "surveys/answers.html", context)


def _lines(answers: Answers, asked: Asked) -> list[dict[str, Any]]:
    """The cross-table of a question with few choices; of the others the filter shows one building at a time."""
    if asked.form not in ONE_EACH or not asked.choices:
        return []
    return [{"building": line.building, "answered": line.answered, "choices": line.choices} for line in answers.by_building(asked.code)]


def most_wanted(asked: list[Asked]) -> str:
    """The items that most households put on their list, in words, where the round asks for one; "" without answers."""
    menu = next((each for each in asked if each.form == "ranking"), None)
    found = [choice for choice in menu.choices[:WANTED] if choice.households] if menu else []
    return _(", ").join(
        ngettext("%(name)s (%(n)s household)", "%(name)s (%(n)s households)", choice.households or 0)
        % {"name": choice.words, "n": choice.households}
        for choice in found
    )
