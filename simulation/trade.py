"""What was taken, put back and paid in the simulated store, in the words of the wire."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from simulation.asked import Asked
from simulation.outings import DOORS
from simulation.passages import Passages
from simulation.printer import sales
from simulation.store import Store
from simulation.truth import queueing, stays

Row: TypeAlias = Mapping[str, Any]
Figures: TypeAlias = dict[str, float]


class Trade:
    """The truth of one store's goods and tills."""

    def __init__(self, store: Store, asked: Asked, lines: Mapping[str, Passages]) -> None:
        self._store, self._asked, self._lines = store, asked, lines
        self._receipts = sales(store)

    def conversion(self, told: Row, start: float, end: float) -> Figures:
        """Who left behind the tills, and who by the door."""
        return {
            "bought": self._lines["exit"].between(start, end)[1],
            "unbought": self._lines["door"].between(start, end)[1],
        }

    def sales(self, told: Row, start: float, end: float) -> Figures:
        """Sales, or who was served where no till is heard, to visitors."""
        visitors = sum(self._lines[door].between(start, end)[0] for door in DOORS)
        served = queueing(self._store, start, end).served
        bought = self._sold(start, end) if told.get("transactions") is not None else served
        figures: Figures = {"visitors": visitors, "services": served, "transactions": bought}
        return figures | ({"rate": bought / visitors} if visitors else {})

    def till(self, told: Row, start: float, end: float) -> Figures:
        """What was rung up."""
        return {"transactions": self._sold(start, end)}

    def _sold(self, start: float, end: float) -> int:
        return sum(start <= at < end for at in self._receipts)

    def shelf(self, told: Row, start: float, end: float) -> Figures:
        """What lies there at the end, and what was taken and put back."""
        shelf = self._asked.shelves.get(told["shelf"])
        if shelf is None:
            return {}
        ours = [one for one in shelf.takings if self._asked.skus.get(one.item.gtin) == told["sku"]]
        stock = shelf.stock(end)
        return {
            "stock": sum(count for gtin, count in stock.items() if self._asked.skus.get(gtin) == told["sku"]),
            "picked": sum(start <= one.at < end for one in ours),
            "put_back": sum(one.back is not None and start <= one.back < end for one in ours),
        }

    def portal(self, told: Row, start: float, end: float) -> Figures:
        """What was carried out, and what of it no till had heard."""
        portal = self._asked.portals.get(told["portal"])
        if portal is None:
            return {}
        out = [one for one in portal.leavings if start <= one.at < end]
        return {"passed": len(out), "unpaid": sum(not one.paid for one in out)}

    def hands(self, told: Row, start: float, end: float) -> Figures:
        """Who stood there, who reached into it, and each hand that took or put back. Somebody has reached when he does
        so for the first time."""
        shelf = self._asked.reaching.get(told["shelf"])
        if shelf is None:
            return {}
        first: dict[int, float] = {}
        for one in shelf.takings:
            first[one.person.number] = min(one.at, first.get(one.person.number, one.at))
        picked = sum(start <= one.at < end for one in shelf.takings)
        back = sum(one.back is not None and start <= one.back < end for one in shelf.takings)
        return {
            "passers": stays(self._store, shelf.zone, start, end).views,
            "reached": sum(start <= at < end for at in first.values()),
            "touched": picked + back,
            "picked": picked,
            "put_back": back,
            "unclear": 0,
        }

    def funnel(self, told: Row, start: float, end: float) -> Figures:
        """Who stopped, who took, who put back."""
        shelf = self._asked.shelves.get(told["zone"])
        if shelf is None:
            return {}
        picked = sum(start <= one.at < end for one in shelf.takings)
        back = sum(one.back is not None and start <= one.back < end for one in shelf.takings)
        stopped = stays(self._store, told["zone"], start, end, self._asked.stops.get(told["zone"], 5.0)).stops
        return {"stopped": stopped, "picked": picked, "put_back": back, "left": max(0, picked - back)}
