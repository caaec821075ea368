"""What a form that comes in must say of itself, and how its rows are taken in."""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from communities.bulk import Counts
from regions.choices import LEVEL_DEPTH, Level
from regions.scope import Scope
from spreadsheets.columns import Column, Words
from spreadsheets.problems import Problems

Tick = Callable[[int], None]


def overlap(one: Scope, other: Scope) -> Scope:
    """What lies in both reaches."""
    paths = [path for path in one.paths if other.covers(path)] + [path for path in other.paths if one.covers(path)]
    return Scope(tuple(dict.fromkeys(paths)))


class Batch(ABC):
    """The rows of one file on their way into the register, inside one transaction."""

    def __init__(self, actor: User, action: str, problems: Problems) -> None:
        self.actor = actor
        self.problems = problems
        self.scope = overlap(actor.scope_for("imports.run"), actor.scope_for(action))

    @abstractmethod
    def take(self, number: int, values: list[Any]) -> Sequence[Any] | None:
        """Check one row across its cells; the staged row, or None when there is nothing to stage.

        `values` stand in the order of the sheet's columns, None for an empty or a bad cell (bad ones are noted already).
        """

    @abstractmethod
    def stage(self, rows: list[Sequence[Any]]) -> None:
        """Keep a chunk of what `take` returned."""

    @abstractmethod
    def compare(self, *, lock: bool, tick: Tick) -> None:
        """Compare with the register and note what it cannot take. `lock`: the rows are written next."""

    @abstractmethod
    def counts(self) -> Counts:
        """New, changed, same."""

    @abstractmethod
    def write(self, *, at: datetime.datetime, tick: Tick) -> None:
        """Write everything. Called only when no problem was found."""


@dataclass(frozen=True)
class ImportSheet:
    """A form that comes in: its columns, the right that each row's region demands, and who takes the rows."""

    name: str
    title: Words
    explanation: Words
    columns: tuple[Column, ...]
    action: str
    batch: type[Batch]

    @property
    def keys(self) -> list[str]:
        """Keys of the columns, in order."""
        return [column.key for column in self.columns]


@dataclass(frozen=True)
class ListSheet:
    """A list that goes out. `report` makes it from (actor, query string as a dict, now); `asks` are the fields of its form.

    `deepest`: the lowest depth in the tree at which the list has something to say. `subject`: what the query string must name
    (a round); such a list is offered on the subject's own page alone.
    """

    name: str
    title: Words
    explanation: Words
    action: str
    report: Callable[[User, dict[str, Any], datetime.datetime], Any]
    asks: tuple[str, ...] = ("region",)
    deepest: int = LEVEL_DEPTH[Level.COMMITTEE]
    subject: str = ""

    def offered_to(self, user: User) -> bool:
        """Whether the user has the right, and an area in which the list says something."""
        return not self.subject and user.may(self.action) and user.region is not None and user.region.depth <= self.deepest
