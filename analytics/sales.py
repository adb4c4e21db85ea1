"""Transactions of a till, and how many visitors stand behind one; a window that was not wholly seen has no rate."""

import math
from collections.abc import Collection, Iterable, Mapping

from observations import Receipt, Tally, Value

WHOLE = 0.95
"""Share of the window that both sensors must have seen."""

_Z = 1.959964


class TillCounter:
    """The `tills` of a report: one till, fed with its receipts."""

    def __init__(self, till: str) -> None:
        self.till = till
        self._sales = self._left_out = self._no_sale = 0

    def feed(self, at: float, seen: Receipt) -> None:
        """One end of a receipt, or an opening of the drawer without one."""
        if seen.kind == "sale":
            self._sales += 1
        elif seen.kind == "no_sale":
            self._no_sale += 1
        elif seen.kind != "idle":
            self._left_out += 1

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The till's counts since the last restart."""
        values: dict[str, Value] = {
            "till": self.till,
            "transactions": self._sales,
            "left_out": self._left_out,
            "no_sale": self._no_sale,
        }
        return [Tally("tills", start, end, values)]

    def restart(self, at: float) -> None:
        """Begin the next window."""
        self._sales = self._left_out = self._no_sale = 0


def sales_conversion(
    area: str, tills: Collection[str], lines: Collection[str], tallies: Iterable[Tally], seen: Mapping[str, float]
) -> list[Tally]:
    """The `sales` row of one area, from the window's tallies.

    `seen` is the share of the window that each till and each line's camera really saw, by the till's or line's name.
    """
    sales = visitors = 0
    start = end = 0.0
    for tally in tallies:
        if tally.kind == "tills" and tally.values["till"] in tills:
            sales += _count(tally.values["transactions"])
            start, end = tally.start, tally.end
        elif tally.kind == "lines" and tally.values["line"] in lines:
            visitors += _count(tally.values["in_"])
            start, end = tally.start, tally.end
    whole = all(seen.get(name, 0.0) >= WHOLE for name in (*tills, *lines))
    rate = sales / visitors if whole and visitors else None
    low, high = wilson(min(sales, visitors), visitors) if rate is not None else (None, None)
    values: dict[str, Value] = {
        "area": area,
        "transactions": sales,
        "visitors": visitors,
        "rate": rate,
        "low": low,
        "high": high,
    }
    return [Tally("sales", start, end, values, support=visitors, reason=None if rate is not None else "not_seen")]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    share, zz = hits / of, _Z * _Z
    middle = (share + zz / (2 * of)) / (1 + zz / of)
    reach = _Z * math.sqrt(share * (1 - share) / of + zz / (4 * of * of)) / (1 + zz / of)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _count(value: Value) -> int:
    return value if isinstance(value, int) else 0
