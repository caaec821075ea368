"""The catalogue of 2021, published, and synthetic templates of a few cities; the price bands say themselves what they are."""

from __future__ import annotations

import datetime

from accounts.models import User
from demo.people import city_username
from projects.models import CatalogueItem, CityTemplate
from projects.operations import draft_catalogue, publish_catalogue, write_template
from projects.queries import current_catalogue
from regions.models import Region

PUBLISHED_AT = datetime.datetime(2020, 12, 21, 2, tzinfo=datetime.UTC)
# reporting unit, name, own choice
TEMPLATES = (
    ("130400", "“9+X”标准模板（示例）", ("J16", "J17", "W04", "T01", "T03", "T07")),
    ("130100", "“9+X”主城区模板（示例）", ("J16", "J17", "W02", "W07", "W08", "T10")),
    ("130200", "“9+X”模板（示例）", ("J17", "J19", "W01", "W09", "T05")),
    ("130900", "“9+X”模板（示例）", ("J16", "W05", "T01", "T09")),
)


def add_catalogue(users: dict[str, User]) -> None:
    """Publish the first catalogue, unless there is one, and make the cities' templates from it."""
    if current_catalogue() is None:
        version = draft_catalogue(year=2021, actor=users["province"], at=PUBLISHED_AT)
        publish_catalogue(version=version, actor=users["province"], at=PUBLISHED_AT)
    ids = catalogue_ids()
    cities = {region.code: region for region in Region.objects.filter(code__in=[code for code, *_ in TEMPLATES])}
    for code, name, own in TEMPLATES:
        template = write_template(
            region=cities[code],
            name=name,
            chosen=[ids[each] for each in own if each in ids],
            actor=users[city_username(code)],
            at=PUBLISHED_AT,
        )
        CityTemplate.objects.filter(pk=template.pk).update(synthetic=True)


def catalogue_ids() -> dict[str, int]:
    """Code -> id of the published catalogue's items."""
    version = current_catalogue()
    return dict(CatalogueItem.objects.filter(version=version).values_list("code", "pk")) if version else {}
