"""The clash rules, each with its boundaries, and what any proposal holds."""

import datetime
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.dig_once import (
    AFTER_PAVING,
    ASK_OWNER,
    BEGUN,
    CODES,
    DUG_TWICE,
    NO_DAYS,
    NOT_CONFIRMED,
    OUTSIDE_WINDOW,
    REDRAW,
    TOO_LONG,
    Activity,
    Case,
    Window,
    clashes,
    later,
    latest_before,
    other_days,
    proposal_for,
)

Day = datetime.date.fromisoformat


def dig(key="gas", start="2021-05-10", end="2021-05-20", *, at=(1,), special=True, fixed=False, project=None):
    """An excavation of a pipe owner."""
    return Activity(key, key[:7], frozenset(at), Day(start), Day(end), digs=True, special=special, fixed=fixed, project=project)


def road(day="2021-06-01", *, at=(1,), key="road", project=None):
    """A surface made on a day."""
    return Activity(key, "", frozenset(at), Day(day), Day(day), paves=True, project=project)


def works(start, end, key="drains", project=9, at=(1,)):
    """Community works that open the ground."""
    return Activity(key, "", frozenset(at), Day(start), Day(end), digs=True, project=project)


WINDOW = Window(9, Day("2021-05-01"), Day("2021-10-31"), frozenset({1}))


def codes(*activities, windows=(), **more):
    return [clash.code for clash in clashes(Case(activities, windows, **more))]


@pytest.mark.parametrize(
    ("activities", "found"),
    [
        # the surface is made on 1 June: closed the day before is well, the same day is not
        ([dig(end="2021-05-31"), road()], []),
        ([dig(end="2021-06-01"), road()], [AFTER_PAVING]),
        ([dig(start="2021-06-01", end="2021-06-01"), road()], [AFTER_PAVING]),
        ([dig(end="2021-06-02"), road()], [AFTER_PAVING]),
        # reopened within 24 months; on the day itself it is free
        ([dig(start="2023-05-31", end="2023-06-10"), road()], [AFTER_PAVING]),
        ([dig(start="2023-06-01", end="2023-06-10"), road()], []),
        # paved on 29 February: two years later the month has 28 days
        ([dig(start="2022-02-27", end="2022-02-27"), road("2020-02-29")], [AFTER_PAVING]),
        ([dig(start="2022-02-28", end="2022-02-28"), road("2020-02-29")], []),
        # another stretch, or works that do not open the ground
        ([dig(end="2021-06-02", at=(2,)), road()], []),
        ([replace(dig(end="2021-06-02"), digs=False), road()], []),
        # the project's own works: dug and paved by turns, but nothing begins after the surface is made
        ([works("2021-05-20", "2021-06-10"), road(project=9)], []),
        ([works("2021-06-02", "2021-06-10"), road(project=9)], [AFTER_PAVING]),
        ([works("2021-06-02", "2021-06-10"), road(project=8)], [AFTER_PAVING]),
    ],
)
def test_excavation_after_paving(activities, found):
    assert codes(*activities) == found


@pytest.mark.parametrize(
    ("first", "second", "windows", "found"),
    [
        (("2021-05-10", "2021-05-20"), ("2021-05-20", "2021-06-01"), [], []),  # one day in common: one trench
        (("2021-05-10", "2021-05-20"), ("2021-05-21", "2021-06-01"), [], [DUG_TWICE]),
        (("2021-05-10", "2021-05-20"), ("2023-05-19", "2023-06-01"), [], [DUG_TWICE]),
        (("2021-05-10", "2021-05-20"), ("2023-05-20", "2023-06-01"), [], []),  # 24 months exactly
        (("2021-05-10", "2021-05-20"), ("2021-07-01", "2021-10-31"), [WINDOW], []),  # both while the yard is open
    ],
)
def test_two_excavations_within_24_months(first, second, windows, found):
    assert codes(dig("gas", *first), dig("water", *second), windows=windows) == found


def test_the_months_are_a_setting():
    pair = [dig("gas", "2021-05-10", "2021-05-20"), dig("water", "2022-05-20", "2022-06-01")]
    assert codes(*pair, months=12) == []
    assert codes(*pair, months=13) == [DUG_TWICE]


def test_community_works_of_one_project_are_one_excavation():
    assert codes(works("2021-05-01", "2021-05-10", "a"), works("2021-06-01", "2021-06-10", "b")) == []
    assert codes(works("2021-05-01", "2021-05-10", "a"), works("2021-06-01", "2021-06-10", "b", project=8)) == [DUG_TWICE]


