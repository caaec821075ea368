"""Registering and changing: rights, scope, bad input, lost updates, sealed names, recorded disclosures."""

import datetime

import pghistory
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from common.crypto import unseal
from common.errors import InvalidInput, NotAllowed
from communities.errors import LostUpdate, MergedAway
from communities.history import history_of
from communities.models import Community, Disclosure, Owner
from communities.operations import (
    add_building,
    add_community,
    add_household,
    change_building,
    change_community,
    change_household,
    reveal_owners,
    state_of,
)
from communities.owners import masked_contact
from regions.operations import add_region
from tests.factories.people import make_user
from tests.factories.register import make_community

NOW = datetime.datetime(2021, 6, 1, 9, 0, tzinfo=datetime.UTC)


def register(actor, region, **values):
    return add_community(actor=actor, at=NOW, region=region, values={"name": "机械厂家属院", "built_year": 1984} | values)


def test_a_registered_community_gets_a_code_and_is_found(district_staff, region):
    community = register(district_staff, region("130404"), name=" 机械厂　家属院 ", address="百花大街１８号")
    assert community.code == "13040400001"
    assert community.name == "机械厂 家属院"
    for words in ("机械", "jixiechang", "jxc", "百花大街18", "13040400001", "机械 百花"):
        assert Community.objects.search(words).get() == community, words
    assert not Community.objects.search("机械 和平").exists()


def test_codes_pass_over_those_taken_by_an_import(district_staff, region):
    make_community(code="13040400001")
    assert register(district_staff, region("130404")).code == "13040400002"


def test_street_staff_register_in_their_street_only(district_staff, region):
    street = add_region(actor=district_staff, at=NOW, parent=region("130404"), code="130404007", name_zh="化林路街道", kind="sub_district")
    clerk = make_user("street_staff", "130404007")
    assert register(clerk, street).region == street
    with pytest.raises(NotAllowed):
        register(clerk, region("130404"), name="别处")


@pytest.mark.parametrize("who", ["province_official", "city_official", "department_staff", "auditor", "other_district_staff"])
def test_others_cannot_register_here(request, region, who):
    with pytest.raises(NotAllowed):
        register(request.getfixturevalue(who), region("130404"))


def test_a_community_lies_in_a_county_or_below(region):
    staff = make_user("district_staff", "130400")
    with pytest.raises(InvalidInput) as refused:
        register(staff, region("130400"))
    assert "region" in refused.value.details


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "　"}, "name"),
        ({"longitude": 36.6, "latitude": 114.5}, "longitude"),
        ({"longitude": 114.5}, "longitude"),
        ({"outline": [[114.46, 36.61]]}, "outline"),
        ({"population": 5, "elderly_count": 6}, "elderly_count"),
        ({"floor_area": -1}, "floor_area"),
        ({"built_year": 1800}, "built_year"),
        ({"renovated_year": 1980}, "renovated_year"),
        ({"owner_kind": "kings"}, "owner_kind"),
    ],
)
def test_bad_values_are_named_and_nothing_is_written(district_staff, region, values, field):
    with pytest.raises(InvalidInput) as refused:
        register(district_staff, region("130404"), **values)
    assert field in refused.value.details
    assert not Community.objects.exists()


def test_unknown_fields_are_refused(district_staff, region):
    with pytest.raises(InvalidInput):
        register(district_staff, region("130404"), code="X1")


def test_the_same_name_twice_in_a_region_is_refused(district_staff, region):
    register(district_staff, region("130404"))
    with pytest.raises(InvalidInput):
        register(district_staff, region("130404"))


def test_a_change_is_kept_with_what_was_before(district_staff):
    community = make_community(name="旧名")
    changed = change_community(
        actor=district_staff, at=NOW, community_id=community.pk, version=1, values={"name": "新名小区", "built_year": 1990}
    )
    assert (changed.version, changed.pinyin) == (2, "xin ming xiao qu")
    newest = history_of(changed)[0]
    assert {(one.before, one.after) for one in newest.changes} == {("旧名", "新名小区"), ("1985", "1990")}


