"""The way of a file: upload, check, marked copy, corrected, confirmed, written once; the same file twice changes nothing."""

from __future__ import annotations

import io

import openpyxl
import pghistory.models
import pytest
from django.utils import timezone

from accounts.models import Post
from common.crypto import seal, unseal
from common.errors import DomainError, InvalidInput, NotAllowed
from communities.models import Building, Community, Household, Owner
from communities.operations import add_household
from communities.rules import next_code
from regions.models import Region
from spreadsheets import operations
from spreadsheets.models import Job
from spreadsheets.reading import PROBLEMS_SHEET
from spreadsheets.storage import path_of
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.spreadsheets.conftest import COMMUNITY_HEAD, HOUSEHOLD_HEAD, problems_of, workbook

pytestmark = pytest.mark.django_db


def row(
    code="13040400001",
    name="机械厂家属院",
    county="复兴区",
    households=120,
    area="8,400 m²",
    year="1985年",
    street=None,
    address="石化街 1 号",
):
    return [county, street, code, name, address, year, households, area]


def test_a_bad_workbook_comes_back_marked_and_the_corrected_one_is_written(district_staff, upload, work):
    job = upload(
        district_staff, "communities", [COMMUNITY_HEAD, row(), row(code="13040400002", name="二院", households="很多", area="3亩")]
    )
    job = work()
    assert job.state == "faulty"
    assert problems_of(job) == [(3, "household_count", "not_a_number"), (3, "floor_area", "unit")]
    assert not Community.objects.exists()

    book = openpyxl.load_workbook(path_of(job.file_out))
    assert book.sheetnames == [PROBLEMS_SHEET, "登记表"]
    sheet = book["登记表"]
    assert sheet["G3"].comment is not None and sheet["H3"].comment is not None and sheet["G2"].comment is None
    assert sheet["G3"].fill.fgColor.rgb == "FFF7C6C0"
    assert any(cell.hyperlink and "G3" in cell.hyperlink.location for line in book[PROBLEMS_SHEET].iter_rows() for cell in line)

    sheet["G3"], sheet["H3"] = 80, 5600
    corrected = io.BytesIO()
    book.save(corrected)
    upload(district_staff, "communities", corrected)
    job = work()
    assert (job.state, job.summary["new"]) == ("checked", 2)
    operations.confirm(actor=district_staff, at=timezone.now(), job=job)
    assert work().state == "done"
    found = {c.code: c for c in Community.objects.select_related("region")}
    assert found["13040400001"].floor_area == 8400 and found["13040400001"].built_year == 1985
    assert found["13040400002"].household_count == 80
    assert found["13040400001"].region.code == "130404"
    assert "jxcjsy" in found["13040400001"].search_text and found["13040400001"].pinyin.startswith("ji xie")


def test_the_same_file_twice_changes_nothing(district_staff, check, write):
    rows = [COMMUNITY_HEAD, row(), row(code="", name="无编码小区")]
    write(district_staff, "communities", rows)
    before = list(Community.objects.order_by("pk").values())
    job = check(district_staff, "communities", rows)
    assert (job.summary["new"], job.summary["changed"], job.summary["same"]) == (0, 0, 2)
    operations.confirm(actor=district_staff, at=timezone.now(), job=job)
    assert list(Community.objects.order_by("pk").values()) == before


def test_writing_the_same_rows_again_leaves_version_and_history_alone(district_staff, write):
    rows = [COMMUNITY_HEAD, row()]
    write(district_staff, "communities", rows)
    write(district_staff, "communities", rows)
    community = Community.objects.get()
    assert community.version == 1
    assert community.events.count() == 1


def test_a_new_community_without_a_code_gets_the_countys_next_one(district_staff, write):
    write(district_staff, "communities", [COMMUNITY_HEAD, row(code=None), row(code=None, name="二院")])
    assert sorted(Community.objects.values_list("code", flat=True)) == [next_code("130404", 1), next_code("130404", 2)]


