"""The pages of a scheme: drawn from the catalogue, a template, proposals, wishes and Excel; estimated, compared, public."""

import time
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from projects.choices import WorkKind
from projects.models import Scheme, SchemeAttachment, Suggestion
from projects.operations import suggest_work, write_template
from projects.queries import newest_scheme
from surveys.library import by_code
from surveys.models import Round
from surveys.operations.rounds import close_round
from surveys.rules import SMALL_GROUP
from surveys.wishes import wishes_of
from tests.factories.catalogue import item_of, make_catalogue
from tests.factories.evidence import at, bring_to, make_scheme
from tests.factories.register import make_community
from tests.factories.rounds import make_open_round
from tests.factories.works import make_planned_project
from tests.surveys.answering import answer, entries_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
KINDS = WorkKind.values
HEAD = {"title": "改造方案", "summary": "换水管。", "drawn_on": "2021-03-15"}


@pytest.fixture
def project(district_staff):
    make_catalogue()
    return make_planned_project(make_community("130404", household_count=100, floor_area=Decimal(7000)))


@pytest.fixture
def desk(client, district_staff):
    client.force_login(district_staff)
    return client


def address(name, *args):
    return reverse(f"projects:{name}", args=args)


def rows_as_posted(page):
    """The form as a browser would send it again."""
    return {bound.html_name: bound.value() or "" for row in page.context["rows"] for bound in row}


def test_an_item_of_the_catalogue_brings_kind_name_and_unit_and_the_price_makes_the_amount(desk, project):
    rows = {"item-0-item": "j01", "item-0-name": "", "item-0-quantity": "1,500", "item-0-unit_price": "600", "item-0-intent": "government"}
    assert desk.post(address("scheme-draw", project.pk), HEAD | rows).status_code == 302
    item = newest_scheme(project).items.get()
    assert (item.kind, item.name, item.unit, item.amount, item.catalogue_item) == ("water", "给水管网改造", "m", 900_000, item_of("J01"))
    page = desk.get(address("schemes", project.pk))
    assert (page.context["per_square"], page.context["per_household"]) == (Decimal("128.57"), Decimal(9000))
    assert page.context["outputs"] == [("改造管线", "1.5 km")]
    assert len(page.context["warnings"]) == 1, "9,000 yuan per household is little, and only said"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"item": "Z99", "quantity": "1", "unit_price": "1"}, "item"),
        ({"item": "J01", "quantity": "1"}, "amount"),
        ({"item": "J01", "unit_price": "1"}, "quantity"),
        ({"item": "J01", "quantity": "100", "unit_price": "600", "amount": "7"}, "amount"),
    ],
    ids=["unknown", "no price", "no quantity", "another amount"],
)
def test_a_row_that_does_not_fit_says_where(desk, project, row, field):
    posted = HEAD | {"item-0-name": ""} | {f"item-0-{name}": value for name, value in row.items()}
    answer = desk.post(address("scheme-draw", project.pk), posted)
    assert answer.status_code == 422
    assert set(answer.context["rows"][0].errors) == {field}
    assert not Scheme.objects.exists()


def test_a_cost_outside_the_usual_needs_a_reason_that_everybody_reads(desk, client, project):
    rows = {"item-0-item": "J01", "item-0-name": "", "item-0-quantity": "900", "item-0-unit_price": "600"}
    answer = desk.post(address("scheme-draw", project.pk), HEAD | rows)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["band_reason"])
    assert desk.post(address("scheme-draw", project.pk), HEAD | rows | {"band_reason": "只换主管"}).status_code == 302
    client.logout()
    assert "只换主管" in client.get(address("scheme-public", project.code)).content.decode()


