"""The catalogue of works, published."""

from django.utils import timezone

from projects.models import CatalogueItem, CatalogueVersion
from projects.operations import draft_catalogue, publish_catalogue
from tests.factories.people import make_user


def make_catalogue(year: int = 2021, *, published: bool = True) -> CatalogueVersion:
    """The catalogue of a year with the project's default items; one that is there already is given back."""
    found = CatalogueVersion.objects.filter(year=year).first()
    if found:
        return found
    actor = make_user("province_official", "130000")
    version = draft_catalogue(year=year, actor=actor, at=timezone.now())
    return publish_catalogue(version=version, actor=actor, at=timezone.now()) if published else version


def item_of(code: str, year: int = 2021) -> CatalogueItem:
    """An item of the year's catalogue."""
    return CatalogueItem.objects.get(version=make_catalogue(year), code=code)
