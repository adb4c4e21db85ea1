"""What the box should have reported of the simulated store, in the words of the wire; it refuses to guess.

A figure that the box keeps back until enough have made it is compared with everything since it was told last, so the
reports must be asked about in their order, each once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from math import ceil, floor
from statistics import mean
from typing import Any, TypeAlias

from simulation.asked import Asked
from simulation.attention import VIEW_S, looks
from simulation.crew import greeted
from simulation.hearing import Hearing, Levels
from simulation.outings import pairs, passers, visits, walks
from simulation.passages import Passages, Rules
from simulation.people import Role
from simulation.serving import attendance, services
from simulation.store import Store
from simulation.strides import Stride, strides
from simulation.trade import Trade
from simulation.truth import moments, queueing, stays

Row: TypeAlias = Mapping[str, Any]
Figures: TypeAlias = dict[str, float]
HEAT_SAMPLE_S = 1.0
FEWEST = 5
"""The privacy floor of what is told cell by cell."""
LONGEST = 6
"""Zones of a route at most."""
_BINNED = {
    "zones": ("zone", "dwell"),
    "queues": ("queue", "waits"),
    "visits": ("area", "durations"),
    "windows": ("window", "dwell"),
}
"""The name and the bins of the sections that tell lengths."""


class Rehearsal:
    """The truth of one store, row by row."""

    def __init__(self, store: Store, asked: Asked) -> None:
        self.store, self._asked = store, asked
        self._since: dict[tuple[str, object], float] = {}
        self._visits = [visit for person in store.people for visit in visits(store, person)]
        self._passers = sorted(passers(store, asked.window_stop))
        self._moves = sorted(move for walk in walks(store) for move in pairs(walk))
        self._routes = sorted(
            (walk[-1][2], tuple(zone for _, zone, _ in walk)) for walk in walks(store) if len(walk) > 1
        )
        self._hearing = Hearing(store)
        self._strides: dict[str, list[Stride]] = {}
        self._lines = {line.name: Passages(store, line) for line in store.plan.lines}
        trade = Trade(store, asked, self._lines)
        self._sections: dict[str, Callable[[Row, float, float], Figures]] = {
            "lines": self._line,
            "zones": self._zone,
            "queues": self._queue,
            "occupancy": self._occupancy,
            "visits": self._visit,
            "flows": self._flow,
            "routes": self._route,
            "windows": self._window,
            "attention": self._attention,
            "staff_lines": self._staff_line,
            "greetings": self._greeting,
            "gates": self._gate,
            "paces": self._pace,
            "roles": self._staff,
            "conversions": trade.conversion,
            "sales": trade.sales,
            "tills": trade.till,
            "service": self._service,
            "passers": self._beyond,
            "devices": self._devices,
            "phones": self._phones,
            "staff": self._staff,
            "staff_zones": self._staffed,
            "shelves": trade.shelf,
            "portals": trade.portal,
            "hands": trade.hands,
            "returning": self._returning,
            "goods_funnels": trade.funnel,
        }

    @property
    def sections(self) -> frozenset[str]:
        """Those of a report that have a truth."""
        return frozenset(self._sections)

    @property
    def reached(self) -> tuple[str, ...]:
        """The shelves into which hands reach."""
        return tuple(self._asked.reaching)

    def figures(self, section: str, told: Row, start: float, end: float) -> Figures:
        """The true values of the told row's figures in start <= at < end (clock seconds); empty if there are none."""
        start = max(start, self.store.origin)
        end = min(end, self.store.origin + self.store.hours * 3600)
        if section not in self._sections or end <= start:
            return {}
        true = self._sections[section](told, start, end)
        return {name: value for name, value in true.items() if isinstance(told.get(name), int | float)}

    def _carried(self, section: str, key: object, told: bool, end: float) -> float:
        """Since when what is told now has been kept back."""
        since = self._since.get((section, key), self.store.origin)
        if told:
            self._since[section, key] = end
        return since

    def _line(self, told: Row, start: float, end: float) -> Figures:
        if told["line"] not in self._lines:
            return {}
        into, out = self._passed(told["line"], start, end)
        day_in, day_out = self._passed(told["line"], self.store.origin, end)
        rules = self._asked.lines.get(told["line"], Rules())
        counts: Figures = {"in": into, "out": out, "day_in": day_in, "day_out": day_out}
        return counts | self._lines[told["line"]].told(rules, start, end)

    def _passed(self, line: str, start: float, end: float) -> tuple[int, int]:
        """How many passed a line in start <= at < end, inwards and outwards."""
        return self._lines[line].between(start, end)

    def _staff_line(self, told: Row, start: float, end: float) -> Figures:
        line = self._lines.get(told["line"])
        return line.staffs(start, end) if line is not None else {}

    def _gate(self, told: Row, start: float, end: float) -> Figures:
        """A gate gives a pulse for everybody who comes in, a beam for everybody who passes."""
        lines, beam = self._asked.gates.get(told["gate"], ((), False))
        passed = [self._passed(line, start, end) for line in lines if line in self._lines]
        count = sum(into + (out if beam else 0) for into, out in passed)
        return {"pulses": count, "crossings": count, "unpulsed": 0} if passed else {}

    def _greeting(self, told: Row, start: float, end: float) -> Figures:
        asked = self._asked.greetings.get(told["entrance"])
        if asked is None:
            return {}
        found = greeted(self.store, asked, start, end)
        since = self._carried("greetings", told["entrance"], told.get("first_contact") is not None, end)
        waits = greeted(self.store, asked, since, end).waits
        figures: Figures = {"met": found.met, "unmet": found.unmet, "lost": found.lost}
        return figures | ({"first_contact": mean(waits)} if waits else {})

    def _pace(self, told: Row, start: float, end: float) -> Figures:
        since = self._carried("paces", told["camera"], told.get("walks") is not None, end)
        if told["camera"] not in self._strides:
            self._strides[told["camera"]] = strides(self.store, self.store.plan.mount(told["camera"]))
        over = [one for one in self._strides[told["camera"]] if since <= one.over < end]
        if not over:
            return {}
        speeds, lengths = [one.metres / one.seconds for one in over], [one.metres for one in over]
        return {"walks": len(over), "speed_mean": mean(speeds), "length_median": _ranked(lengths, 0.5)}

    def _attention(self, told: Row, start: float, end: float) -> Figures:
        target = self._asked.targets.get(told["target"])
        if target is None:
            return {}
        found = looks(self.store, target, start, end)
        since = self._carried("attention", told["target"], told.get("first_look") is not None, end)
        waits = looks(self.store, target, since, end).waits
        figures: Figures = {"passers": found.passers, "lookers": found.lookers, "seconds": found.seconds}
        return figures | ({"first_look": mean(waits)} if waits else {})

    def _zone(self, told: Row, start: float, end: float) -> Figures:
        name = told["zone"]
        if name not in [zone.name for zone in self.store.plan.zones]:
            return {}
        true = stays(self.store, name, start, end, self._asked.stops.get(name, 5.0))
        return {
            "views": true.views,
            "stops": true.stops,
            "occupancy_max": true.most,
            "person_seconds": true.person_seconds,
            "over_capacity": true.over(self._asked.capacities.get(name, 0)),
        }

    def _queue(self, told: Row, start: float, end: float) -> Figures:
        if told["queue"] != self.store.plan.queue_zone.name:
            return {}
        true = queueing(self.store, start, end)
        figures: Figures = {
            "joined": true.joined,
            "served": true.served,
            "abandoned": true.turned_away,
            "length_max": true.most,
            "person_seconds": true.person_seconds,
        }
        kept = told.get("wait_p90") is not None
        waits = queueing(self.store, self._carried("queues", told["queue"], kept, end), end).waits
        if waits:
            figures |= {"wait_median": _ranked(waits, 0.5), "wait_p90": _ranked(waits, 0.9)}
        since = self._carried("services", told["queue"], told.get("service_mean") is not None, end)
        long = services(self.store, since, end)
        return figures | ({"service_mean": mean(long)} if long else {})

    def _occupancy(self, told: Row, start: float, end: float) -> Figures:
        steps = [(visit.entered, 1) for visit in self._visits]
        steps += [(visit.left, -1) for visit in self._visits if visit.left is not None]
        inside = most = sum(step for at, step in steps if at < start)
        seconds, before = 0.0, start
        for at, step in sorted(one for one in steps if start <= one[0] < end):
            seconds, before, inside = seconds + inside * (at - before), at, inside + step
            most = max(most, inside)
        spent = [min(visit.left or end, end) - visit.entered for visit in self._visits if visit.entered < end]
        figures: Figures = {
            "inside": inside,
            "inside_max": most,
            "person_seconds": seconds + inside * (end - before),
            "clamped": 0,
        }
        return figures | ({"visit_mean": mean(spent)} if spent else {})

    def _visit(self, told: Row, start: float, end: float) -> Figures:
        since = self._carried("visits", told["area"], told.get("visits") is not None, end)
        long = [one.left - one.entered for one in self._visits if one.left is not None and since <= one.left < end]
        return {"visits": len(long)} | ({"visit_mean": mean(long), "visit_median": _ranked(long, 0.5)} if long else {})

    def _flow(self, told: Row, start: float, end: float) -> Figures:
        pair = told["from_zone"], told["to_zone"]
        since = self._carried("flows", pair, True, end)
        return {"persons": sum(since <= at < end and way == pair for at, way in self._moves)}

    def _route(self, told: Row, start: float, end: float) -> Figures:
        route = tuple(told["zones"])
        since = self._carried("routes", route, True, end)
        return {"persons": sum(since <= at < end and walked[:LONGEST] == route for at, walked in self._routes)}

    def _window(self, told: Row, start: float, end: float) -> Figures:
        passed = [one for one in self._passers if start <= one.at < end]
        return {
            "passers": len(passed),
            "stopped": sum(one.stopped for one in passed),
            "entered": sum(one.entered for one in passed),
            "entered_stopped": sum(one.stopped and one.entered for one in passed),
        }

    def _service(self, told: Row, start: float, end: float) -> Figures:
        return asdict(attendance(self.store, start, end, self._asked.greet.get(told["counter"], 30.0)))

    def _beyond(self, told: Row, start: float, end: float) -> Figures:
        """Who passed on the pavement, and who beyond it."""
        near, all_of_them = (sum(self._passed(line, start, end)) for line in ("pavement", "street"))
        return {"seen": near, "outside": all_of_them - near}

    def lengths(self, section: str, told: Row, start: float, end: float) -> Sequence[float]:
        """What stands behind a row's bins (stays, waits, visits; seconds) since it was told last."""
        name, bins = _BINNED[section]
        since = self._carried(f"{section} {bins}", told[name], told.get(bins) is not None, end)
        if section == "zones":
            return stays(self.store, told[name], since, end).dwell
        if section == "queues":
            return queueing(self.store, since, end).waits
        if section == "windows":
            return [one.longest for one in self._passers if since <= one.at < end and one.longest >= VIEW_S]
        return [one.left - one.entered for one in self._visits if one.left is not None and since <= one.left < end]

    def heat(self, columns: int, rows: int, cell: float, start: float, end: float) -> list[float]:
        """Person-seconds in each cell of `cell` metres of the floor, row by row from its origin; 0 where fewer than the
        privacy floor were."""
        seconds, persons = [0.0] * (columns * rows), [set[int]() for _ in range(columns * rows)]
        for at in moments(start, end, HEAT_SAMPLE_S):
            for person in self.store.present(at):
                x, y = person.walk.place(at)
                column, row = floor(x / cell), floor(y / cell)
                if 0 <= column < columns and 0 <= row < rows:
                    seconds[row * columns + column] += HEAT_SAMPLE_S
                    persons[row * columns + column].add(person.number)
        return [spent if len(who) >= FEWEST else 0.0 for spent, who in zip(seconds, persons, strict=True)]

    def _devices(self, told: Row, start: float, end: float) -> Figures:
        ether, gate = self._asked.ethers.get(told["name"]), self._asked.ble_gate_dbm.get(told["name"], -78.0)
        return self._hearing.bluetooth(told["name"], ether, gate, start, end) if ether is not None else {}

    def _returning(self, told: Row, start: float, end: float) -> Figures:
        """Phones that keep their address and were heard on an earlier day, of those that were heard today."""
        gates = [levels.gate_dbm for levels in self._asked.wifi.values()]
        return self._hearing.returning(min(gates), self._asked.midnight, end) if gates else {}

    def _phones(self, told: Row, start: float, end: float) -> Figures:
        """Phones that the radio heard, and the mean number of visitors."""
        heard = self._hearing.wifi(self._asked.wifi.get(told["name"], Levels()), start, end)
        return heard | {"persons": self._occupancy(told, start, end)["person_seconds"] / (end - start)}

    def _staff(self, told: Row, start: float, end: float) -> Figures:
        spans = [(one.walk.start, one.walk.end) for one in self.store.people if one.role is Role.STAFF]
        there = sum(max(min(leave, end) - max(enter, start), 0.0) for enter, leave in spans)
        return {"on_duty": there / (end - start)}

    def _staffed(self, told: Row, start: float, end: float) -> Figures:
        staff = [one for one in self.store.people if one.role is Role.STAFF]
        here = [
            sum(self.store.plan.staffed.contains(one.walk.place(at)) for one in staff) for at in moments(start, end)
        ]
        return {"present": mean(here), "covered": mean(count > 0 for count in here)}


def _ranked(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of all does not exceed: how the box, too, tells a quantile."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]
