"""The catalogue of works: complete, drafted from the last year, published for good; the cities' templates."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from common.errors import InvalidInput, NotAllowed
from projects.choices import OUTPUT_UNIT, Output, WorkKind
from projects.models import CatalogueItem, CatalogueVersion, CityTemplate
from projects.operations import CatalogueFixed, draft_catalogue, publish_catalogue, write_catalogue, write_template
from projects.operations.catalogue import first_rows, rows_of
from projects.queries import current_catalogue
from regions.models import Region
from tests.factories.catalogue import item_of, make_catalogue

NOW = timezone.now()


def test_the_first_catalogue_holds_every_kind_of_work_every_output_and_nine_common_items():
    rows = first_rows()
    assert {row.kind for row in rows} == set(WorkKind.values)
    # service facilities are counted beside their area
    assert {row.output for row in rows} - {""} == set(Output.values) == set(OUTPUT_UNIT)
    assert len({row.kind for row in rows if row.compulsory}) == sum(row.compulsory for row in rows) == 9
    assert len({row.code for row in rows}) == len(rows)


@pytest.mark.django_db
def test_the_next_year_is_drafted_from_the_last_one_and_supersedes_it(tree, province_official):
    first = make_catalogue(2021)
    second = draft_catalogue(year=2022, actor=province_official, at=NOW)
    assert rows_of(second) == rows_of(first)
    assert current_catalogue() == first, "a draft is nobody's catalogue"
    rows = [replace(row, price_high=row.price_high + 1) for row in rows_of(second)[:-1]]
    kept = second.items.get(position=1).pk
    write_catalogue(version=second, rows=rows, source="省造价站 2022", note="", actor=province_official, at=NOW)
    assert rows_of(second) == rows
    assert second.items.get(position=1).pk == kept
    publish_catalogue(version=second, actor=province_official, at=NOW)
    first.refresh_from_db()
    assert (first.state, current_catalogue()) == ("superseded", second)
    with pytest.raises(InvalidInput):
        draft_catalogue(year=2022, actor=province_official, at=NOW)


@pytest.mark.django_db
def test_a_published_catalogue_is_never_changed(tree, province_official):
    version = make_catalogue(2021)
    with pytest.raises(CatalogueFixed):
        write_catalogue(version=version, rows=first_rows(), source="x", note="", actor=province_official, at=NOW)
    with pytest.raises(CatalogueFixed):
        publish_catalogue(version=version, actor=province_official, at=NOW)
    items, versions = CatalogueItem.objects.filter(version=version), CatalogueVersion.objects.filter(pk=version.pk)
    new = {name: getattr(items[0], name) for name in ("kind", "name", "unit", "price_low", "price_high", "position")}
    for change in (
        lambda: items.update(price_low=1),
        lambda: items.first().delete(),
        lambda: CatalogueItem.objects.create(version=version, code="new", **new),
        lambda: versions.update(source="other"),
        lambda: versions.update(state="draft", published_at=None),
        lambda: versions.update(state="superseded", year=2019),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()
    draft = draft_catalogue(year=2022, actor=province_official, at=NOW)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        draft.items.filter(code="J02").update(version=version)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"code": " "}, {"kind": "magic"}, {"name": ""}, {"unit": ""}, {"price_low": Decimal(0)}, {"price_low": Decimal(10**6)}, {"factor": None}, {"code": "J02"}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_wrong_item_of_a_draft_is_named(tree, province_official, change):
    version = make_catalogue(2021, published=False)
    first, *rest = rows_of(version)
    with pytest.raises(InvalidInput) as caught:
        write_catalogue(version=version, rows=[replace(first, **change), *rest], source="x", note="", actor=province_official, at=NOW)
    assert set(caught.value.details) == {"items"}


@pytest.mark.django_db
def test_only_the_province_writes_the_catalogue_and_only_a_city_its_template(tree, province_official, city_official, other_city_official):
    version = make_catalogue(2021)
    with pytest.raises(NotAllowed):
        draft_catalogue(year=2022, actor=city_official, at=NOW)
    handan = Region.objects.get(code="130400")
    for stranger in (province_official, other_city_official):
        with pytest.raises(NotAllowed):
            write_template(region=handan, name="9+X", chosen=[], actor=stranger, at=NOW)
    template = write_template(region=handan, name="9+X", chosen=[item_of("T03").pk], actor=city_official, at=NOW)
    held = [row.item for row in template.rows.all()]
    assert sum(item.compulsory for item in held) == 9
    assert [item.code for item in held if not item.compulsory] == ["T03"]
    again = write_template(region=handan, name="9+2", template=template, chosen=[item_of("W08").pk], actor=city_official, at=NOW)
    assert [row.item.code for row in again.rows.all() if not row.item.compulsory] == ["W08"]
    with pytest.raises(InvalidInput):
        write_template(region=handan, name="9+2", chosen=[], actor=city_official, at=NOW)
    assert version.pk == template.catalogue_id


@pytest.mark.django_db
def test_the_province_drafts_edits_publishes_and_compares_on_its_pages(client, tree, province_official):
    client.force_login(province_official)
    client.post(reverse("projects:catalogue-draft"), {"year": "2021"})
    version = CatalogueVersion.objects.get()
    page = client.get(reverse("projects:catalogue-edit", args=[version.pk]))
    posted = {"source": "省造价站", "note": ""}
    for row in page.context["rows"]:
        for bound in row:
            if bound.value() not in (None, False, ""):
                posted[bound.html_name] = bound.value()
            elif bound.name == "code":
                posted[bound.html_name] = ""
    wrong = client.post(reverse("projects:catalogue-edit", args=[version.pk]), posted | {"item-0-name": ""})
    assert wrong.status_code == 422
    assert "r-err" in wrong.content.decode()
    assert client.post(reverse("projects:catalogue-edit", args=[version.pk]), posted | {"item-0-price_high": "750"}).status_code == 302
    assert item_of("J01").price_high == 750
    assert len(rows_of(version)) == len(first_rows())
    client.post(reverse("projects:catalogue-publish", args=[version.pk]))
    assert client.get(reverse("projects:catalogue-edit", args=[version.pk])).status_code == 404
    draft = draft_catalogue(year=2022, actor=province_official, at=NOW)
    draft.items.filter(code="J01").update(price_high=800)
    compared = client.get(reverse("projects:catalogue-compare"), {"from": "2021", "to": "2022"})
    assert [(row["state"], row["item"].code) for row in compared.context["changes"]] == [("changed", "J01")]
    shown = client.get(reverse("projects:catalogue", args=[version.pk]), {"class": "upgrade", "q": "食堂"})
    assert [item.code for _group, rows in shown.context["groups"] for item in rows] == ["T03"]
    book = client.post(reverse("spreadsheets:export", args=["catalogue"]), {"catalogue": version.pk})
    assert book.headers["Content-Type"].startswith("application/vnd.openxml")


@pytest.mark.django_db
def test_a_city_writes_its_template_on_its_page_and_a_district_reads_it(client, tree, city_official, district_staff, other_city_official):
    make_catalogue(2021)
    client.force_login(city_official)
    add = reverse("projects:template-add")
    assert client.get(add).status_code == 200
    assert client.post(add, {"name": " ", "item": []}).status_code == 422
    assert client.post(add, {"name": "邯郸 9+X", "item": [item_of("T01").pk]}).status_code == 302
    template = CityTemplate.objects.get()
    client.force_login(district_staff)
    assert "邯郸 9+X" in client.get(reverse("projects:template-list")).content.decode()
    assert client.get(reverse("projects:template-edit", args=[template.pk])).status_code == 403
    client.force_login(other_city_official)
    assert "邯郸 9+X" not in client.get(reverse("projects:template-list")).content.decode()
    assert client.get(reverse("projects:template-edit", args=[template.pk])).status_code == 404
