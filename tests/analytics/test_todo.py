"""What waits for somebody: the plans whose next step is theirs, in their reach, in few words and one query."""

from analytics.todo import MOST, todo_of
from tests.factories.people import make_user
from tests.factories.works import make_plan


def seen(todo):
    return [(item.region, item.year, str(item.url)) for item in todo.items]


def test_each_level_sees_the_plans_that_wait_for_it_in_its_own_reach(province_official, city_official, district_staff, auditor):
    draft = make_plan("130404", 2022, "draft")
    submitted = make_plan("130403", 2022, "submitted")
    confirmed = make_plan("130902", 2022, "confirmed")
    make_plan("130404", 2021, "frozen")
    make_plan("130903", 2022, "submitted")
    for user, plan in ((district_staff, draft), (city_official, submitted), (province_official, confirmed)):
        assert seen(todo_of(user)) == [(plan.region.name, 2022, f"/plans/{plan.pk}/")]
    assert todo_of(auditor).count == 0


def test_the_first_few_are_named_and_all_are_counted_in_one_query(city_official, django_assert_num_queries):
    counties = ["130402", "130403", "130404", "130406", "130407", "130408", "130423", "130424"]
    for code in reversed(counties):
        make_plan(code, 2022, "submitted")
    assert city_official.current_posts
    with django_assert_num_queries(1):
        todo = todo_of(city_official)
    assert (len(todo.items), todo.count) == (MOST, len(counties))
    assert [item.region for item in todo.items][:1] == ["邯山区"]


def test_a_returned_plan_says_why(district_staff):
    plan = make_plan("130404", 2022, "draft")
    plan.returned_reason = "户数不符"
    plan.save()
    assert [item.note for item in todo_of(district_staff).items] == ["户数不符"]


def test_somebody_with_two_posts_sees_what_waits_for_both(region):
    user = make_user("district_staff", "130404")
    user.posts.create(role="city_official", region=region("130900"))
    make_plan("130404", 2022, "draft")
    make_plan("130403", 2022, "draft")
    make_plan("130902", 2022, "submitted")
    make_plan("130402", 2022, "submitted")
    assert [item.region for item in todo_of(user).items] == ["复兴区", "新华区"]
