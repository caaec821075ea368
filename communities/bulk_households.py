"""Hundreds of thousands of flats at once, with their buildings and owners: the same way as `bulk`, for one more table each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from common.crypto import seal, unseal
from communities.bulk import Clash, Counts, checked_at_once, copy_rows, fetch, fetch_in_chunks, run
from communities.owners import household_key, person_of

Tick = Callable[[int], None]


class HouseholdStage:
    """One batch of flats. `add` rows, then `compare`, then `clashes` and `counts`, then `write`.

    A row is (row number, community id, community code, building, storeys or None, stairwell, door, area, names or None,
    phone or None); None = the cell was empty: an existing flat keeps what it has. Names and phones are sealed before they
    leave the process.
    """

    columns = ("row", "community_id", "building", "storeys", "unit", "door", "area", "names_sealed", "phone_sealed", "persons")

    def __init__(self) -> None:
        run("SET LOCAL work_mem = '96MB'")  # one import at a time: its joins and sorts stay in memory
        run("DROP TABLE IF EXISTS incoming_household")
        run(
            "CREATE TEMP TABLE incoming_household (row int, community_id bigint, building text, storeys int, unit text, door text,"
            " area numeric(9,2), names_sealed text[], phone_sealed text, persons text[], building_id bigint, household_id bigint,"
            " new boolean DEFAULT true, changed boolean DEFAULT false, people_changed boolean DEFAULT false) ON COMMIT DROP"
        )

    def add(self, rows: Iterable[Sequence[Any]]) -> int:
        """Stage a chunk."""
        return copy_rows("incoming_household", self.columns, map(_sealed, rows))

    def index(self) -> None:
        """Once all rows are staged."""
        run("ANALYZE incoming_household")

    def clashes(self) -> list[Clash]:
        """The same flat twice in the file."""
        found = fetch(
            "SELECT i.row, t.first FROM (SELECT community_id, building, unit, door, min(row) AS first FROM incoming_household"
            " GROUP BY community_id, building, unit, door HAVING count(*) > 1) t JOIN incoming_household i"
            " USING (community_id, building, unit, door) WHERE i.row <> t.first ORDER BY i.row LIMIT 100000"
        )
        twice: list[Clash] = [(row, "door", "twice", {"row": first}) for row, first in found]
        storeys = fetch(
            "SELECT row, storeys, most FROM (SELECT row, storeys, max(storeys) OVER (PARTITION BY community_id, building) AS most"
            " FROM incoming_household WHERE storeys IS NOT NULL) s WHERE storeys <> most ORDER BY row LIMIT 100000"
        )
        return twice + [(row, "storeys", "two_storeys", {"value": value, "most": most}) for row, value, most in storeys]

    def compare(self, *, lock: bool = False, tick: Tick = lambda _count: None) -> None:
        """Find each row's building and flat, and what differs. `lock`: for writing."""
        run(
            "UPDATE incoming_household i SET building_id = b.id, household_id = h.id, new = false,"
            " changed = (i.area IS DISTINCT FROM h.exclusive_area OR (i.storeys IS NOT NULL AND i.storeys <> b.storey_count))"
            " FROM communities_building b JOIN communities_household h ON h.building_id = b.id"
            " WHERE b.community_id = i.community_id AND b.name = i.building AND h.unit = i.unit AND h.door = i.door"
        )
        run(
            "UPDATE incoming_household i SET building_id = b.id FROM communities_building b"
            " WHERE i.new AND b.community_id = i.community_id AND b.name = i.building"
        )
        if lock:
            run(
                "CREATE TEMP TABLE locked_household ON COMMIT DROP AS SELECT h.id FROM communities_household h"
                " JOIN incoming_household i ON i.household_id = h.id ORDER BY h.id FOR NO KEY UPDATE OF h"
            )
            run("DROP TABLE locked_household")
        self._compare_people(tick)

    def _compare_people(self, tick: Tick) -> None:
        """Names and phones: equal keyed hashes say "the same" in the database; what is left is unsealed and compared here."""
        run("CREATE TEMP TABLE incoming_people (row int, names_sealed text[], phone_sealed text, persons text[]) ON COMMIT DROP")
        run("ANALYZE incoming_household (household_id)")
        run(
            "CREATE TEMP TABLE incoming_unsettled ON COMMIT DROP AS SELECT i.row FROM incoming_household i"
            " JOIN communities_household h ON h.id = i.household_id LEFT JOIN (SELECT household_id,"
            ' array_agg(person::text ORDER BY person COLLATE "C") AS persons FROM communities_owner WHERE household_id IN'
            " (SELECT household_id FROM incoming_household) GROUP BY household_id) o ON o.household_id = h.id"
            " WHERE (i.names_sealed IS NOT NULL OR i.phone_sealed IS NOT NULL) AND NOT (i.names_sealed IS NOT NULL"
            " AND i.persons IS NOT DISTINCT FROM o.persons AND (i.phone_sealed IS NOT NULL OR h.phone_sealed = ''))"
        )
        rows = fetch_in_chunks(
            "SELECT i.row, c.code, i.building, i.unit, i.door, i.names_sealed, i.phone_sealed, h.phone_sealed,"
            " ARRAY(SELECT name_sealed FROM communities_owner WHERE household_id = h.id ORDER BY id)"
            " FROM incoming_unsettled n JOIN incoming_household i ON i.row = n.row JOIN communities_household h ON h.id = i.household_id"
            " JOIN communities_community c ON c.id = i.community_id"
        )
        for chunk in rows:
            copy_rows("incoming_people", ("row", "names_sealed", "phone_sealed", "persons"), _settled(chunk))
            tick(len(chunk))
        run(
            "UPDATE incoming_household i SET people_changed = true, changed = true, names_sealed = p.names_sealed,"
            " phone_sealed = p.phone_sealed, persons = p.persons FROM incoming_people p WHERE p.row = i.row"
        )
        run("DROP TABLE incoming_people, incoming_unsettled")

    def counts(self) -> Counts:
        """New, changed, same."""
        return Counts(
            *fetch(
                "SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE changed AND NOT new),"
                " count(*) FILTER (WHERE NOT new AND NOT changed) FROM incoming_household"
            )[0]
        )

    @checked_at_once()
    def write(self, *, step: Tick = lambda _count: None) -> None:
        """Insert the new buildings, flats and owners, and change what differs. `step` hears of rows done."""
        run(
            "INSERT INTO communities_building (community_id, name, unit_count, storey_count, household_count, floor_area)"
            " SELECT community_id, building, count(DISTINCT unit), COALESCE(max(storeys), 0), count(*), 0 FROM incoming_household"
            " WHERE building_id IS NULL GROUP BY community_id, building ORDER BY community_id, building"
            " ON CONFLICT (community_id, name) DO NOTHING"
        )
        run(
            "UPDATE incoming_household i SET building_id = b.id FROM communities_building b"
            " WHERE i.building_id IS NULL AND b.community_id = i.community_id AND b.name = i.building"
        )
        new = run(
            "INSERT INTO communities_household (community_id, building_id, unit, door, exclusive_area, phone_sealed)"
            " SELECT community_id, building_id, unit, door, area, COALESCE(phone_sealed, '') FROM incoming_household WHERE new ORDER BY row"
        )
        step(new)
        changed = run(
            "UPDATE communities_household h SET exclusive_area = i.area, phone_sealed ="
            " CASE WHEN i.people_changed THEN i.phone_sealed ELSE h.phone_sealed END"
            " FROM incoming_household i WHERE h.id = i.household_id AND i.changed"
            " AND (h.exclusive_area IS DISTINCT FROM i.area OR i.people_changed)"
        )
        run(
            "DELETE FROM communities_owner o USING incoming_household i WHERE o.household_id = i.household_id AND i.people_changed"
            " AND NOT o.person = ANY (i.persons)"
        )
        step(changed)
        self._write_owners(step)
        self._settle_buildings()

    def _write_owners(self, step: Tick) -> None:
        """New flats' owners, and those of flats whose people changed (where some of them may stand already)."""
        owners = (
            "INSERT INTO communities_owner (household_id, name_sealed, person) SELECT h.id, u.name, u.person"
            " FROM incoming_household i JOIN communities_household h ON h.building_id = i.building_id AND h.unit = i.unit"
            " AND h.door = i.door CROSS JOIN LATERAL unnest(i.names_sealed, i.persons) AS u (name, person)"
            " WHERE i.names_sealed IS NOT NULL AND "
        )
        step(run(owners + "i.new"))
        step(run(owners + "i.people_changed AND NOT i.new ON CONFLICT (household_id, person) DO NOTHING"))

    def _settle_buildings(self) -> None:
        """A building never counts fewer flats or stairwells than the register holds for it; given storeys are taken over."""
        run(
            "UPDATE communities_building b SET household_count = GREATEST(b.household_count, n.flats),"
            " unit_count = GREATEST(b.unit_count, n.units), storey_count = COALESCE(n.storeys, b.storey_count)"
            " FROM (SELECT t.building_id, t.storeys, count(*) AS flats, count(DISTINCT h.unit) AS units FROM (SELECT building_id,"
            " max(storeys) AS storeys FROM incoming_household WHERE new OR changed GROUP BY building_id) t"
            " JOIN communities_household h ON h.building_id = t.building_id GROUP BY t.building_id, t.storeys) n"
            " WHERE b.id = n.building_id AND (b.household_count < n.flats OR b.unit_count < n.units"
            " OR (n.storeys IS NOT NULL AND b.storey_count <> n.storeys))"
        )


