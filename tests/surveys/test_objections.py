"""Objections: in their period, one at a time, decided once, by somebody else, in public; an upheld one changes the count."""

import subprocess
import sys

import pytest

from common.errors import InvalidInput, NotAllowed
from surveys import signing
from surveys.choices import ObjectionState
from surveys.errors import CodeRefused, ObjectionRefused
from surveys.models import Annulment, Ballot, Objection, RollEntry
from surveys.operations.doorstep import reissue_code
from surveys.operations.objections import decide_objection, raise_objection
from surveys.operations.rounds import cancel_round, close_round
from surveys.operations.slips import print_slips
from surveys.publications import published_file
from surveys.queries import standing_rounds
from surveys.results import recount
from tests.architecture.houses import ROOT
from tests.communities.test_races import at_once
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import cast, code_for, make_closed_round, make_open_round
from tests.factories.works import make_planned_project

VERIFIER = ROOT / "surveys" / "verifier" / "verify_result.py"


@pytest.fixture
def closed(db, tree):
    community = make_community("130404", name="机械厂家属院")
    return make_closed_round(community, make_planned_project(community), agreed=8, households=10)


def entries(round_):
    return list(RollEntry.objects.filter(round=round_).select_related("round").order_by("number"))


def objects(entry, text="这张票不是我家投的", when="2021-04-12", time="10:00"):
    return raise_objection(round_code=entry.round.code, code=code_for(entry), text=text, at=at(when, time))


def decides(objection, actor, *, uphold, reason="回访属实，不是本户所投。", when="2021-04-13"):
    return decide_objection(objection=objection, uphold=uphold, reason=reason, actor=actor, at=at(when))


def frozen(round_):
    return standing_rounds(round_.project, round_.kind)[round_.community_id].open_objections


def test_an_objection_freezes_the_gate_until_it_is_decided(closed, district_staff):
    assert frozen(closed) == 0
    objection = objects(entries(closed)[0])
    objects(entries(closed)[1])
    assert frozen(closed) == 2
    decides(Objection.objects.last(), district_staff, uphold=False)
    assert (objection.state, frozen(closed)) == (ObjectionState.OPEN, 1)
    decides(objection, district_staff, uphold=False, reason="本人签字与存档一致。")
    assert frozen(closed) == 0


def test_a_dismissed_objection_changes_nothing(closed, district_staff):
    objection = decides(objects(entries(closed)[0]), district_staff, uphold=False, reason="本人签字与存档一致。")
    assert (objection.state, objection.reason, objection.decided_by) == (ObjectionState.DISMISSED, "本人签字与存档一致。", district_staff)
    closed.counted.refresh_from_db()
    assert (closed.counted.agreed, closed.counted.passed, closed.publications.count()) == (8, True, 1)
    assert not Annulment.objects.exists()


def test_an_upheld_objection_takes_the_ballot_out_and_publishes_a_revision(closed, district_staff, tmp_path):
    entry = entries(closed)[0]
    ballot = entry.ballot
    decides(objects(entry), district_staff, uphold=True)
    entry.refresh_from_db()
    closed.counted.refresh_from_db()
    assert entry.ballot is None
    assert Ballot.objects.filter(pk=ballot.pk).exists()
    assert (closed.counted.agreed, closed.counted.passed) == (7, False)
    assert recount(closed).agrees
    assert [one.revision for one in closed.publications.order_by("revision")] == [1, 2]
    for publication in closed.publications.all():
        file = tmp_path / f"{publication.revision}.txt"
        file.write_text(published_file(publication), encoding="utf-8", newline="")
        command = [sys.executable, str(VERIFIER), str(file), "--key", signing.public_key_text()]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_ballot_before_the_annulled_one_counts_again(db, tree, district_staff):
    community = make_community("130404")
    round_ = make_open_round(community, make_planned_project(community))
    entry = entries(round_)[0]
    first = cast(entry, "yes", time="10:00")
    cast(entry, "no", time="11:00")
    round_ = close_round(round_=round_, at=at("2021-04-10", "20:01"))
    decides(objects(entry), district_staff, uphold=True)
    entry.refresh_from_db()
    assert entry.ballot_id == first.ballot_id
    decides(objects(entry, "这张也不是"), district_staff, uphold=True)
    entry.refresh_from_db()
    assert entry.ballot is None
    assert recount(round_).agrees


