"""The demo in the database: small with its flats, and once in full without them."""

import datetime
import io
import time

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Q, Sum

from accounts.choices import Role
from accounts.models import User
from analytics.models import DailyCount, YearCount
from common.crypto import unseal
from communities.models import Community, Household, Owner
from demo.loading import Wish, load
from demo.people import MAIN
from lifecycle.findings import NAMES
from lifecycle.models import StageChange
from lifecycle.queries import findings_for, published_overrides
from lifecycle.rules import GATES
from projects.choices import Stage
from projects.comparing import estimate, material_change
from projects.files import form_of
from projects.models import AnnualPlan, CityTemplate, Contract, Entry, Photo, ProgressReport, Project, Scheme, SchemeItem, Suggestion
from projects.operations.photos import thumbnail_name
from projects.queries import lines_of, schemes_of, standing_records
from regions.models import Region

TODAY = datetime.date(2026, 11, 23)
MAY = datetime.date(2021, 5, 31)


@pytest.fixture(autouse=True)
def _files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


def small(**more: object) -> Wish:
    return Wish(seed=2021, today=TODAY, scale=0.02, processes=1, **more)


def fingerprint_of_everything() -> list[object]:
    entries = Entry.objects.order_by("project__code", "community__code").values_list(
        "project__code", "community__code", "household_count", "floor_area", "planned_amount", "planned_start_on"
    )
    reports = ProgressReport.objects.order_by("entry__community__code", "month").values_list("percent", "paid_amount", "client_key")
    changes = StageChange.objects.order_by("project__code", "happened_on", "stage").values_list("stage", "happened_on", "recorded_at")
    owners = [
        (unseal(name), person)
        for name, person in Owner.objects.order_by(
            "household__community__code", "household__building__name", "household__unit", "household__door", "person"
        ).values_list("name_sealed", "person")
    ]
    return [*entries, *reports, *changes, *owners]


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_says_so(tree):
    said: list[str] = []
    assert load(small(households=False), said.append)
    before = (Project.objects.count(), User.objects.count(), StageChange.objects.count())
    assert not load(small(households=False), said.append)
    assert before == (Project.objects.count(), User.objects.count(), StageChange.objects.count())
    assert any("figures" in line for line in said)


@pytest.mark.django_db
def test_a_load_killed_before_the_figures_is_finished_by_the_next(tree):
    load(small(households=False), [].append)
    before = DailyCount.objects.count()
    DailyCount.objects.all().delete()
    YearCount.objects.all().delete()
    assert not load(small(households=False), [].append)
    assert DailyCount.objects.count() == before > 0


@pytest.mark.django_db
def test_the_same_seed_writes_the_same_rows(tree):
    found = []
    for _ in range(2):
        with pytest.raises(InterruptedError):
            _load_and_leave(found)
    assert found[0] == found[1]
    assert not Project.objects.exists()


