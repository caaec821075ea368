"""What is published fits what was cast, in every revision; the stand-alone verifier agrees."""

import subprocess
import sys

import pgtrigger
import pytest

from surveys import signing
from surveys.choices import RoundState
from surveys.models import Annulment, Objection, RollEntry
from surveys.operations.publishing import publish
from surveys.publications import published_file
from tests.architecture.houses import ROOT
from tests.factories.evidence import at
from tests.factories.register import make_community
from tests.factories.rounds import cast, make_closed_round, make_open_round
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db
VERIFIER = ROOT / "surveys" / "verifier" / "verify_result.py"


def verify(path, *more):
    command = [sys.executable, str(VERIFIER), str(path), "--key", signing.public_key_text(), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def community(tree):
    return make_community("130404")


@pytest.mark.parametrize(
    ("kind", "more"),
    [("scheme", {}), ("willingness", {}), ("satisfaction", {}), ("opinions", {}), ("legal", {"matter": "common_parts"})],
)
def test_every_kind_of_round_is_published_so_that_anyone_can_check_it(community, tmp_path, kind, more):
    project = None if kind == "legal" else make_planned_project(community)
    round_ = make_closed_round(community, project, kind, agreed=9, against=0 if kind == "opinions" else 1, households=12, **more)
    file = tmp_path / "ballots.txt"
    file.write_text(published_file(round_.publications.get()), encoding="utf-8", newline="")
    done = verify(file)
    assert done.returncode == 0, done.stdout + done.stderr
    file.write_text(file.read_text(encoding="utf-8").replace(",phone", ",paper", 1), encoding="utf-8", newline="")
    assert verify(file).returncode != 0


def test_a_replaced_ballot_is_in_the_file_without_its_answer(community, tmp_path):
    round_ = make_open_round(community, make_planned_project(community), households=5)
    entry = RollEntry.objects.filter(round=round_).select_related("round").order_by("number")[0]
    first, second = cast(entry, "no", time="10:00"), cast(entry, "yes", time="11:00")
    closed = type(round_).objects.get(pk=round_.pk)
    from surveys.operations.rounds import close_round

    close_round(round_=closed, at=at("2021-04-10", "20:01"))
    text = published_file(closed.publications.get())
    spoken = {line.split(",")[0].replace("-", ""): line for line in text.split("\n") if line.count(",") == 3}
    assert spoken[first.receipt].endswith(",replaced,-,phone")
    assert spoken[second.receipt].endswith(",counted,agree,phone")


def test_an_annulled_ballot_makes_a_new_revision_and_the_first_stays_as_it_was(community, tmp_path, district_staff):
    round_ = make_closed_round(community, make_planned_project(community), agreed=8, households=10)
    first = round_.publications.get()
    before = published_file(first)
    entry = RollEntry.objects.filter(round=round_, ballot__isnull=False).first()
    objection = Objection.objects.create(round=round_, entry=entry, ballot=entry.ballot, text="不是我家投的", raised_at=at("2021-04-12"))
    moment = at("2021-04-13")
    Annulment.objects.create(ballot=entry.ballot, objection=objection, recorded_at=moment, recorded_by=district_staff)
    RollEntry.objects.filter(pk=entry.pk).update(ballot=None)
    second = publish(round_, moment)
    assert second.revision == 2
    assert published_file(first) == before
    round_.counted.refresh_from_db()
    assert (round_.counted.agreed, round_.counted.passed) == (7, False)
    for number, publication in enumerate((first, second)):
        file = tmp_path / f"{number}.txt"
        file.write_text(published_file(publication), encoding="utf-8", newline="")
        assert verify(file).returncode == 0
    assert round_.state == RoundState.CLOSED


def test_a_round_whose_counts_differ_is_not_published(community):
    from django.db import connection

    from surveys.errors import CountsDisagree
    from surveys.operations.rounds import close_round

    round_ = make_open_round(community, make_planned_project(community), households=5)
    for entry in RollEntry.objects.filter(round=round_).select_related("round"):
        cast(entry)
    with (
        pgtrigger.ignore("surveys.RollEntry:roll_counts_its_own_ballot"),
        connection.cursor() as cursor,
    ):  # somebody with the database in their hands drops a vote from the roll
        cursor.execute("UPDATE surveys_rollentry SET ballot_id = NULL WHERE id = (SELECT min(id) FROM surveys_rollentry)")
    with pytest.raises(CountsDisagree):
        close_round(round_=round_, at=at("2021-04-10", "20:01"))
    round_.refresh_from_db()
    assert round_.state == RoundState.OPEN
    assert not round_.publications.exists()
