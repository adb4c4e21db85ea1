"""Transactions of a till, and how many visitors stand behind one; a window that was not wholly seen has no rate."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Trade:
    """Where one area sells: its tills, the queues before them, and the lines over which its visitors come in."""

    area: str
    tills: tuple[str, ...]
    queues: tuple[str, ...]
    lines: tuple[str, ...]


def sales_conversion(trade: Trade, tallies: Iterable[Tally], seen: Mapping[str, float]) -> list[Tally]:
    """The `sales` row of one area, from the window's tallies.

    `seen` is the share of the window that each till, and each line's and queue's camera, really saw, by its name.
    """
    window = _sums(tallies, trade)
    sales, served = window.get("tills", 0), window.get("queues", 0)
    visitors = max(0, window.get("lines", 0) - window.get("staff_lines", 0))
    counted = sales if trade.tills else served
    needed = (*(trade.tills or trade.queues), *trade.lines)
    rate = counted / visitors if visitors and all(seen.get(name, 0.0) >= WHOLE for name in needed) else None
    low, high = wilson(min(counted, visitors), visitors) if rate is not None else (None, None)
    values: dict[str, Value] = {
        "area": trade.area,
        "transactions": sales if trade.tills else None,
        "services": served if trade.queues else None,
        "visitors": visitors,
        "rate": rate,
        "low": low,
        "high": high,
    }
    return [Tally("sales", 0.0, 0.0, values, support=visitors, reason=None if rate is not None else "not_seen")]


def _sums(tallies: Iterable[Tally], trade: Trade) -> dict[str, int]:
    """What counts of each kind of tally: transactions, services, who came in, and who of these is staff."""
    told = {
        "tills": ("till", trade.tills, "transactions"),
        "queues": ("queue", trade.queues, "served"),
        "lines": ("line", trade.lines, "in_"),
        "staff_lines": ("line", trade.lines, "in_"),
    }
    sums: dict[str, int] = {}
    for tally in tallies:
        key, names, figure = told.get(tally.kind, ("", (), ""))
        if key and tally.values[key] in names:
            sums[tally.kind] = sums.get(tally.kind, 0) + _count(tally.values[figure])
    return sums


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    share, zz = hits / of, _Z * _Z
    middle = (share + zz / (2 * of)) / (1 + zz / of)
    reach = _Z * math.sqrt(share * (1 - share) / of + zz / (4 * of * of)) / (1 + zz / of)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _count(value: Value) -> int:
    return value if isinstance(value, int) else 0