def _load_and_leave(found: list[list[object]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        load(small(), [].append)
        found.append(fingerprint_of_everything())
        raise InterruptedError


@pytest.mark.django_db
def test_a_small_demo_is_complete(tree):
    load(small(), [].append)
    planned = Entry.objects.filter(year=2021, plan__isnull=False)
    flats = Household.objects.filter(community__entries__in=planned).count()
    assert flats == planned.aggregate(n=Sum("community__household_count"))["n"]
    assert Owner.objects.values("household").distinct().count() == Household.objects.count() > flats
    assert Owner.objects.values("person").distinct().count() < Owner.objects.count()  # somebody has two flats
    assert all(
        unseal(phone).startswith("123") for phone in Household.objects.exclude(phone_sealed="").values_list("phone_sealed", flat=True)[:50]
    )
    exclusive = Household.objects.filter(community__entries__in=planned).aggregate(n=Sum("exclusive_area"))["n"]
    assert 0.8 < exclusive / planned.aggregate(n=Sum("community__floor_area"))["n"] < 1
    for model in (Community, Project, AnnualPlan):
        assert not model.objects.filter(synthetic=False).exists()
    assert not Region.objects.filter(depth__gte=4, synthetic=False).exists()
    started = Project.objects.filter(entries__year=2021)
    assert not started.exclude(contracts__kind="works").exists()
    assert not started.exclude(photos__kind="start").exists()
    for name in Photo.objects.values_list("file", flat=True).distinct():
        assert default_storage.exists(name) and default_storage.exists(thumbnail_name(name))
    assert YearCount.objects.get(year=2021).synthetic
    assert AnnualPlan.objects.filter(year=2027, state="submitted").exists()
    with connection.cursor() as cursor:  # the audit trail names the command
        cursor.execute("SELECT metadata ->> 'reason' FROM pghistory_context")
        assert cursor.fetchall() == [("load_demo: 示例数据",)]


@pytest.mark.django_db
def test_stage_and_last_change_agree_and_keep_their_findings(tree):
    load(small(households=False), [].append)
    for project in Project.objects.prefetch_related("stage_changes"):
        changes = sorted(project.stage_changes.all(), key=lambda change: change.pk)
        assert (project.stage, project.stage_on) == (changes[-1].stage, changes[-1].happened_on)
        days = {change.stage: change.happened_on for change in changes}
        assert (project.started_on, project.completed_on, project.accepted_on) == tuple(map(days.get, ("started", "completed", "accepted")))
        assert [change.happened_on for change in changes] == sorted(change.happened_on for change in changes)
        assert all(change.recorded_at.date() <= TODAY for change in changes)
    start = StageChange.objects.filter(stage=Stage.STARTED, project__code="HB130404-2021-017").get()
    assert all(finding["passed"] and not finding["override"] for finding in start.findings)
    for change in StageChange.objects.all():
        assert [finding["code"] for finding in change.findings] == list(GATES[change.stage])
        assert all(finding["proof"]["synthetic"] for finding in change.findings)
    vote = StageChange.objects.get(stage=Stage.APPROVED, project=start.project).findings[0]
    assert (vote["actual"], vote["required"], vote["threshold"]) == (259, 312, 80)


@pytest.mark.django_db
def test_the_machinery_factory_yard_has_the_scheme_and_the_sources_of_the_drawing(tree):
    load(small(households=False), [].append)
    project = Project.objects.get(code="HB130404-2021-017")
    first, second = schemes_of([project])[project.pk]
    assert (len(lines_of(second)), estimate(lines_of(second))) == (11, 8_964_000)
    assert [reason.code for reason in material_change(lines_of(first), lines_of(second))] == ["added", "dearer"]
    funding = standing_records([project], kinds=["funding"])[project.pk]
    assert {record.subject: record.amount for record in funding} == {"government": 7_420_000, "residents": 268_000, "society": 1_276_000}
    for scheme in Scheme.objects.prefetch_related("items"):
        assert scheme.items.count() == scheme.item_count
    assert not SchemeItem.objects.filter(Q(catalogue_item__isnull=True) | Q(unit_price__isnull=True) | Q(intent="")).exists()
    plan = second.attachments.get()
    assert "示例" in plan.title and form_of(default_storage.open(plan.file).read()) == "pdf"
    assert Suggestion.objects.filter(state="open").exists() and CityTemplate.objects.filter(synthetic=False).count() == 0


@pytest.mark.django_db
def test_what_the_demo_started_without_its_gate_was_let_pass_by_name_and_in_public(tree):
    load(small(households=False), [].append)
    rows = published_overrides()
    assert rows and all(row.synthetic and row.reason.endswith("（示例）") and row.by and row.state == "used" for row in rows)
    assert {row.gate for row in rows} >= {str(NAMES["in_frozen_plan"])}


@pytest.mark.django_db
def test_a_clerk_of_fuxing_can_start_a_project_of_this_year_and_the_gates_agree_with_the_past(tree):
    load(small(households=False), [].append)
    ready = Project.objects.filter(region__code="130404", stage=Stage.TENDERED, entries__year=2026, entries__plan__state="frozen")
    assert ready.exists()
    for change in StageChange.objects.filter(stage=Stage.STARTED).select_related("project"):
        now = {finding.code: finding.passed for finding in findings_for(change.project, Stage.STARTED, change.happened_on)}
        then = {finding["code"]: finding["passed"] and not finding["override"] for finding in change.findings}
        assert now | {"scheme_vote": True} == then
    for project in ready:  # everything but the rounds, which are not written here
        shut = {finding.code for finding in findings_for(project, Stage.APPROVED, TODAY) if not finding.passed}
        assert shut <= {"scheme_vote"}


@pytest.mark.django_db
def test_every_role_has_an_account_that_can_log_in(tree, client, settings):
    load(small(households=False), [].append)
    assert {account.role for account in MAIN} == set(Role)
    for account in MAIN:
        user = User.objects.get(username=account.username)
        assert user.check_password(settings.LOAD_DEMO_PASSWORD)
        assert not user.must_change_password
        assert user.synthetic
        assert user.region.code == account.region
    assert User.objects.filter(synthetic=True).count() == len(MAIN) + 165 + 12
    out = io.StringIO()
    call_command("demo_accounts", stdout=out)
    lines = out.getvalue().splitlines()
    assert all(any(line.startswith(account.username) and settings.LOAD_DEMO_PASSWORD in line for line in lines) for account in MAIN)


@pytest.mark.django_db
def test_without_a_demo_the_accounts_command_says_how_to_load_it(tree):
    out = io.StringIO()
    call_command("demo_accounts", stdout=out)
    assert "load_demo" in out.getvalue()


@pytest.mark.django_db
def test_production_refuses_a_published_password(tree, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="allow-production"):
        call_command("load_demo")
    assert not User.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_the_full_demo_tells_the_public_figures(tree):
    begin = time.process_time()
    load(Wish(seed=2021, today=TODAY, households=False), [].append)
    assert time.process_time() - begin < 25

    def figures(until: datetime.date, **where: object) -> dict[str, int]:
        rows = DailyCount.objects.filter(year=2021, on__lte=until, **where)
        return rows.aggregate(planned=Sum("planned_communities"), started=Sum("started_communities"), households=Sum("planned_households"))

    assert figures(datetime.date(2021, 3, 31)) == {"planned": 3057, "started": 743, "households": 520_000}
    assert figures(MAY) == {"planned": 3057, "started": 2237, "households": 520_000}
    assert figures(datetime.date(2021, 6, 30))["started"] == 3057
    assert figures(MAY, region__path__contains="/130100/")["planned"] == 645
    assert figures(MAY, region__path__contains="/130900/") == {"planned": 130, "started": 112, "households": 18_322}
    assert figures(MAY, region__path__contains="/130682R/") | {"households": 0} == {"planned": 41, "started": 42, "households": 0}
    assert Community.objects.filter(renovated_year__isnull=False).count() == 6311
    assert AnnualPlan.objects.filter(year=2021, state="frozen").count() == 161
    assert (
        Contract.objects.filter(project__entries__year=2021, kind="works").values("project").distinct().count()
        == Project.objects.filter(entries__year=2021).distinct().count()
    )
