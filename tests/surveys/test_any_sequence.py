"""Whatever happens in whatever order, each household counts once, by its last ballot that stands, and the recount agrees."""

import datetime
import uuid

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import DomainError
from surveys.choices import SheetState
from surveys.models import Annulment, Ballot, Objection, RollEntry, Sheet
from surveys.operations.ballots import cast_by_phone
from surveys.operations.doorstep import enter_at_door, record_visit, reissue_code
from surveys.operations.objections import decide_objection, raise_objection
from surveys.operations.paper import key_sheet, void_sheet
from surveys.operations.rounds import close_round
from surveys.results import recount, tally
from tests.factories.entering import roll_of, says
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import code_for, make_open_round
from tests.factories.works import make_planned_project

HOUSEHOLDS = 3
STEPS = st.tuples(
    st.sampled_from(["phone", "phone", "door", "absent", "tie", "sheet", "sheet", "key", "key", "key", "void", "code"]),
    st.integers(0, HOUSEHOLDS - 1),
    st.sampled_from(["yes", "no"]),
    st.integers(0, 2),
)  # fmt: skip
AFTER = st.tuples(st.integers(0, HOUSEHOLDS - 1), st.booleans())


class Story:
    """A round of three households, three clerks, a clock that moves a minute with each step."""

    def __init__(self) -> None:
        community = make_community("130404")
        self.round = make_open_round(community, make_planned_project(community), households=HOUSEHOLDS)
        self.clerks = [make_user("street_staff", "130404") for _ in range(3)]
        self.decider = make_user("district_staff", "130404")
        self.now = at("2021-04-05", "08:00")

    def entry(self, number: int) -> RollEntry:
        return roll_of(self.round)[number]

    def step(self, what: str, household: int, option: str, clerk: int) -> None:
        """One step; a refusal is a step too, and leaves everything as it was."""
        self.now += datetime.timedelta(minutes=1)
        entry, actor = self.entry(household), self.clerks[clerk]
        before = (Ballot.objects.count(), tally(self.round))
        try:
            getattr(self, f"_{what}")(entry, option, actor)
        except DomainError:
            assert (Ballot.objects.count(), tally(self.round)) == before

    def _phone(self, entry, option, actor):
        cast_by_phone(round_code=self.round.code, code=code_for(entry), key=uuid.uuid4(), posted=says(option), device="d", at=self.now)

    def _door(self, entry, option, actor):
        enter_at_door(
            round_=self.round, entry=entry, posted=says(option), actor=actor, at=self.now, key=uuid.uuid4(), replaces=option == "no"
        )

    def _tie(self, entry, option, actor):
        enter_at_door(
            round_=self.round, entry=entry, posted=says(""), actor=actor, at=self.now, key=uuid.uuid4(), owners_agree=1, owners_against=1
        )

    def _absent(self, entry, option, actor):
        record_visit(round_=self.round, entry=entry, outcome="absent", actor=actor, at=self.now)

    def _sheet(self, entry, option, actor):
        Sheet.objects.create(
            round=self.round, entry=entry, photo="x.jpg", handed_in_at=self.now - datetime.timedelta(minutes=3),
            registered_at=self.now, registered_by=actor,
        )  # fmt: skip

    def _key(self, entry, option, actor):
        sheet = Sheet.objects.filter(entry=entry).exclude(state__in=[SheetState.COUNTED, SheetState.VOID]).first()
        if sheet is not None:
            key_sheet(sheet=sheet, number=sheet.keyings.count() + 1, posted=says(option), actor=actor, at=self.now)

    def _void(self, entry, option, actor):
        sheet = Sheet.objects.filter(entry=entry).last()
        if sheet is not None:
            void_sheet(sheet=sheet, reason="旧表重复使用", actor=actor, at=self.now)

    def _code(self, entry, option, actor):
        reissue_code(entry=entry, reason="票条丢失", actor=actor, at=self.now)

    def check(self) -> None:
        """Each household's pointer is its last ballot that stands; all keyings of a counted sheet are different people's."""
        annulled = set(Annulment.objects.values_list("ballot_id", flat=True))
        for entry in roll_of(self.round):
            standing = [one for one in Ballot.objects.filter(entry=entry).order_by("cast_at", "pk") if one.pk not in annulled]
            assert entry.ballot_id == (standing[-1].pk if standing else None)
        assert recount(self.round).agrees
        for sheet in Sheet.objects.filter(state=SheetState.COUNTED):
            people = list(sheet.keyings.values_list("recorded_by", flat=True))
            assert len(people) == len(set(people)) >= 2


@pytest.mark.django_db
@override_settings(CALL_BACK_PERCENT=50)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=24), after=st.lists(AFTER, max_size=4))
def test_no_sequence_of_steps_counts_a_household_twice_or_loses_its_last_word(tree, steps, after):
    story = Story()
    for step in steps:
        story.step(*step)
    story.check()
    closed = close_round(round_=story.round, at=at("2021-04-12", "20:01"))  # the hours for keying are over
    closed.refresh_from_db()
    story.check()
    voted = closed.counted.voted
    for number, (household, uphold) in enumerate(after):
        entry = story.entry(household)
        moment = at("2021-04-13", f"10:{number:02d}")
        before = Objection.objects.filter(entry=entry, ballot_id=entry.ballot_id).exists()
        try:
            objection = raise_objection(round_code=closed.code, code=code_for(entry), text=f"不是我家投的 {number}", at=moment)
        except DomainError:
            assert before, "only what was decided about this ballot already is refused"
            continue
        assert not before
        try:
            decide_objection(objection=objection, uphold=uphold, reason="已核实", actor=story.decider, at=moment)
        except DomainError:
            decide_objection(objection=objection, uphold=False, reason="没有计入的票", actor=story.decider, at=moment)
        story.check()
    closed.counted.refresh_from_db()
    assert closed.counted.voted == tally(closed).total.voted <= voted
    upheld = Objection.objects.filter(round=closed, state="upheld").count()
    assert closed.publications.count() == 1 + upheld
