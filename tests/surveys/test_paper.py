"""Paper: photographed, keyed by two people, settled by a third, counted as of the moment it was handed in."""

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, connection, transaction

from common.crypto import unseal
from common.errors import InvalidInput, NotAllowed
from surveys.choices import Channel, RoundState, SheetState
from surveys.errors import AnswersMissing, CannotEnter, RoundClosed
from surveys.models import Ballot, CallBack, Keying, Sheet
from surveys.operations.paper import register_sheet, void_sheet
from surveys.operations.rounds import close_round
from surveys.results import recount, tally
from surveys.rules import answers_differ
from tests.communities.test_races import at_once
from tests.factories.entering import handed_in, keyed, roll_of
from tests.factories.evidence import at, picture
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import cast, make_open_round
from tests.factories.works import make_planned_project


@pytest.fixture
def round_(db, tree):
    community = make_community("130404", name="机械厂家属院")
    return make_open_round(community, make_planned_project(community))


@pytest.fixture
def clerks(tree):
    return [make_user("street_staff", "130404") for _ in range(4)]


def voids(sheet, actor, reason="旧表重复使用", when="2021-04-07"):
    return void_sheet(sheet=sheet, reason=reason, actor=actor, at=at(when))


# --- registering -------------------------------------------------------------------------------------------------
def test_a_sheet_waits_for_its_keying_and_counts_for_nothing_yet(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    assert (sheet.state, sheet.registered_by) == (SheetState.FIRST, clerks[0])
    assert default_storage.open(sheet.photo).read().startswith(b"\xff\xd8")
    assert tally(round_).total.voted == 0


def test_what_the_camera_wrote_beside_the_picture_is_gone(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0], photo=picture(taken="2021:04:06 09:00:00", position=(114.4, 36.6)))
    assert b"SecretPhone" not in default_storage.open(sheet.photo).read()


def test_the_same_photo_is_the_same_sheet_and_no_other_households(round_, clerks):
    first, second = roll_of(round_)[:2]
    photo = picture(500, 400)
    sheet = handed_in(first, clerks[0], photo=photo)
    assert handed_in(first, clerks[1], photo=photo).pk == sheet.pk
    with pytest.raises(InvalidInput, match="只能用一次") as refused:
        handed_in(second, clerks[0], photo=photo)
    assert set(refused.value.details) == {"photo"}
    voids(sheet, clerks[0], "登记错了住户")
    assert handed_in(second, clerks[0], photo=photo).entry == second


def test_a_form_of_an_earlier_round_is_not_used_again(round_, clerks):
    photo = picture(500, 400)
    handed_in(roll_of(round_)[0], clerks[0], photo=photo)
    later = make_open_round(round_.community, round_.project, "satisfaction")
    with pytest.raises(InvalidInput, match="只能用一次"):
        handed_in(roll_of(later)[1], clerks[0], photo=photo)


@pytest.mark.parametrize(
    ("given", "now"), [(("2021-04-01", "07:59"), ("2021-04-06", "10:00")), (("2021-04-10", "20:00"), ("2021-04-10", "19:59")), (("2021-04-06", "10:01"), ("2021-04-06", "10:00"))]
)  # fmt: skip
def test_a_sheet_is_handed_in_between_opening_and_closing_and_not_in_the_future(round_, clerks, given, now):
    with pytest.raises(InvalidInput) as refused:
        handed_in(roll_of(round_)[0], clerks[0], when=given[0], time=given[1], at=at(*now))
    assert set(refused.value.details) == {"handed_in_at"}


@pytest.mark.parametrize("raw", [b"no picture", b"\xff\xd8\xff", picture(120, 90)])
def test_what_is_no_photo_is_refused_at_its_field(round_, clerks, raw):
    with pytest.raises(InvalidInput) as refused:
        handed_in(roll_of(round_)[0], clerks[0], photo=raw)
    assert set(refused.value.details) == {"photo"}


