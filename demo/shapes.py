"""What the demo plan is made of, in memory: no database, no clock."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

Day = datetime.date


@dataclass(slots=True)
class County:
    """A county-level unit of the official list."""

    code: str
    name: str
    unit: str  # code of its reporting unit
    longitude: float
    latitude: float
    town: bool  # a district or a city


@dataclass(slots=True)
class Street:
    """A synthetic sub-district with its residents' committees (9- and 12-digit codes)."""

    code: str
    name: str
    county: str
    longitude: float
    latitude: float
    committees: list[tuple[str, str]]  # code, name


@dataclass(slots=True)
class Building:
    """A building of a yard."""

    name: str
    units: int
    storeys: int
    households: int
    area: Decimal


@dataclass(slots=True)
class Yard:
    """A community of the register; areas in m²."""

    county: str
    code: str
    name: str
    region: str = ""  # code of its residents' committee
    address: str = ""
    longitude: float = 0.0
    latitude: float = 0.0
    built: int = 1985
    households: int = 0
    area: int = 0
    buildings: list[Building] = field(default_factory=list)
    building_count: int = 0
    unit_count: int = 0
    owner_kind: str = "reform"
    management: str = "none"
    population: int = 0
    elderly: int = 0
    illegal_area: int = 0
    renovated: int | None = None
    demolition: bool = False
    outline: list[list[float]] | None = None
    with_flats: bool = False
    amount: int = 0  # yuan planned
    due_start: Day | None = None
    due_completion: Day | None = None
    counted_households: int = 0  # as entered in the plan; the register may differ


@dataclass(slots=True)
class Report:
    """A month of one yard: paid is cumulative, yuan."""

    on: Day
    percent: int
    paid: int = 0
    no_change: bool = False
    note: str = ""


@dataclass(slots=True)
class Works:
    """A project with its days."""

    county: str
    unit: str
    yards: list[Yard]
    code: str = ""
    name: str = ""
    year: int | None = None
    in_plan: bool = True
    reserve_on: Day | None = None
    planned_on: Day | None = None
    willing_on: Day | None = None  # its willingness was asked, its plan is not frozen yet
    designed_on: Day | None = None
    approved_on: Day | None = None
    tendered_on: Day | None = None
    works_on: Day | None = None  # works contract
    supervision_on: Day | None = None
    started_on: Day | None = None
    completed_on: Day | None = None
    accepted_on: Day | None = None
    start_month: int = 0
    contract_share: float = 0.97
    party: str = ""
    supervisor: str = ""
    pinned_percent: int | None = None  # at the end of May
    photo_outside: bool = False
    reports: dict[str, list[Report]] = field(default_factory=dict)  # by yard code

    @property
    def size(self) -> int:
        """Communities: what is counted."""
        return len(self.yards)

    def contract_of(self, yard: Yard) -> int:
        """The yard's part of the works contract, yuan."""
        return round(yard.amount * self.contract_share / 100) * 100


@dataclass(slots=True)
class YearPlan:
    """Everything that `demo/loading.py` writes."""

    streets: list[Street]
    works: list[Works]  # of the plan year, the one outside the plan last
    past: list[Yard]
    spare: list[Yard]  # neither renovated nor in the plan year: the reserve of the current year
    later: list[Works]  # current year and reserve library
