"""Who may give which post where: every role at every level against every role at every level."""

import itertools

import pytest

from accounts.choices import ROLE_LEVELS, Role
from accounts.permissions import ACTIONS, roles_for
from accounts.rules import initial_password, looks_like_app_code, may_give_post, recovery_code, role_stands_at, roles_at, token_actions
from regions.choices import LEVEL_DEPTH, Level

OWN = {
    Level.PROVINCE: "130000/",
    Level.REPORTING: "130000/130400/",
    Level.COUNTY: "130000/130400/130404/",
    Level.SUB_DISTRICT: "130000/130400/130404/130404007/",
    Level.COMMITTEE: "130000/130400/130404/130404007/130404007001/",
}
BESIDE = {
    Level.REPORTING: "130000/130900/",
    Level.COUNTY: "130000/130900/130902/",
    Level.SUB_DISTRICT: "130000/130900/130902/130902001/",
    Level.COMMITTEE: "130000/130900/130902/130902001/130902001001/",
}
POSTS = [(role, level) for role in Role for level in ROLE_LEVELS[role]]
MANAGERS = {Role.PROVINCE_OFFICIAL, Role.CITY_OFFICIAL, Role.DISTRICT_STAFF}


@pytest.mark.parametrize(("giver", "given"), itertools.product(POSTS, POSTS), ids=lambda post: f"{post[0]}@{post[1]}")
def test_a_level_gives_posts_on_the_levels_below_it_only(giver, given):
    (role, level), (new_role, new_level) = giver, given
    expected = role in MANAGERS and LEVEL_DEPTH[new_level] > LEVEL_DEPTH[level]
    assert may_give_post(giver=[(role, OWN[level])], role=new_role, path=OWN[new_level], level=new_level) is expected


@pytest.mark.parametrize(("giver", "given"), itertools.product(POSTS, POSTS), ids=lambda post: f"{post[0]}@{post[1]}")
def test_nobody_but_the_province_gives_posts_in_another_city(giver, given):
    (role, level), (new_role, new_level) = giver, given
    if new_level not in BESIDE:
        return
    expected = role == Role.PROVINCE_OFFICIAL
    assert may_give_post(giver=[(role, OWN[level])], role=new_role, path=BESIDE[new_level], level=new_level) is expected


@pytest.mark.parametrize(("role", "level"), itertools.product(Role, Level))
def test_a_role_cannot_stand_at_a_level_that_is_not_its_own(role, level):
    allowed = level in ROLE_LEVELS[role]
    assert role_stands_at(role, level) is allowed
    assert (role in roles_at(level)) is allowed
    if not allowed:
        assert not may_give_post(giver=[(Role.PROVINCE_OFFICIAL, "130000/")], role=role, path=OWN[level], level=level)


def test_one_of_several_posts_is_enough_but_each_counts_in_its_own_region():
    giver = [(Role.STREET_STAFF, OWN[Level.SUB_DISTRICT]), (Role.DISTRICT_STAFF, BESIDE[Level.COUNTY])]
    assert may_give_post(giver=giver, role=Role.STREET_STAFF, path=BESIDE[Level.SUB_DISTRICT], level=Level.SUB_DISTRICT)
    assert not may_give_post(giver=giver, role=Role.STREET_STAFF, path=OWN[Level.COMMITTEE], level=Level.COMMITTEE)


def test_a_code_that_begins_alike_is_not_below():
    giver = [(Role.CITY_OFFICIAL, "130000/130400/")]
    assert not may_give_post(giver=giver, role=Role.DISTRICT_STAFF, path="130000/1304001/130404/", level=Level.COUNTY)


def test_the_auditor_changes_nothing():
    assert {code for code, action in ACTIONS.items() if Role.AUDITOR in action.roles and action.writes} == set()


def test_only_the_auditor_reads_the_audit_trail():
    assert roles_for("audit.see") == {Role.AUDITOR}


def test_the_settings_know_the_roles(settings):
    assert set(Role.values) == settings.ROLE_CODES


def test_an_unknown_action_is_an_error():
    with pytest.raises(KeyError):
        roles_for("moon.fly")


def test_a_token_never_manages_accounts_or_tokens():
    for role in Role:
        offered = token_actions([role])
        assert not {"accounts.manage", "tokens.manage"} & set(offered)
        assert all(role in ACTIONS[code].roles for code in offered)


def test_first_passwords_and_recovery_codes_are_random_and_readable():
    passwords = {initial_password() for _number in range(200)}
    codes = {recovery_code() for _number in range(200)}
    assert len(passwords) == len(codes) == 200
    assert all(len(password) == 19 and not set("0O1lIi") & set(password) for password in passwords)
    assert not any(looks_like_app_code(code) for code in codes)
    assert looks_like_app_code("012345")
    assert not looks_like_app_code("１２３４５６")
