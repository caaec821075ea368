"""The same few people everywhere, on the real region tree."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

from accounts.models import User
from regions.models import Region
from regions.operations import load_official_regions
from tests.factories.people import make_user


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The official tree is there before the first test; it is reference data, not a fixture of one test."""
    with django_db_blocker.unblock():
        if not Region.objects.exists():
            load_official_regions()


@pytest.fixture
def tree(db) -> None:
    """The region tree, loaded again where a transactional test flushed it."""
    if not Region.objects.exists():
        load_official_regions()


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture(autouse=True)
def _first_language():
    """A page asked for in English leaves the thread's language behind; the next test begins in Chinese again."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def region(tree):
    """region("130404") -> Region."""
    return lambda code: Region.objects.get(code=code)


@pytest.fixture
def province_official(tree) -> User:
    return make_user("province_official", "130000")


@pytest.fixture
def city_official(tree) -> User:
    """Handan."""
    return make_user("city_official", "130400")


@pytest.fixture
def other_city_official(tree) -> User:
    """Cangzhou: the stranger."""
    return make_user("city_official", "130900")


@pytest.fixture
def district_staff(tree) -> User:
    """Fuxing District of Handan."""
    return make_user("district_staff", "130404")


@pytest.fixture
def other_district_staff(tree) -> User:
    """Congtai District of the same city."""
    return make_user("district_staff", "130403")


@pytest.fixture
def department_staff(tree) -> User:
    return make_user("department_staff", "130404", department="housing")


@pytest.fixture
def auditor(tree) -> User:
    return make_user("auditor", "130000")
