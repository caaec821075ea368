"""What is written once is never changed: ledgers, evidence, stage changes, the audit trail."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from audit.sources import JournalSource, sources
from tests.factories.everything import make_everything

JOURNALS = {
    "projects.photo", "projects.progressreport", "projects.scheme", "projects.record", "lifecycle.stagechange", "lifecycle.gateoverride",
    "lifecycle.defectcheck", "lifecycle.signature", "lifecycle.ticketstep", "lifecycle.archiveentry",
    "projects.paving", "projects.specialworkstep", "projects.ownerconfirmation", "projects.windowproposal", "projects.windowdecision",
    "projects.schemeattachment", "projects.workprogress", "projects.changedecision", "projects.diaryentry",
    "facilities.statechange", "facilities.assessment", "facilities.inspection",
    "surveys.rollcorrection", "surveys.keying", "surveys.visit", "surveys.annulment", "surveys.slipprint",
}  # fmt: skip
# records that are none of the audit trail's: what a household answered is nobody's reading
SECRET = ("surveys.Ballot", "surveys.Publication")


def protected_tables():
    """Every event table, every journal, and what else records reads."""
    events = [source.table for source in sources().values()]
    return [
        *events,
        *(
            apps.get_model(name)
            for name in (
                "communities.Disclosure",
                "projects.SchemeItem",
                "projects.Work",
                "lifecycle.SheetPhoto",
                "projects.ConfirmedWork",
                *SECRET,
            )
        ),
    ]


def test_the_journals_are_the_ones_we_know():
    assert {key for key, source in sources().items() if isinstance(source, JournalSource)} == JOURNALS


@pytest.mark.django_db
def test_the_database_refuses_update_and_delete(tree):
    make_everything("130404")
    with connection.cursor() as cursor:
        for table in protected_tables():
            name = table._meta.db_table
            column = next(field.column for field in table._meta.concrete_fields if not field.primary_key)
            cursor.execute(f"SELECT count(*) FROM {name}")
            if cursor.fetchone()[0] == 0:
                continue
            for statement in (f"UPDATE {name} SET {column} = {column}", f"DELETE FROM {name}"):
                with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
                    cursor.execute(statement)


@pytest.mark.django_db
def test_every_event_table_gets_a_row_to_be_refused_on(tree):
    for row in make_everything("130404"):
        if hasattr(type(row), "events") or type(row)._meta.label_lower in JOURNALS:
            type(row)._default_manager.filter(pk=row.pk).first()
    empty = {table._meta.label for table in protected_tables() if not table._default_manager.exists()}
    imported = {"communities.HouseholdEvent", "communities.OwnerEvent"}  # no insert event: the batch is the record
    assert empty <= imported
