"""What a display beside the door shows: occupancy and queues of this moment, null where no camera sees them."""

from collections import defaultdict
from dataclasses import replace

from analytics.metric import Momentary
from config import Config
from daemon.box import Box
from daemon.vitals import Stage, Vitals
from events import Event, Live, Sensor
from observations import Tally

STALE_S = 10.0
"""Seconds without a picture after which a camera sees nothing of this moment."""


def live(box: Box) -> Live | None:
    """The figures of now; None where nothing is drawn that has any."""
    now, stale = box.clock.now(), STALE_S * box.config.box.speed
    seeing = {one.name for one in box.sensors if one.sensor is Sensor.CAMERA and _sees(one, now, stale)}
    sections: dict[str, list[Event]] = defaultdict(list)
    for metric in box.reporter.metrics():
        for tally in metric.now(now) if isinstance(metric, Momentary) else ():
            seen = all(camera in seeing for camera in _cameras(box.config, tally))
            event = box.gate.release(tally if seen else _unknown(tally))
            if event is not None:
                sections[tally.kind.removeprefix("live_")].append(event)
    rows = {kind: tuple(events) for kind, events in sections.items()}
    return Live(at=box.reporter.second(now), **rows) if rows else None  # type: ignore[arg-type]


def _sees(camera: Vitals, now: float, stale: float) -> bool:
    fresh = camera.progress is not None and now - camera.progress <= stale
    return camera.stage is Stage.RUNNING and fresh and not camera.view


def _cameras(config: Config, tally: Tally) -> list[str]:
    """The cameras that must see for the tally to be true."""
    values = {key: str(value) for key, value in tally.values.items()}
    if "area" in values:
        return [config.lines[line].camera for line in config.areas[values["area"]].lines]
    return [config.zones[values["zone"]].camera if "zone" in values else config.queues[values["queue"]].camera]


def _unknown(tally: Tally) -> Tally:
    values = {key: value if isinstance(value, str) else None for key, value in tally.values.items()}
    return replace(tally, values=values)
