"""Facilities around the demo's communities, conversions and inspections. All synthetic; the machinery-factory yard's is as told."""

from __future__ import annotations

import datetime
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import cos, pi, radians, sin
from random import Random
from zoneinfo import ZoneInfo

from accounts.models import User
from common.text import initials, pinyin
from communities.models import Community
from demo.copying import copy_objects
from demo.people import clerk_username
from demo.yards import METRE
from demo.year import MACHINERY
from facilities.choices import ConversionState, FacilityKind, FacilityState, RoomKind
from facilities.models import CommunityTheme, Conversion, Facility, Inspection, StateChange
from facilities.operations.circles import count_circles, sum_counties
from facilities.operations.renewal import FACILITY_STATE
from facilities.rules import months_later
from projects.choices import PhotoKind
from projects.models import Entry, Photo
from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region

ZONE = ZoneInfo("Asia/Shanghai")
SOURCE = "示例数据"
PIECE = 1_000
Day = datetime.date


@dataclass(frozen=True, slots=True)
class Sort:
    """One kind of facility: its word in a name, how often of 100 communities have one, m² from–to, who runs it."""

    kind: FacilityKind
    word: str
    often: int
    area: tuple[int, int]
    operators: tuple[str, ...]


PUBLIC, SHOP, OWN = ("街道办事处", "社区居委会"), ("个体经营", "连锁门店"), ("社区居委会", "业主委员会")
SORTS = (
    Sort(FacilityKind.STATION, "综合服务站", 34, (350, 1200), PUBLIC),
    Sort(FacilityKind.KINDERGARTEN, "幼儿园", 26, (1500, 3600), ("教育部门", "民办")),
    Sort(FacilityKind.NURSERY, "托育点", 12, (120, 420), ("民办", "公建民营")),
    Sort(FacilityKind.ELDERLY, "日间照料站", 30, (150, 620), ("养老服务公司", "社区居委会")),
    Sort(FacilityKind.CANTEEN, "老年食堂", 9, (80, 260), ("养老服务公司", "餐饮公司")),
    Sort(FacilityKind.HEALTH, "卫生服务站", 32, (80, 420), ("卫生服务中心",)),
    Sort(FacilityKind.SUPERMARKET, "便民超市", 62, (120, 900), SHOP),
    Sort(FacilityKind.MARKET, "菜市场", 14, (400, 2400), ("市场管理公司",)),
    Sort(FacilityKind.PARCEL, "快递驿站", 72, (10, 60), SHOP),
    Sort(FacilityKind.HAIRDRESSER, "理发店", 58, (15, 60), SHOP),
    Sort(FacilityKind.PHARMACY, "药店", 52, (40, 160), SHOP),
    Sort(FacilityKind.REPAIR, "便民维修点", 36, (8, 40), SHOP),
    Sort(FacilityKind.MEALS, "早餐店", 46, (20, 120), SHOP),
    Sort(FacilityKind.PARKING, "停车场", 36, (300, 2600), OWN),
    Sort(FacilityKind.CHARGING, "充电棚", 34, (20, 120), OWN),
    Sort(FacilityKind.GROUND, "健身广场", 34, (90, 700), OWN),
    Sort(FacilityKind.GREEN, "小游园", 30, (200, 3000), OWN),
    Sort(FacilityKind.PROPERTY, "物业服务点", 14, (20, 90), ("物业公司",)),
    Sort(FacilityKind.CENTRE, "邻里中心", 7, (300, 1300), PUBLIC),
    Sort(FacilityKind.READING, "阅览室", 12, (40, 180), PUBLIC),
)
# what works bring, beside what was there
BROUGHT = (FacilityKind.ELDERLY, FacilityKind.CENTRE, FacilityKind.NURSERY, FacilityKind.HEALTH, FacilityKind.CANTEEN, FacilityKind.READING)
BY_KIND = {sort.kind: sort for sort in SORTS}
IDLE_REASONS = ("没有运营单位", "客流太少，暂停开放", "消防验收未通过")
CONVERSIONS = (
    (RoomKind.BOILER, "旧锅炉房", FacilityKind.CENTRE, "邻里中心"),
    (RoomKind.WAREHOUSE, "旧仓库", FacilityKind.READING, "阅览室"),
    (RoomKind.GARAGE, "闲置车库", FacilityKind.KITCHEN, "共享厨房"),
    (RoomKind.CANTEEN, "旧食堂", FacilityKind.CANTEEN, "老年食堂"),
    (RoomKind.OTHER, "闲置门房", FacilityKind.HEALTH, "卫生服务站"),
)
HALL_WORDS = "会客厅"
THEME = ("健康田园", "院里留出菜畦和果树，老澡堂改成会客厅，居民在这里议事、读书、喝茶。")
THEMES = (
    ("书香邻里", "旧仓库改成阅览室，每月办一次换书会。"),
    ("友邻食堂", "旧食堂重新开火，老人就近吃饭。"),
    ("绿色庭院", "拆违建的地方补绿，居民认养花池。"),
)