def test_a_sheet_of_a_household_off_the_roll_is_refused(round_, clerks):
    other = make_community("130404")
    stranger = roll_of(make_open_round(other, make_planned_project(other)))[0]
    with pytest.raises(CannotEnter, match="名册"):
        register_sheet(
            round_=round_, entry=stranger, photo=picture(400, 300), handed_in_at=at("2021-04-06"), actor=clerks[0], at=at("2021-04-06")
        )


def test_a_proxy_on_paper_needs_its_document_and_goes_to_the_ballot(round_, clerks):
    entry = roll_of(round_)[0]
    with pytest.raises(InvalidInput):
        handed_in(entry, clerks[0], proxy_name="李梅")
    sheet = handed_in(entry, clerks[0], proxy_name="李梅", document=picture(300, 300))
    keyed(sheet, clerks[0])
    keyed(sheet, clerks[1], number=2)
    ballot = Ballot.objects.get()
    assert (unseal(ballot.proxy_sealed), ballot.document) == ("李梅", sheet.document)


@pytest.mark.parametrize("closes", [True, False])
def test_after_the_closing_no_sheet_is_registered_and_those_registered_are_keyed(round_, clerks, closes):
    """Neither while the sheets are keyed nor before the clock's task has closed the round."""
    first, second = roll_of(round_)[:2]
    sheet = handed_in(first, clerks[0])
    if closes:
        assert close_round(round_=round_, at=at("2021-04-10", "20:00")).state == RoundState.KEYING
    with pytest.raises(RoundClosed, match="不再登记"):
        handed_in(second, clerks[0], at=at("2021-04-10", "20:00"))
    assert Sheet.objects.count() == 1
    keyed(sheet, clerks[0], when="2021-04-11")
    assert keyed(sheet, clerks[1], number=2, when="2021-04-11").state == SheetState.COUNTED


# --- keying ------------------------------------------------------------------------------------------------------
def test_two_equal_keyings_make_the_ballot_as_of_its_handing_in(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0], time="09:00")
    assert keyed(sheet, clerks[0]).state == SheetState.SECOND
    assert tally(round_).total.voted == 0
    sheet = keyed(sheet, clerks[1], number=2)
    ballot = sheet.ballot
    assert (sheet.state, ballot.channel, ballot.entered_by, ballot.cast_at) == (
        SheetState.COUNTED,
        Channel.PAPER,
        clerks[1],
        at("2021-04-06", "09:00"),
    )
    assert (tally(round_).total.agreed, tally(round_).channels) == (1, {"paper": 1})
    assert recount(round_).agrees


