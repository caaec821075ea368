"""What everybody sees: times while a round runs, the result after its closing, the files behind it."""

import csv
import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from surveys.codes import spoken
from surveys.models import Ballot, Objection, RollEntry, Round
from surveys.operations.objections import decide_objection
from surveys.operations.rounds import cancel_round, close_round
from surveys.outcome import gate_bar
from surveys.results import Line, Tally, by_building
from tests.factories.evidence import at
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import ABSTAINING, cast, code_for, make_closed_round, make_current_round, make_open_round
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db


def closed(agreed=8, households=10, name="", kind="scheme", county="130404", **more):
    community = make_community(county, name=name)
    project = None if kind == "legal" else make_planned_project(community, county_code=county)
    return make_closed_round(community, project, kind, agreed=agreed, households=households, **more)


@pytest.fixture
def just_closed(tree):
    """Closed a minute ago, so that objections are taken."""
    day = timezone.localdate() - timezone.timedelta(days=1)
    community = make_community("130404", name="机械厂家属院")
    return make_closed_round(community, make_planned_project(community), agreed=8, against=1, households=10, closed=day.isoformat())


def page(client, round_, query=""):
    return client.get(reverse("surveys:result", args=[round_.code]) + query)


def entries(round_):
    return list(RollEntry.objects.filter(round=round_).select_related("round").order_by("number"))


def test_a_closed_round_shows_its_gate_with_the_denominator_and_the_line(client, tree):
    told = page(client, closed(agreed=8, against=1, name="机械厂家属院")).content.decode()
    assert "机械厂家属院" in told and "80.0<small>%</small>" in told and "通过" in told
    assert 'aria-label="同意 8, 不同意 1, 没有投票 1, 80% 通过线：8 户"' in told
    assert "开票那一刻冻结的名册上全部住户，投没投都算" in told and told.count("<h1") == 1


def test_one_household_less_and_the_round_has_not_passed(client, tree):
    told = page(client, closed(agreed=799, households=1000)).content.decode()
    assert "79.9<small>%</small>" in told and "没有通过" in told


def without_token(answer):
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())


def test_turnout_is_not_public_before_the_closing(client, tree):
    community = make_community("130404")
    round_ = make_current_round(community, make_planned_project(community))
    before = without_token(page(client, round_))
    for entry in entries(round_)[:7]:
        cast(entry, when=timezone.localdate().isoformat(), time="00:01")
    assert "正在投票" in before and "参与率和结果在截止后公布" in before
    assert without_token(page(client, round_)) == before
    assert client.get(reverse("surveys:ballot-file", args=[round_.code])).status_code == 404


def test_a_cancelled_round_says_so_with_its_reason_and_a_draft_is_nobodys_business(client, tree):
    round_ = make_open_round(make_community("130404"), None, "legal", matter="fund_use", questions=ABSTAINING)
    cancel_round(round_=round_, reason="方案要重做", actor=make_user("district_staff", "130404"), at=timezone.now())
    told = page(client, round_).content.decode()
    assert "方案要重做" in told and "已取消" in told
    assert client.get("/results/NOSUCH/").status_code == client.get("/results/%00/").status_code == 404


def test_opinions_count_the_answers_and_show_no_other_side(client, tree):
    told = page(client, closed(agreed=9, kind="opinions", name="纺织局宿舍")).content.decode()
    assert "90.0<small>%</small>" in told and "不同意" not in told[told.index("<main") : told.index("<template")]


def test_a_matter_of_the_owners_is_told_by_heads_and_area(client, tree):
    round_ = closed(agreed=0, kind="legal", matter="fund_use", questions=ABSTAINING)
    assert "不能作出决定" in page(client, round_).content.decode()
    community = make_community("130404")
    open_ = make_open_round(community, None, "legal", matter="fund_use", questions=ABSTAINING, opens="2021-05-01", closes="2021-05-10")
    for number, entry in enumerate(entries(open_)[:8]):
        cast(entry, "yes" if number < 7 else "abstain", when="2021-05-02")
    close_round(round_=open_, at=at("2021-05-10", "20:01"))
    told = page(client, open_).content.decode()
    assert (
        "按《民法典》第二百七十八条计票" in told and "本事项通过" in told and "8 / 10" in told and "7 / 8" in told and "弃权 1 户" in told
    )


