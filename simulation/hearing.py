"""Which phones the radios of the simulated store could hear, exactly; it refuses to count what is under a gate."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import mean

from simulation.adverts import Ether
from simulation.air import Air
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

    def bluetooth(self, ether: Ether, gate_dbm: float, start: float, end: float) -> dict[str, float]:
        """Phones on the air whose mean signal is above the gate."""
        near = [
            sum(
                ether.mean_dbm(one.walk.place(at)) >= gate_dbm and ether.advertises(one)
                for one in self._store.present(at)
            )
            for at in moments(start, end)
        ]
        return {"occupancy": mean(near), "min_devices": max(near)}

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
