"""Writing the demo into the database: one transaction, COPY for everything that has many rows."""

from __future__ import annotations

import datetime
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection, transaction
from django.utils import timezone

from analytics.counting import count_year, years_to_count
from analytics.models import YearCount
from common.text import pinyin, search_words
from communities.models import Building, Community, Household, Owner
from demo.acceptances import Acceptances
from demo.catalogue import add_catalogue
from demo.copying import copy_objects, rebuilt_afterwards, triggers_resting
from demo.digging import DIGGING_TABLES, Digging
from demo.flats import copy_flats
from demo.living import LivingRounds
from demo.neighbourhood import Neighbourhoods, count_all_circles
from demo.people import add_accounts, loaded
from demo.pictures import store_pictures
from demo.proposals import add_proposals
from demo.rounds import RoundWriter, votes
from demo.shapes import Street, Yard, YearPlan
from demo.site import SiteLife
from demo.writing import Writer
from demo.yards import english
from demo.year import build, read_counties
from facilities.models import Facility, StateChange
from projects.models import Contract, Entry, Photo, ProgressReport, Record, SchemeItem, Work, WorkProgress
from regions.choices import LEVEL_DEPTH, Level, RegionKind
from regions.models import Region
from regions.operations import REGIONS_FILE, load_official_regions
from surveys.models import Ballot, CallBack, Publication, RollEntry, Round, RoundCount

SOURCE = "示例数据"
REASON = "load_demo: 示例数据"
REGISTERED_AT = datetime.datetime(2020, 8, 3, 1, tzinfo=datetime.UTC)
TABLES = (
    "accounts_user", "communities_community", "communities_building", "communities_household", "communities_owner",
    "projects_annualplan", "projects_project", "projects_entry", "projects_contract", "projects_photo",
    "projects_progressreport", "projects_scheme", "projects_work", "projects_schemeitem", "projects_workprogress",
    "projects_record",
    "projects_stretch", "projects_specialwork", "projects_specialworkstretch", "projects_ownerconfirmation",
    "lifecycle_stagechange",
    "lifecycle_gateoverride", "analytics_dailycount", "regions_region", "facilities_facility",
    "surveys_round", "surveys_rollentry", "surveys_ballot", "surveys_roundcount", "surveys_publication",
)  # fmt: skip
ROUNDS = (Round, RollEntry, Ballot, RoundCount, Publication, CallBack)
# not Project and StageChange: the database checks each step against rows that it must find by their indexes
WORKS = (Entry, Contract, Work, SchemeItem, WorkProgress, Record, ProgressReport, Photo)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to load. `processes` > 1 seals names beside the database's work."""

    seed: int
    today: datetime.date
    households: bool = True
    scale: float = 1.0
    processes: int = 2
    all_rounds: bool = False


def load(wish: Wish, say: Say) -> bool:
    """Load the demo; False when it is there already.

    Killed at any point it leaves nothing behind or a demo without figures; run again it does what is missing. Two at once:
    the second waits, and finds the demo there.
    """
    new = False
    with transaction.atomic():
        _wait_for_others()
        if not loaded():
            _tell_the_audit_trail()
            _write(wish, say)
            new = True
    years = sorted(set(years_to_count()) - set(YearCount.objects.values_list("year", flat=True)))
    if new or years:
        with _step(say, "statistics for the query planner"), connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(TABLES)}")
        with _step(say, "living circles"):
            count_all_circles(timezone.now())
        with _step(say, "figures"):
            for year in years_to_count():
                count_year(year)
    return new


def _write(wish: Wish, say: Say) -> None:
    with _step(say, "plan in memory"):
        plan = build(counties=read_counties(REGIONS_FILE), seed=wish.seed, today=wish.today, scale=wish.scale)
    with _step(say, "regions, sub-districts and committees"):
        load_official_regions()
        add_streets(plan.streets)
    with _step(say, "accounts"):
        users = add_accounts(wish.seed)
    with _step(say, "catalogue of works and templates"):
        add_catalogue(users)
    with _step(say, "communities and buildings"), rebuilt_afterwards(Community, Building):
        ids, buildings = add_yards(plan)
    with _step(say, "plans, projects, contracts, stages, reports, photos"), rebuilt_afterwards(*WORKS):
        store_pictures()
        Writer(plan, users, ids, wish.seed, wish.today).write()
    with _step(say, "special works and owners' confirmations"), rebuilt_afterwards(*DIGGING_TABLES):
        Digging(users, ids, wish.seed, wish.today).write([*plan.works, *plan.later])
    with _step(say, "sites: bidders, change orders, diaries"):
        SiteLife(users, wish.seed, wish.today).write()
    with _step(say, "acceptances"):
        Acceptances(users, wish.seed, wish.today).write()
    with _step(say, "proposals and drawings of schemes"):
        add_proposals(users, wish.today)
    with _step(say, "facilities"), rebuilt_afterwards(Facility, StateChange):
        Neighbourhoods(users, wish.seed, wish.today).write()
    if wish.households:
        with _step(say, "households and owners"), rebuilt_afterwards(Household, Owner):
            flats = [(yard, ids[yard.code].pk, buildings[yard.code]) for yard in _yards_of(plan) if yard.with_flats]
            copy_flats(wish.seed, flats, wish.processes)
        with _step(say, "rounds, rolls and ballots"), rebuilt_afterwards(*ROUNDS), triggers_resting(*ROUNDS):
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE communities_household, communities_owner, communities_building")
            writer = RoundWriter(users, ids, wish.seed)
            writer.write(list(votes([*plan.works, *plan.later], all_kinds=wish.all_rounds)))
        with _step(say, "rounds of these days"):
            LivingRounds(users, wish.seed, wish.today).play()


