"""The staff's pages of rounds: rights, reach, errors beside their fields, a constant number of queries."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import roles_for
from surveys.choices import RoundState
from surveys.models import Objection, RollEntry, Round
from surveys.operations.publishing import keep_count
from surveys.operations.rounds import announce_round
from tests.factories.evidence import make_scheme
from tests.factories.people import make_user
from tests.factories.register import make_community
from tests.factories.rounds import cast, fill_flats, make_closed_round, make_current_round, make_draft
from tests.factories.works import make_planned_project

pytestmark = pytest.mark.django_db
READS = ["surveys:detail", "surveys:live"]
WRITES = ["surveys:edit", "surveys:announce", "surveys:unannounce", "surveys:extend", "surveys:cancel"]


@pytest.fixture
def community(tree):
    community = make_community("130404", name="机械厂家属院", household_count=10)
    fill_flats(community, 10)
    return community


@pytest.fixture
def project(community):
    return make_planned_project(community)


@pytest.fixture
def draft(community, project, district_staff):
    return make_draft(community, project, actor=district_staff, **soon())


@pytest.fixture
def running(community, project):
    return make_current_round(community, project)


def soon() -> dict[str, str]:
    today = timezone.localdate()
    return {"opens": (today + datetime.timedelta(days=9)).isoformat(), "closes": (today + datetime.timedelta(days=18)).isoformat()}


def page(client, name, *arguments, **query):
    return client.get(reverse(name, args=arguments), query, headers={"Accept-Language": "en"})


@pytest.mark.parametrize("role", ["province_official", "city_official", "district_staff", "street_staff", "department_staff", "auditor"])
def test_who_may_see_rounds_sees_them_and_nobody_else(client, running, role):
    area = {"province_official": "130000", "city_official": "130400", "auditor": "130000"}.get(role, "130404")
    client.force_login(make_user(role, area, department="housing" if role == "department_staff" else ""))
    expected = 200 if role in roles_for("rounds.see") else 403
    assert page(client, "surveys:list").status_code == expected
    assert page(client, "surveys:detail", running.pk).status_code == expected


@pytest.mark.parametrize("name", READS + WRITES)
@pytest.mark.parametrize("person", ["other_district_staff", "other_city_official"])
def test_a_round_of_another_area_does_not_exist(client, running, name, person, request):
    user = request.getfixturevalue(person)
    client.force_login(user)
    may = user.may("rounds.see" if name in READS else "rounds.manage")
    assert page(client, name, running.pk).status_code == (404 if may else 403)


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("person", ["city_official", "province_official", "auditor"])
def test_who_sees_a_round_may_not_change_it(client, running, name, person, request):
    client.force_login(request.getfixturevalue(person))
    assert page(client, name, running.pk).status_code == 403
    assert client.post(reverse(name, args=[running.pk]), {"reason": "x"}).status_code == 403


def test_street_staff_may_not_end_an_open_round(client, running):
    client.force_login(make_user("street_staff", "130404"))
    assert page(client, "surveys:cancel", running.pk).status_code == 403
    assert client.post(reverse("surveys:cancel", args=[running.pk]), {"reason": "x"}).status_code == 403
    assert Round.objects.get().state == RoundState.OPEN


def listed(client, **query):
    answer = page(client, "surveys:list", **query)
    assert answer.status_code == 200
    return {row["round"].pk for row in answer.context["rows"]}


def test_the_list_shows_the_own_area_only(client, running, city_official, other_city_official):
    client.force_login(city_official)
    assert listed(client) == {running.pk}
    client.force_login(other_city_official)
    assert listed(client) == set()
    assert page(client, "surveys:list", region="130404").status_code == 404


def test_every_filter_and_need_of_the_list(client, running, city_official, district_staff):
    yard = make_community("130403", name="和平里", household_count=10)
    done = make_closed_round(yard, make_planned_project(yard, county_code="130403"), agreed=8, households=10)
    keep_count(running, timezone.now())
    client.force_login(city_official)
    assert listed(client, q="jxcjsy") == {running.pk}
    assert listed(client, q=done.code) == {done.pk}
    assert listed(client, region="130403") == {done.pk}
    assert listed(client, state="open") == {running.pk}
    assert listed(client, subject="scheme") == {running.pk, done.pk}
    assert listed(client, subject="lift") == set()
    assert listed(client, only="below") == {running.pk}
    assert listed(client, only="closing") == set()
    assert listed(client, only="action") == set()
    Objection.objects.create(round=done, entry=done.roll.first(), text="不是我签的", raised_at=timezone.now())
    assert listed(client, only="objections") == listed(client, only="action") == {done.pk}
    counts = page(client, "surveys:list").context["counts"]
    assert (counts["all"], counts["action"], counts["below"], counts["objections"]) == (2, 1, 1, 1)


@pytest.mark.parametrize("sort", ["opens", "-closes", "community", "-turnout", "agree", "households", "nonsense"])
def test_the_list_is_sorted_and_keeps_its_filters_over_pages(client, community, project, city_official, sort, monkeypatch):
    for _ in range(3):
        make_closed_round(community, project, agreed=2, households=10)
    client.force_login(city_official)
    monkeypatch.setattr("surveys.desk.round_page.__kwdefaults__", {"size": 2})
    first = page(client, "surveys:list", sort=sort, state="closed")
    seen = {row["round"].pk for row in first.context["rows"]}
    second = page(client, "surveys:list", sort=sort, state="closed", cursor=first.context["page"].next)
    seen |= {row["round"].pk for row in second.context["rows"]}
    assert len(seen) == 3
    assert "state=closed" in second.content.decode()


def test_the_list_asks_the_same_number_of_questions_for_one_round_and_for_many(client, running, city_official, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(city_official)
    page(client, "surveys:list")
    with CaptureQueriesContext(connection) as one:
        page(client, "surveys:list")
    for _ in range(5):
        yard = make_community("130404", household_count=10)
        make_current_round(yard, make_planned_project(yard))
    with django_assert_num_queries(len(one)):
        assert len(listed(client)) == 6
    assert len(one) <= 18


def start(client, community, **fields):
    return client.post(reverse("surveys:create"), {"community": community.pk} | fields, headers={"Accept-Language": "en"})


def test_a_clerk_finds_the_community_and_makes_a_draft_from_the_library(client, community, project, district_staff):
    client.force_login(district_staff)
    assert "机械厂家属院" in page(client, "surveys:create", q="jxcjsy").content.decode()
    form = page(client, "surveys:create", project=project.pk)
    assert form.context["community"] == community
    assert form.context["form"].initial["project"] == project
    answer = start(client, community, source="library:willingness_full", project=project.pk)
    made = Round.objects.get()
    assert answer.url == reverse("surveys:edit", args=[made.pk])
    assert (made.state, made.kind, made.title_zh, made.title_en) == ("draft", "willingness", "改造意愿调查", "Survey of wishes")
    assert [question["code"] for question in made.questions] == ["decision", "menu", "money", "property", "more"]
    assert made.opens_at - timezone.now() > datetime.timedelta(days=8)
    assert timezone.localtime(made.closes_at).hour == 20


def test_the_first_step_says_what_is_missing_beside_its_field(client, community, project, district_staff):
    client.force_login(district_staff)
    answer = start(client, community, project=project.pk)
    assert answer.status_code == 422
    assert "Choose a questionnaire" in answer.context["form"].errors["source"][0]
    answer = start(client, community, source="library:scheme_full", project=project.pk)
    assert "Draw the scheme first" in answer.context["form"].errors["project"][0]
    answer = start(client, community, source="library:willingness_full")
    assert "Choose the project" in answer.context["form"].errors["project"][0]
    answer = start(client, community, source="library:legal_lift")
    assert "Choose its building" in answer.context["form"].errors["stairwell"][0]
    assert not Round.objects.exists()


def test_a_community_of_another_district_cannot_be_asked(client, district_staff):
    stranger = make_community("130403")
    client.force_login(district_staff)
    assert page(client, "surveys:create", community=stranger.pk).status_code == 404
    assert start(client, stranger, source="library:willingness_full").status_code == 404


def test_an_earlier_round_of_ones_own_can_be_copied(client, community, project, district_staff):
    earlier = make_closed_round(community, project, agreed=2, households=10, kind="willingness", actor=district_staff)
    client.force_login(district_staff)
    start(client, community, source=f"round:{earlier.pk}", project=project.pk)
    made = Round.objects.latest("pk")
    assert made.pk != earlier.pk
    assert (made.questions, made.title_zh, made.kind) == (earlier.questions, earlier.title_zh, "willingness")
    assert made.opens_at > timezone.now()


def editing(client, round_):
    """The fields of the edit page, as a browser would send them."""
    import re

    text = page(client, "surveys:edit", round_.pk).content.decode()
    fields = {}
    for tag in re.findall(r"<input[^>]*>", text):
        attributes = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if "name" in attributes and (attributes.get("type") not in {"checkbox", "radio"} or " checked" in tag):
            fields[attributes["name"]] = attributes.get("value", "on")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        fields[name] = chosen[0] if chosen else ""
    return fields


def send(client, round_, fields, **changes):
    return client.post(reverse("surveys:edit", args=[round_.pk]), fields | changes, headers={"Accept-Language": "en"})


def test_saving_the_page_as_it_is_changes_no_question(client, draft, district_staff):
    client.force_login(district_staff)
    before = [(q["code"], q["form"], q["zh"], [o["code"] for o in q.get("options", [])]) for q in draft.questions]
    assert send(client, draft, editing(client, draft), do="save").status_code == 302
    draft.refresh_from_db()
    assert [(q["code"], q["form"], q["zh"], [o["code"] for o in q.get("options", [])]) for q in draft.questions] == before
    assert [q["deciding"] for q in draft.questions] == [True, False]


def test_questions_are_added_moved_and_removed_without_script(client, draft, district_staff):
    client.force_login(district_staff)
    answer = send(client, draft, editing(client, draft), do="add", title_zh="")
    assert answer.status_code == 200
    assert [row["code"] for row in answer.context["questions"]] == ["decide", "more", "q1"]
    assert not answer.context["form"].errors, "the clerk is still at work"
    draft.refresh_from_db()
    assert len(draft.questions) == 2, "nothing is stored before saving"
    answer = send(client, draft, editing(client, draft), do="down:decide")
    assert [row["code"] for row in answer.context["questions"]] == ["more", "decide"]
    answer = send(client, draft, editing(client, draft), do="drop:more")
    assert [row["code"] for row in answer.context["questions"]] == ["decide"]


def test_a_faulty_question_is_named_by_its_number_and_nothing_is_stored(client, draft, district_staff):
    client.force_login(district_staff)
    fields = editing(client, draft)
    answer = send(client, draft, fields, do="save", **{"q-0-o-1-zh": "", "q-0-o-1-en": ""})
    assert answer.status_code == 422
    assert answer.context["fault"] == "Question 1: A choice needs at least two answers."
    assert answer.context["fault_at"] == "decide"
    fields.pop("deciding")
    assert "Exactly one question decides" in send(client, draft, fields, do="save").context["fault"]


def test_times_that_do_not_fit_are_said_at_their_field(client, draft, district_staff):
    client.force_login(district_staff)
    fields = editing(client, draft)
    answer = send(client, draft, fields, do="save", closes_at="2021-01-01T20:00")
    assert "before the opening" in answer.context["form"].errors["closes_at"][0]
    answer = send(client, draft, fields, do="save", opens_at="soon")
    assert "2021-04-10 20:00" in answer.context["form"].errors["opens_at"][0]


def test_an_announced_round_is_not_edited(client, draft, district_staff):
    announce_round(round_=draft, actor=district_staff, at=timezone.now())
    client.force_login(district_staff)
    assert page(client, "surveys:edit", draft.pk).status_code == 409


def test_the_way_of_a_round_by_its_pages(client, draft, district_staff):
    client.force_login(district_staff)
    assert "7 days" in page(client, "surveys:announce", draft.pk).content.decode()
    assert client.post(reverse("surveys:announce", args=[draft.pk])).status_code == 302
    draft.refresh_from_db()
    assert draft.state == RoundState.ANNOUNCED
    answer = client.post(reverse("surveys:unannounce", args=[draft.pk]), {"reason": ""}, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"] == ["Give the reason."]
    client.post(reverse("surveys:unannounce", args=[draft.pk]), {"reason": "日期写错"})
    draft.refresh_from_db()
    assert (draft.state, draft.reason) == (RoundState.DRAFT, "日期写错")


def test_an_opening_before_the_end_of_the_publicity_is_said_on_the_page(client, community, project, district_staff):
    tomorrow = timezone.localdate() + datetime.timedelta(days=2)
    draft = make_draft(community, project, actor=district_staff, opens=tomorrow.isoformat(), closes=soon()["closes"])
    client.force_login(district_staff)
    assert "at the earliest" in page(client, "surveys:announce", draft.pk).content.decode()
    answer = client.post(reverse("surveys:announce", args=[draft.pk]), headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "7 days before it opens" in answer.content.decode()


def test_the_count_moves_with_a_ballot(client, running, district_staff):
    client.force_login(district_staff)
    assert page(client, "surveys:live", running.pk).context["total"].agreed == 0
    today = timezone.localdate().isoformat()
    cast(RollEntry.objects.select_related("round").first(), when=today, time="00:00")
    answer = page(client, "surveys:live", running.pk)
    assert (answer.context["total"].voted, answer.context["total"].agreed) == (1, 0)  # what it said shows with four more
    assert answer["Cache-Control"] == "no-store"
    assert 'hx-trigger="every 15s"' in answer.content.decode()


def test_what_few_ballots_would_give_away_is_hidden_from_staff_too(client, running, district_staff):
    client.force_login(district_staff)
    cast(RollEntry.objects.select_related("round").first(), when=timezone.localdate().isoformat(), time="00:00")
    building = page(client, "surveys:live", running.pk).context["buildings"][0]
    assert building.hidden


def test_a_recount_says_whether_the_roll_agrees(client, running, district_staff):
    client.force_login(district_staff)
    answer = client.post(reverse("surveys:recount", args=[running.pk]), follow=True, headers={"Accept-Language": "en"})
    assert "The roll says the same" in answer.content.decode()


def test_a_closed_round_shows_its_result_and_what_was_published(client, community, project, city_official):
    round_ = make_closed_round(community, project, agreed=7, against=1, households=10)
    client.force_login(city_official)
    text = page(client, "surveys:detail", round_.pk).content.decode()
    assert "Not reached" in text
    assert "1 short of 80 %" in text
    assert round_.publications.get().root[:16] in text


def test_a_matter_of_the_owners_is_counted_by_heads_and_area(client, community, district_staff):
    round_ = make_current_round(community, None, kind="legal", matter="fund_use")
    client.force_login(district_staff)
    text = page(client, "surveys:detail", round_.pk).content.decode()
    assert "Owners taking part" in text
    assert "more than 1/2" not in text  # how they vote stays hidden while the round runs
    assert "The quorum is not reached yet" in text


# --- roll and papers -----------------------------------------------------------------------------------------------
def test_before_the_opening_the_roll_page_says_who_would_be_on_it(client, draft, community, city_official):
    community.household_count = 12
    community.save()
    client.force_login(city_official)
    answer = page(client, "surveys:roll", draft.pk, building="1号楼")
    assert (answer.context["figures"].households, answer.context["ownerless"], len(answer.context["entries"])) == (10, 10, 10)
    assert "the register counts 12" in answer.content.decode()


def test_a_roll_is_corrected_on_its_page_until_the_first_ballot(client, running, district_staff):
    client.force_login(district_staff)
    entry = RollEntry.objects.select_related("round").first()
    address = reverse("surveys:roll-correct", args=[running.pk, entry.pk])
    assert address in page(client, "surveys:roll", running.pk).content.decode()
    answer = client.post(address, {"reason": "房产证"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "Enter the right area" in answer.context["form"].errors["area"][0]
    assert client.post(address, {"reason": "房产证", "area": "81.20"}).status_code == 302
    assert "房产证" in page(client, "surveys:roll", running.pk).content.decode()
    cast(RollEntry.objects.select_related("round").first(), when=timezone.localdate().isoformat(), time="00:00")
    answer = client.post(address, {"reason": "房产证", "area": "82"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "first ballot has been cast" in answer.content.decode()
    assert address not in page(client, "surveys:roll", running.pk).content.decode()


def test_a_missing_flat_is_chosen_from_those_of_the_community(client, running, community, district_staff):
    fill_flats(community, 11)
    flat = community.households.latest("pk")
    client.force_login(district_staff)
    offered = page(client, "surveys:roll-add", running.pk).context["form"].fields["household"].queryset
    assert list(offered) == [flat]
    assert client.post(reverse("surveys:roll-add", args=[running.pk]), {"household": flat.pk, "reason": "漏登"}).status_code == 302
    assert running.roll.count() == 11


@pytest.mark.parametrize("name", ["surveys:notice-pdf", "surveys:preview", "surveys:roll"])
def test_papers_and_preview_of_another_area_do_not_exist(client, running, name, other_city_official):
    client.force_login(other_city_official)
    assert page(client, name, running.pk).status_code == 404


def test_notices_slips_and_the_result_are_pdfs(client, running, community, project, district_staff):
    client.force_login(district_staff)
    answer = page(client, "surveys:notice-pdf", running.pk)
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Content-Disposition"].startswith("inline")
    answer = client.post(reverse("surveys:slips-pdf", args=[running.pk]))
    assert (answer["Cache-Control"], answer.content[:5]) == ("no-store", b"%PDF-")
    assert running.slip_prints.count() == 1
    again = client.post(reverse("surveys:slips-pdf", args=[running.pk]), follow=True, headers={"Accept-Language": "en"})
    assert "say why they are printed again" in again.content.decode()
    assert page(client, "surveys:result-pdf", running.pk).status_code == 404
    done = make_closed_round(community, project, kind="willingness", agreed=9, households=10)
    assert page(client, "surveys:result-pdf", done.pk).content[:5] == b"%PDF-"


def test_an_address_alone_prints_no_codes(client, running, district_staff, city_official):
    client.force_login(district_staff)
    assert page(client, "surveys:slips-pdf", running.pk).status_code == 302
    client.force_login(city_official)
    assert client.post(reverse("surveys:slips-pdf", args=[running.pk])).status_code == 403
    assert not running.slip_prints.exists()


@pytest.mark.parametrize("query", [{}, {"step": "1"}, {"lang": "en"}, {"elder": "1", "lang": "en"}])
def test_the_preview_is_the_residents_page_and_sends_nothing(client, draft, district_staff, query):
    client.force_login(district_staff)
    text = page(client, "surveys:preview", draft.pk, **query).content.decode()
    assert ("Preview: nothing is counted." if "lang" in query else "预览页，不计票。") in text
    assert 'class="btn go" disabled' in text
    assert ("elder" in text.split("<head>")[0]) == ("elder" in query)
    assert "checked" not in text


# --- the bulk bar, and what else a clerk does ------------------------------------------------------------------------
def test_ticked_drafts_are_announced_together_and_refusals_are_told(client, draft, community, project, district_staff):
    late = make_draft(community, project, kind="willingness", actor=district_staff, **soon())
    Round.objects.filter(pk=late.pk).update(opens_at=timezone.now() + datetime.timedelta(days=1))
    client.force_login(district_staff)
    assert f'value="{draft.pk}"' in page(client, "surveys:list", state="draft").content.decode()
    address = f"{reverse('surveys:announce-ticked')}?state=draft"
    answer = client.post(address, {"round": [draft.pk, late.pk, "x"]}, follow=True, headers={"Accept-Language": "en"})
    assert answer.redirect_chain[0][0].endswith("?state=draft")
    text = answer.content.decode()
    assert "1 round is announced" in text
    assert "7 days before it opens" in text
    assert dict(Round.objects.values_list("pk", "state")) == {draft.pk: "announced", late.pk: "draft"}


def test_drafts_of_another_area_are_not_announced_and_readers_see_no_boxes(client, draft, other_district_staff, city_official):
    client.force_login(other_district_staff)
    client.post(reverse("surveys:announce-ticked"), {"round": [draft.pk]})
    draft.refresh_from_db()
    assert draft.state == RoundState.DRAFT
    client.force_login(city_official)
    assert 'type="checkbox"' not in page(client, "surveys:list").content.decode()


def test_a_lift_is_asked_of_one_stairwell(client, community, district_staff):
    client.force_login(district_staff)
    offered = page(client, "surveys:create", community=community.pk, kind="legal").context["form"].fields["stairwell"].choices
    assert [name for _value, name in offered][1:] == ["1号楼, stairwell 1"]
    start(client, community, source="library:legal_lift", stairwell=offered[1][0])
    made = Round.objects.get()
    assert (made.matter, made.building.name, made.unit, made.project) == ("lift", "1号楼", "1", None)


def test_a_draft_moves_to_the_newest_version_of_the_scheme(client, community, project, district_staff):
    make_scheme(project, district_staff)
    client.force_login(district_staff)
    start(client, community, source="library:scheme_full", project=project.pk)
    draft = Round.objects.get()
    make_scheme(project, district_staff)
    assert "version 2" in page(client, "surveys:edit", draft.pk).content.decode()
    send(client, draft, {}, do="version")
    draft.refresh_from_db()
    assert (draft.scheme_version, draft.title_zh) == (2, "改造方案表决（第 2 版）")
    assert draft.questions[0]["zh"] == "您家是否同意改造方案（第 2 版）？"
    assert draft.questions[0]["en"] == "Does your household agree to the scheme (version 2)?"


def test_an_open_round_is_extended_on_its_page_within_its_limits(client, running, district_staff):
    client.force_login(district_staff)
    later = timezone.localtime(running.closes_at + datetime.timedelta(days=20)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(
        reverse("surveys:extend", args=[running.pk]), {"closes_at": later, "reason": "雨"}, headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 422
    assert "at the latest" in answer.context["form"].errors["closes_at"][0]
    later = timezone.localtime(running.closes_at + datetime.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(reverse("surveys:extend", args=[running.pk]), {"closes_at": later, "reason": "雨"}).status_code == 302
    assert "Extended 1 time" in page(client, "surveys:detail", running.pk).content.decode()


def test_a_district_ends_an_open_round_with_its_reason(client, running, district_staff):
    client.force_login(district_staff)
    assert "without a result" in page(client, "surveys:cancel", running.pk).content.decode()
    client.post(reverse("surveys:cancel", args=[running.pk]), {"reason": "方案撤回"})
    assert "方案撤回" in page(client, "surveys:detail", running.pk).content.decode()
    assert Round.objects.get().state == RoundState.CANCELLED