def test_an_empty_cell_leaves_the_registered_value_as_it_is(district_staff, write):
    make_community("130404", code="13040400001", name="机械厂家属院", household_count=100, address="旧地址", illegal_area=50)
    write(district_staff, "communities", [COMMUNITY_HEAD, row(address=None, households=130)])
    community = Community.objects.get()
    assert (community.address, community.household_count, community.illegal_area) == ("旧地址", 130, 50)
    assert community.version == 2
    assert "旧地址" in community.search_text


def test_the_register_remembers_who_changed_it_and_by_which_file(district_staff, write):
    job = write(district_staff, "communities", [COMMUNITY_HEAD, row()], name="复兴区小区.xlsx")
    event = Community.objects.get().events.get()
    context = pghistory.models.Context.objects.get(pk=event.pgh_context_id)
    assert context.metadata["user"] == district_staff.pk
    assert context.metadata["batch"] == str(job.key)
    assert "复兴区小区.xlsx" in context.metadata["reason"]


def test_every_clash_inside_the_file_and_with_the_register_is_a_bad_cell(district_staff, check):
    make_community("130404", code="T1", name="已有小区")
    into = make_community("130404", code="T2", name="大院")
    make_community("130404", code="T3", name="小院", merged_into=into)
    make_community("130403", code="T4", name="邻区小区")
    job = check(
        district_staff,
        "communities",
        [
            COMMUNITY_HEAD,
            row("A1", "甲"), row("A1", "乙"), row("A2", "甲"), row("A3", "已有小区"), row("T3", "新名"), row("T4", "丙"),
            row("A4", "丁", county="丛台区"), row("A5", "戊", county="福兴区"), row("A6", "己", street="没有的街道"), row("A7", "庚", year="八十年代"),
        ],
    )  # fmt: skip
    assert job.state == "faulty"
    assert problems_of(job) == [
        (3, "code", "twice"), (4, "name", "name_twice"), (5, "name", "name_taken"), (6, "code", "merged"), (7, "code", "outside"),
        (8, "county", "outside"), (9, "county", "county_unknown_near"), (10, "sub_district", "sub_district_unknown"), (11, "built_year", "not_a_year"),
    ]  # fmt: skip
    hint = next(params for _row, _key, code, params in job.summary["problems"] if code == "county_unknown_near")
    assert "复兴区" in hint["names"]


def test_figures_that_contradict_each_other_are_bad_cells(district_staff, check):
    head = ["县（市、区）", "小区编码", "小区名称", "建成年份", "户数", "建筑面积", "人口", "60岁以上人口", "经度", "纬度", "改造年份"]
    job = check(district_staff, "communities", [head, ["复兴区", "A1", "甲", 1985, 10, 700, 20, 30, 114.4, None, 1980]])
    assert sorted(problems_of(job)) == [
        (2, "elderly_count", "elderly_over_population"), (2, "latitude", "half_position"), (2, "renovated_year", "renovated_before_built"),
    ]  # fmt: skip


def test_a_community_does_not_change_its_county_by_excel(tree, check):
    clerk = make_user("district_staff", "130400")
    make_community("130403", code="T4", name="邻区小区")
    job = check(clerk, "communities", [COMMUNITY_HEAD, row("T4", "邻区小区")])
    assert problems_of(job) == [(2, "code", "other_county")]


def test_two_counties_of_one_name_need_their_city(tree, check):
    clerk = make_user("district_staff", "130000")
    job = check(
        clerk,
        "communities",
        [COMMUNITY_HEAD, row("A1", "甲", county="桥西区"), row("A2", "乙", county="张家口市桥西区"), row("A3", "丙", county=130104.0)],
    )
    assert problems_of(job) == [(2, "county", "county_ambiguous")]


