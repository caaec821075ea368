"""Documents of a project: recorded once, never changed, voided by a further row."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from common.errors import InvalidInput, NotAllowed
from projects.choices import TAKEN_OVER, RecordKind
from projects.models import Record
from projects.operations import add_record, void_record
from projects.queries import standing_records
from tests.factories.evidence import at, day, make_record
from tests.factories.works import make_planned_project

NOW = at("2021-06-18")


@pytest.fixture
def project(district_staff):
    return make_planned_project()


def add(project, actor, kind="approval", **more):
    values = {"party": "复兴区发展和改革局", "number": "复发改〔2021〕17 号", "dated_on": day("2021-04-19")} | more
    return add_record(project=project, kind=kind, actor=actor, at=NOW, **values)


def standing(project, **more):
    return standing_records([project], **more).get(project.pk, [])


def test_a_document_counts_from_its_day_until_it_is_voided(project, district_staff):
    record = add(project, district_staff)
    assert standing(project) == [record]
    assert standing(project, up_to=day("2021-04-18")) == []
    assert standing(project, kinds=["tender"]) == []
    row = void_record(record=record, reason="文号写错", actor=district_staff, at=NOW)
    assert (row.voids, standing(project)) == (record, [])
    assert Record.objects.filter(project=project).count() == 2


def test_the_same_document_twice_is_one_row_and_can_come_again_after_it_was_voided(project, district_staff):
    record = add(project, district_staff)
    assert add(project, district_staff) == record
    void_record(record=record, reason="撤回", actor=district_staff, at=NOW)
    assert add(project, district_staff) != record


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("magic", {}, "kind"),
        *((kind, {}, "kind") for kind in sorted(TAKEN_OVER)),
        ("funding", {"amount": Decimal(5)}, "subject"),
        ("funding", {"subject": "gas", "amount": Decimal(5)}, "subject"),
        ("funding", {"subject": "residents"}, "amount"),
        ("approval", {"number": " "}, "number"),
        ("property_mode", {"party": ""}, "party"),
        ("property_mode", {"dated_on": day("2021-06-19")}, "dated_on"),
        ("final_account", {"amount": Decimal(0)}, "amount"),
    ],
)
def test_what_a_document_lacks_is_named(project, district_staff, kind, change, field):
    with pytest.raises(InvalidInput) as caught:
        add(project, district_staff, kind, **change)
    assert set(caught.value.details) == {field}


def test_an_amount_and_a_subject_are_kept_only_where_the_kind_has_them(project, district_staff):
    record = add(project, district_staff, "property_mode", amount=Decimal(5), subject="gas")
    assert (record.amount, record.subject) == (None, "")


def test_a_document_is_voided_once_and_only_with_a_reason(project, district_staff):
    record = add(project, district_staff)
    with pytest.raises(InvalidInput):
        void_record(record=record, reason=" ", actor=district_staff, at=NOW)
    row = void_record(record=record, reason="错", actor=district_staff, at=NOW)
    for again in (record, row):
        with pytest.raises(InvalidInput):
            void_record(record=again, reason="错", actor=district_staff, at=NOW)


@pytest.mark.parametrize("person", ["province_official", "city_official", "other_district_staff", "auditor"])
def test_only_the_countys_staff_record_and_void(project, district_staff, person, request):
    record = make_record(project, district_staff, "archive")
    other = request.getfixturevalue(person)
    with pytest.raises(NotAllowed):
        add(project, other)
    with pytest.raises(NotAllowed):
        void_record(record=record, reason="x", actor=other, at=NOW)


def test_the_database_changes_no_document(project, district_staff):
    record = make_record(project, district_staff, "archive")
    for attempt in (lambda rows: rows.update(party="x"), lambda rows: rows._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt(Record.objects.filter(pk=record.pk))


@pytest.mark.parametrize("kind", [kind for kind in RecordKind.values if kind not in TAKEN_OVER])
def test_each_kind_can_be_entered_on_the_page_and_voided_there(client, project, district_staff, kind):
    client.force_login(district_staff)
    subject = {"funding": "society"}.get(kind, "")
    form = reverse("projects:record-add", args=[project.pk])
    page = client.get(form, {"kind": kind, "subject": subject})
    assert page.context["form"].initial["kind"] == kind
    data = {"kind": kind, "subject": subject, "party": "示例单位", "number": "1", "dated_on": "2021-03-01", "amount": "12.5"}
    assert client.post(form, data).status_code == 302
    record = Record.objects.get()
    assert record.amount in {None, Decimal(125_000)}
    detail = reverse("projects:detail", args=[project.pk])
    assert reverse("projects:record-void", args=[record.pk]) in client.get(detail).content.decode()
    assert client.post(reverse("projects:record-void", args=[record.pk]), {"reason": "录错了"}).status_code == 302
    assert "录错了" in client.get(detail).content.decode()


def test_a_refused_document_comes_back_with_its_sentence(client, project, district_staff, city_official, other_district_staff):
    client.force_login(district_staff)
    form = reverse("projects:record-add", args=[project.pk])
    answer = client.post(form, {"kind": "funding", "party": "市财政局", "dated_on": "2021-03-01"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"subject", "amount"}
    record = make_record(project, district_staff, "archive")
    void = reverse("projects:record-void", args=[record.pk])
    assert client.post(void, {"reason": ""}).status_code == 422
    for person, status in ((city_official, 403), (other_district_staff, 404)):
        client.force_login(person)
        assert client.get(form).status_code == client.get(void).status_code == status
