"""Schemes: versions written whole, compared, and the change that ends a vote."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidInput, NotAllowed
from projects.choices import WORK_CLASS, PipeOwner, WorkKind
from projects.comparing import DEARER_PERCENT, Line, dearer, differences, estimate, material_change
from projects.models import Scheme, SchemeItem
from projects.operations import ProjectLocked, draw_scheme
from projects.queries import lines_of, newest_scheme, works_of
from tests.factories.evidence import at, bring_to, day, make_scheme
from tests.factories.works import make_planned_project

NOW = at("2021-06-18")


def line(name="屋面防水", amount="1000000", kind="roof", quantity="4120", unit="m²"):
    return Line(kind, name, Decimal(quantity), unit, Decimal(amount))


WATER, ROOF = line("给排水管网", kind="water"), line()


def draw(project, actor, *items, drawn="2021-03-15", **more):
    values = {"title": "改造方案", "summary": "换水管，修屋面。", "drawn_on": day(drawn), "band_reason": "示例小区很小"} | more
    return draw_scheme(project=project, items=items or (WATER, ROOF), actor=actor, at=NOW, **values)


@pytest.fixture
def project(district_staff):
    return make_planned_project()


def codes(before, after):
    return [reason.code for reason in material_change(before, after)]


def test_every_kind_of_work_has_its_class_and_every_pipe_owner_is_a_kind():
    assert set(WORK_CLASS) == set(WorkKind.values)
    assert set(PipeOwner.values) <= set(WorkKind.values)


@pytest.mark.parametrize(
    ("after", "reasons"),
    [
        ([WATER, ROOF], []),
        ([ROOF, WATER], []),
        ([WATER, line("屋面 防水")], []),
        ([WATER, replace(ROOF, building="3号楼")], ["added", "dropped"]),
        ([WATER, replace(ROOF, intent="residents", unit_price=Decimal("242.72"))], []),
        ([WATER], ["dropped"]),
        ([WATER, ROOF, line("绿化", "1", "greening")], ["added"]),
        ([WATER, line("外墙粉刷", kind="facade")], ["added", "dropped"]),
        ([WATER, line(amount="1200000")], []),
        ([WATER, line(amount="1200000.01")], ["dearer"]),
        ([WATER, line(amount="500000")], []),
        ([WATER, line(quantity="1")], []),
        ([WATER, line("绿化", "2000000", "greening")], ["added", "dropped", "dearer"]),
    ],
    ids=[
        "the same",
        "another order",
        "spaces",
        "another building",
        "who pays",
        "dropped",
        "added",
        "another item",
        "exactly 10 %",
        "a fen above",
        "cheaper",
        "less of it",
        "all",
    ],
)
def test_what_ends_a_vote(after, reasons):
    assert codes([WATER, ROOF], after) == reasons


def test_small_steps_add_up_against_the_voted_version():
    steps = [[WATER, line(amount=str(1_000_000 + 90_000 * number))] for number in range(4)]
    assert all(codes(before, after) == [] for before, after in pairwise(steps))
    assert codes(steps[0], steps[3]) == ["dearer"]


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_dearer_is_exact_to_the_fen(before, after):
    assert dearer(before, after) == (Decimal(after) > Decimal(before) * (100 + DEARER_PERCENT) / 100)


names = st.lists(st.sampled_from("甲乙丙丁戊己"), unique=True, min_size=1)


@given(names, names)
def test_a_comparison_names_every_item_once_and_only_changes_of_items_are_material(before, after):
    old, new = [line(name) for name in before], [line(name) for name in after]
    found = differences(old, new)
    assert sorted(row.line.name for row in found) == sorted({*before, *after})
    assert estimate(new) == 1_000_000 * len(new)
    assert {"added", "dropped"} & {*codes(old, new)} == {
        code for code, names in (("added", {*after} - {*before}), ("dropped", {*before} - {*after})) if names
    }


def test_versions_follow_each_other_and_the_newest_stands(project, district_staff):
    first = draw(project, district_staff)
    second = draw(
        project, district_staff, WATER, line(amount="1100000"), drawn="2021-04-01", reason="居民意见", household_share=Decimal(860)
    )
    assert (first.version, second.version) == (1, 2)
    assert newest_scheme(project) == second
    assert newest_scheme(project, up_to=day("2021-03-31")) == first
    assert lines_of(second)[1].amount == 1_100_000


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"summary": ""}, "summary"),
        ({"drawn": "2021-06-19"}, "drawn_on"),
        ({"starts_on": day("2021-06-01"), "ends_on": day("2021-05-01")}, "ends_on"),
        ({"household_share": Decimal(-1)}, "household_share"),
    ],
)
def test_a_wrong_head_is_named(project, district_staff, change, field):
    with pytest.raises(InvalidInput) as caught:
        draw(project, district_staff, **change)
    assert set(caught.value.details) == {field}


@pytest.mark.parametrize(
    "items",
    [(line(kind="magic"),), (line(" "),), (line(amount="0"),), (line(quantity="-1"),), (line(unit=""),), (ROOF, line("屋面 防水"))],
    ids=["kind", "name", "amount", "quantity", "unit", "twice"],
)
def test_a_wrong_item_is_named(project, district_staff, items):
    with pytest.raises(InvalidInput) as caught:
        draw(project, district_staff, *items)
    assert set(caught.value.details) == {"items"}
    assert not Scheme.objects.exists()


def test_a_scheme_without_items_is_refused(project, district_staff):
    with pytest.raises(InvalidInput):
        draw_scheme(project=project, title="a", summary="b", items=[], drawn_on=day("2021-03-15"), actor=district_staff, at=NOW)


def test_a_new_version_needs_its_reason_and_is_not_older_than_the_last(project, district_staff):
    draw(project, district_staff)
    with pytest.raises(InvalidInput) as caught:
        draw(project, district_staff, drawn="2021-03-14")
    assert set(caught.value.details) == {"reason", "drawn_on"}


def test_a_work_lives_through_the_versions_of_its_scheme(project, district_staff):
    first = draw(project, district_staff)
    second = draw(project, district_staff, WATER, line("屋面 防水", "1100000"), line("外墙粉刷", kind="facade"), reason="居民意见")
    was, now = ({item.kind: item.work_id for item in scheme.items.all()} for scheme in (first, second))
    assert now["water"] == was["water"] and now["roof"] == was["roof"]
    assert [item.name for item in works_of(project)] == ["给排水管网", "屋面 防水", "外墙粉刷"]


def test_the_same_item_in_two_yards_is_two_works(project, district_staff):
    yard = project.entries.get().community_id
    here = Line("roof", "屋面防水", Decimal(100), "m²", Decimal(9_550), Decimal("95.50"), community=yard, building="3 号楼")
    scheme = draw(project, district_staff, line(), here)
    assert [(item.work.community_id, item.work.building) for item in works_of(project)] == [(None, ""), (yard, "3号楼")]
    assert lines_of(scheme)[1].key == here.key


def test_an_amount_that_is_not_quantity_times_price_is_refused_by_the_database_too(project, district_staff):
    with pytest.raises(InvalidInput, match="单价"):
        draw(project, district_staff, replace(ROOF, unit_price=Decimal("1")))
    item = draw(project, district_staff).items.get(kind="roof")
    item.pk, item.scheme_id = None, make_scheme(project, district_staff).pk
    item.position, item.unit_price = 1, Decimal("1")
    with pytest.raises(DatabaseError, match="quantity_times_price"), transaction.atomic():
        item.save()


@pytest.mark.parametrize("person", ["province_official", "city_official", "other_district_staff", "auditor"])
def test_only_the_countys_staff_draw_a_scheme(project, person, request):
    with pytest.raises(NotAllowed):
        draw(project, request.getfixturevalue(person))


def test_finished_works_keep_their_scheme(project, district_staff):
    bring_to(project, "completed", "2021-06-01", district_staff)
    with pytest.raises(ProjectLocked):
        draw(project, district_staff)


def test_the_database_changes_no_version_and_takes_no_further_item(project, district_staff):
    scheme = draw(project, district_staff)
    attempts = (
        lambda: Scheme.objects.filter(pk=scheme.pk).update(title="x"),
        lambda: scheme.items.update(amount=1),
        lambda: scheme.items.all()._raw_delete("default"),
        lambda: SchemeItem.objects.create(scheme=scheme, position=3, kind="smart", name="门禁", quantity=1, unit="套", amount=1),
    )
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert scheme.items.count() == 2


def posted(*rows, **more):
    data = {"title": "改造方案", "summary": "换水管。", "drawn_on": "2021-03-15", "band_reason": "示例"} | more
    for number in range(12):
        row = rows[number] if number < len(rows) else ("", "", "", "", "")
        data |= {f"item-{number}-{name}": value for name, value in zip(("kind", "name", "quantity", "unit", "amount"), row, strict=True)}
    return data


def test_a_clerk_enters_a_scheme_and_reads_it_compared(client, project, district_staff):
    client.force_login(district_staff)
    form, page = reverse("projects:scheme-draw", args=[project.pk]), reverse("projects:schemes", args=[project.pk])
    assert client.get(page).status_code == 200
    assert client.get(form).content.decode().count('name="item-') == 13 * (12 + 1), "twelve empty rows and the one that the script copies"
    rows = (("water", "给排水管网", "2.4", "km", "148"), ("roof", "屋面防水", "4120", "m²", "96.5"))
    assert client.post(form, posted(*rows)).status_code == 302
    assert estimate(lines_of(newest_scheme(project))) == Decimal("2445000")
    more = (*rows, ("culture", "澡堂改会客厅", "420", "m²", "86"))
    assert client.post(form, posted(*more, reason="居民要会客厅")).status_code == 302
    compared = client.get(reverse("projects:scheme-compare", args=[project.pk]))
    assert [row["state"] for row in compared.context["rows"]] == ["same", "same", "added"]
    assert len(compared.context["reasons"]) == 2
    assert client.get(page).context["is_newest"]
    assert not client.get(page, {"version": 1}).context["is_newest"]
    detail = client.get(reverse("projects:detail", args=[project.pk]))
    assert "澡堂改会客厅" in detail.content.decode()


@pytest.mark.parametrize(
    "row",
    [
        ("water", "", "1", "km", "1"),
        ("", "管网", "1", "km", "1"),
        ("water", "管网", "x", "km", "1"),
        ("water", "管网", "1", "km", "0.0000001"),
    ],
)
def test_an_incomplete_row_comes_back_marked(client, project, district_staff, row):
    client.force_login(district_staff)
    answer = client.post(reverse("projects:scheme-draw", args=[project.pk]), posted(row))
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    assert not Scheme.objects.exists()


def test_a_foreign_project_has_no_scheme_page(client, project, other_district_staff, city_official):
    make_scheme(project, other_district_staff)
    for name, person, status in (
        ("schemes", other_district_staff, 404), ("scheme-draw", other_district_staff, 404), ("schemes", city_official, 200), ("scheme-draw", city_official, 403),
    ):  # fmt: skip
        client.force_login(person)
        assert client.get(reverse(f"projects:{name}", args=[project.pk])).status_code == status