@pytest.mark.parametrize(
    ("work", "found"),
    [
        (dig(start="2021-05-01", end="2021-10-31", project=9), []),
        (dig(start="2021-04-30", end="2021-06-01", project=9), [OUTSIDE_WINDOW]),
        (dig(start="2021-10-01", end="2021-11-01", project=9), [OUTSIDE_WINDOW]),
        (replace(dig(start="2021-10-01", end="2021-11-01", project=9), digs=False), [OUTSIDE_WINDOW]),  # a lift too
        (dig(start="2021-11-05", end="2021-11-20", project=8), []),  # another project's
        (dig(start="2021-11-05", end="2021-11-20"), [OUTSIDE_WINDOW]),  # nobody's, but it opens the yard again
        (replace(dig(start="2021-11-05", end="2021-11-20"), digs=False), []),
        (dig(start="2023-10-31", end="2023-11-20"), []),  # 24 months after the window
        (dig(start="2023-10-30", end="2023-11-20"), [OUTSIDE_WINDOW]),
        (dig(start="2019-04-01", end="2019-05-01"), []),  # 24 months before it
        (dig(start="2019-04-01", end="2019-05-02"), [OUTSIDE_WINDOW]),
    ],
)
def test_special_work_outside_the_window(work, found):
    assert codes(work, windows=[WINDOW]) == found


@pytest.mark.parametrize(
    ("confirmed", "found"),
    [
        ({}, [NOT_CONFIRMED]),
        ({"gas": "2021-05-31"}, []),
        ({"gas": "2021-06-01"}, [NOT_CONFIRMED]),
        ({"water": "2021-05-01"}, [NOT_CONFIRMED]),
    ],
)
def test_an_owner_that_has_not_confirmed_before_the_paving(confirmed, found):
    days = {(9, owner): Day(day) for owner, day in confirmed.items()}
    case = Case([road(project=9)], asked={9: ["gas"]}, confirmed=days)
    assert [clash.code for clash in clashes(case)] == found
    assert all(clash.owner == "gas" and proposal_for(clash, case).why == ASK_OWNER for clash in clashes(case))
    assert clashes(Case([], asked={9: ["gas"]})) == []  # nothing is paved


@pytest.mark.parametrize(
    ("activities", "windows", "start"),
    [
        # closed the day before the surface is made: eleven days that end on 31 May
        ([dig(start="2021-05-25", end="2021-06-04"), road()], [], "2021-05-21"),
        # nearer to the day on which the surface is free again
        ([dig(start="2023-05-20", end="2023-05-30"), road()], [], "2023-06-01"),
        # into the window by the shorter way
        ([dig(start="2021-04-20", end="2021-05-04", project=9)], [WINDOW], "2021-05-01"),
        ([dig(start="2021-10-30", end="2021-11-09", project=9)], [WINDOW], "2021-10-21"),
        # within the window and before the paving
        ([dig(start="2021-10-30", end="2021-11-09", project=9), road("2021-10-20", project=9)], [WINDOW], "2021-10-09"),
        # one day in common with the trench that is open anyway
        ([dig(start="2021-05-10", end="2021-05-20", fixed=True), dig("water", "2021-06-01", "2021-06-10")], [], "2021-05-20"),
        # two equal shifts: the earlier
        (
            [dig(start="2021-05-10", end="2021-05-10"), dig("x", "2021-05-09", "2021-05-09", fixed=True), road("2021-05-10", at=(7,))],
            [],
            "2021-05-09",
        ),
    ],
)
def test_the_smallest_shift_is_proposed(activities, windows, start):
    case = Case(activities, windows)
    proposal = proposal_for(clashes(case)[0], case)
    assert proposal.start == Day(start)


@pytest.mark.parametrize(
    ("activities", "windows", "why"),
    [
        ([dig(end="2021-06-04", fixed=True), road()], [], BEGUN),
        ([dig(start="2021-04-01", end="2021-12-01", project=9)], [WINDOW], TOO_LONG),
        ([dig(start="2021-05-01", end="2021-10-31", project=9), road("2021-10-20", project=9)], [WINDOW], NO_DAYS),
        ([works("2021-06-02", "2021-06-10"), road(project=9)], [], REDRAW),
    ],
)
def test_where_no_days_mend_it_the_reason_is_named(activities, windows, why):
    case = Case(activities, windows)
    proposal = proposal_for(clashes(case)[0], case)
    assert (proposal.start, proposal.why) == (None, why)