def test_human_mess_is_tolerated(district_staff, check):
    book = openpyxl.Workbook()
    page = book.active
    page.append(["2021 年老旧小区改造基本情况表"])
    page.merge_cells("A1:H1")
    page.append(["填报单位：复兴区住建局", None, None, "单位：平方米"])
    page.append([])
    page.append(["序号", *COMMUNITY_HEAD[:3], " 小区 名称 *", "详细地址", "建成时间", "总户数（户）", "建筑面积（㎡）"])
    page.append([1, "复兴区", None, "Ａ１", " 机械厂家属院  ", "石化街", "１９８５年", " １２０户", "8,400.00 m²"])
    page.append([])
    page.append([2, None, None, "A2", "二院", "石化街", 1986.0, "80", 5600.0])
    page.append([3, "复兴 区", None, "A3", "三院", "-", "1987", "90个", "6,000平方米"])
    page.append(["合计", None, None, None, None, None, None, 290, 20000])
    page.append(["填表人：张三", None, "审核人：李四"])
    page.merge_cells("B5:B7")
    file = io.BytesIO()
    book.save(file)
    job = check(district_staff, "communities", file)
    assert (job.state, job.summary) == ("checked", {"rows": 3, "unread": ["序号"], "sheet": "Sheet", "new": 3, "changed": 0, "same": 0})


def test_the_right_sheet_is_found_among_others(district_staff, check):
    book = openpyxl.load_workbook(workbook([["说明"], ["这是说明"]], sheet="填表说明"))
    page = book.create_sheet("数据")
    for line in ([], COMMUNITY_HEAD, row()):
        page.append(line)
    file = io.BytesIO()
    book.save(file)
    assert check(district_staff, "communities", file).summary["sheet"] == "数据"


def test_a_file_without_the_forms_header_is_told_what_is_missing(district_staff, check):
    job = check(district_staff, "communities", [["甲", "乙"], [1, 2]])
    assert job.state == "failed" and job.file_out == ""
    job = check(district_staff, "communities", [["县（市、区）", "小区名称"], ["复兴区", "甲"]])
    assert job.state == "failed"
    assert check(district_staff, "communities", [COMMUNITY_HEAD]).state == "failed"


def test_a_csv_in_the_offices_encoding_is_read_and_marked_as_a_workbook(district_staff, check):
    text = "县（市、区）,小区编码,小区名称,建成年份,户数,建筑面积\n复兴区,A1,甲,1985,12,700\n复兴区,A2,乙,1985,多,700\n"
    job = check(district_staff, "communities", io.BytesIO(text.encode("gb18030")), name="小区.csv")
    assert problems_of(job) == [(3, "household_count", "not_a_number")]
    sheet = openpyxl.load_workbook(path_of(job.file_out))["CSV"]
    assert sheet["E3"].comment is not None and sheet["C2"].value == "甲"


def test_who_may_not_write_the_rows_may_not_upload_them(city_official, auditor, upload):
    for user in (city_official, auditor):
        with pytest.raises(NotAllowed):
            upload(user, "communities", [COMMUNITY_HEAD, row()])
    assert not Job.objects.exists()


def test_rights_are_asked_again_when_writing(district_staff, check, work):
    job = check(district_staff, "communities", [COMMUNITY_HEAD, row()])
    operations.confirm(actor=district_staff, at=timezone.now(), job=job)
    Post.objects.filter(user=district_staff).update(ends_on="2020-01-01")
    assert work().state == "failed"
    assert not Community.objects.exists()


def test_a_region_taken_away_after_the_check_sends_the_file_back_to_it(tree, check, work):
    clerk = make_user("district_staff", "130404")
    Post.objects.create(user=clerk, role="district_staff", region=Region.objects.get(code="130403"))
    job = check(clerk, "communities", [COMMUNITY_HEAD, row(), row("A2", "乙", county="丛台区")])
    operations.confirm(actor=clerk, at=timezone.now(), job=job)
    Post.objects.filter(region__code="130403").update(ends_on="2020-01-01")
    assert work().state == "queued"
    assert problems_of(work()) == [(3, "county", "outside")]
    assert not Community.objects.exists()


def test_the_register_moved_between_check_and_writing(district_staff, check, work):
    job = check(district_staff, "communities", [COMMUNITY_HEAD, row("A1", "甲")])
    operations.confirm(actor=district_staff, at=timezone.now(), job=job)
    make_community("130404", name="甲", code="T1")
    assert work().state == "queued"
    assert problems_of(work()) == [(2, "name", "name_taken")]