def _tell_the_audit_trail() -> None:
    """Every row of this transaction is kept in the audit trail with one context that names the command."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            [str(uuid.uuid4()), json.dumps({"reason": REASON})],
        )


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('load_demo'))")


@contextmanager
def _step(say: Say, words: str) -> Iterator[None]:
    begin = time.monotonic()
    yield
    say(f"  {words}: {time.monotonic() - begin:.1f} s")


def _yards_of(plan: YearPlan) -> list[Yard]:
    return [yard for one in plan.works for yard in one.yards] + plan.past + plan.spare


def add_streets(streets: list[Street]) -> None:
    """Sub-districts and committees, marked synthetic; those that staff already added stay as they are."""
    known = {region.code: region for region in Region.objects.all()}
    counties = {code: region for code, region in known.items() if region.depth == LEVEL_DEPTH[Level.COUNTY]}
    taken = {(region.parent_id, region.name_zh) for region in known.values()}
    upper = []
    for street in streets:
        parent = counties[street.county]
        if street.code not in known and (parent.pk, street.name) not in taken:
            upper.append(_below(parent, street.code, street.name, RegionKind.SUB_DISTRICT, street.longitude, street.latitude))
    copy_objects(Region, upper)
    known |= {region.code: region for region in upper}
    lower = [
        _below(known[street.code], code, name, RegionKind.COMMITTEE)
        for street in streets
        for code, name in street.committees
        if street.code in known and code not in known
    ]
    copy_objects(Region, lower)


def _below(parent: Region, code: str, name: str, kind: RegionKind, longitude: float | None = None, latitude: float | None = None) -> Region:
    return Region(
        code=code,
        name_zh=name,
        name_en=english(name),
        kind=kind,
        parent=parent,
        path=f"{parent.path}{code}/",
        depth=parent.depth + 1,
        pinyin=_spelled(name),
        longitude=longitude,
        latitude=latitude,
        synthetic=True,
    )


def add_yards(plan: YearPlan) -> tuple[dict[str, Community], dict[str, list[int]]]:
    """(communities, building ids), both by the community's code."""
    regions = {region.code: region for region in Region.objects.filter(depth__gte=LEVEL_DEPTH[Level.COUNTY])}
    yards = _yards_of(plan)
    rows = {yard.code: _community(yard, regions.get(yard.region) or regions[yard.county]) for yard in yards}
    copy_objects(Community, list(rows.values()))
    owned: list[tuple[str, Building]] = []
    for yard in yards:
        for one in yard.buildings:
            building = Building(
                community=rows[yard.code],
                name=one.name,
                unit_count=one.units,
                storey_count=one.storeys,
                household_count=one.households,
                floor_area=one.area,
                built_year=yard.built,
            )
            owned.append((yard.code, building))
    copy_objects(Building, [building for _, building in owned])
    found: dict[str, list[int]] = {}
    for code, building in owned:
        found.setdefault(code, []).append(building.pk)
    return rows, found


def _community(yard: Yard, region: Region) -> Community:
    return Community(
        code=yard.code,
        name=yard.name,
        address=yard.address,
        region=region,
        longitude=yard.longitude,
        latitude=yard.latitude,
        outline=yard.outline,
        built_year=yard.built,
        building_count=yard.building_count,
        unit_count=yard.unit_count,
        household_count=yard.households,
        floor_area=yard.area,
        owner_kind=yard.owner_kind,
        population=yard.population,
        elderly_count=yard.elderly,
        management_kind=yard.management,
        illegal_area=yard.illegal_area,
        renovated_year=yard.renovated,
        demolition_planned=yard.demolition,
        synthetic=True,
        source=SOURCE,
        pinyin=_spelled(yard.name),
        search_text=_searchable(yard),
        created_at=REGISTERED_AT,
        updated_at=REGISTERED_AT,
    )


@lru_cache(maxsize=20_000)
def _spelled(name: str) -> str:
    return pinyin(name)


@lru_cache(maxsize=20_000)
def _words_after(name: str) -> str:
    return search_words(name)[len(name) :]


def _searchable(yard: Yard) -> str:
    """What `search_words(name, address, code)` gives, with the slow part worked out once per name."""
    return f"{yard.name} {yard.address} {yard.code}".lower() + _words_after(yard.name)