@lru_cache(maxsize=20_000)
def _sounds(text: str) -> tuple[str, str]:
    return pinyin(text), initials(text)


class Neighbourhoods:
    """Writes facilities around the communities of one plan year and what hangs on them."""

    def __init__(self, users: dict[str, User], seed: int, today: Day, year: int = 2021) -> None:
        self.users, self.today, self.rng = users, today, Random(f"{seed}:facilities")
        self.at = datetime.datetime.combine(today, datetime.time(9), ZONE)
        rows = Entry.objects.filter(year=year, removed_on__isnull=True, community__longitude__isnull=False)
        self.entries = list(rows.select_related("community__region", "project").order_by("pk"))
        self.facilities: list[Facility] = []
        self.changes: list[StateChange] = []
        self.taken: set[tuple[int, str, str]] = set()

    def write(self) -> None:
        """Facilities first, what hangs on them then."""
        for entry in self.entries:
            for sort in SORTS:
                if self.rng.random() * 100 < sort.often:
                    self._stand(entry, sort)
            if self.rng.random() < 0.2:
                self._bring(entry)
        conversions = list(self._conversions())
        copy_objects(Facility, self.facilities)
        for row in [*self.changes, *conversions]:
            row.facility = row.facility  # it has its key now
        copy_objects(StateChange, self.changes)
        Conversion.objects.bulk_create(conversions)
        self._inspect()
        self._themes()

    def _clerk(self, community: Community) -> User:
        return self.users[clerk_username(community.region.county_code or "")]

    def _place(self, community: Community, nearest: int, farthest: int) -> tuple[float, float]:
        """Somewhere so many straight metres around the community; more often near than far."""
        metres, angle = nearest + (farthest - nearest) * self.rng.random() ** 1.5, self.rng.uniform(0, 2 * pi)
        assert community.longitude is not None and community.latitude is not None
        east = metres * sin(angle) * METRE / cos(radians(community.latitude))
        return round(community.longitude + east, 6), round(community.latitude + metres * cos(angle) * METRE, 6)

    def _name(self, community: Community, kind: str, word: str) -> str:
        """A name that the region does not have yet for this kind."""
        for number in range(1, 99):
            name = f"{community.name}{word}{number if number > 1 else ''}"
            if (community.region_id, kind, name) not in self.taken:
                self.taken.add((community.region_id, kind, name))
                return name
        raise ValueError(community.name)

    def _make(self, entry: Entry, kind: str, word: str, position: tuple[float, float], area: int, **more: object) -> Facility:
        community = entry.community
        name, operator = self._name(community, kind, word), str(more.get("operator", ""))
        (yard, yard_initials), (own, own_initials) = _sounds(community.name), _sounds(word)
        number = name.removeprefix(f"{community.name}{word}")
        facility = Facility(
            name=name,
            kind=kind,
            region=community.region,
            longitude=position[0],
            latitude=position[1],
            area=Decimal(area),
            synthetic=True,
            source=SOURCE,
            pinyin=f"{yard} {own}{' ' if number else ''}{number}",
            search_text=f"{name} {operator} {yard.replace(' ', '')}{own.replace(' ', '')} {yard_initials}{own_initials}".lower(),
            created_at=self.at,
            updated_at=self.at,
            **more,
        )
        self.facilities.append(facility)
        return facility

    def _note(self, facility: Facility, state: str, day: Day, clerk: User, reason: str = "") -> None:
        at = datetime.datetime.combine(day, datetime.time(15, 30), ZONE)
        self.changes.append(StateChange(facility=facility, state=state, happened_on=day, reason=reason, recorded_at=at, recorded_by=clerk))

    def _stand(self, entry: Entry, sort: Sort) -> None:
        """Something that was there before the works; one of 25 stands idle, a few are closed."""
        rng, clerk = self.rng, self._clerk(entry.community)
        opened = self.today - datetime.timedelta(days=rng.randint(400, 4500))
        state = rng.choices((FacilityState.OPEN, FacilityState.IDLE, FacilityState.CLOSED), (94, 4, 2))[0]
        facility = self._make(
            entry, sort.kind.value, sort.word, self._place(entry.community, 15, 760), rng.randint(*sort.area),
            state=state, opened_on=opened, operator=rng.choice(sort.operators),
        )  # fmt: skip
        self._note(facility, FacilityState.OPEN, opened, clerk)
        if state != FacilityState.OPEN:
            self._note(facility, state, self.today - datetime.timedelta(days=rng.randint(20, 300)), clerk, rng.choice(IDLE_REASONS))

    def _bring(self, entry: Entry) -> None:
        """Something that the works bring: planned, being built, or open since last winter."""
        rng, clerk = self.rng, self._clerk(entry.community)
        sort = BY_KIND[rng.choice(BROUGHT)]
        started = entry.project.started_on is not None
        state = rng.choice((FacilityState.BUILDING, FacilityState.OPEN)) if started else FacilityState.PLANNED
        opened = self.today - datetime.timedelta(days=rng.randint(10, 420)) if state == FacilityState.OPEN else None
        facility = self._make(
            entry, sort.kind.value, f"新建{sort.word}", self._place(entry.community, 0, 60), rng.randint(sort.area[1] // 2, sort.area[1]),
            state=state, opened_on=opened, operator=rng.choice(sort.operators) if opened else "", community=entry.community,
            project=entry.project,
        )  # fmt: skip
        self._note(facility, state, opened or self.today - datetime.timedelta(days=rng.randint(5, 60)), clerk)

    def _conversions(self) -> Iterator[Conversion]:
        """The old bathhouse of the machinery-factory yard, and an idle room in one community of 40."""
        pictures: dict[tuple[int, int], dict[str, Photo]] = {}
        chosen = [entry for entry in self.entries if entry.community.name == MACHINERY and entry.community.household_count == 312]
        others = [entry for entry in self.entries if entry not in chosen and self.rng.random() < 0.025]
        photos = Photo.objects.filter(project__in={entry.project_id for entry in [*chosen, *others]}, in_yard=True).order_by("taken_at")
        for photo in photos:
            pictures.setdefault((photo.project_id, photo.community_id), {})[photo.kind] = photo
        for entry in chosen:
            yield self._convert(entry, (RoomKind.BATHHOUSE, "老澡堂", FacilityKind.HALL, HALL_WORDS), 420, pictures)
        for entry in others:
            yield self._convert(entry, self.rng.choice(CONVERSIONS), self.rng.randint(60, 480), pictures)

    def _convert(
        self,
        entry: Entry,
        words: tuple[RoomKind, str, FacilityKind, str],
        area: int,
        pictures: dict[tuple[int, int], dict[str, Photo]],
    ) -> Conversion:
        was, room, becomes, word = words
        community, seen = entry.community, pictures.get((entry.project_id, entry.community_id), {})
        project, after = entry.project, seen.get(PhotoKind.AFTER) or seen.get(PhotoKind.PROGRESS)
        state = ConversionState.WORKS if project.started_on else ConversionState.PLANNED
        opened = project.accepted_on if project.accepted_on and after else None
        if opened:
            state = ConversionState.DONE
        facility = self._make(
            entry, becomes.value, word, self._place(community, 0, 40), area, community=community, project=project,
            state=FACILITY_STATE[state], opened_on=opened, operator=self.rng.choice(PUBLIC) if opened else "",
        )  # fmt: skip
        since = opened or self.today - datetime.timedelta(days=self.rng.randint(5, 60))
        self._note(facility, facility.state, since, self._clerk(community))
        return Conversion(
            project=project,
            community=community,
            name=room,
            from_kind=was,
            to_kind=becomes,
            area=area,
            state=state,
            photo_before=seen.get(PhotoKind.BEFORE) or seen.get(PhotoKind.START),
            photo_after=after,
            facility=facility,
            synthetic=True,
            created_at=self.at,
            updated_at=self.at,
        )

    def _inspect(self) -> None:
        """Two of three that the works brought were looked at in time."""
        rows = []
        for facility in self.facilities:
            if facility.project_id is None or facility.opened_on is None:
                continue
            for months in (3, 6, 12):
                day = months_later(facility.opened_on, months)
                often = 0.66 if (self.today - facility.opened_on).days < 500 else 0.97
                if day <= self.today and self.rng.random() < often:
                    clerk = self._clerk(facility.community or Community())
                    rows.append(
                        Inspection(
                            facility=facility, months=months, inspected_on=day, in_use=True, visitors=self.rng.randint(15, 180),
                            recorded_at=datetime.datetime.combine(day, datetime.time(16), ZONE), recorded_by=clerk,
                        )
                    )  # fmt: skip
        Inspection.objects.bulk_create(rows)

    def _themes(self) -> None:
        rows = []
        for entry in self.entries:
            if entry.community.name == MACHINERY and entry.community.household_count == 312:
                rows.append(CommunityTheme(community=entry.community, name=THEME[0], description=THEME[1], synthetic=True))
            elif self.rng.random() < 0.02:
                name, words = self.rng.choice(THEMES)
                rows.append(CommunityTheme(community=entry.community, name=name, description=words, synthetic=True))
        CommunityTheme.objects.bulk_create(rows)


def count_all_circles(at: datetime.datetime) -> None:
    """The circles of every community, and the sums of every county."""
    keys = list(Community.objects.current().order_by("region__path", "pk").values_list("pk", flat=True))
    gc.disable()  # half a million tuples without a cycle among them: looking for one would double the time
    try:
        for start in range(0, len(keys), PIECE):
            count_circles(communities=keys[start : start + PIECE], at=at)
    finally:
        gc.enable()
    sum_counties(counties=Region.objects.filter(depth=LEVEL_DEPTH[Level.COUNTY]).values_list("pk", flat=True))