def test_the_same_words_again_are_the_same_objection_even_when_it_is_decided(closed, district_staff):
    entry = entries(closed)[0]
    objection = objects(entry)
    assert objects(entry, time="10:01").pk == objection.pk
    decides(objection, district_staff, uphold=True)
    assert objects(entry, when="2021-04-14").pk == objection.pk
    other = objects(entries(closed)[1])
    decides(other, district_staff, uphold=False)
    assert objects(entries(closed)[1], when="2021-04-14").pk == other.pk
    assert Objection.objects.count() == 2


def test_after_a_decision_the_gate_is_not_frozen_again_about_the_same_ballot(closed, district_staff):
    entry, silent = entries(closed)[0], entries(closed)[9]
    decides(objects(entry), district_staff, uphold=False, reason="本人签字与存档一致。")
    decides(objects(silent, "我家投了票"), district_staff, uphold=False, reason="截止前未收到本户的票。")
    for row, why in ((entry, "存档一致"), (silent, "未收到")):
        with pytest.raises(ObjectionRefused, match=why):
            objects(row, "我再说一遍，不是我家投的", when="2021-04-14")
    assert (frozen(closed), Objection.objects.count()) == (0, 2)


def test_a_household_has_one_open_objection(closed):
    objects(entries(closed)[0])
    with pytest.raises(ObjectionRefused, match="正在核实"):
        objects(entries(closed)[0], "还有一件事")
    objects(entries(closed)[1], "还有一件事")


@pytest.mark.parametrize(
    ("moment", "taken"), [(("2021-04-10", "20:01"), True), (("2021-04-17", "20:00"), True), (("2021-04-17", "20:01"), False)]
)
def test_objections_are_taken_from_the_closing_for_seven_days(closed, moment, taken):
    entry = entries(closed)[0]
    if taken:
        assert objects(entry, when=moment[0], time=moment[1]).pk
    else:
        with pytest.raises(ObjectionRefused, match="已过"):
            objects(entry, when=moment[0], time=moment[1])


def test_before_the_closing_and_in_a_cancelled_round_nobody_objects(db, tree, district_staff):
    community = make_community("130404")
    round_ = make_open_round(community, make_planned_project(community))
    with pytest.raises(ObjectionRefused, match="还没公布"):
        objects(entries(round_)[0], when="2021-04-05")
    cancel_round(round_=round_, reason="票样印错", actor=district_staff, at=at("2021-04-06"))
    with pytest.raises(ObjectionRefused, match="已取消"):
        objects(entries(round_)[0], when="2021-04-07")


@pytest.mark.parametrize("text", ["", "   ", "\x00", "长" * 501])
def test_an_objection_says_what_is_wrong_in_500_characters(closed, text):
    with pytest.raises(InvalidInput) as refused:
        objects(entries(closed)[0], text)
    assert set(refused.value.details) == {"text"}
    assert not Objection.objects.exists()


def test_only_a_household_with_its_code_objects(closed):
    with pytest.raises(CodeRefused):
        raise_objection(round_code=closed.code, code="ABCDEFGH", text="不是我", at=at("2021-04-12"))


@pytest.mark.parametrize("reason", ["", " \n", "长" * 301])
def test_a_decision_gives_its_reason(closed, district_staff, reason):
    objection = objects(entries(closed)[0])
    with pytest.raises(InvalidInput) as refused:
        decides(objection, district_staff, uphold=True, reason=reason)
    assert set(refused.value.details) == {"reason"}
    objection.refresh_from_db()
    assert objection.state == ObjectionState.OPEN


def test_a_decided_objection_is_not_decided_again(closed, district_staff):
    objection = objects(entries(closed)[0])
    decides(objection, district_staff, uphold=False)
    with pytest.raises(ObjectionRefused, match="已有决定"):
        decides(objection, district_staff, uphold=True)
    assert not Annulment.objects.exists()


@pytest.mark.parametrize("role", ["province_official", "city_official", "street_staff", "department_staff", "auditor"])
def test_only_district_staff_decide(closed, role):
    region = {"province_official": "130000", "auditor": "130000", "city_official": "130400"}.get(role, "130404")
    with pytest.raises(NotAllowed):
        decides(objects(entries(closed)[0]), make_user(role, region), uphold=False)


def test_the_neighbouring_district_does_not_decide(closed, other_district_staff):
    with pytest.raises(NotAllowed):
        decides(objects(entries(closed)[0]), other_district_staff, uphold=False)


def anew(entry, actor, when="2021-04-11"):
    reissue_code(entry=entry, reason="票条丢失", actor=actor, at=at(when))
    entry.refresh_from_db()
    return entry


