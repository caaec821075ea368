"""No sequence of operations completes a sheet without every signature on what it says: a machine that tries them in any order."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from common.errors import DomainError
from lifecycle.acceptance import SIGNED, present_hash, read
from lifecycle.models import AcceptanceSheet
from lifecycle.operations import check_item, complete_sheet, recheck_defect, report_defect
from tests.factories.acceptance import make_completed_project, make_held_sheet, sign_all, sign_for
from tests.factories.evidence import at, day
from tests.factories.people import make_user

ON = "2021-06-10"
NOW = at(ON, "12:00")


class Yard(RuleBasedStateMachine):
    """One held sheet; the parties and the clerk do what they like."""

    def __init__(self):
        super().__init__()
        self.clerk = make_user("district_staff", "130404")
        self.pk = make_held_sheet(make_completed_project(self.clerk), self.clerk).pk

    @property
    def sheet(self):
        return AcceptanceSheet.objects.select_related("project__region").get(pk=self.pk)

    def attempt(self, operation, **more):
        try:
            operation(actor=self.clerk, at=NOW, **more)
        except DomainError:
            return False
        return True

    @rule(place=st.integers(0, 2), result=st.sampled_from(["passed", "passed", "na"]))
    def an_item_is_checked(self, place, result):
        self.attempt(check_item, item=self.sheet.items.all()[place], result=result, note="不涉及")

    @rule()
    def all_items_are_passed(self):
        for item in self.sheet.items.all():
            self.attempt(check_item, item=item, result="passed")

    @rule(place=st.integers(0, 2), minor=st.booleans())
    def a_defect_is_found(self, place, minor):
        item, contractor = self.sheet.items.all()[place], self.sheet.parties.get(kind="contractor")
        self.attempt(report_defect, item=item, what="渗水", responsible=contractor, due_on=day("2021-06-20"), minor=minor)

    @rule(mended=st.booleans())
    def a_defect_is_looked_at(self, mended):
        defect = self.sheet.defects.filter(mended_on=None).first()
        if defect:
            self.attempt(recheck_defect, defect=defect, checked_on=day(ON), checked_by_name="刘工", mended=mended, note="看过")

    @rule(place=st.integers(0, 8), agrees=st.booleans())
    def a_party_signs(self, place, agrees):
        parties = list(self.sheet.parties.order_by("pk"))
        try:
            sign_for(parties[place % len(parties)], self.clerk, agrees=agrees, reason="不同意")
        except DomainError:
            return

    @rule()
    def everybody_signs(self):
        try:
            sign_all(self.sheet, self.clerk)
        except DomainError:
            return

    @rule()
    def the_clerk_completes_it(self):
        before = read(self.sheet)
        ready = before.sheet.state == "held" and not (before.unsigned or before.unchecked or before.blocking)
        assert self.attempt(complete_sheet, sheet=self.sheet) == ready

    @invariant()
    def a_complete_sheet_has_every_signature_on_what_it_says(self):
        reading = read(self.sheet)
        assert reading.sheet.content_hash == present_hash(reading.sheet)
        if reading.sheet.state == "complete":
            assert reading.signings and all(row.state == SIGNED for row in reading.signings)
            assert not reading.unchecked and not reading.blocking


@pytest.mark.usefixtures("tree")
class YardTest(TestCase):
    def test_no_sequence_of_operations_completes_a_sheet_without_every_signature_on_its_state(self):
        run_state_machine_as_test(
            Yard, settings=settings(max_examples=5, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
        )


@pytest.mark.django_db
def test_the_whole_way_can_be_walked(tree):
    yard = Yard()
    yard.a_defect_is_found(0, minor=True)
    yard.all_items_are_passed()
    yard.everybody_signs()
    yard.the_clerk_completes_it()
    assert yard.sheet.state == "complete"
