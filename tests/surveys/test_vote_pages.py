"""The voting pages: two screens on a phone, no cookie, no script, nothing chosen beforehand, nothing revealed."""

import datetime
import gzip
import re
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.urls import reverse
from django.utils import timezone

from surveys.models import Ballot, RollEntry
from surveys.operations.rounds import announce_round, cancel_round, close_round
from surveys.results import tally
from tests.factories.register import make_community
from tests.factories.rounds import (
    ABSTAINING,
    YES_NO,
    code_for,
    fill_flats,
    let_time_run_out,
    make_closed_round,
    make_current_round,
    make_draft,
    make_open_round,
)
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db

FACTS = {
    "summary": "水电气热管网、屋面",
    "amount": "8964000.00",
    "household_share": "860.00",
    "starts_on": "2021-05-10",
    "ends_on": "2021-10-30",
}
ALL_FORMS = [
    YES_NO[0],
    {
        "code": "items", "form": "multiple", "zh": "想改哪几项？", "en": "Which works?", "required": True, "most": 2,
        "options": [{"code": "roof", "zh": "屋面", "en": "Roof"}, {"code": "pipes", "zh": "管网", "en": "Pipes"}, {"code": "lift", "zh": "电梯", "en": "Lift"}],
    },
    {"code": "noise", "form": "rating", "zh": "噪声打几分？", "en": "Noise?", "required": False, "most": 5},
    {
        "code": "menu", "form": "ranking", "zh": "最想改什么？", "en": "What first?", "required": False, "most": 2,
        "options": [{"code": "roof", "zh": "屋面", "en": "Roof"}, {"code": "pipes", "zh": "管网", "en": "Pipes"}, {"code": "lift", "zh": "电梯", "en": "Lift"}],
    },
    YES_NO[1],
]  # fmt: skip


@pytest.fixture
def round_(tree):
    community = make_community("130404", name="机械厂家属院")
    return make_current_round(community, make_planned_project(community), facts=FACTS, contact="机械厂社区居委会，0310-000-0000")


@pytest.fixture
def home(round_):
    return RollEntry.objects.filter(round=round_).select_related("round").order_by("number")[0]


def address(name, round_, query=""):
    return reverse(f"surveys:{name}", args=[round_.code]) + query


def ask(client, entry, query="", **more):
    return client.post(address("vote-question", entry.round, query), {"code": code_for(entry)} | more)


def send(client, entry, option="yes", query="", **more):
    return client.post(
        address("ballot-cast", entry.round, query), {"code": code_for(entry), "key": str(uuid.uuid4()), "decide": option} | more
    )


def receipt_in(answer):
    return re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", answer.content.decode())[0]


def test_a_household_votes_on_two_screens_and_gets_its_receipt(client, round_, home):
    first = client.get(address("vote", round_)).content.decode()
    assert "机械厂家属院改造<br>邯郸市复兴区" in first and "第 1 步，共 2 步" in first and "没有投票按「不同意」计。" in first
    second = ask(client, home).content.decode()
    assert "您家是否同意？" in second and "1 号楼 1 单元 1**" in second
    assert all(said in second for said in ("896.4 万元", "860 元", "5 月至 10 月", "水电气热管网、屋面"))
    answer = send(client, home)
    receipt = Ballot.objects.get().receipt
    told = answer.content.decode()
    assert "已收到，已计票" in told and receipt_in(answer).replace("-", "") == receipt and "请截图保存" in told
    assert tally(round_).total.agreed == 1


def test_a_slip_fills_the_code_in_and_does_not_look_at_it(client, round_, home, django_assert_num_queries):
    code = code_for(home)
    with django_assert_num_queries(1):
        told = client.get(reverse("surveys:vote-slip", args=[round_.code, code]))
    assert f'value="{code[:4]}-{code[4:]}"' in told.content.decode()
    assert client.get(reverse("surveys:vote-slip", args=[round_.code, "AAAABBBB"])).status_code == 200
    assert 'value=""' in client.get(reverse("surveys:vote-slip", args=[round_.code, "rubbish"])).content.decode()


