"""The audit trail: complete, in reach only, readable, and never altered."""

import datetime
import uuid

import pghistory
import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from audit.queries import history_of, trail
from audit.sources import EventSource, Filters, JournalSource, sources
from common.crypto import seal
from communities.models import Community, Household, Owner
from projects.models import ProgressReport
from regions.models import Region
from regions.scope import Scope
from tests.factories.everything import make_everything
from tests.factories.people import make_user
from tests.factories.register import make_community, make_households
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db
ALL = Filters(scope=Scope(("130000/",)))
HANDAN = Filters(scope=Scope(("130000/130400/",)))
CANGZHOU = Filters(scope=Scope(("130000/130900/",)))


def changes(filters=ALL, **more):
    return trail(filters, size=500, **more).rows


def test_every_tracked_table_and_every_journal_is_found():
    kinds = {key: type(source) for key, source in sources().items()}
    assert kinds["communities.community"] is EventSource
    assert kinds["accounts.user"] is EventSource
    assert kinds["lifecycle.stagechange"] is JournalSource
    assert kinds["projects.progressreport"] is JournalSource
    assert kinds["projects.contract"] is EventSource, "a tracked table is not listed twice"


# kept by the province for the whole tree: only an auditor of the whole tree reads their changes
PROVINCE_WIDE = {"projects.catalogueversion", "projects.catalogueitem"}


def test_every_recorded_table_has_a_place_in_the_tree_or_is_the_provinces():
    assert {key for key, source in sources().items() if source.path_field is None} == PROVINCE_WIDE


def test_an_update_shows_each_field_before_and_after(region):
    community = make_community(name="机械厂家属院", address="旧街 1 号")
    community.address = "新街 2 号"
    community.household_count = 120
    community.save()
    newest = history_of(community)[0]
    assert newest.kind == "update"
    assert {(diff.before, diff.after) for diff in newest.changes} == {("旧街 1 号", "新街 2 号"), ("100", "120")}
    assert newest.label.startswith("机械厂家属院")


def test_the_first_change_of_a_row_that_was_imported_shows_what_stood_before(tree):
    flat = make_households(make_community(), 1)[0]
    Household.objects.filter(pk=flat.pk).update(door="901")
    Household.objects.filter(pk=flat.pk).update(door="902")
    steps = [[(diff.before, diff.after) for diff in change.changes] for change in history_of(flat)]
    assert steps == [[("901", "902")], [("101", "901")]]


def test_creation_and_deletion_are_on_record(tree):
    community = make_community()
    flat = make_households(community, 1)[0]
    building = flat.building
    flat.delete()
    key = building.pk
    building.delete()
    found = [change.kind for change in changes() if change.subject == sources()["communities.building"].label]
    assert found == ["delete", "insert"]
    assert key


def test_changed_keys_read_as_names_and_choices_as_words(region):
    community = make_community("130404")
    community.region = region("130403")
    community.owner_kind = Community._meta.get_field("owner_kind").choices[0][0]
    community.save()
    texts = {diff.after for diff in history_of(community)[0].changes}
    assert region("130403").name_zh in texts
    assert str(Community._meta.get_field("owner_kind").choices[0][1]) in texts


def test_bulk_updates_and_raw_sql_are_on_record(tree):
    community = make_community()
    Community.objects.filter(pk=community.pk).update(built_year=1979)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE communities_community SET built_year = 1980 WHERE id = %s", [community.pk])
    years = [diff.after for change in history_of(community) for diff in change.changes if diff.before in {"1985", "1979"}]
    assert years == ["1980", "1979"]


def test_bulk_inserts_and_copy_are_on_record(tree):
    make_community()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'communities_community'::regclass AND NOT tgisinternal")
        names = " ".join(name for (name,) in cursor.fetchall())
        assert "insert_insert" in names, "a row trigger: COPY fires it too"
        before = _count("communities_communityevent")
        cursor.execute("CREATE TEMP TABLE copied AS SELECT * FROM communities_community LIMIT 1")
        cursor.execute("UPDATE copied SET id = 900000001, code = 'COPIED', name = 'copied'")
        _copy(cursor)
    assert _count("communities_communityevent") == before + 1


