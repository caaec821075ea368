"""Parts and wholes: rates are divided when read, never stored, averaged or clamped."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction `part / whole`; counts, yuan or m² alike. Without a whole there is no rate (None), not 0."""

    part: Decimal | int
    whole: Decimal | int

    @property
    def percent(self) -> Decimal | None:
        """100 * part / whole, exact; may exceed 100; None where the whole is 0."""
        return Decimal(self.part) * 100 / Decimal(self.whole) if self.whole else None

    def rounded(self, digits: int = 1) -> Decimal | None:
        """The percentage rounded half up to `digits` places."""
        value = self.percent
        return None if value is None else value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def share_reached(part: int, whole: int, percent: int) -> bool:
    """Whether part / whole reaches `percent` %, compared in integers. An empty whole reaches nothing."""
    return whole > 0 and part * 100 >= whole * percent
