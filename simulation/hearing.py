"""Which phones the radios of the simulated store could hear, exactly; it refuses to count what is under a gate."""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil
from statistics import mean

from simulation.adverts import Ether
from simulation.air import Air
from simulation.regulars import DAY_S
from simulation.store import Store
from simulation.truth import moments

DWELL_S = 60.0


@dataclass(frozen=True, slots=True)
class Levels:
    """Signal strengths (dBm) from which a WiFi radio hears a phone at all, has it inside, and near."""

    gate_dbm: float = -80
    inside_dbm: float = -75
    near_dbm: float = -55


class Hearing:
    """The truth of one store's radios; windows must be asked about in their order."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._arriving = Air(store).arriving()
        self._heard: list[tuple[float, str, int]] = []
        self._adverts: dict[str, _Adverts] = {}
        self._addresses = Air(store).arriving()
        self._days: dict[int, set[str]] = defaultdict(set)

    def bluetooth(self, name: str, ether: Ether, gate_dbm: float, start: float, end: float) -> dict[str, float]:
        """Phones on the air whose mean signal at this radio is above the gate, and what it heard of them."""
        near = [
            sum(
                ether.mean_dbm(one.walk.place(at)) >= gate_dbm and ether.advertises(one)
                for one in self._store.present(at)
            )
            for at in moments(start, end)
        ]
        if name not in self._adverts:
            self._adverts[name] = _Adverts(ether, gate_dbm)
        return {
            "occupancy": mean(near),
            "min_devices": max(near),
            "heard": self._adverts[name].between(start, end),
        }

    def returning(self, gate_dbm: float, midnight: float, end: float) -> dict[str, float]:
        """The share of the phones that keep their address and were heard on the day so far which were heard on an
        earlier day of the week, too. Local days begin at `midnight` and every 86,400 s after it, weeks every seven."""
        for call, strength in self._addresses:
            if call.phone.model.fixed and strength >= gate_dbm:
                self._days[int((call.at - midnight) // DAY_S)].add(call.phone.make)
            if call.at >= end:
                break
        day = ceil((end - midnight) / DAY_S) - 1
        week = set[str]().union(*(self._days[one] for one in range(day - day % 7, day)))
        today = self._days[day]
        return {"share": len(today & week) / len(today)} if today and week else {}

    def wifi(self, levels: Levels, start: float, end: float) -> dict[str, float]:
        """Phones of which the radio heard something above the gate, by their loudest call, and who stayed a minute."""
        for call, strength in self._arriving:
            self._heard.append((call.at, call.phone.seed, strength))
            if call.at >= end:
                break
        self._heard = [one for one in self._heard if one[0] >= start]
        phones: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for at, phone, strength in self._heard:
            if at < end and strength >= levels.gate_dbm:
                phones[phone].append((at, strength))
        loudest = [max(strength for _, strength in calls) for calls in phones.values()]
        near = sum(dbm >= levels.near_dbm for dbm in loudest)
        inside = sum(dbm >= levels.inside_dbm for dbm in loudest) - near
        stayed = sum(calls[-1][0] - calls[0][0] >= DWELL_S for calls in phones.values())
        return {
            "devices": len(phones),
            "near": near,
            "inside": inside,
            "far": len(phones) - near - inside,
            "dwellers": stayed,
            "passers": len(phones) - stayed,
            "heard": sum(map(len, phones.values())),
        }


class _Adverts:
    """The adverts that a radio receives of phones above its gate; to be asked window by window."""

    def __init__(self, ether: Ether, gate_dbm: float) -> None:
        self._arriving = self._near(replace(ether), gate_dbm)
        self._received: deque[float] = deque()

    def between(self, start: float, end: float) -> int:
        """How many came in start <= at < end."""
        while not self._received or self._received[-1] < end:
            at = next(self._arriving, None)
            if at is None:
                break
            self._received.append(at)
        while self._received and self._received[0] < start:
            self._received.popleft()
        return sum(at < end for at in self._received)

    @staticmethod
    def _near(ether: Ether, gate_dbm: float) -> Iterator[float]:
        for advert, _ in ether.heard():
            if not advert.badge and ether.mean_dbm(advert.owner.walk.place(advert.at)) >= gate_dbm:
                yield advert.at
