"""Proposed works: once each, taken over by the version that holds them, dismissed with a reason."""

from dataclasses import replace
from decimal import Decimal

import pytest

from common.errors import InvalidInput, NotAllowed
from projects.comparing import Line
from projects.models import Suggestion
from projects.operations import ProjectLocked, dismiss_suggestion, draw_scheme, suggest_work
from tests.factories.evidence import at, bring_to, day
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

NOW = at("2021-06-18")
CANTEEN = Line("meals", "老年 食堂", Decimal(120), "m²", Decimal(300_000))


@pytest.fixture
def project(district_staff):
    return make_planned_project()


def suggest(project, actor, **more):
    values = {"community": project.entries.get().community, "kind": "meals", "name": "老年食堂", "source": "gap"} | more
    return suggest_work(project=project, actor=actor, at=NOW, **values)


def draw(project, actor, *items, reason=""):
    return draw_scheme(
        project=project,
        title="方案",
        summary="说明",
        items=items,
        drawn_on=day("2021-03-15"),
        reason=reason,
        band_reason="只做食堂",
        actor=actor,
        at=NOW,
    )


def test_the_same_proposal_again_gives_the_row_that_stands(project, district_staff):
    first = suggest(project, district_staff, quantity=Decimal(120), unit="m²")
    assert suggest(project, district_staff, name=" 老年 食堂 ") == first
    assert suggest(project, district_staff, community=None) != first
    assert (first.state, first.quantity, first.unit) == ("open", 120, "m²")


def test_the_version_that_holds_it_takes_it_over_and_a_second_click_proposes_nothing_new(project, district_staff):
    row = suggest(project, district_staff)
    draw(project, district_staff, CANTEEN)
    row.refresh_from_db()
    assert row.state == "open", "the whole project is another place than one yard"
    scheme = draw(project, district_staff, replace(CANTEEN, community=row.community_id), reason="缺食堂")
    row.refresh_from_db()
    assert (row.state, row.taken_into, row.settled_at, row.settled_by) == ("taken", scheme, NOW, district_staff)
    assert suggest(project, district_staff) == row


def test_a_proposal_is_dismissed_once_and_with_a_reason(project, district_staff):
    row = suggest(project, district_staff)
    with pytest.raises(InvalidInput):
        dismiss_suggestion(suggestion=row, reason=" ", actor=district_staff, at=NOW)
    gone = dismiss_suggestion(suggestion=row, reason="隔壁有食堂", actor=district_staff, at=NOW)
    assert (gone.state, gone.reason) == ("dismissed", "隔壁有食堂")
    with pytest.raises(InvalidInput):
        dismiss_suggestion(suggestion=row, reason="again", actor=district_staff, at=NOW)
    assert suggest(project, district_staff) != row


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": "magic"}, "kind"), ({"name": " "}, "name"), ({"quantity": Decimal(0)}, "quantity"), ({"source": "?"}, "source")],
)
def test_what_is_wrong_with_a_proposal_is_named(project, district_staff, change, field):
    with pytest.raises(InvalidInput) as caught:
        suggest(project, district_staff, **change)
    assert set(caught.value.details) == {field}


def test_nobody_proposes_for_a_strange_yard_without_the_right_or_after_completion(project, district_staff, auditor):
    with pytest.raises(InvalidInput):
        suggest(project, district_staff, community=make_community())
    with pytest.raises(NotAllowed):
        suggest(project, auditor)
    bring_to(project, "completed", "2021-06-01", district_staff)
    with pytest.raises(ProjectLocked):
        suggest(project, district_staff)
    assert not Suggestion.objects.exists()