def _sealed(row: Sequence[Any]) -> tuple[Any, ...]:
    number, community_id, code, building, storeys, unit, door, area, names, phone = row
    sealed, persons = (None, None) if names is None else _people(names, phone or "", household_key(code, building, unit, door))
    return number, community_id, building, storeys, unit, door, area, sealed, None if phone is None else seal(phone), persons


def _people(names: Sequence[str], phone: str, key: str) -> tuple[str, str]:
    """Array literals of a flat's sealed names and of their keyed hashes, both in the order of the hashes."""
    pairs = sorted((person_of(name, phone, key), name) for name in names)
    return _array(seal(name) for _person, name in pairs), _array(person for person, _name in pairs)


def _array(values: Iterable[str]) -> str:
    """A PostgreSQL array literal; base64 and hex need no quotes."""
    return "{" + ",".join(values) + "}"


def _settled(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Rows whose names or phone really differ, with the values that will stand."""
    for number, code, building, unit, door, names, phone, kept_phone, kept_names in rows:
        old_phone = unseal(kept_phone)
        old_names = [unseal(name) for name in kept_names or ()]
        new_phone = old_phone if phone is None else unseal(phone)
        new_names = old_names if names is None else [unseal(name) for name in names]
        if (new_phone, sorted(new_names)) == (old_phone, sorted(old_names)):
            continue
        sealed, persons = _people(new_names, new_phone, household_key(code, building, unit, door))
        yield number, sealed, seal(new_phone), persons
