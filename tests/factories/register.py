"""Communities with what hangs below them."""

from itertools import count

from django.utils import timezone

from common.text import pinyin, search_words
from communities.models import Building, Community, Household
from regions.models import Region

_number = count(1)


def make_community(region_code: str = "130404", *, name: str = "", household_count: int = 100, **more: object) -> Community:
    """An eligible community (built 1985) of a county or a unit below it."""
    number = next(_number)
    name = name or f"测试小区{number}"
    code = more.pop("code", f"T{number:07d}")
    values = {
        "built_year": 1985,
        "building_count": 2,
        "unit_count": 4,
        "floor_area": household_count * 70,
        "longitude": 114.46,
        "latitude": 36.61,
    } | more
    now = timezone.now()
    return Community.objects.create(
        code=code,
        name=name,
        region=Region.objects.get(code=region_code),
        household_count=household_count,
        pinyin=pinyin(name),
        search_text=search_words(name, str(values.get("address", "")), str(code)),
        created_at=now,
        updated_at=now,
        **values,
    )


def make_households(community: Community, number: int = 4) -> list[Household]:
    """`number` flats in one building of the community."""
    building, _ = Building.objects.get_or_create(community=community, name="1号楼", defaults={"household_count": number})
    return [
        Household.objects.create(community=community, building=building, unit="1", door=f"{100 + i}", exclusive_area=60 + i)
        for i in range(1, number + 1)
    ]