def test_nobody_keys_a_sheet_twice(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    keyed(sheet, clerks[0], "yes")
    assert keyed(sheet, clerks[0], "yes").state == SheetState.SECOND  # sent twice: nothing happens
    with pytest.raises(CannotEnter, match="换一人"):
        keyed(sheet, clerks[0], "no", number=2)
    assert Keying.objects.count() == 1


def test_the_database_itself_wants_two_people(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    keyed(sheet, clerks[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Keying.objects.create(sheet=sheet, number=2, answers={}, recorded_at=at("2021-04-07"), recorded_by=clerks[0])
    for statement in ("UPDATE surveys_keying SET answers = '{}'", "DELETE FROM surveys_keying"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_different_keyings_wait_for_a_third_who_settles(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    keyed(sheet, clerks[0], "yes")
    assert keyed(sheet, clerks[1], "no", number=2).state == SheetState.DIFFERS
    assert tally(round_).total.voted == 0
    for earlier, other in ((clerks[0], "no"), (clerks[1], "yes")):
        with pytest.raises(CannotEnter, match="换一人"):
            keyed(sheet, earlier, other, number=3)
    sheet = keyed(sheet, clerks[2], "no", number=3)
    assert (sheet.state, sheet.ballot.entered_by) == (SheetState.COUNTED, clerks[2])
    assert (tally(round_).total.agreed, tally(round_).total.against) == (0, 1)
    assert Keying.objects.filter(sheet=sheet).count() == 3


def test_who_was_slower_than_somebody_else_is_told_and_settles_nothing_unseen(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    keyed(sheet, clerks[0], "yes")
    keyed(sheet, clerks[1], "no", number=2)
    with pytest.raises(CannotEnter, match="刷新"):
        keyed(sheet, clerks[2], "yes", number=2)
    assert Sheet.objects.get().state == SheetState.DIFFERS


def test_a_settled_sheet_is_not_keyed_and_not_taken_out(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    keyed(sheet, clerks[0])
    keyed(sheet, clerks[1], number=2)
    with pytest.raises(CannotEnter, match="已办结"):
        keyed(sheet, clerks[2], number=3)
    with pytest.raises(CannotEnter, match="已办结"):
        voids(sheet, clerks[2])


def test_spaces_and_widths_of_a_text_are_no_difference_but_words_are():
    questions = [
        {"code": "t", "form": "text"},
        {"code": "m", "form": "multiple"},
        {"code": "r", "form": "ranking"},
        {"code": "s", "form": "rating"},
    ]
    one = {"t": "先修 水管，再修屋面", "m": ["a", "b"], "r": ["a", "b"], "s": 4}
    assert answers_differ(questions, one, {"t": "先修水管,再修屋面", "m": ["b", "a"], "r": ["a", "b"], "s": 4}) == []
    assert answers_differ(questions, one, {"t": "先修水管", "m": ["a"], "r": ["b", "a"], "s": 5}) == ["t", "m", "r", "s"]
    assert answers_differ(questions, {}, {}) == []
    assert answers_differ(questions, {"s": 1}, {}) == ["s"]


def test_a_keying_says_what_is_missing(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    with pytest.raises(AnswersMissing):
        keyed(sheet, clerks[0], "")
    assert not Keying.objects.exists()


def test_a_phone_ballot_cast_after_the_sheet_was_handed_in_stays(round_, clerks):
    entry = roll_of(round_)[0]
    sheet = handed_in(entry, clerks[0], time="09:00")
    cast(entry, "no", time="12:00")
    keyed(sheet, clerks[0], "yes")
    keyed(sheet, clerks[1], "yes", number=2)
    assert (tally(round_).total.agreed, tally(round_).total.against) == (0, 1)
    assert Ballot.objects.count() == 2
    assert recount(round_).agrees


def test_a_sheet_that_replaces_the_households_own_phone_ballot_is_called_back(round_, clerks):
    first, second, third = roll_of(round_)[:3]
    cast(first, "no", time="08:30")
    cast(second, "no", time="12:00")
    for entry in (first, second, third):
        sheet = handed_in(entry, clerks[0], time="09:00")
        keyed(sheet, clerks[0])
        keyed(sheet, clerks[1], number=2)
    assert [call.ballot.entry for call in CallBack.objects.all()] == [first]


# --- taking out --------------------------------------------------------------------------------------------------
def test_a_sheet_that_is_not_valid_is_taken_out_with_its_reason(round_, clerks):
    sheet = voids(handed_in(roll_of(round_)[0], clerks[0]), clerks[1])
    assert (sheet.state, sheet.void_reason) == (SheetState.VOID, "旧表重复使用")
    with pytest.raises(CannotEnter):
        keyed(sheet, clerks[2])
    assert tally(round_).total.voted == 0


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
def test_taking_out_needs_a_reason(round_, clerks, reason):
    with pytest.raises(InvalidInput):
        voids(handed_in(roll_of(round_)[0], clerks[0]), clerks[1], reason)


# --- after the closing -------------------------------------------------------------------------------------------
def test_sheets_handed_in_are_keyed_after_the_closing_and_then_it_closes(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    late = handed_in(roll_of(round_)[1], clerks[0], at=at("2021-04-10", "19:59"), time="10:00")
    assert close_round(round_=round_, at=at("2021-04-10", "20:01")).state == RoundState.KEYING
    for each in (sheet, late):
        keyed(each, clerks[0], when="2021-04-11")
        keyed(each, clerks[1], number=2, when="2021-04-11")
    closed = close_round(round_=round_, at=at("2021-04-11", "12:00"))
    assert (closed.state, closed.counted.agreed) == (RoundState.CLOSED, 2)


def test_after_its_time_nothing_is_registered_keyed_or_taken_out(round_, clerks):
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    close_round(round_=round_, at=at("2021-04-10", "20:01"))
    close_round(round_=round_, at=at("2021-04-12", "20:01"))
    for step in (lambda: keyed(sheet, clerks[0]), lambda: voids(sheet, clerks[0]), lambda: handed_in(roll_of(round_)[1], clerks[0])):
        with pytest.raises(RoundClosed):
            step()


@pytest.mark.parametrize("role", ["province_official", "city_official", "department_staff", "auditor"])
def test_only_street_and_district_staff_handle_paper(round_, clerks, role):
    who = make_user(role, "130404")
    with pytest.raises(NotAllowed):
        handed_in(roll_of(round_)[0], who)
    sheet = handed_in(roll_of(round_)[0], clerks[0])
    with pytest.raises(NotAllowed):
        keyed(sheet, who)
    with pytest.raises(NotAllowed):
        voids(sheet, who)


# --- at once -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_second_keyers_at_once_are_one_second_and_one_who_is_told(round_, clerks):
    for option, state in (("yes", SheetState.COUNTED), ("no", SheetState.DIFFERS)):
        sheet = handed_in(roll_of(round_)[0 if option == "yes" else 1], clerks[0])
        keyed(sheet, clerks[0], "yes")
        results = at_once(*[lambda who=who, sheet=sheet, option=option: keyed(sheet, who, option, number=2) for who in clerks[1:]])
        assert len([one for one in results if not isinstance(one, Exception)]) == 1
        assert all(isinstance(one, CannotEnter) for one in results if isinstance(one, Exception))
        sheet.refresh_from_db()
        assert (sheet.state, sheet.keyings.count()) == (state, 2)
    assert Ballot.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("phone_at", "agreed"), [("08:00", 1), ("10:00", 0)])
def test_phone_and_paper_at_once_are_one_counted_ballot_the_later_one(round_, clerks, phone_at, agreed):
    rows = roll_of(round_)[:4]
    sheets = [handed_in(entry, clerks[0], time="09:00") for entry in rows]
    for sheet in sheets:
        keyed(sheet, clerks[0], "yes")
    jobs = [job for entry, sheet in zip(rows, sheets, strict=True) for job in (
        lambda entry=entry: cast(entry, "no", time=phone_at),
        lambda sheet=sheet: keyed(sheet, clerks[1], "yes", number=2),
    )]  # fmt: skip
    results = at_once(*jobs)
    assert not [one for one in results if isinstance(one, Exception)]
    assert (tally(round_).total.voted, tally(round_).total.agreed) == (4, 4 * agreed)
    assert Ballot.objects.count() == 8
    assert recount(round_).agrees


@pytest.mark.django_db(transaction=True)
def test_one_photo_for_two_households_at_once_is_one_sheet(round_, clerks):
    photo = picture(500, 400)
    results = at_once(*[lambda entry=entry: handed_in(entry, clerks[0], photo=photo) for entry in roll_of(round_)[:4]])
    assert len([one for one in results if isinstance(one, Sheet)]) == 1 == Sheet.objects.count()


@pytest.mark.django_db(transaction=True)
def test_the_last_keying_at_the_moment_of_closing_is_counted_or_refused(round_, clerks):
    rows = roll_of(round_)[:6]
    sheets = [handed_in(entry, clerks[0]) for entry in rows]
    for sheet in sheets:
        keyed(sheet, clerks[0])
    close_round(round_=round_, at=at("2021-04-10", "20:01"))
    jobs = [lambda sheet=sheet: keyed(sheet, clerks[1], number=2, when="2021-04-12", time="20:01") for sheet in sheets]
    results = at_once(*jobs, lambda: close_round(round_=round_, at=at("2021-04-12", "20:01")))
    well = [one for one in results[:-1] if not isinstance(one, Exception)]
    assert all(isinstance(one, RoundClosed) for one in results[:-1] if isinstance(one, Exception))
    assert not isinstance(results[-1], Exception)
    round_.refresh_from_db()
    assert (round_.state, round_.counted.voted, Ballot.objects.count()) == (RoundState.CLOSED, len(well), len(well))
    assert Sheet.objects.filter(state=SheetState.COUNTED).count() == len(well)