def test_no_answer_is_chosen_beforehand(client, tree):
    community = make_community("130404")
    round_ = make_current_round(community, make_planned_project(community), questions=ALL_FORMS)
    told = ask(client, RollEntry.objects.filter(round=round_).select_related("round")[0]).content.decode()
    assert told.count('name="menu"') == 2 and told.count('name="noise"') == 5 and told.count('type="checkbox"') == 3
    assert " checked" not in told and " selected" not in told
    assert told.index('name="decide"') < told.index('name="items"')


def test_what_was_chosen_stays_when_something_is_missing_and_the_message_stands_before_the_answers(client, tree):
    community = make_community("130404")
    round_ = make_current_round(community, make_planned_project(community), questions=ALL_FORMS)
    entry = RollEntry.objects.filter(round=round_).select_related("round")[0]
    answer = send(client, entry, "", items=["roof", "pipes", "lift"], menu=["lift", ""], noise="4", more="路灯也要修")
    told = answer.content.decode()
    assert answer.status_code == 422 and not Ballot.objects.exists()
    assert told.count(" checked") == 4 and told.count(" selected") == 1 and "路灯也要修</textarea>" in told
    assert told.index("请选一项</legend>") < told.index("请选一项。") < told.index('name="decide"')
    assert told.index("想改哪几项？<") < told.index("选多了") < told.index('name="items"')
    given = send(client, entry, "yes", items=["roof", "pipes"], menu=["lift", "roof"], noise="4", more="路灯也要修")
    assert given.status_code == 200
    assert Ballot.objects.get().answers == {
        "decide": "yes",
        "items": ["roof", "pipes"],
        "menu": ["lift", "roof"],
        "noise": 4,
        "more": "路灯也要修",
    }


def test_the_receipt_never_shows_the_choice(client, round_, home):
    told = send(client, home, "no").content.decode()
    body = told[told.index("<main") :]
    assert "不同意" not in body and 'value="no"' not in body and 'name="decide"' not in body


def test_the_same_form_sent_again_gives_the_same_receipt_after_the_closing_too(client, round_, home):
    form = {"key": str(uuid.uuid4())}
    receipts = {receipt_in(send(client, home, **form)) for _ in range(3)}
    let_time_run_out(round_.pk, datetime.timedelta(minutes=1))
    close_round(round_=round_, at=timezone.now())
    again = send(client, home, **form)
    assert again.status_code == 200 and receipts == {receipt_in(again)} and Ballot.objects.count() == 1
    assert "改我家的票" not in again.content.decode()
    late = send(client, home, "no", **form)
    assert late.status_code == 409 and "投票已截止" in late.content.decode()


def test_a_household_replaces_its_ballot_and_is_told_when_it_voted_but_not_what(client, round_, home):
    send(client, home, "yes")
    told = ask(client, home).content.decode()
    assert "您家已在" in told and " checked" not in told
    send(client, home, "no")
    assert (tally(round_).total.agreed, tally(round_).total.against, Ballot.objects.count()) == (0, 1, 2)


def test_large_type_and_english_are_carried_through_every_page(client, round_, home):
    query = "?elder=1&lang=en"
    first = client.get(address("vote", round_, query)).content.decode()
    assert '<html lang="en" class="elder">' in first and "Step 1 of 2" in first and f"/question/{query.replace('&', '&amp;')}" in first
    second = ask(client, home, query).content.decode()
    assert 'class="elder"' in second and "Does your household agree?" in second and f"/cast/{query.replace('&', '&amp;')}" in second
    third = send(client, home, query=query).content.decode()
    assert 'class="elder"' in third and "Received and counted" in third


def test_chinese_comes_first_whatever_the_phone_says(client, round_):
    answer = client.get(address("vote", round_), headers={"accept-language": "en"})
    assert '<html lang="zh-Hans">' in answer.content.decode() and answer.headers["Content-Language"] == "zh-hans"