def _count(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def _copy(cursor):
    """Out of the temporary table and into the real one, by COPY."""
    import io

    buffer = io.StringIO()
    raw = cursor.cursor
    raw.copy_expert("COPY copied TO STDOUT", buffer)
    buffer.seek(0)
    raw.copy_expert("COPY communities_community FROM STDIN", buffer)


@pytest.mark.parametrize("table", sorted({source.table._meta.db_table for source in sources().values()}))
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_a_record_is_never_changed_and_never_deleted(table, statement, tree):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgtype FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O'", [table]
        )
        kinds = 0
        for _name, kind in cursor.fetchall():
            kinds |= kind
    deletes, updates = 8, 16
    assert kinds & (deletes if statement.startswith("DELETE") else updates)


@pytest.mark.parametrize("sql", ["UPDATE communities_communityevent SET name = 'x'", "DELETE FROM communities_communityevent"])
def test_the_database_refuses_to_alter_a_record(sql, tree):
    make_community()
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_context_of_an_old_change_is_sealed(tree, city_official):
    with pghistory.context(user=city_official.pk, reason="first"):
        community = make_community()
    context = community.events.get(pgh_label="insert").pgh_context
    with connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            cursor.execute("DELETE FROM pghistory_context WHERE id = %s", [context.pk])
        cursor.execute("UPDATE pghistory_context SET created_at = now() - interval '1 hour' WHERE id = %s", [context.pk])
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            cursor.execute("UPDATE pghistory_context SET metadata = '{}' WHERE id = %s", [context.pk])


def test_who_and_why_come_from_the_operation(tree, city_official):
    with pghistory.context(user=city_official.pk, reason="corrected after a visit"):
        community = make_community()
    newest = history_of(community)[0]
    assert newest.who == str(city_official)
    assert newest.reason == "corrected after a visit"


def test_a_page_leaves_who_where_and_why(client, city_official, district_staff):
    client.force_login(city_official)
    client.post(f"/people/{district_staff.pk}/password/", {"reason": "forgotten over the holidays"})
    newest = history_of(district_staff)[0]
    assert (newest.who, newest.reason) == (str(city_official), "forgotten over the holidays")
    assert newest.page == f"/people/{district_staff.pk}/password/"


def test_a_sign_in_alone_leaves_no_change(client, city_official):
    before = len(history_of(city_official))
    client.force_login(city_official)
    client.get("/accounts/")
    assert len(history_of(User.objects.get(pk=city_official.pk))) == before


def test_city_a_never_sees_the_changes_of_city_b(tree):
    make_planned_project(make_community("130404", name="邯郸小区"), county_code="130404")
    make_planned_project(make_community("130902", name="沧州小区"), county_code="130902")
    make_user("district_staff", "130404", username="handan")
    make_user("district_staff", "130902", username="cangzhou")
    own, other = {change.label for change in changes(HANDAN)}, {change.label for change in changes(CANGZHOU)}
    assert any("邯郸小区" in label for label in own)
    assert any("沧州小区" in label for label in other)
    assert not any("沧州" in label for label in own)
    assert not any("邯郸" in label for label in other)
    assert {change.subject for change in changes(HANDAN)} == {change.subject for change in changes(CANGZHOU)}


def test_no_reach_no_changes(tree):
    make_community()
    assert trail(Filters(scope=Scope(()))).total == 0


def test_names_and_phones_are_never_shown(tree):
    flat = make_households(make_community(), 1)[0]
    owner = Owner.objects.create(household=flat, name_sealed=seal("王建国"), person="f" * 64)
    Household.objects.filter(pk=flat.pk).update(phone_sealed=seal("13812345678"))
    Owner.objects.filter(pk=owner.pk).update(name_sealed=seal("李建国"), person="e" * 64)
    owner.refresh_from_db()
    flat.refresh_from_db()
    texts = [text for change in [*history_of(owner), *history_of(flat)] for diff in change.changes for text in (diff.before, diff.after)]
    assert set(texts) == {"•••", ""}
    assert [(diff.before, diff.after) for diff in history_of(owner)[0].changes] == [("•••", "•••"), ("•••", "•••")]
    assert trail(Filters(scope=ALL.scope, words=owner.person)).total == 0, "protected values cannot be searched"
    assert trail(Filters(scope=ALL.scope, words=owner.name_sealed[:20])).total == 0


def test_every_protected_column_is_masked():
    shown = {(key, column.name) for key, source in sources().items() for column in source.columns}
    sealed = {(key, name) for key, name in shown if name.endswith("_sealed") or name in {"person", "digest", "password"}}
    from audit.sources import is_protected

    assert sealed
    assert all(is_protected(name) for _key, name in sealed)
    assert not is_protected("password_changed_at")
    assert not is_protected("must_change_password")


