"""Thousands of facilities at once: COPY into a temporary table, compare it with the inventory, then one INSERT and one UPDATE.

Everything here runs inside the caller's transaction; rights and cell checks are the caller's.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from accounts.models import User
from common.text import pinyin, search_words
from communities.bulk import Clash, Counts, checked_at_once, copy_rows, fetch, filled, run
from facilities.choices import FacilityState
from facilities.circle import DEGREE_METRES, standard

FIELDS = {  # what a file may give of a facility -> (type, what a new one gets where the cell is empty)
    "region_id": ("bigint", "NULL"),
    "kind": ("text", "NULL"),
    "name": ("text", "NULL"),
    "address": ("text", "''"),
    "longitude": ("double precision", "NULL"),
    "latitude": ("double precision", "NULL"),
    "area": ("numeric(9,2)", "NULL"),
    "state": ("text", "'open'"),
    "opened_on": ("date", "NULL"),
    "operator": ("text", "''"),
    "community_id": ("bigint", "NULL"),
    "source": ("text", "''"),
}
CLASHES = {  # code -> (column, which rows)
    "position_missing": ("longitude", "longitude IS NULL OR latitude IS NULL"),
    "state_needs_reason": ("reason", "state IN ('idle', 'closed') AND reason IS NULL AND state IS DISTINCT FROM was"),
    "not_open_yet": ("opened_on", "state IN ('planned', 'building') AND opened_on IS NOT NULL"),
}


class FacilityStage:
    """One batch of facilities on its way into the inventory.

    `add` rows (row number, FIELDS in order, reason; None = the cell was empty: a facility on record keeps its value, a new one gets
    the default), then `compare`, then `clashes` and `counts`, then `write`. A facility is found again by region, kind and name.
    """

    columns = ("row", *FIELDS, "reason")

    def __init__(self) -> None:
        fields = ", ".join(f"{name} {kind}" for name, (kind, _default) in FIELDS.items())
        run("DROP TABLE IF EXISTS incoming_facility")
        run(
            f"CREATE TEMP TABLE incoming_facility (row int, {fields}, reason text, id bigint, was text, east double precision,"
            " north double precision, changed boolean DEFAULT false) ON COMMIT DROP"
        )

    def add(self, rows: Iterable[Sequence[Any]]) -> int:
        """Stage a chunk."""
        return copy_rows("incoming_facility", self.columns, rows)

    def compare(self, *, lock: bool = False) -> None:
        """Find each row's facility and what differs. `lock`: for writing."""
        run("ANALYZE incoming_facility")
        run(
            "UPDATE incoming_facility i SET id = f.id, was = f.state, east = f.longitude, north = f.latitude FROM facilities_facility f"
            " WHERE f.region_id = i.region_id AND f.kind = i.kind AND f.name = i.name"
        )
        if lock:
            fetch("SELECT f.id FROM facilities_facility f JOIN incoming_facility i ON i.id = f.id ORDER BY f.id FOR NO KEY UPDATE OF f")
        run(
            filled(
                "UPDATE incoming_facility i SET <kept>, changed = (<differs>) IS DISTINCT FROM (<present>)"
                " FROM facilities_facility f WHERE f.id = i.id",
                kept=", ".join(f"{name} = COALESCE(i.{name}, f.{name})" for name in FIELDS),
                differs=", ".join(f"COALESCE(i.{name}, f.{name})" for name in FIELDS),
                present=", ".join(f"f.{name}" for name in FIELDS),
            )
        )
        defaults = ", ".join(f"{name} = COALESCE({name}, {default})" for name, (_kind, default) in FIELDS.items() if default != "NULL")
        run(filled("UPDATE incoming_facility SET <defaults> WHERE id IS NULL", defaults=defaults))
        run(
            "UPDATE incoming_facility i SET longitude = c.longitude, latitude = c.latitude FROM communities_community c"
            " WHERE c.id = i.community_id AND i.longitude IS NULL AND i.latitude IS NULL"
        )

    def clashes(self) -> list[Clash]:
        """Rows that the inventory cannot take as they are."""
        found: list[Clash] = []
        for row, first in fetch(
            "SELECT row, min(row) OVER (PARTITION BY region_id, kind, name) FROM incoming_facility"
            " WHERE region_id IS NOT NULL AND kind IS NOT NULL AND name IS NOT NULL"
        ):
            if row != first:
                found.append((row, "name", "twice", {"row": first}))
        for code, (key, which) in CLASHES.items():
            found += [(row, key, code, {}) for (row,) in fetch(filled("SELECT row FROM incoming_facility WHERE <which>", which=which))]
        for row, community in fetch(
            "SELECT i.row, c.name FROM incoming_facility i JOIN communities_community c ON c.id = i.community_id"
            " JOIN regions_region own ON own.id = i.region_id JOIN regions_region other ON other.id = c.region_id"
            " WHERE split_part(own.path, '/', 3) <> split_part(other.path, '/', 3)"
        ):
            found.append((row, "community_code", "other_county_community", {"value": community}))
        return found

    def counts(self) -> Counts:
        """New, changed, same."""
        return Counts(
            *fetch(
                "SELECT count(*) FILTER (WHERE id IS NULL), count(*) FILTER (WHERE changed),"
                " count(*) FILTER (WHERE id IS NOT NULL AND NOT changed) FROM incoming_facility"
            )[0]
        )

    @checked_at_once()
    def write(self, *, actor: User, at: datetime.datetime) -> None:
        """Insert the new ones, change what differs, write a state for each that came into one, mark the circles around stale."""
        rows = fetch("SELECT row, name, address, operator FROM incoming_facility WHERE id IS NULL OR changed")
        run("DROP TABLE IF EXISTS incoming_words")
        run("CREATE TEMP TABLE incoming_words (row int, pinyin text, search_text text) ON COMMIT DROP")
        copy_rows(
            "incoming_words",
            ("row", "pinyin", "search_text"),
            ((row, pinyin(name), search_words(name, *more)) for row, name, *more in rows),
        )
        names = ", ".join(FIELDS)
        run(
            filled(
                "UPDATE facilities_facility f SET <changes>, pinyin = w.pinyin, search_text = w.search_text, version = f.version + 1,"
                " updated_at = %(at)s FROM incoming_facility i JOIN incoming_words w ON w.row = i.row WHERE f.id = i.id AND i.changed",
                changes=", ".join(f"{name} = i.{name}" for name in FIELDS),
            ),
            at=at,
        )
        run(
            filled(
                "INSERT INTO facilities_facility (<names>, pinyin, search_text, synthetic, version, created_at, updated_at)"
                " SELECT <own>, w.pinyin, w.search_text, false, 1, %(at)s, %(at)s FROM incoming_facility i"
                " JOIN incoming_words w ON w.row = i.row WHERE i.id IS NULL ORDER BY i.row",
                names=names,
                own=", ".join(f"i.{name}" for name in FIELDS),
            ),
            at=at,
        )
        run(
            "INSERT INTO facilities_statechange (facility_id, state, happened_on, reason, recorded_at, recorded_by_id)"
            " SELECT f.id, i.state, CASE WHEN i.state = %(open)s THEN COALESCE(i.opened_on, %(today)s) ELSE %(today)s END,"
            " COALESCE(i.reason, ''), %(at)s, %(actor)s FROM incoming_facility i JOIN facilities_facility f"
            " ON f.region_id = i.region_id AND f.kind = i.kind AND f.name = i.name WHERE i.state IS DISTINCT FROM i.was",
            open=FacilityState.OPEN.value,
            today=timezone.localdate(at),
            at=at,
            actor=actor.pk,
        )
        run("DROP TABLE incoming_words")
        self._mark_stale(at)

    @staticmethod
    def _mark_stale(at: datetime.datetime) -> None:
        """As operations.circles.mark_stale, for thousands of places: where a facility was and where it is now."""
        near = (
            "SELECT k.id FROM facilities_circlecount k JOIN communities_community c ON c.id = k.community_id WHERE EXISTS (SELECT 1 FROM ("
            " SELECT longitude, latitude FROM incoming_facility WHERE id IS NULL OR changed"
            " UNION ALL SELECT east, north FROM incoming_facility WHERE changed) p"
            " WHERE p.latitude BETWEEN c.latitude - %(span)s AND c.latitude + %(span)s"
            " AND p.longitude BETWEEN c.longitude - 1.4 * %(span)s AND c.longitude + 1.4 * %(span)s)"
            " ORDER BY k.community_id FOR UPDATE OF k"
        )
        keys = [key for (key,) in fetch(near, span=standard().reach / DEGREE_METRES * 1.01)]
        run("UPDATE facilities_circlecount SET stale_since = %(at)s WHERE id = ANY (%(keys)s) AND stale_since IS NULL", at=at, keys=keys)