def test_a_change_of_type_keeps_what_was_chosen_and_shows_the_same_receipt(client, round_, home):
    chosen = ask(client, home, "?elder=1", decide="no", more="噪声")
    told = chosen.content.decode()
    assert told.count(" checked") == 1 and "噪声</textarea>" in told and 'formaction="' in told
    receipt = receipt_in(send(client, home))
    again = client.post(address("ballot-cast", round_, "?elder=1"), {"code": code_for(home), "receipt": receipt})
    assert receipt_in(again) == receipt and 'class="elder"' in again.content.decode() and Ballot.objects.count() == 1
    second = RollEntry.objects.filter(round=round_).select_related("round").order_by("number")[1]
    foreign = client.post(address("ballot-cast", round_), {"code": code_for(second), "receipt": receipt})
    assert foreign.status_code == 422 and receipt not in foreign.content.decode()


def test_no_page_sets_or_reads_a_cookie_is_kept_or_tells_its_address(client, round_, home):
    pages = [client.get(address("vote", round_)), ask(client, home), send(client, home), client.get(reverse("surveys:find"))]
    pages.append(client.get(reverse("surveys:vote-slip", args=[round_.code, code_for(home)])))
    for page in pages:
        assert not page.cookies and "Cookie" not in page.headers.get("Vary", "")
        assert page.headers["Cache-Control"] == "no-store" and page.headers["Referrer-Policy"] == "no-referrer"
        assert "<script" not in page.content.decode() and "style=" not in page.content.decode()


def test_a_foreign_or_lost_cookie_costs_no_vote(round_, home):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.cookies["csrftoken"], strict.cookies["sessionid"] = "old", "gone"
    assert send(strict, home).status_code == 200
    assert Ballot.objects.count() == 1


def test_wrong_foreign_and_ended_codes_get_one_and_the_same_answer(client, round_, home):
    community = make_community("130404")
    other = make_current_round(community, make_planned_project(community))
    foreign = code_for(RollEntry.objects.filter(round=other).select_related("round")[0])
    old = code_for(home)
    RollEntry.objects.filter(pk=home.pk).update(issue=2, code_digest="x" * 40)
    said = set()
    for code in (foreign, old, "ABCDEFGH", "", "短", "0" * 5000, "\x00"):
        for name in ("vote-question", "ballot-cast"):
            answer = client.post(address(name, round_), {"code": code, "decide": "yes"})
            told = answer.content.decode()
            assert answer.status_code == 422
            said.add(re.sub(r'value="[^"]*"', "", told))
    assert len(said) == 1 and "请对照通知单再输一次。" in said.pop()
    assert not Ballot.objects.exists()


def test_a_round_that_takes_no_ballots_says_when_and_where_to_go_on(client, tree):
    past = make_open_round(make_community("130404"), None, "legal", matter="fund_use", questions=ABSTAINING)
    over = client.get(address("vote", past))
    assert over.status_code == 200 and "投票已截止" in over.content.decode() and address("result", past) in over.content.decode()
    community, opens = make_community("130404"), timezone.localdate() + datetime.timedelta(days=30)
    closes = (opens + datetime.timedelta(days=5)).isoformat()
    fill_flats(community, 3)
    future = make_draft(community, make_planned_project(community), opens=opens.isoformat(), closes=closes)
    assert client.get(address("vote", future)).status_code == 404
    announce_round(round_=future, actor=future.created_by, at=timezone.now())
    before = client.get(address("vote", future)).content.decode()
    assert "投票还没有开始" in before and f"{opens.month} 月 {opens.day} 日" in before
    cancel_round(round_=future, reason="方案要重做", actor=future.created_by, at=timezone.now())
    assert "方案要重做" in client.get(address("vote", future)).content.decode()
    refused = client.post(address("ballot-cast", future), {"code": "ABCDEFGH"})
    assert refused.status_code == 409 and "方案要重做" in refused.content.decode()


def test_right_and_wrong_codes_look_the_same_after_the_closing(client, tree):
    community = make_community("130404")
    closed = make_closed_round(community, make_planned_project(community), agreed=8, households=10)
    entry = RollEntry.objects.filter(round=closed).select_related("round")[9]
    right, wrong = ask(client, entry), client.post(address("vote-question", closed), {"code": "ABCDEFGH"})
    assert (right.status_code, right.content) == (wrong.status_code, wrong.content)


