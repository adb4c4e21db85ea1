"""How the box is, as one document: the same for MQTT, for the control socket and for the snapshot on the disk."""

import os
import resource
from pathlib import Path

from daemon.board import Board, board
from daemon.box import Box
from daemon.vitals import Stage, Vitals
from events import Code, Health, Name, SensorHealth
from events.state import Cause, Condition
from mqtt.broker import file_of
from mqtt.outbox import Stats

OFFLINE_GRACE_S = 30.0
"""Seconds without a broker after which the box says that it is degraded; with PATIENCE_S of daemon/faults.py an alert
still comes within a minute."""


def causes(box: Box, offline_s: float, stats: Stats) -> tuple[Cause, ...]:
    """Everything that is wrong now, sensors first."""
    found = [
        Cause(code=Code(vitals.code or "failed"), sensor=vitals.sensor, name=Name(vitals.name))
        for vitals in box.sensors
        if vitals.code or vitals.stage in (Stage.UNAVAILABLE, Stage.MISCONFIGURED)
    ]
    found += [
        Cause(code=Code(vitals.view), sensor=vitals.sensor, name=Name(vitals.name))
        for vitals in box.sensors
        if vitals.view
    ]
    if offline_s > OFFLINE_GRACE_S:
        found.append(Cause(code=Code("broker_unreachable")))
    if stats.squeezed:
        found.append(Cause(code=Code("disk_full")))
    if stats.refusing:
        found.append(Cause(code=Code("disk_refuses")))
    if stats.stalled > 10:
        found.append(Cause(code=Code("disk_stalled")))
    return (*found, *_board(box).causes(box.clock.wall(box.clock.now()).epoch))


def health(box: Box, offline_s: float, reconnects: int, stats: Stats) -> Health:
    """The box at this moment. `offline_s` are the seconds since the broker was last connected, 0 while it is."""
    at = box.clock.now()
    wall = box.clock.wall(at)
    found = causes(box, offline_s, stats)
    seen = _board(box)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Health(
        at=round(wall.epoch),
        state=Condition.DEGRADED if found else Condition.ONLINE,
        clock=wall.state,
        uptime=round(at - box.clock.origin),
        epoch=box.tokeniser.epoch,
        reasons=found,
        sensors=tuple(_sensor(vitals, at) for vitals in box.sensors),
        cpu=round(usage.ru_utime + usage.ru_stime, 1),
        rss=_rss(),
        disk_free=_disk_free(Path(box.config.box.state)),
        outbox_rows=stats.rows,
        outbox_bytes=stats.bytes,
        outbox_age=None if stats.oldest is None else round(stats.oldest, 1),
        dropped=stats.dropped,
        dead=stats.dead,
        written=stats.written,
        soc_temp=seen.soc_temp,
        throttled=seen.throttled,
        certificate_ends=seen.certificate_ends,
        reconnects=reconnects,
        door=box.door.open,
    )


def _sensor(vitals: Vitals, at: float) -> SensorHealth:
    return SensorHealth(
        sensor=vitals.sensor,
        name=Name(vitals.name),
        state=Code(vitals.stage),
        reason=Code(vitals.code) if vitals.code else Code(vitals.view) if vitals.view else None,
        age=None if vitals.progress is None else round(max(0.0, at - vitals.progress), 1),
        rate=vitals.rate(at),
        dropped=vitals.counts.get("skipped", 0) + vitals.counts.get("stale", 0),
        source=Code(vitals.source) if vitals.source else None,
    )


def _board(box: Box) -> Board:
    file = box.config.mqtt.certificate
    return board(file_of(file) if file else None)


def _rss() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _disk_free(path: Path) -> int:
    space = os.statvfs(path)
    return space.f_bavail * space.f_frsize
