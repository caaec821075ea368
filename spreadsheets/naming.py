"""Names of regions on every row of a list: one query, then dictionary look-ups."""

from __future__ import annotations

from collections import Counter

from regions.choices import LEVEL_DEPTH, Level
from regions.models import Region

REPORTING, COUNTY, SUB, COMMITTEE = (LEVEL_DEPTH[level] for level in (Level.REPORTING, Level.COUNTY, Level.SUB_DISTRICT, Level.COMMITTEE))


class Names:
    """Chinese names by code, for the regions below `top` and those above them."""

    def __init__(self, top: Region) -> None:
        rows = Region.objects.filter(depth__lte=COUNTY) | Region.objects.within(top)
        found = list(rows.order_by().values_list("code", "name_zh", "depth"))
        self.by_code = {code: name for code, name, _depth in found}
        counties = Counter(name for _code, name, depth in found if depth == COUNTY)
        self.ambiguous = {name for name, times in counties.items() if times > 1}

    def at(self, path: str, depth: int) -> str | None:
        """The name of the region at a depth of this path; None where the path ends above it."""
        codes = path.rstrip("/").split("/")
        return self.by_code.get(codes[depth - 1], "") if len(codes) >= depth else None

    def county(self, path: str) -> str | None:
        """The county-level unit, with its city before it where two have the same name: as an import understands it."""
        name = self.at(path, COUNTY)
        return f"{self.at(path, REPORTING)}{name}" if name in self.ambiguous else name