def test_an_unknown_round_leads_to_the_form_that_finds_it(client, tree):
    for answer in (client.get("/v/NOSUCH/"), client.post("/v/NOSUCH/question/", {"code": "ABCDEFGH"}), client.post("/v/NOSUCH/cast/", {})):
        assert answer.status_code == 404 and 'name="q"' in answer.content.decode() and "没有这次投票" in answer.content.decode()


def test_pages_that_answer_a_form_lead_back_to_the_code_when_opened_from_the_history(client, round_):
    for name in ("vote-question", "ballot-cast"):
        answer = client.get(address(name, round_, "?elder=1"))
        assert answer.status_code == 302 and answer.headers["Location"] == address("vote", round_, "?elder=1")


def test_a_community_is_found_by_its_name_and_a_code_opens_its_round(client, round_, home):
    twin = make_community("130404", name="机械厂北院")
    make_current_round(twin, make_planned_project(twin))
    listed = client.get(reverse("surveys:find"), {"q": "jxc"}).content.decode()
    assert "机械厂家属院" in listed and "机械厂北院" in listed and address("vote", round_) in listed
    found = client.post(reverse("surveys:find"), {"q": "机械厂", "code": code_for(home)})
    assert found.status_code == 200 and address("ballot-cast", round_) in found.content.decode()
    wrong = client.post(reverse("surveys:find"), {"q": "机械厂", "code": "ABCDEFGH"})
    assert wrong.status_code == 422 and "机械厂北院" in wrong.content.decode()
    assert "没有找到正在投票的小区" in client.post(reverse("surveys:find"), {"q": "没有的", "code": code_for(home)}).content.decode()
    assert client.post(reverse("surveys:find"), {"q": "", "code": "x\x00"}).status_code == 422


def test_the_qr_code_of_a_receipt_is_kept_by_browsers_and_unknown_ones_are_not_found(client, round_, home):
    receipt = receipt_in(send(client, home)).replace("-", "")
    picture = client.get(reverse("surveys:receipt-qr", args=[receipt]))
    assert picture.headers["Content-Type"] == "image/svg+xml" and "immutable" in picture.headers["Cache-Control"]
    width = int(re.search(rb'width="(\d+)"', picture.content)[1])
    assert width >= 190
    assert client.get(reverse("surveys:receipt-qr", args=["A" * 12])).status_code == 404


def test_a_vote_takes_few_queries(client, round_, home, django_assert_num_queries):
    code = code_for(home)
    ask(client, home)  # the round's words are read once by the process
    with django_assert_num_queries(1):
        ask(client, home)
    key = str(uuid.uuid4())
    with django_assert_num_queries(4):  # savepoint, the household locked, the ballot counted, savepoint released
        client.post(address("ballot-cast", round_), {"code": code, "key": key, "decide": "yes"})
    with django_assert_num_queries(2):
        ask(client, home)


def test_both_screens_weigh_less_than_30_kilobytes_with_their_styles(client, round_, home):
    asked, given = ask(client, home).content, send(client, home).content
    picture = client.get(reverse("surveys:receipt-qr", args=[Ballot.objects.get().receipt])).content
    for page, more in ((client.get(address("vote", round_)).content, []), (asked, []), (given, [picture])):
        linked = set(re.findall(r'/static/([^"?]+)', page.decode()))
        files = [Path(find(name)).read_bytes() for name in linked]
        assert {"css/tokens.css", "css/resident.css", "img/mark.svg"} == linked
        assert sum(len(gzip.compress(content, 6)) for content in [page, *files, *more]) < 30_000


def test_the_proxys_log_leaves_the_code_of_a_slip_out(round_, home):
    config = (settings.BASE_DIR / "deploy" / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    pattern = re.search(r'"~(\S+)" "\$\{round_address\}-"', config)[1].replace("(?<", "(?P<")
    slip = reverse("surveys:vote-slip", args=[round_.code, code_for(home)])
    told = f"{re.match(pattern, slip)['round_address']}-"
    assert code_for(home) not in told and told == f"/v/{round_.code}/c/-"
    assert '"$request_method $told_uri"' in config and re.match(pattern, address("vote", round_)) is None