def test_a_receipt_is_found_without_script_however_it_is_typed(client, tree):
    round_ = closed()
    receipt = Ballot.objects.filter(round=round_).first().receipt
    for text in (receipt, spoken(receipt), spoken(receipt).lower().replace("-", " ")):
        assert f"{spoken(receipt)} " in page(client, round_, f"?receipt={text}").content.decode()
    assert (
        "公示文件里没有" in page(client, round_, "?receipt=AAAA-BBBB-CCCC").content.decode()
        or "没有" in page(client, round_, "?receipt=x").content.decode()
    )


def test_the_published_file_is_the_signed_one_and_is_asked_for_once(client, tree):
    round_ = closed()
    publication = round_.publications.get()
    address = reverse("surveys:ballot-file", args=[round_.code])
    answer = client.get(address)
    text = answer.content.decode()
    assert (
        answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        and text.startswith(publication.header)
        and text.count(",counted,") == 8
    )
    assert client.get(address, headers={"if-none-match": answer.headers["ETag"]}).status_code == 304
    assert "immutable" in client.get(f"{address}?revision=1").headers["Cache-Control"]
    assert client.get(f"{address}?revision=2").status_code == client.get(f"{address}?revision=x").status_code == 404


def test_an_upheld_objection_makes_a_revision_and_the_earlier_file_stays(client, just_closed):
    round_ = just_closed
    first = client.get(reverse("surveys:ballot-file", args=[round_.code])).content
    entry = entries(round_)[0]
    sent = client.post(reverse("surveys:objection", args=[round_.code]), {"code": code_for(entry), "text": "我家没有投过票"})
    assert sent.status_code == 200 and "异议已收到" in sent.content.decode()
    assert "有 1 件异议正在核实" in page(client, round_).content.decode()
    decide_objection(
        objection=Objection.objects.get(),
        uphold=True,
        reason="签名不是本人",
        actor=make_user("district_staff", "130404"),
        at=timezone.now(),
    )
    told = page(client, round_).content.decode()
    assert "签名不是本人" in told and "第 2 次公布" in told and "没有通过" in told and "我家没有投过票" not in told
    assert entry.door not in re.sub(r"<dd>.*?</dd>", "", told[told.index("<main") :]) and f"{entry.building}某户" in told
    assert client.get(reverse("surveys:ballot-file", args=[round_.code]) + "?revision=1").content == first
    assert client.get(reverse("surveys:ballot-file", args=[round_.code])).content != first


def test_an_objection_asks_for_the_code_and_for_words_and_keeps_what_was_written(client, just_closed):
    address = reverse("surveys:objection", args=[just_closed.code])
    assert "异议截止" in client.get(address).content.decode()
    wrong = client.post(address, {"code": "ABCDEFGH", "text": "不对"})
    assert (
        wrong.status_code == 422 and ">不对</textarea>" in wrong.content.decode() and "这个码不对，或已经停用。" in wrong.content.decode()
    )
    empty = client.post(address, {"code": code_for(entries(just_closed)[0]), "text": " "})
    assert empty.status_code == 422 and not Objection.objects.exists()
    assert client.post(address, {"code": "ABCDEFGH", "text": "\x00"}).status_code == 422


def test_after_its_period_and_before_the_closing_no_objection_is_taken(client, tree):
    over = closed()
    address = reverse("surveys:objection", args=[over.code])
    assert "<form" not in client.get(address).content.decode()
    late = client.post(address, {"code": code_for(entries(over)[0]), "text": "不对"})
    assert late.status_code == 409 and "提异议的时间已过" in late.content.decode()


def test_the_roll_is_given_with_masked_doors_and_whole_areas_only_where_area_counts(client, tree):
    gate, legal = closed(), closed(agreed=0, kind="legal", matter="fund_use", questions=ABSTAINING)
    rows = list(csv.reader(io.StringIO(client.get(reverse("surveys:roll-file", args=[gate.code])).content.decode("utf-8-sig"))))
    assert len(rows) == 11 and all(len(row) == 3 and row[2].endswith("**") for row in rows[1:])
    assert not {entry.door for entry in entries(gate)} & {row[2] for row in rows}
    areas = list(csv.reader(io.StringIO(client.get(reverse("surveys:roll-file", args=[legal.code])).content.decode("utf-8-sig"))))
    assert len(areas[0]) == 4 and all(row[3].isdecimal() for row in areas[1:])