def test_rows_come_from_a_template_a_proposal_a_wish_and_excel_and_nothing_typed_is_lost(desk, project, district_staff, city_official):
    template = write_template(region=project.region.parent, name="9+X", chosen=[item_of("W08").pk], actor=city_official, at=timezone.now())
    yard = project.entries.get().community
    gap = suggest_work(
        project=project, community=yard, kind="meals", name="老年食堂", source="gap", quantity=Decimal(120), unit="m²", actor=district_staff,
        at=timezone.now(),
    )  # fmt: skip
    form = address("scheme-draw", project.pk)
    page = desk.get(form, {"take": [f"suggestion:{gap.pk}", "wish:lifts"]})
    posted = rows_as_posted(page)
    assert (posted["item-0-item"], posted["item-0-quantity"], posted["item-0-community"]) == ("T03 社区食堂与助餐点", "120", str(yard.pk))
    assert posted["item-1-item"].startswith("W08")
    page = desk.post(form, HEAD | posted | {"take": f"template:{template.pk}"})
    posted = rows_as_posted(page)
    items = [posted[f"item-{number}-item"].split(" ")[0] for number in range(11)]
    assert items == ["T03", "W08", "J01", "J03", "J05", "J07", "J08", "J10", "J11", "J13", "J15"]
    pasted = "改造内容\t楼栋\t数量\t单位\t单价\nJ16\t3 号楼\t1,200\tm²\t150\t\t政府\t2021/5/1\t2021-9-30\n外墙彩绘\t\t300\tm²\t\t4.5"
    page = desk.post(form, HEAD | posted | {"paste": "1", "pasted": pasted})
    posted = rows_as_posted(page)
    roof = {name: posted[f"item-11-{name}"] for name in ("item", "building", "quantity", "intent", "starts_on", "ends_on")}
    assert list(roof.values()) == ["J16 屋面防水", "3 号楼", "1,200", "government", "2021-05-01", "2021-09-30"]
    assert (posted["item-12-name"], posted["item-12-amount"]) == ("外墙彩绘", "4.5")
    posted |= {f"item-{number}-{name}": "" for number in [*range(1, 11), 12] for name in ("item", "kind", "name")}
    posted |= {"item-0-unit_price": "4000", "item-12-quantity": "", "item-12-amount": ""}
    sent = desk.post(form, HEAD | posted)
    assert sent.status_code == 302, sent.context["form"].errors
    gap.refresh_from_db()
    assert gap.taken_into == newest_scheme(project)


@pytest.fixture
def asked(project, district_staff):
    """20 households: 12 want meals before the scheme, 16 roads; 8 of 16 miss doors, cameras and lights in it."""
    yard = project.entries.get().community
    for kind, first, answers in (
        ("willingness", "2021-01-02", [{"menu": ["meals", "roads"]}] * 12 + [{"menu": ["roads"]}] * 4),
        ("opinions", "2021-02-02", [{"missing": ["security"], "more": "x"}] * 8 + [{"more": "x"}] * 8),
    ):
        sheet = by_code(f"{kind}_full").asked()
        last = f"{first[:7]}-11"
        round_ = make_open_round(yard, project, kind, households=20, opens=first, closes=last, questions=sheet)
        for entry, given in zip(entries_of(round_), answers, strict=False):
            answer(entry, first, **given)
        close_round(round_=Round.objects.get(pk=round_.pk), at=at(last, "20:01"))
    return project


def test_wishes_are_shares_of_all_households_of_the_rounds_that_asked(asked):
    found = {wish.kind: wish for wish in wishes_of(asked)}
    assert (found["meals"].wanted, found["meals"].wanted_of, found["meals"].part, found["meals"].whole) == (12, 20, 12, 20)
    assert (found["lighting"].missed, found["lighting"].missed_of, found["lighting"].part) == (8, 20, 8)
    assert (found["roads"].part, found["lifts"].part) == (16, 0)
    assert [wish.reached(60) for wish in (found["meals"], found["lighting"])] == [True, False]


def test_a_round_with_too_few_answers_says_nothing_of_wishes(project):
    yard = project.entries.get().community
    round_ = make_open_round(yard, project, "willingness", households=20, opens="2021-01-02", closes="2021-01-11",
                             questions=by_code("willingness_full").asked())  # fmt: skip
    for entry in entries_of(round_)[: SMALL_GROUP - 1]:
        answer(entry, "2021-01-03", menu=["meals"])
    assert wishes_of(project) == [], "it is still open"
    close_round(round_=Round.objects.get(pk=round_.pk), at=at("2021-01-11", "20:01"))
    assert wishes_of(project) == []


def test_what_residents_want_stands_beside_the_scheme_and_is_kept_as_a_proposal(desk, asked, district_staff):
    make_scheme(asked, district_staff, items=(("roads", "院内道路", "100", "m²", 900_000),))
    page = desk.get(address("schemes", asked.pk))
    assert [row["wish"].kind for row in page.context["wanted"]] == ["meals", "lighting", "security"]
    assert page.context["groups"][0]["rows"][0]["wish"].part == 16
    assert "60%" in page.content.decode()
    desk.post(address("scheme-suggest", asked.pk), {"kind": "meals"})
    row = Suggestion.objects.get()
    assert (row.kind, row.source, row.note) == ("meals", "wish", "20 户中有 12 户想要")
    dismiss = address("suggestion-dismiss", row.pk)
    assert desk.post(dismiss, {"reason": ""}).status_code == 422
    assert desk.post(dismiss, {"reason": "街道已有食堂"}).status_code == 302
    assert desk.get(address("schemes", asked.pk)).context["suggestions"] == []


