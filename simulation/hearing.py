"""Which phones the radios of the simulated store could hear, exactly; it refuses to count what is under a gate."""

from statistics import mean

from simulation.adverts import Ether
from simulation.air import Air
from simulation.store import Store
from simulation.truth import moments


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

    def wifi(self, gate_dbm: float, start: float, end: float) -> int:
        """Phones of which the radio heard something above the gate."""
        for call, strength in self._arriving:
            self._heard.append((call.at, call.phone.seed, strength))
            if call.at >= end:
                break
        self._heard = [one for one in self._heard if one[0] >= start]
        return len({seed for at, seed, strength in self._heard if at < end and strength >= gate_dbm})