def test_no_day_in_the_past_is_proposed():
    late = [dig(start="2021-05-25", end="2021-06-04"), road()]
    assert other_days(late[0], Case(late, not_before=Day("2021-05-22"))).start == Day("2023-06-01")


def test_months_are_counted_to_the_last_day_of_a_shorter_month():
    assert [later(Day("2021-12-31"), 2), later(Day("2020-02-29"), 24), later(Day("2021-01-15"), -24)] == [
        Day("2022-02-28"), Day("2022-02-28"), Day("2019-01-15"),
    ]  # fmt: skip
    for text in ("2021-03-01", "2022-02-28", "2024-02-29", "2021-12-31"):
        found = latest_before(Day(text), 24)
        assert later(found, 24) <= Day(text) < later(found + datetime.timedelta(days=1), 24)


DAYS = st.integers(0, 900).map(lambda number: Day("2021-01-01") + datetime.timedelta(days=number))
PLACES = st.frozensets(st.integers(1, 3), min_size=1, max_size=2)


@st.composite
def cases(draw):
    """A few works on three stretches, with the windows of two projects."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        start = draw(DAYS)
        kind = draw(st.sampled_from(["special", "works", "road"]))
        found.append(
            Activity(
                f"{kind}-{number}", draw(st.sampled_from(["gas", "water"])) if kind == "special" else "", draw(PLACES), start,
                start + datetime.timedelta(days=draw(st.integers(0, 60))), digs=kind != "road", paves=kind == "road", special=kind == "special",
                fixed=kind != "special" or draw(st.booleans()), project=draw(st.sampled_from([None, 1, 2])),
            )
        )  # fmt: skip
    windows = []
    for project in (1, 2):
        start = draw(DAYS)
        windows.append(Window(project, start, start + datetime.timedelta(days=draw(st.integers(20, 200))), draw(PLACES)))
    confirmed = {(1, "gas"): draw(DAYS)} if draw(st.booleans()) else {}
    return Case(found, windows, confirmed, {1: ["gas", "water"]})


def _signs(case):
    return {(clash.code, clash.first.key, clash.second and clash.second.key, clash.project, clash.owner) for clash in clashes(case)}


@settings(max_examples=50, deadline=None)
@given(cases(), st.randoms())
def test_the_order_of_the_input_does_not_matter(case, rng):
    mixed, windows = list(case.activities), list(case.windows)
    rng.shuffle(mixed)
    rng.shuffle(windows)
    other = Case(mixed, windows, case.confirmed, case.asked)
    found = clashes(case)
    assert clashes(other) == found
    assert [proposal_for(clash, other) for clash in found] == [proposal_for(clash, case) for clash in found]


@settings(max_examples=50, deadline=None)
@given(cases())
def test_nothing_clashes_that_shares_no_stretch(case):
    windows = {window.project: window.stretches for window in case.windows}
    for clash in clashes(case):
        assert clash.code in CODES
        assert clash.stretch in clash.first.stretches
        if clash.second:
            assert clash.stretch in clash.second.stretches
        if clash.code == OUTSIDE_WINDOW:
            assert clash.stretch in windows[clash.project]


@settings(max_examples=50, deadline=None)
@given(cases())
def test_the_proposed_days_mend_the_clash_and_make_no_new_one(case):
    before = _signs(case)
    for clash in clashes(case):
        proposal = proposal_for(clash, case)
        if proposal.start is None:
            assert proposal.why
            continue
        work = next(each for each in case.activities if each.key == proposal.key)
        assert proposal.end - proposal.start == work.end - work.start
        moved = [replace(each, start=proposal.start, end=proposal.end) if each.key == work.key else each for each in case.activities]
        after = _signs(Case(moved, case.windows, case.confirmed, case.asked))
        sign = (clash.code, clash.first.key, clash.second and clash.second.key, clash.project, clash.owner)
        assert sign not in after
        assert not after - before


def test_the_works_of_a_project_clash_once_with_another_and_the_nearest_is_named():
    late = dig("gas", "2021-09-01", "2021-09-10")
    found = clashes(Case([works("2021-05-01", "2021-05-10", "a"), works("2021-05-20", "2021-06-10", "b"), late]))
    assert [(clash.code, clash.first.key, clash.second.key) for clash in found] == [(DUG_TWICE, "b", "gas")]