def test_two_versions_are_compared_figure_by_figure_and_both_books_say_the_same(desk, project, district_staff):
    make_scheme(project, district_staff)
    make_scheme(
        project,
        district_staff,
        drawn="2021-04-01",
        items=(("water", "给排水管网", "2.6", "km", 1_500_000), ("lifts", "加装电梯", "2", "部", 900_000)),
    )
    page = desk.get(address("scheme-compare", project.pk), {"from": "1", "to": "2"})
    rows = {row["name"]: row for row in page.context["rows"]}
    assert rows["给排水管网"]["fields"] == [("工程量", "2.4", "2.6"), ("金额（万元）", "148.00", "150.00")]
    assert [rows[name]["amount"] for name in ("给排水管网", "加装电梯", "屋面防水")] == [20_000, 900_000, -965_000]
    assert page.context["difference"] == 20_000 + 900_000 - 965_000 - 2_140_000
    assert page.context["classes"][0][1:] == (4_585_000, 1_500_000, -3_085_000)
    assert len(page.context["reasons"]) == 2
    for sheet, query in (
        ("scheme-changes", {"project": project.pk, "from": 1, "to": 2}), ("scheme", {"scheme": newest_scheme(project).pk}),
    ):  # fmt: skip
        book = desk.post(reverse("spreadsheets:export", args=[sheet]), query)
        assert book.headers["Content-Type"].startswith("application/vnd.openxml"), sheet


def test_the_public_page_shows_the_scheme_that_stands_with_its_reasons_and_nobodys_name(client, project, district_staff):
    assert client.get(address("scheme-public", project.code)).status_code == 404
    make_scheme(project, district_staff)
    make_scheme(project, district_staff, drawn="2021-04-01")
    answer_ = client.get(address("scheme-public", project.code))
    html = answer_.content.decode()
    assert answer_.context["shown"].version == 2
    assert "居民意见" in html and "给排水管网" in html and str(district_staff) not in html
    assert client.get(address("scheme-public", "x\0")).status_code == 404


def test_a_file_is_what_its_content_is_and_leaves_only_through_the_scoped_page(desk, client, project, district_staff, other_city_official):
    make_scheme(project, district_staff)
    add = address("attachment-add", project.pk)

    def send(raw, name="../../图纸<1>.exe"):
        return desk.post(add, {"title": "总平面图", "file": SimpleUploadedFile(name, raw)})

    for raw in (b"MZ\x90", b"%PDF-1.7 cut off", b"<html>%PDF-"):
        assert send(raw).status_code == 422
    assert send(PDF).status_code == 302
    assert send(PDF).status_code == 302
    row = SchemeAttachment.objects.get()
    assert (row.form, row.size, len(row.digest)) == ("pdf", len(PDF), 64)
    sent = desk.get(address("attachment-file", row.pk))
    assert b"".join(sent.streaming_content) == PDF
    disposition = sent.headers["Content-Disposition"]
    assert disposition.startswith("attachment") and ".pdf" in disposition and "exe" not in disposition and ".." not in disposition
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    client.force_login(other_city_official)
    assert client.get(address("attachment-file", row.pk)).status_code == 404
    client.force_login(district_staff)
    withdraw = address("attachment-withdraw", row.pk)
    assert client.post(withdraw, {"reason": " "}).status_code == 422
    assert client.post(withdraw, {"reason": "传错图"}).status_code == 302
    assert client.get(address("attachment-file", row.pk)).status_code == 404
    assert "传错图" in client.get(address("schemes", project.pk)).content.decode()
    bring_to(project, "completed", "2021-06-01", district_staff)
    assert send(PDF).status_code == 422


def test_the_page_of_sixty_items_takes_few_queries_and_little_time(desk, asked, district_staff, django_assert_max_num_queries):
    items = [(kind, f"第 {number} 项", "1", "项", 10_000) for number in range(60) for kind in [KINDS[number % len(KINDS)]]]
    few = tuple(items[:2])
    make_scheme(asked, district_staff, items=few)
    page = address("schemes", asked.pk)
    with CaptureQueriesContext(connection) as small:
        desk.get(page)
    make_scheme(asked, district_staff, items=tuple(items))
    with django_assert_max_num_queries(len(small) + 1):
        desk.get(page)
    begin = time.perf_counter()
    desk.get(page)
    assert time.perf_counter() - begin < 1, "measured alone: about a tenth of this"