def test_small_groups_are_hidden_and_cannot_be_worked_out(tree):
    lines = [Line("1", "1", 9, 8, 8), Line("1", "2", 9, 3, 1), Line("1", "3", 9, 6, 5), Line("2", "1", 9, 4, 4), Line("3", "1", 9, 9, 9)]
    groups = {building.building: (building, rows) for building, rows in by_building(Tally("scheme", lines))}
    assert [line.hidden for line in groups["1"][1]] == [groups["1"][0].hidden, True, True]
    assert groups["2"][0].hidden and groups["2"][1][0].hidden
    hidden = [name for name, (building, _rows) in groups.items() if building.hidden]
    assert len(hidden) == 2, "a single hidden building could be worked out from the total"


def test_the_bar_of_a_gate_fills_its_whole_width_and_leaves_empty_parts_out(tree):
    bar = gate_bar("scheme", Line("", "", 312, 279, 259, 20), 250)
    assert [part.side for part in bar.parts] == ["yes", "no", "mute"] and sum(part.width for part in bar.parts) == 100
    assert str(bar.line) == "80.13" and bar.parts[0].labelled and not bar.parts[1].labelled


def test_the_page_takes_the_same_number_of_queries_whatever_the_size(client, tree, django_assert_max_num_queries):
    small, large = closed(agreed=5, households=6), closed(agreed=60, households=80)
    for round_ in (small, large):
        page(client, round_)  # the file is made once
    counts = []
    for round_ in (small, large):
        with django_assert_max_num_queries(14) as taken:
            page(client, round_)
        counts.append(len(taken))
    assert counts[0] == counts[1]


def test_the_list_shows_the_newest_first_and_filters(client, tree, django_assert_max_num_queries):
    early, late = closed(name="早的小区", closed="2021-04-10"), closed(agreed=5, name="晚的小区", closed="2021-05-10")
    other = closed(name="沧州小区", county="130902", closed="2021-03-10", kind="satisfaction")
    address = reverse("surveys:results")
    with django_assert_max_num_queries(6):
        told = client.get(address).content.decode()
    assert told.index("晚的小区") < told.index("早的小区") < told.index("沧州小区")

    def names(query):
        told = client.get(address + query).content.decode()
        return {round_.community.name for round_ in (early, late, other) if round_.community.name in told}

    assert names("?region=130400") == {"早的小区", "晚的小区"} and names("?kind=satisfaction") == {"沧州小区"}
    assert names("?outcome=passed") == {"早的小区", "沧州小区"} and names("?outcome=not-passed") == {"晚的小区"}
    assert (
        names("?q=zaode") == {"早的小区"} and names("?q=%00") == set() and names("?kind=x") == set() and names("?outcome=running") == set()
    )
    assert client.get(f"{address}?region=999999").status_code == 404


def test_rounds_that_run_are_listed_with_their_times_alone(client, tree):
    community = make_community("130404", name="正在投的小区")
    make_current_round(community, make_planned_project(community))
    told = client.get(reverse("surveys:results") + "?outcome=running").content.decode()
    assert "正在投的小区" in told and '<svg class="bar' not in told


def test_invented_rounds_say_so(client, tree):
    round_ = closed()
    assert "示例数据" not in page(client, round_).content.decode()
    Round.objects.filter(pk=round_.pk).update(synthetic=True)
    assert "示例数据" in page(client, round_).content.decode()


def test_the_checking_program_and_what_a_result_proves_have_addresses_to_print(client, tree):
    assert client.get("/results/verify_result.py").headers["Location"].endswith("verify_result.py")
    told = client.get("/results/about/").content.decode()
    assert "公示的结果能证明什么" in told and "--key" in told


def test_the_public_menu_leads_to_results_and_to_voting(client, tree):
    told = client.get("/published/").content.decode()
    assert 'href="/results/"' in told and 'href="/v/"' in told
