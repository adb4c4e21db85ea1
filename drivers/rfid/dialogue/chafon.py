"""Talking to Chafon's readers: an inventory is asked for, of a given time, on one antenna after the other."""

from collections.abc import AsyncGenerator
from contextlib import suppress

from drivers.base import DriverMisconfigured, DriverUnavailable
from drivers.rfid.codec import chafon
from drivers.rfid.codec.chafon import Command, Info, Reply
from drivers.rfid.codec.framing import CodecError, Noise
from drivers.rfid.link import HELLO_S, Link, Sweep, refused
from drivers.rfid.settings import Settings
from drivers.serial_line import Line

_SWEPT = frozenset((chafon.DONE, chafon.TIME_OVER, chafon.MORE, chafon.FULL, chafon.NO_TAGS, chafon.ANTENNA_FAULT))
_LAST = _SWEPT - {chafon.MORE}
_MISSES = 4
_PAUSE_S = 0.25
"""Between two frames of an answer; after it the last one was lost on the line."""


class Reader:
    """One reader; an UHFReader18 knows neither sessions nor antennas nor signal strength."""

    def __init__(self, line: Line) -> None:
        self._link = Link(line, chafon.Framing())
        self._old = False

    @property
    def noise(self) -> Noise:
        return self._link.noise

    async def hello(self) -> bool:
        answer = await self._link.ask(chafon.encode(Command(chafon.INFO)), _described, within=HELLO_S, tries=2)
        return answer is not None

    async def configure(self, settings: Settings) -> None:
        if settings.region not in chafon.REGIONS:
            raise DriverMisconfigured("bad_region", f"this reader works in {', '.join(chafon.REGIONS)}")
        about = await self._info()
        self._old = about.type in chafon.UHFREADER18_TYPES
        if self._old and (settings.session or settings.q is not None or settings.antennas != (1,)):
            raise DriverMisconfigured("bad_option", "this reader has one antenna, session 0 and its own Q")
        if max(settings.antennas) > 4:
            raise DriverMisconfigured("bad_option", "this reader has antennas 1 to 4")
        band = chafon.REGIONS[settings.region]
        if (about.highest, about.lowest) != band:
            await self._set("region", chafon.FREQUENCY, bytes(band))
        if about.power_dbm != settings.power_dbm:
            await self._set("power", chafon.POWER, bytes((settings.power_dbm,)))
        about = await self._info()
        if (about.highest, about.lowest) != band:
            raise refused("region", band, (about.highest, about.lowest))
        if about.power_dbm != settings.power_dbm:
            raise refused("power", settings.power_dbm, about.power_dbm)

    async def sweeps(self, settings: Settings) -> AsyncGenerator[Sweep, None]:
        misses, target = 0, 0
        while True:
            for antenna in settings.antennas:
                sweep = await self._sweep(settings, antenna, target)
                misses = 0 if sweep else misses + 1
                if sweep:
                    yield sweep
                elif misses >= _MISSES * len(settings.antennas):
                    raise DriverUnavailable("stalled", "the reader answers no inventory, or no antenna is connected")
            target ^= settings.session

    async def stop(self) -> None:
        """Nothing to switch off: every inventory ends by itself."""

    async def _sweep(self, settings: Settings, antenna: int, target: int) -> Sweep | None:
        """One inventory; None when the reader is silent or the antenna faulty, so that nobody believes it is empty."""
        scan_time = max(1, round(settings.epoch_s * 10))
        q = 4 if settings.q is None else settings.q
        data = b"" if self._old else chafon.inventory(settings.session, q, antenna, scan_time, target)
        sweep = Sweep(antenna)
        await self._link.send(chafon.encode(Command(chafon.INVENTORY, data)))
        heard = False
        while frames := await self._link.frames(_PAUSE_S if heard else settings.epoch_s + 1.0):
            for reply in frames:
                if reply.command != chafon.INVENTORY or reply.status not in _SWEPT:
                    continue
                heard = True
                if reply.status == chafon.ANTENNA_FAULT:
                    return None
                with suppress(CodecError):
                    sweep.tags += chafon.tags(reply, with_rssi=not self._old)
                if reply.status in _LAST:
                    return sweep
        return sweep if heard else None

    async def _info(self) -> Info:
        return chafon.info(await self._link.demand(chafon.encode(Command(chafon.INFO)), _described, "description"))

    async def _set(self, what: str, command: int, value: bytes) -> None:
        wire = chafon.encode(Command(command, value))
        answer = await self._link.demand(wire, lambda reply: reply.command == command, what)
        if answer.status != chafon.OK:
            raise refused(what, value.hex(), f"status {answer.status:02x}")


def _described(reply: Reply) -> bool:
    try:
        chafon.info(reply)
    except CodecError:
        return False
    return True
