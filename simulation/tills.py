"""The queue and the counters: first come, first served; it refuses to look ahead of the customer it is asked for."""

from dataclasses import dataclass, field

from simulation.people import Service
from simulation.plan import Counter, Plan, Point


@dataclass
class Tills:
    """Serves customers in the order in which they join. `patience` is the longest queue anybody joins."""

    plan: Plan
    open_counters: int = 1
    patience: int = 6
    _free: dict[str, float] = field(default_factory=dict)
    _calls: list[float] = field(default_factory=list)

    def waiting(self, at: float) -> int:
        """How many of those who joined are still not called at `at`."""
        return sum(call > at for call in self._calls[-self.patience :])

    def join(
        self, at: float, service_seconds: float, leave_seconds: float
    ) -> tuple[Service, list[tuple[float, Point]]]:
        """One customer who reaches the queue at `at`: the service, and the places in the queue with their times.

        A queue of `patience` is not joined: the service then was never called and there are no places.
        """
        ahead = [call for call in self._calls[-self.patience :] if call > at]
        if len(ahead) >= self.patience:
            return Service(at, None, None, None), []
        counter = min(self._counters, key=lambda one: self._free.get(one.name, 0.0))
        called = max(at + 1.0, self._free.get(counter.name, 0.0), self._calls[-1] + 0.5 if self._calls else 0.0)
        served = called + 2.0 + service_seconds
        self._free[counter.name] = served + leave_seconds
        self._calls.append(called)
        places: list[tuple[float, Point]] = []
        stands = at
        for place, moved in zip(range(len(ahead), -1, -1), [*sorted(ahead), called], strict=True):
            spot = self.plan.queue[place]
            places += [(stands, spot), (max(moved, stands), spot)]
            stands = max(moved, stands) + 0.8
        return Service(at, called, served, counter.name), places

    @property
    def _counters(self) -> tuple[Counter, ...]:
        return self.plan.counters[: self.open_counters]