def test_only_a_checked_import_can_be_confirmed(district_staff, city_official, check, work):
    job = check(district_staff, "communities", [COMMUNITY_HEAD, row(households="x")])
    with pytest.raises(DomainError):
        operations.confirm(actor=district_staff, at=timezone.now(), job=job)


def test_a_broken_write_leaves_nothing_behind(district_staff, check, work, monkeypatch):
    job = check(district_staff, "communities", [COMMUNITY_HEAD, row(), row("A2", "乙")])
    operations.confirm(actor=district_staff, at=timezone.now(), job=job)

    def fail(self, *, at):
        self.__class__.written(self, at=at)
        raise OSError("disk")

    from communities.bulk import CommunityStage

    monkeypatch.setattr(CommunityStage, "written", CommunityStage.write, raising=False)
    monkeypatch.setattr(CommunityStage, "write", fail)
    assert work().state == "failed"
    assert not Community.objects.exists()


# --- households ---------------------------------------------------------------------------------------------------


@pytest.fixture
def yard(tree):
    return make_community("130404", code="13040400001", name="机械厂家属院")


def flat(door="101", *, code="13040400001", name=None, building=1, unit="1单元", area=61.5, owners="王建国、李梅", phone="138 1234 5678"):
    return [code, name, building, unit, door, area, owners, phone]


def test_flats_come_with_their_buildings_owners_and_sealed_phones(district_staff, yard, write):
    write(district_staff, "households", [HOUSEHOLD_HEAD, flat(), flat("102", owners=None, phone=None), flat("101", building="2#", unit=2)])
    assert list(Building.objects.order_by("name").values_list("name", "household_count", "unit_count")) == [
        ("1号楼", 2, 1),
        ("2号楼", 1, 1),
    ]
    household = Household.objects.get(building__name="1号楼", door="101")
    assert unseal(household.phone_sealed) == "13812345678"
    assert "138" not in household.phone_sealed
    assert sorted(unseal(owner.name_sealed) for owner in household.owners.all()) == ["李梅", "王建国"]
    assert Household.objects.get(door="102").phone_sealed == ""


def test_the_same_flats_twice_change_nothing(district_staff, yard, write, check):
    rows = [HOUSEHOLD_HEAD, flat(), flat("102", owners=None, phone=None), flat("103", phone=None)]
    write(district_staff, "households", rows)
    before = list(Household.objects.order_by("pk").values()), list(Owner.objects.order_by("pk").values())
    job = write(district_staff, "households", rows)
    assert (job.summary["new"], job.summary["changed"], job.summary["same"]) == (0, 0, 3)
    assert (list(Household.objects.order_by("pk").values()), list(Owner.objects.order_by("pk").values())) == before


def test_flats_entered_by_hand_are_the_same_as_those_of_a_file(district_staff, yard, check):
    building = Building.objects.create(community=yard, name="1号楼", household_count=1)
    values = {"building": building, "unit": "1", "door": "101", "exclusive_area": "61.50"}
    add_household(
        actor=district_staff, at=timezone.now(), community_id=yard.pk, values=values, owners=["王建国", "李梅"], phone="13812345678"
    )
    assert check(district_staff, "households", [HOUSEHOLD_HEAD, flat()]).summary["same"] == 1


def test_changed_owners_replace_the_old_ones_and_an_empty_cell_keeps_them(district_staff, yard, write):
    write(district_staff, "households", [HOUSEHOLD_HEAD, flat(), flat("102"), flat("103")])
    job = write(
        district_staff,
        "households",
        [
            HOUSEHOLD_HEAD,
            flat(owners="李梅、张三"),
            flat("102", owners=None, phone="13900000000"),
            flat("103", owners=None, phone=None, area=70),
        ],
    )
    assert (job.summary["changed"], job.summary["same"]) == (3, 0)
    names = {door: sorted(unseal(o.name_sealed) for o in Owner.objects.filter(household__door=door)) for door in ("101", "102", "103")}
    assert names == {"101": ["张三", "李梅"], "102": ["李梅", "王建国"], "103": ["李梅", "王建国"]}
    assert unseal(Household.objects.get(door="102").phone_sealed) == "13900000000"
    assert Household.objects.get(door="103").exclusive_area == 70
    again = write(district_staff, "households", [HOUSEHOLD_HEAD, flat("102", owners="王建国、李梅", phone="13900000000")])
    assert again.summary["same"] == 1  # the keyed hashes follow the phone


