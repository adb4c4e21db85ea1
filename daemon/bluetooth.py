"""From the configuration to Bluetooth radios, the shop's badges, and what is counted of them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from analytics.badges import Badges, BadgeZone
from analytics.camera import CameraMetrics
from analytics.devices import Devices
from analytics.greeting import Greeting
from analytics.line import LineCounter
from analytics.service import Counter, Service
from analytics.staff import Staff
from analytics.staff_crossings import StaffCrossings
from config.ble import Ble
from daemon.box import Box, Running
from daemon.pipeline import BADGES, overhear
from daemon.simulated import simulated_radio
from daemon.supervisor import supervise
from daemon.vitals import Vitals
from drivers.base import Device, Driver
from drivers.ble.driver import BleState
from drivers.ble.roster import Match, matches
from drivers.ble.watch import Verdict
from drivers.registry import driver
from drivers.stream import beside
from events import Sensor
from observations import Advertisement

FADING_DB = 12
"""How far under the gate an advert may be and still belong to a device that is inside."""


def radios(box: Box) -> Iterator[Running]:
    """The Bluetooth radios: driver, tokens, devices near, and staff by badge."""
    if not box.config.ble:
        return
    _staff(box)
    for name, radio in box.config.ble.items():
        vitals = box.sensor(Vitals(Sensor.BLE, name, _shown(radio.device)))
        devices = Devices(name, enter_dbm=radio.enter_dbm, leave_dbm=radio.leave_dbm, alive_s=radio.alive)
        box.reporter.attach(f"ble {name}", [devices])
        yield Running(vitals, partial(_listen, box, radio, vitals))


async def _listen(box: Box, radio: Ble, vitals: Vitals) -> None:
    state = BleState()
    device: Driver[Advertisement] | None = None

    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncIterator[Advertisement]]:
        nonlocal device, state
        # One driver for all attempts: it remembers which remedies it has tried.
        device = device or _driver(box, radio, vitals.name)
        state = getattr(device, "state", state)
        async with device.open() as adverts:
            yield adverts

    async def consume(adverts: AsyncIterator[Advertisement]) -> None:
        async with beside(_pulse(box, vitals, state), f"ble-pulse-{vitals.name}"):
            await overhear(adverts, box.tokeniser, vitals, box.reporter)

    await supervise(vitals, opened, consume, box.clock)


def _shown(device: str) -> str:
    """The device without options, and without the adapter's address."""
    scheme, _, target = device.partition("?")[0].partition(":")
    return f"{scheme}:" if scheme == "hci" and ":" in target else f"{scheme}:{target}"


async def _pulse(box: Box, vitals: Vitals, state: BleState) -> None:
    """A radio that hears nothing sees all the same, as long as nothing speaks against it."""
    while True:
        vitals.source = state.source or None
        vitals.counts["skipped"], vitals.counts["remedies"] = state.dropped, state.remedies
        if state.verdict in ("", Verdict.HEARING, Verdict.QUIET) and state.source != "recording":
            vitals.live(box.clock.now())
        await box.clock.sleep(1.0)


def _driver(box: Box, radio: Ble, name: str) -> Driver[Any]:
    device = Device.parse(radio.device)
    settings: dict[str, object] = {"badges": _badges(box, radio), "floor_dbm": radio.leave_dbm - FADING_DB}
    if device.scheme in ("hci", "sim"):
        settings["reference"], settings["reference_s"] = radio.reference, radio.reference_within
        settings["transmit"] = radio.transmit
    if device.scheme == "sim":
        return simulated_radio(device, name=name, clock=box.clock, **settings)
    return driver(device, name=name, clock=box.clock, **settings)


def _badges(box: Box, radio: Ble) -> list[Match]:
    listed = [(badge.kind, badge.id, badge.role) for badge in box.config.badges.values()]
    return matches(listed, Path(radio.irks) if radio.irks else None)


def _staff(box: Box) -> None:
    """Everything that badges tell; nothing where the shop has none."""
    config = box.config
    if not config.badges and not any(radio.irks for radio in config.ble.values()):
        return
    zones = [
        BadgeZone(
            name=name, sensor=zone.radio, enter_dbm=zone.enter_dbm, leave_dbm=zone.leave_dbm, linger_s=zone.linger
        )
        for name, zone in config.badge_zones.items()
    ]
    staff = config.staff
    badges = Badges(zones, absent_s=staff.absent, still_s=staff.still, motion_db=staff.motion)
    box.reporter.attach(BADGES, [Staff(badges)])
    for name, counter in config.service.items():
        drawn = Counter(
            name=name,
            zone=counter.zone,
            polygon=counter.polygon,
            greet_s=counter.greet,
            unattended_s=counter.unattended,
        )
        box.reporter.attach(counter.camera, [CameraMetrics([Service(drawn, badges)])])
    for name, entrance in config.greetings.items():
        met = Greeting(entrance.drawn(name), badges, max(5, config.privacy.floor))
        box.reporter.attach(entrance.camera, [CameraMetrics([met])])
    for name, zone in config.badge_zones.items():
        for line in _lines(box):
            if line.line.name == zone.line:
                passages = StaffCrossings(line.line.name, badges.zones[name])
                line.heard.append(passages.hear)
                box.reporter.attach(BADGES, [passages])


def _lines(box: Box) -> Iterator[LineCounter]:
    for metric in box.reporter.metrics():
        if isinstance(metric, CameraMetrics):
            yield from (one for one in metric.metrics if isinstance(one, LineCounter))
