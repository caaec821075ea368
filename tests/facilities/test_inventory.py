"""The inventory: entering, changing, states, lists."""

import datetime

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from common.errors import InvalidInput, NotAllowed
from facilities.errors import LostUpdate
from facilities.models import Facility, StateChange
from facilities.operations.inventory import add_facility, change_facility, move_state
from tests.factories.facilities import make_facility
from tests.factories.people import make_user
from tests.factories.register import make_community

LIST = reverse("facilities:list")
DAY = datetime.date(2021, 5, 31)


def facts(community, **changes):
    """A form's fields as the page sends them."""
    return {
        "name": "机械厂服务站", "kind": "station", "region": community.region_id, "community": community.pk, "area": "320", "state": "open",
        "opened_on": "2021-03-01",
    } | changes  # fmt: skip


def values(yard, **changes):
    return {"name": "服务站", "kind": "station", "region": yard.region, "longitude": 114.46, "latitude": 36.61} | changes


def test_a_facility_without_a_position_takes_its_communitys(district_staff, community):
    given = values(community, community=community, longitude=None, latitude=None)
    made = add_facility(actor=district_staff, at=timezone.now(), values=given)
    assert (made.longitude, made.latitude) == (community.longitude, community.latitude)
    assert made.changes.get().state == "open"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"longitude": 36.61, "latitude": 114.46}, "longitude"),
        ({"longitude": None, "latitude": None}, "longitude"),
        ({"area": 0}, "area"),
        ({"opened_on": datetime.date(2999, 1, 1)}, "opened_on"),
        ({"kind": "castle"}, "kind"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(district_staff, community, changes, field):
    with pytest.raises(InvalidInput) as refused:
        add_facility(actor=district_staff, at=timezone.now(), values=values(community, **changes))
    assert field in refused.value.details
    assert not Facility.objects.exists()


def test_a_facility_stands_in_its_own_county(district_staff, community):
    stranger = make_community("130902")
    with pytest.raises(InvalidInput) as refused:
        add_facility(actor=district_staff, at=timezone.now(), values=values(community, community=stranger))
    assert "community" in refused.value.details
    with pytest.raises(NotAllowed):
        add_facility(actor=district_staff, at=timezone.now(), values=values(stranger))


def test_the_same_facility_is_entered_once(district_staff, community):
    add_facility(actor=district_staff, at=timezone.now(), values=values(community))
    with pytest.raises(InvalidInput):
        add_facility(actor=district_staff, at=timezone.now(), values=values(community, name=" 服务站 "))


def test_a_state_moves_with_its_day_and_idle_says_why(district_staff, community):
    facility = make_facility(community, state="planned", actor=district_staff)
    opening = StateChange.objects.get().happened_on
    now = timezone.now()
    with pytest.raises(InvalidInput):
        move_state(actor=district_staff, at=now, facility_id=facility.pk, state="idle", happened_on=opening)
    with pytest.raises(InvalidInput):
        move_state(actor=district_staff, at=now, facility_id=facility.pk, state="open", happened_on=opening - datetime.timedelta(1))
    move_state(actor=district_staff, at=now, facility_id=facility.pk, state="open", happened_on=opening)
    move_state(actor=district_staff, at=now, facility_id=facility.pk, state="idle", happened_on=opening, reason="没有运营单位")
    facility.refresh_from_db()
    assert (facility.state, facility.opened_on) == ("idle", opening)
    assert [row.state for row in facility.changes.all()] == ["idle", "open", "planned"]


def test_the_database_keeps_every_state_and_its_reason(district_staff, community):
    facility = make_facility(community, actor=district_staff)
    with pytest.raises(DatabaseError), transaction.atomic():
        facility.changes.update(reason="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        StateChange.objects.create(
            facility=facility, state="closed", happened_on=DAY, reason="", recorded_at=timezone.now(), recorded_by=district_staff
        )


def test_nobody_overwrites_a_colleague_unseen(district_staff, community):
    facility = make_facility(community, actor=district_staff)
    change_facility(actor=district_staff, at=timezone.now(), facility_id=facility.pk, version=1, values={"operator": "甲"})
    with pytest.raises(LostUpdate):
        change_facility(actor=district_staff, at=timezone.now(), facility_id=facility.pk, version=1, values={"operator": "乙"})


def test_the_form_enters_and_changes_a_facility(as_, district_staff, community):
    client = as_(district_staff)
    assert client.post(reverse("facilities:add"), facts(community, area="-1", longitude="36")).status_code == 422
    answer = client.post(reverse("facilities:add"), facts(community))
    facility = Facility.objects.get()
    page = reverse("facilities:detail", args=[facility.pk])
    assert answer.url == page
    edit = reverse("facilities:edit", args=[facility.pk])
    given = facts(community, operator="甲公司", longitude="114.4601", latitude="36.6101", version=1)
    assert client.post(edit, given).status_code == 302
    late = client.post(edit, given | {"operator": "乙"})
    assert late.status_code == 422
    assert client.post(edit, given | {"operator": "乙", "version": late.context["form"]["version"].value()}).status_code == 302
    moved = client.post(
        reverse("facilities:state", args=[facility.pk]), {"state": "idle", "happened_on": "2021-05-01", "reason": "暂无人运营"}
    )
    assert moved.url == page
    shown = client.get(page).content.decode()
    assert "暂无人运营" in shown
    assert "乙" in shown


def test_the_list_filters_sorts_and_pages(as_, district_staff, community):
    for number in range(55):
        make_facility(community, name=f"药店{number:02d}", kind="pharmacy", area=100 + number, actor=district_staff)
    make_facility(community, name="幼儿园", kind="kindergarten", state="idle", actor=district_staff)
    client = as_(district_staff)
    asked = {"kind": "pharmacy", "sort": "-area", "q": "yd"}
    first = client.get(LIST, asked)
    assert first.context["rows"][0]["facility"].area == 154
    second = client.get(LIST, asked | {"cursor": first.context["page"].next})
    assert len(second.context["rows"]) == 5
    assert "sort=-area" in first.content.decode()
    idle = client.get(LIST, {"state": "idle"})
    assert [row["facility"].name for row in idle.context["rows"]] == ["幼儿园"]
    assert "没有这样的" in client.get(LIST, {"q": "没有这样的"}).content.decode()


def test_the_list_asks_a_constant_number_of_queries(as_, city_official, district_staff, community, django_assert_max_num_queries):
    client = as_(city_official)
    counts = []
    for _ in range(2):
        make_facility(community, actor=district_staff)
        with django_assert_max_num_queries(12) as asked:
            assert client.get(LIST).status_code == 200
        counts.append(len(asked))
        for _number in range(10):
            make_facility(make_community(), actor=district_staff)
    assert counts[0] == counts[1]


def test_others_see_nothing_and_readers_change_nothing(as_, district_staff, community):
    facility = make_facility(community, actor=district_staff)
    page, edit = reverse("facilities:detail", args=[facility.pk]), reverse("facilities:edit", args=[facility.pk])
    stranger = as_(make_user("district_staff", "130902"))
    assert facility.name not in stranger.get(LIST).content.decode()
    assert stranger.get(page).status_code == 404
    assert stranger.get(edit).status_code == 404
    auditor = as_("auditor")
    assert auditor.get(page).status_code == 200
    assert auditor.get(edit).status_code == 403
    assert auditor.post(reverse("facilities:add"), {}).status_code == 403


def test_machines_read_the_inventory_of_their_area(as_, district_staff, community):
    make_facility(community, name="服务站", actor=district_staff)
    make_facility(make_community("130902"))
    rows = as_(district_staff).get("/api/v1/facilities/", {"kind": "station"}).json()["results"]
    assert [row["name"] for row in rows] == ["服务站"]