def test_bad_flats_are_all_told_at_once(district_staff, yard, check):
    make_community("130403", code="13040300001", name="邻区小区")
    make_community("130404", code="D1", name="同名")
    job = check(
        district_staff,
        "households",
        [
            HOUSEHOLD_HEAD, flat(), flat(unit=1), flat("102", code="13040300001"), flat("103", code="没有"), flat("104", name="别的院"),
            flat("105", code=None), flat("106", area=0), flat("107", phone="123"), flat("108", code="13040499999"),
        ],
    )  # fmt: skip
    assert problems_of(job) == [
        (3, "door", "twice"), (4, "community_code", "outside"), (5, "community_code", "bad_characters"),
        (6, "community_name", "community_other_name"), (7, "community_code", "missing"), (8, "area", "too_small"), (9, "phone", "not_a_phone"),
        (10, "community_code", "community_unknown"),
    ]  # fmt: skip
    assert not Household.objects.exists()


def test_a_community_is_found_by_its_name_where_there_is_one_only(district_staff, yard, write):
    write(district_staff, "households", [HOUSEHOLD_HEAD, flat(code=None, name="机械厂家属院")])
    assert Household.objects.get().community == yard


def test_no_name_and_no_phone_stands_in_clear_in_the_job(district_staff, yard, write):
    job = write(district_staff, "households", [HOUSEHOLD_HEAD, flat()])
    assert "王建国" not in str(job.summary) + job.message and "1381234" not in str(job.summary)
    assert seal("王建国") != seal("王建国")


# --- regions ------------------------------------------------------------------------------------------------------

REGION_HEAD = ["县（市、区）", "街道（乡镇）代码", "街道（乡镇）名称", "社区（村）代码", "社区（村）名称"]


def test_sub_districts_and_committees_come_in_and_their_names_are_corrected(district_staff, write):
    rows = [REGION_HEAD, ["复兴区", 130404001, "胜利桥街道", None, None], ["复兴区", "130404002", "百家村街道", "130404002001", "第一社区"]]
    write(district_staff, "regions", rows)
    committee = Region.objects.get(code="130404002001")
    assert committee.path == "130000/130400/130404/130404002/130404002001/" and committee.depth == 5
    job = write(district_staff, "regions", [REGION_HEAD, ["复兴区", 130404001, "胜利桥新街道", None, None]])
    assert job.summary["changed"] == 1
    assert Region.objects.get(code="130404001").name_zh == "胜利桥新街道"
    assert write(district_staff, "regions", [REGION_HEAD, ["复兴区", 130404001, "胜利桥新街道", None, None]]).summary["same"] == 1


def test_bad_region_codes_are_bad_cells(district_staff, check):
    job = check(
        district_staff,
        "regions",
        [
            REGION_HEAD, ["复兴区", "130403001", "甲街道", None, None], ["复兴区", "130404001", "乙街道", "130404002001", "社区"],
            ["复兴区", "130404003", "丙街道", "130404003001", None], ["丛台区", "130403002", "丁街道", None, None],
            ["复兴区", "130404001", "另一名", None, None], ["复兴区", "130404005", "乙街道", None, None],
        ],
    )  # fmt: skip
    assert problems_of(job) == [
        (2, "sub_code", "code_prefix"), (3, "committee_code", "code_prefix"), (4, "committee_name", "missing"), (5, "county", "outside"),
        (6, "sub_name", "two_names"), (7, "sub_name", "name_twice"),
    ]  # fmt: skip


def test_an_unfit_file_is_refused_at_the_door(district_staff, upload):
    for content in (b"", b"%PDF-1.4 ...", b"PK\x03\x04 not a zip", b"<html><table>", b"\x00\x01binary"):
        with pytest.raises(InvalidInput):
            upload(district_staff, "communities", io.BytesIO(content))
    assert not Job.objects.exists()
