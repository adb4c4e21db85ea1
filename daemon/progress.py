"""Whether the box gets on: what the watchdog is fed by. A process that merely lives is not one that works."""

from collections import deque
from collections.abc import Iterable, Sequence

from daemon.vitals import Stage, Vitals
from mqtt.outbox import Stats
from mqtt.publisher import PublisherStats

TICK_STUCK_S = 30.0
SENSOR_STUCK_S = 60.0
STORE_STUCK_S = 10.0
ACK_STUCK_S = 180.0
"""Seconds: a camera, radio, reader or till that runs shows life every few, a broker that acknowledges nothing is left
by the publisher after 30. Whoever exceeds these has hung in a way that its own repairs do not reach."""


class Lag:
    """By how much the loop was late for its ticks, over the last minute."""

    def __init__(self) -> None:
        self._late: deque[float] = deque([0.0], maxlen=60)

    def note(self, seconds: float) -> None:
        """It woke so many real seconds after it should have."""
        self._late.append(max(0.0, seconds))

    def worst(self) -> float:
        """Seconds."""
        return round(max(self._late), 3)


class Progress:
    """The last signs of life. All times are clock seconds, of a clock that runs `speed` times faster."""

    def __init__(self, at: float, speed: float = 1.0) -> None:
        self._speed = speed
        self._ticked = at
        self._acknowledged = 0
        self._moved = at

    def tick(self, at: float) -> None:
        """The windows were asked whether they are over."""
        self._ticked = at

    def stuck(self, at: float, sensors: Iterable[Vitals], store: Stats, publisher: PublisherStats) -> str | None:
        """What no longer gets on at `at`, in words for the journal; None while everything does.

        A sensor that is being retried, is misconfigured or has ended gets on; so does a publisher without a broker.
        """
        if publisher.acknowledged != self._acknowledged or not (publisher.connected and publisher.in_flight):
            self._acknowledged, self._moved = publisher.acknowledged, at
        if store.stalled >= STORE_STUCK_S:
            return f"the store: the disk has not answered for {store.stalled:.0f} s"
        if self._late(at, self._ticked, TICK_STUCK_S):
            return "the windows: nobody has looked at them"
        if self._late(at, self._moved, ACK_STUCK_S):
            return "the publisher: nothing was acknowledged, and it has not left the broker"
        for one in sensors:
            last = max(one.since, one.progress or one.since)
            if one.stage is Stage.RUNNING and self._late(at, last, SENSOR_STUCK_S):
                return f"{one.sensor} {one.name}: nothing for {(at - last) / self._speed:.0f} s, and no error"
        return None

    def _late(self, at: float, since: float, limit: float) -> bool:
        return at - since > limit * self._speed


def line(sensors: Sequence[Vitals], store: Stats, publisher: PublisherStats, worst: Iterable[str]) -> str:
    """The box in one line, for `systemctl status`: what is wrong first."""
    wrong = ", ".join(sorted(set(worst)))
    running = sum(one.stage is Stage.RUNNING for one in sensors)
    mqtt = "up" if publisher.connected else publisher.advice.word if publisher.advice else "down"
    return f"{wrong or 'ok'}; {running} of {len(sensors)} sensors, mqtt {mqtt}, {store.rows} waiting"