def test_a_second_save_from_an_old_form_is_refused_and_says_who_came_first(district_staff):
    community = make_community()
    colleague = make_user("district_staff", "130404", username="li.min")
    with pghistory.context(user=colleague.pk):
        change_community(actor=colleague, at=NOW, community_id=community.pk, version=1, values={"built_year": 1990})
    with pytest.raises(LostUpdate) as refused:
        change_community(actor=district_staff, at=NOW, community_id=community.pk, version=1, values={"built_year": 1991})
    assert refused.value.details["who"] == str(colleague)
    assert refused.value.details["version"] == 2
    community.refresh_from_db()
    assert community.built_year == 1990


def test_a_community_moves_within_its_county_only(district_staff, region):
    street = add_region(actor=district_staff, at=NOW, parent=region("130404"), code="130404007", name_zh="化林路街道", kind="sub_district")
    community = make_community()
    moved = change_community(actor=district_staff, at=NOW, community_id=community.pk, version=1, values={"region": street})
    assert moved.region == street
    both = make_user("district_staff", "130400")
    with pytest.raises(InvalidInput) as refused:
        change_community(actor=both, at=NOW, community_id=community.pk, version=2, values={"region": region("130403")})
    assert "region" in refused.value.details


@pytest.mark.parametrize("who", ["province_official", "city_official", "other_district_staff", "department_staff", "auditor"])
def test_others_cannot_change_it(request, tree, who):
    community = make_community()
    with pytest.raises(NotAllowed):
        change_community(actor=request.getfixturevalue(who), at=NOW, community_id=community.pk, version=1, values={"built_year": 1990})


def test_what_was_merged_away_is_no_longer_changed(district_staff):
    survivor = make_community()
    gone = make_community(merged_into=survivor)
    with pytest.raises(MergedAway):
        change_community(actor=district_staff, at=NOW, community_id=gone.pk, version=1, values={"built_year": 1990})
    with pytest.raises(MergedAway):
        add_building(actor=district_staff, at=NOW, community_id=gone.pk, values={"name": "1号楼"})


def test_a_building_stands_once_in_a_community(district_staff):
    community = make_community()
    building = add_building(actor=district_staff, at=NOW, community_id=community.pk, values={"name": "１号楼", "unit_count": 3})
    assert building.name == "1号楼"
    with pytest.raises(InvalidInput):
        add_building(actor=district_staff, at=NOW, community_id=community.pk, values={"name": "1号楼"})


def test_a_building_form_opened_before_a_colleague_saved_is_refused(district_staff):
    building = add_building(actor=district_staff, at=NOW, community_id=make_community().pk, values={"name": "1号楼"})
    seen = state_of(building)
    change_building(actor=district_staff, at=NOW, building_id=building.pk, seen=seen, values={"storey_count": 6})
    with pytest.raises(LostUpdate):
        change_building(actor=district_staff, at=NOW, building_id=building.pk, seen=seen, values={"storey_count": 7})


@pytest.fixture
def household(district_staff):
    community = make_community()
    building = add_building(actor=district_staff, at=NOW, community_id=community.pk, values={"name": "1号楼"})
    return add_household(
        actor=district_staff,
        at=NOW,
        community_id=community.pk,
        values={"building": building, "unit": "1", "door": "101", "exclusive_area": "61.5"},
        owners=["王建国", " 李敏 ", "王建国"],
        phone="13812345678",
    )


def test_names_and_phone_are_sealed_in_the_database(household):
    sealed = list(Owner.objects.values_list("name_sealed", flat=True))
    assert len(sealed) == 2
    assert not any("王" in text or "李" in text for text in sealed)
    assert "138" not in household.phone_sealed
    assert unseal(household.phone_sealed) == "13812345678"


def test_a_page_shows_them_masked(household):
    contact = masked_contact(household)
    assert sorted(contact.names) == ["李*", "王**"]
    assert contact.phone == "138****5678"