@pytest.mark.parametrize("uphold", [True, False])
def test_whoever_made_the_code_that_objected_does_not_decide_but_a_colleague_does(closed, district_staff, uphold):
    entry = anew(entries(closed)[0], district_staff)
    objection = objects(entry)
    with pytest.raises(ObjectionRefused, match="同事"):
        decides(objection, district_staff, uphold=uphold)
    objection.refresh_from_db()
    assert (objection.state, frozen(closed), closed.publications.count()) == (ObjectionState.OPEN, 1, 1)
    assert not Annulment.objects.exists()
    assert decides(objection, make_user("district_staff", "130404"), uphold=uphold).state != ObjectionState.OPEN


def test_a_code_made_anew_for_a_household_without_a_ballot_bars_too(closed, district_staff):
    with pytest.raises(ObjectionRefused, match="同事"):
        decides(objects(anew(entries(closed)[9], district_staff)), district_staff, uphold=False)


def test_a_code_made_for_another_household_or_round_bars_nobody(closed, district_staff):
    anew(entries(closed)[1], district_staff)
    other = make_community("130404")
    print_slips(round_=make_open_round(other, make_planned_project(other)), actor=district_staff, at=at("2021-04-05"))
    assert decides(objects(entries(closed)[0]), district_staff, uphold=True).state == ObjectionState.UPHELD


def test_whoever_printed_the_codes_of_the_round_does_not_decide(db, tree, district_staff):
    community = make_community("130404")
    round_ = make_open_round(community, make_planned_project(community))
    entry = entries(round_)[0]
    cast(entry)
    print_slips(round_=round_, building=entry.building, actor=district_staff, at=at("2021-04-05"))
    close_round(round_=round_, at=at("2021-04-10", "20:01"))
    objection = objects(entry)
    with pytest.raises(ObjectionRefused, match="同事"):
        decides(objection, district_staff, uphold=True)
    assert decides(objection, make_user("district_staff", "130404"), uphold=True).state == ObjectionState.UPHELD


def test_after_the_closing_a_code_is_made_anew_with_a_reason_only(closed, district_staff):
    with pytest.raises(InvalidInput) as refused:
        reissue_code(entry=entries(closed)[0], reason=" ", actor=district_staff, at=at("2021-04-11"))
    assert set(refused.value.details) == {"reason"}


def test_a_household_without_a_ballot_can_object_but_nothing_can_be_taken_out(closed, district_staff):
    silent = entries(closed)[9]
    objection = objects(silent, "我家投了票，结果里没有")
    assert objection.ballot is None
    with pytest.raises(ObjectionRefused, match="没有计入的票"):
        decides(objection, district_staff, uphold=True)
    decides(objection, district_staff, uphold=False, reason="关闭前未收到本户的票。")
    assert closed.publications.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once(closed):
    objection = objects(entries(closed)[0])
    people = [make_user("district_staff", "130404") for _ in range(4)]
    results = at_once(*[lambda who=who: decides(objection, who, uphold=True) for who in people])
    assert len([one for one in results if not isinstance(one, Exception)]) == 1
    assert all(isinstance(one, ObjectionRefused) for one in results if isinstance(one, Exception))
    assert (Annulment.objects.count(), closed.publications.count()) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_decisions_at_the_same_moment_leave_every_revision_as_it_was_signed(closed, tmp_path):
    objections = [objects(entry) for entry in entries(closed)[:4]]
    people = [make_user("district_staff", "130404") for _ in objections]
    jobs = [lambda one=one, who=who: decides(one, who, uphold=True) for one, who in zip(objections, people, strict=True)]
    results = at_once(*jobs)
    assert not [one for one in results if isinstance(one, Exception)]
    assert closed.publications.count() == 5
    for publication in closed.publications.all():
        file = tmp_path / f"{publication.revision}.txt"
        file.write_text(published_file(publication), encoding="utf-8", newline="")
        command = [sys.executable, str(VERIFIER), str(file), "--key", signing.public_key_text()]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0, publication.revision


@pytest.mark.django_db(transaction=True)
def test_a_household_that_sends_at_once_objects_once(closed):
    entry = entries(closed)[0]
    results = at_once(*[lambda: objects(entry) for _ in range(6)])
    assert len({one.pk for one in results}) == 1


@pytest.mark.django_db(transaction=True)
def test_objections_before_the_closing_hold_up_no_ballot(tree):
    community = make_community("130404")
    round_ = make_open_round(community, make_planned_project(community))
    rows = entries(round_)
    jobs = [job for entry in rows for job in (lambda entry=entry: cast(entry), lambda entry=entry: objects(entry, when="2021-04-06"))]
    results = at_once(*jobs)
    assert {type(one).__name__ for one in results} == {"Cast", "ObjectionRefused"}
    assert recount(round_).voted == 10
