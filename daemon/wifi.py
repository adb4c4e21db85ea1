"""From the configuration to WiFi radios: driver, tokens, phones, and who teaches how many persons they are."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from analytics.radio.phones import Phones
from analytics.radio.site import SiteModel
from analytics.radio.street import Street
from config.wifi import Wifi
from daemon.box import Box, Running
from daemon.fusion import taught
from daemon.simulated import simulated_wifi
from daemon.supervisor import supervise
from daemon.vitals import Vitals
from drivers.base import Device, Driver, DriverMisconfigured
from drivers.registry import driver
from drivers.stream import beside
from drivers.wifi.driver import MonitorDriver
from drivers.wifi.sniffed import ScapyDriver
from events import Code, Sensor
from observations import ProbeRequest, Tally, Value
from privacy.returning import Week
from privacy.tokens import Preset, Tokeniser

log = logging.getLogger(__name__)

DAYS = 7
EPOCHS = "wifi epochs"
"""The source to which nobody feeds anything: its metric only hears when windows and days end."""


class EpochKeeper:
    """Ends the tokens' epoch with the window (strict) and with the local day: no device is split within a window."""

    def __init__(self, tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser
        self._days = 0

    def feed(self, at: float, seen: object) -> None:
        """Nobody has anything to say to it."""

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The share of devices that came back, where the shop has switched that on."""
        week = self._tokeniser.returning
        if week is None:
            return []
        told = week.returning()
        reason = "below_floor" if told.share is None else None
        values: dict[str, Value] = {
            "share": told.share,
            "share_low": told.low,
            "share_high": told.high,
            "reason": reason,
        }
        return [Tally("returning", start, end, values)]

    def restart(self, at: float) -> None:
        """A window ended."""
        if self._tokeniser.preset is Preset.STRICT:
            self._tokeniser.rotate(at)

    def begin_day(self, at: float) -> None:
        """A local day began; after seven of them nobody was ever here."""
        if self._tokeniser.returning is not None:
            self._days += 1
            self._tokeniser.returning.end_day()
            if self._days % DAYS == 0:
                self._tokeniser.returning = Week()
        if self._tokeniser.preset is Preset.EXTENDED:
            self._tokeniser.rotate(at)


def wifi_radios(box: Box) -> Iterator[Running]:
    """The WiFi radios of a box."""
    if box.config.wifi:
        box.reporter.attach(EPOCHS, [EpochKeeper(box.tokeniser)])
    for name, radio in box.config.wifi.items():
        vitals = box.sensor(Vitals(Sensor.WIFI, name, radio.device.partition("?")[0]))
        phones = Phones(name, near_dbm=radio.near_dbm, inside_dbm=radio.inside_dbm)
        street = Street(name, inside_dbm=radio.inside_dbm)
        box.reporter.attach(f"wifi {name}", [phones, street])
        taught(box, name, radio, phones, street)
        yield Running(vitals, partial(_listen, box, radio, vitals, phones))


async def _listen(box: Box, radio: Wifi, vitals: Vitals, phones: Phones) -> None:
    device: Driver[ProbeRequest] | None = None

    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncIterator[ProbeRequest]]:
        nonlocal device
        phones.model = site_model(radio, box.tokeniser.preset)
        device = _driver(box, radio, vitals.name)
        async with device.open() as requests:
            yield requests

    async def consume(requests: AsyncIterator[ProbeRequest]) -> None:
        async with beside(_pulse(box, vitals, device), f"wifi-pulse-{vitals.name}"):
            async for request in requests:
                hear(box, vitals, request)

    await supervise(vitals, opened, consume, box.clock)


def hear(box: Box, vitals: Vitals, request: ProbeRequest) -> None:
    """One probe request: the window it belongs to first, then its token, then whoever counts it."""
    box.reporter.tick(request.at)
    vitals.count("frames")
    box.door.heard(vitals.name, request.rssi_dbm)
    sighting = box.tokeniser.tokenise(request)
    if sighting is None:
        vitals.count("gated")
    else:
        box.reporter.see(f"wifi {vitals.name}", request.at, sighting)
    vitals.live(request.at)


async def _pulse(box: Box, vitals: Vitals, device: Driver[ProbeRequest] | None) -> None:
    """A radio in a quiet street hears nothing and listens all the same; what it lost is counted."""
    while isinstance(device, ScapyDriver):
        vitals.live(box.clock.now())
        await box.clock.sleep(1.0)
    while isinstance(device, MonitorDriver):
        vitals.counts["broken"], vitals.counts["lost"] = device.broken, device.lost + device.skipped
        for channel, seconds in device.duty.seconds.items():
            vitals.counts[f"channel_{channel}_s"] = round(seconds)
        _impaired(vitals, device)
        vitals.live(box.clock.now())
        await box.clock.sleep(1.0)


def _impaired(vitals: Vitals, device: MonitorDriver) -> None:
    """Say which of several dongles are lost, once when that changes."""
    text = "; ".join(f"{dongle} {why.code}: {why.reason}" for dongle, why in device.absent.items()) or None
    if text != vitals.text:
        vitals.impaired(Code("dongle_lost") if text else None, text)
        log.warning("%s %s: %s", vitals.sensor, vitals.name, text or "all dongles are back")
    if device.spare or "spare_dongles" in vitals.counts:
        vitals.counts["spare_dongles"] = len(device.spare)


def _driver(box: Box, radio: Wifi, name: str) -> Driver[ProbeRequest]:
    device = Device.parse(radio.device)
    if device.scheme == "sim":
        return simulated_wifi(device, name=name, clock=box.clock, channels=radio.channels, dwell=radio.dwell)
    settings = {"channels": radio.channels, "dwell": radio.dwell} if device.scheme == "mon" else {}
    return driver(device, name=name, clock=box.clock, **settings)


def site_model(radio: Wifi, preset: Preset) -> SiteModel | None:
    """The radio's model, if it has one. Raises DriverMisconfigured when it does not fit."""
    if radio.model is None:
        return None
    if preset is Preset.STRICT:
        raise DriverMisconfigured("bad_option", "a site's model looks 40 minutes back: set privacy.preset to extended")
    try:
        model = SiteModel.load(Path(radio.model))
    except (OSError, ValueError):
        raise DriverMisconfigured(
            "bad_model", "the site's model is missing, or is none: make one with passerby wifi calibrate"
        ) from None
    if model.gate_dbm != radio.gate_dbm:
        raise DriverMisconfigured(
            "bad_model", f"the site's model was learnt behind a gate of {model.gate_dbm} dBm: set gate_dbm to that"
        )
    return model