def test_the_same_buyer_of_two_flats_is_one_person_and_a_namesake_is_not(district_staff, household):
    def buy(door, phone):
        flat = add_household(
            actor=district_staff,
            at=NOW,
            community_id=household.community_id,
            values={"building": household.building, "unit": "1", "door": door, "exclusive_area": "61.5"},
            owners=["王建国"],
            phone=phone,
        )
        return flat.owners.get().person

    known = set(household.owners.values_list("person", flat=True))
    assert buy("102", "138 1234 5678".replace(" ", "")) in known
    assert buy("103", "13900000000") not in known
    assert buy("104", "") != buy("105", "")


def test_a_flat_stands_once_and_has_an_area(district_staff, household):
    values = {"building": household.building, "unit": "1", "exclusive_area": "50"}
    with pytest.raises(InvalidInput):
        add_household(
            actor=district_staff, at=NOW, community_id=household.community_id, values=values | {"door": "101"}, owners=[], phone=""
        )
    with pytest.raises(InvalidInput):
        add_household(
            actor=district_staff,
            at=NOW,
            community_id=household.community_id,
            values=values | {"door": "102", "exclusive_area": "0"},
            owners=[],
            phone="",
        )


def test_a_flat_cannot_stand_in_another_communitys_building(district_staff, household):
    with pytest.raises(InvalidInput) as refused:
        add_household(
            actor=district_staff,
            at=NOW,
            community_id=make_community().pk,
            values={"building": household.building, "unit": "1", "door": "9", "exclusive_area": "50"},
            owners=[],
            phone="",
        )
    assert "building" in refused.value.details


def test_people_left_out_stay_and_given_ones_replace(district_staff, household):
    def change(**people):
        change_household(
            actor=district_staff, at=NOW, household_id=household.pk, seen=state_of(household), values={"door": "102"}, **people
        )
        household.refresh_from_db()
        return {unseal(owner.name_sealed) for owner in household.owners.all()}

    assert change() == {"王建国", "李敏"}
    assert change(owners=["赵一"]) == {"赵一"}
    assert unseal(household.phone_sealed) == "13812345678"
    assert change(phone="13900000000") == {"赵一"}
    assert unseal(household.phone_sealed) == "13900000000"


def test_two_clerks_replacing_owners_do_not_overwrite_each_other_unseen(district_staff, household):
    seen = state_of(household)
    change_household(actor=district_staff, at=NOW, household_id=household.pk, seen=seen, values={}, owners=["赵一"])
    with pytest.raises(LostUpdate):
        change_household(actor=district_staff, at=NOW, household_id=household.pk, seen=seen, values={}, owners=["钱二"])


def test_reading_names_in_clear_is_recorded(district_staff, household):
    contact = reveal_owners(actor=district_staff, at=NOW, household=household)
    assert set(contact.names) == {"王建国", "李敏"}
    assert Disclosure.objects.get().user == district_staff


@pytest.mark.parametrize("who", ["province_official", "city_official", "other_district_staff", "department_staff", "auditor"])
def test_nobody_else_reads_names_in_clear(request, household, who):
    with pytest.raises(NotAllowed):
        reveal_owners(actor=request.getfixturevalue(who), at=NOW, household=household)
    assert not Disclosure.objects.exists()


def test_a_recorded_disclosure_can_be_neither_changed_nor_deleted(district_staff, household):
    reveal_owners(actor=district_staff, at=NOW, household=household)
    with pytest.raises(DatabaseError), transaction.atomic():
        Disclosure.objects.update(at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Disclosure.objects.all().delete()


@pytest.mark.parametrize("field", ["built_year", "renovated_year"])
def test_a_year_that_is_still_to_come_is_refused(district_staff, region, field):
    with pytest.raises(InvalidInput) as caught:
        register(district_staff, region("130404"), **{field: 2022})
    assert list(caught.value.details) == [field]