def test_the_trail_filters_by_person_model_day_and_words(tree, city_official, district_staff):
    with pghistory.context(user=city_official.pk, reason="visit in spring"):
        make_community(name="春天小区")
    with pghistory.context(user=district_staff.pk):
        make_community(name="秋天小区")
    by_city = changes(Filters(scope=ALL.scope, people=[city_official.pk]))
    assert {change.who for change in by_city} == {str(city_official)}
    assert [change.label.split(" ")[0] for change in changes(Filters(scope=ALL.scope, words="秋天"))] == ["秋天小区"]
    assert [change.label.split(" ")[0] for change in changes(Filters(scope=ALL.scope, words="spring"))] == ["春天小区"]
    assert {change.subject for change in changes(only="accounts.post")} == {sources()["accounts.post"].label}
    assert trail(ALL, only="no.such").total == 0
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    assert trail(Filters(scope=ALL.scope, since=tomorrow)).total == 0
    assert trail(Filters(scope=ALL.scope, until=tomorrow)).total == trail(ALL).total


def test_pages_show_every_change_once_newest_first_there_and_back(tree):
    for _number in range(7):
        make_planned_project()
    everything = [(change.at, change.subject, change.label) for change in changes()]
    seen, cursor, pages = [], "", []
    while True:
        page = trail(ALL, cursor=cursor, size=6)
        pages.append(page)
        seen += [(change.at, change.subject, change.label) for change in page.rows]
        if not page.next:
            break
        cursor = page.next
    assert seen == everything
    assert [at for at, *_rest in seen] == sorted((at for at, *_rest in seen), reverse=True)
    back = trail(ALL, cursor=pages[-1].previous, size=6)
    assert [change.label for change in back.rows] == [change.label for change in pages[-2].rows]
    assert not trail(ALL, cursor=pages[1].previous, size=6).previous


@pytest.mark.parametrize("cursor", ["x", "WyJuIl0", "é", "bnVsbA"])
def test_a_broken_cursor_leads_to_page_one(tree, cursor):
    make_community()
    assert trail(ALL, cursor=cursor).rows


def test_journals_stand_in_the_trail_too(tree, district_staff):
    project = make_planned_project()
    entry = project.entries.get()
    ProgressReport.objects.create(
        entry=entry, month="2021-05-01", reported_on="2021-05-31", percent=40, paid_amount=1000, note="slow", client_key=uuid.uuid4(),
        recorded_at=timezone.now(), recorded_by=district_staff,
    )  # fmt: skip
    newest = changes(HANDAN)[0]
    assert (newest.who, newest.kind, newest.reason) == (str(district_staff), "insert", "slow")
    assert "40" in {diff.after for diff in newest.changes}
    assert trail(CANGZHOU, only="projects.progressreport").total == 0
    assert trail(Filters(scope=ALL.scope, people=[district_staff.pk]), only="projects.progressreport").total == 1


def test_a_change_of_a_row_whose_parent_is_gone_is_still_shown(tree):
    flat = make_households(make_community(), 1)[0]
    owner = Owner.objects.create(household=flat, name_sealed=seal("王建国"), person="f" * 64)
    owner.delete()
    flat.delete()
    found = trail(ALL, only="communities.owner")
    assert found.total >= 1
    assert len(found.rows) == found.total


def test_the_number_of_queries_does_not_grow_with_the_page(tree, django_assert_num_queries, django_assert_max_num_queries):
    def happen(*codes):
        for code in codes:
            make_everything(code)
            Region.objects.filter(code=code).update(longitude=110)

    def page():
        return trail(ALL, size=500).rows

    with pghistory.context(user=make_user("district_staff", "130404").pk, reason="visit"):
        happen("130404")
    with django_assert_max_num_queries(2 * len(sources()) + 10) as few:  # a count and rows for each recorded table
        page()
    with pghistory.context(user=make_user("district_staff", "130403").pk, reason="visit"):
        happen("130402", "130403", "130406")
    with django_assert_num_queries(len(few.captured_queries)):
        page()


def test_the_triggers_of_the_audit_trail_are_installed(tree):
    found = {f"{model._meta.label} {trigger.name}": trigger.get_installation_status(model) for model, trigger in pgtrigger.registered()}
    assert len(found) > 30
    assert {name: status for name, status in found.items() if status != ("INSTALLED", True)} == {}
