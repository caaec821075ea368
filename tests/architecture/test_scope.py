"""Every region-scoped model: city A never sees city B."""

import pytest
from django.apps import apps

from regions.querysets import ScopedQuerySet
from tests.architecture.houses import FLOORS
from tests.factories.everything import make_everything
from tests.factories.people import make_user

# tables that hang nowhere in the tree, and why
PLACELESS = {
    "messaging.OutboxRow": "machinery, on no page",
    "messaging.Heartbeat": "machinery, on no page",
    "communities.CodeCounter": "a counter behind the codes, on no page",
    "analytics.YearCount": "freshness of a year's public figures",
    "spreadsheets.Job": "seen by its owner alone",
    "projects.CatalogueVersion": "the whole province's, read by everyone",
    "projects.CatalogueItem": "the whole province's, read by everyone",
    "audit.SealedContext": "read through the events of scoped tables",
}


def models():
    for model in apps.get_models():
        if model._meta.app_label in FLOORS and not hasattr(model, "pgh_tracked_model") and not model._meta.proxy:
            yield model


SCOPED = [model for model in models() if isinstance(model._default_manager.all(), ScopedQuerySet)]


def test_every_model_has_a_place_in_the_tree_or_a_reason():
    without = {model._meta.label for model in models()} - {model._meta.label for model in SCOPED}
    assert without <= set(PLACELESS)


def test_every_model_that_reaches_a_region_is_scoped():
    reaching = set()
    for model in models():
        for field in model._meta.concrete_fields:
            if field.related_model in {*SCOPED} and model not in SCOPED and field.related_model._meta.label != "accounts.User":
                reaching.add(model._meta.label)
    assert reaching == set()


@pytest.mark.django_db
def test_the_factory_knows_every_scoped_model(tree):
    made = {type(row) for row in make_everything("130404")}
    assert {model._meta.label for model in SCOPED} - {model._meta.label for model in made} == set()


@pytest.fixture
def two_cities(tree):
    return (
        make_user("city_official", "130400"), make_everything("130404"),
        make_user("city_official", "130900"), make_everything("130902"),
    )  # fmt: skip


@pytest.mark.django_db
def test_city_a_never_sees_city_b(two_cities):
    handan, in_handan, cangzhou, in_cangzhou = two_cities
    for own, other in zip(in_handan, in_cangzhou, strict=True):
        rows = type(own)._default_manager
        seen_a, seen_b = (
            set(rows.visible_to(handan).values_list("pk", flat=True)),
            set(rows.visible_to(cangzhou).values_list("pk", flat=True)),
        )
        assert own.pk in seen_a, type(own)
        assert other.pk in seen_b, type(own)
        assert other.pk not in seen_a, type(own)
        assert own.pk not in seen_b, type(own)
        assert not seen_a & seen_b, type(own)


@pytest.mark.django_db
def test_the_province_sees_both_and_who_has_no_post_sees_nothing(two_cities, province_official):
    _handan, in_handan, _cangzhou, in_cangzhou = two_cities
    nobody = make_user("auditor", "130400")
    nobody.posts.all().delete()
    for row in [*in_handan, *in_cangzhou]:
        rows = type(row)._default_manager
        assert rows.visible_to(province_official).filter(pk=row.pk).exists(), type(row)
        assert not rows.visible_to(nobody).exists(), type(row)


@pytest.mark.django_db
def test_no_row_is_seen_twice(two_cities, province_official):
    for model in SCOPED:
        rows = model._default_manager.visible_to(province_official)
        assert rows.count() == rows.values("pk").distinct().count(), model
