"""Two people at once, with real threads on real connections."""

import datetime
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import User
from communities.errors import CannotMerge, LostUpdate, MergedAway
from communities.merging import merge_communities
from communities.models import CodeCounter, Community
from communities.operations import add_community, change_community
from regions.models import Region
from tests.factories.people import make_user
from tests.factories.register import make_community

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.datetime(2021, 6, 1, 9, 0, tzinfo=datetime.UTC)


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """Run the jobs together; what each returned or raised."""
    start, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number: int, job: Callable[[], object]) -> None:
        try:
            start.wait()
            results[number] = job()
        except Exception as error:  # the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.fixture
def clerk(tree) -> User:
    return make_user("district_staff", "130404")


def test_eight_clerks_never_get_the_same_code(clerk):
    region = Region.objects.get(code="130404")

    def job(number):
        actor = User.objects.get(pk=clerk.pk)
        return lambda: add_community(actor=actor, at=NOW, region=region, values={"name": f"小区{number}", "built_year": 1985}).code

    codes = at_once(*(job(number) for number in range(8)))
    assert sorted(codes) == [f"130404{number:05d}" for number in range(1, 9)]
    assert CodeCounter.objects.get(county_code="130404").last == 8


def test_of_two_saves_from_the_same_form_one_wins_and_one_is_told(clerk):
    community = make_community()

    def job(year):
        actor = User.objects.get(pk=clerk.pk)
        return lambda: change_community(actor=actor, at=NOW, community_id=community.pk, version=1, values={"built_year": year})

    results = at_once(job(1990), job(1991))
    assert sorted(type(result).__name__ for result in results) == ["Community", "LostUpdate"]
    assert any(isinstance(result, LostUpdate) for result in results)
    assert Community.objects.get(pk=community.pk).version == 2


def test_two_clerks_merging_crosswise_leave_one_survivor(clerk):
    first, second = make_community(name="甲院"), make_community(name="乙楼")

    def job(survivor, duplicate):
        actor = User.objects.get(pk=clerk.pk)
        return lambda: merge_communities(actor=actor, at=NOW, survivor_id=survivor.pk, duplicate_id=duplicate.pk, reason="同一院子")

    results = at_once(job(first, second), job(second, first))
    assert Community.objects.current().count() == 1
    assert sum(isinstance(result, MergedAway | CannotMerge) for result in results) == 1


def test_the_same_name_registered_twice_at_once_stands_once(clerk):
    region = Region.objects.get(code="130404")

    def job():
        actor = User.objects.get(pk=clerk.pk)
        return lambda: add_community(actor=actor, at=NOW, region=region, values={"name": "机械厂家属院", "built_year": 1985})

    at_once(job(), job(), job())
    assert Community.objects.filter(name="机械厂家属院").count() == 1
