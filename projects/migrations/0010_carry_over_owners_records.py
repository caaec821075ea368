"""Owners' confirmations and completed special works that were kept as plain documents get rows of their own; the documents stay readable."""

from collections import defaultdict

from django.db import migrations

KINDS = ("dig_once", "special_done", "special_accepted")


def carry_over(apps, schema_editor):
    """A confirmation for each document that counts, and a special work on the project's yards for each that was completed."""
    records = apps.get_model("projects", "Record").objects.filter(kind__in=KINDS, voids__isnull=True, voided_by__isnull=True)
    of_project = defaultdict(list)
    for record in records.select_related("project__region").order_by("project_id", "dated_on", "pk").iterator():
        of_project[record.project_id].append(record)
    serials = defaultdict(int)
    for rows in of_project.values():
        newest = {(row.kind, row.subject): row for row in rows}
        works = {
            owner: _work(apps, done, newest.get(("special_accepted", owner)), serials)
            for (kind, owner), done in newest.items()
            if kind == "special_done" and owner
        }
        for (kind, owner), row in newest.items():
            if kind == "dig_once" and owner:
                _confirmation(apps, row, works.get(owner))


def _confirmation(apps, record, work):
    row = apps.get_model("projects", "OwnerConfirmation").objects.create(
        project_id=record.project_id, owner=record.subject, answer="joins" if work else "none", party=record.party, number=record.number,
        confirmed_on=record.dated_on, recorded_at=record.recorded_at, recorded_by_id=record.recorded_by_id,
    )  # fmt: skip
    if work:
        apps.get_model("projects", "ConfirmedWork").objects.create(confirmation=row, work=work)


def _work(apps, done, accepted, serials):
    """The special work behind a document that says it is completed; its days are those of the documents and of the project."""
    project, year = done.project, done.dated_on.year
    serials[project.region_id, year] += 1
    started = min(project.started_on or done.dated_on, done.dated_on)
    state = "accepted" if accepted else "completed"
    work = apps.get_model("projects", "SpecialWork").objects.create(
        number=f"ZX{project.region.code}-{year}-{serials[project.region_id, year]:04d}", region_id=project.region_id, owner=done.subject,
        project_id=project.pk, title=done.number or project.name[:100], laid=done.note or done.number or done.party,
        planned_start_on=started, planned_completion_on=done.dated_on, started_on=started, completed_on=done.dated_on, state=state,
        contact=done.party, filed_at=done.recorded_at, filed_by_id=done.recorded_by_id, synthetic=project.synthetic,
    )  # fmt: skip
    for entry in project.entries.filter(removed_on__isnull=True).select_related("community"):
        values = {"region_id": project.region_id, "kind": "yard", "name": entry.community.name, "synthetic": entry.community.synthetic}
        stretch = apps.get_model("projects", "Stretch").objects.get_or_create(community=entry.community, defaults=values)[0]
        apps.get_model("projects", "SpecialWorkStretch").objects.create(work=work, stretch=stretch)
    steps = apps.get_model("projects", "SpecialWorkStep").objects
    for step, row in (("completed", done), ("accepted", accepted)):
        if row:
            steps.create(
                work=work, state=step, happened_on=row.dated_on, recorded_at=row.recorded_at, recorded_by_id=row.recorded_by_id
            )  # fmt: skip
    return work


class Migration(migrations.Migration):
    dependencies = [("projects", "0009_catalogue_templates_and_files_of_schemes")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
