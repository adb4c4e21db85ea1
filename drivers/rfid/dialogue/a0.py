"""Talking to Impinj E-series and R2000 modules: rounds on one antenna after the other, asked for again and again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from drivers.base import DriverMisconfigured, DriverUnavailable
from drivers.rfid.codec import a0
from drivers.rfid.codec.a0 import Frame, RoundEnd
from drivers.rfid.codec.framing import CodecError, Noise, Tag
from drivers.rfid.link import HELLO_S, Link, Sweep, refused
from drivers.rfid.settings import Settings
from drivers.serial_line import Line

_MISSES = 4
_ROUND_S = 1.5
_PAUSE_S = 0.25
"""Between two rows of a round; after it the end of the round was lost on the line."""


class Reader:
    """One module."""

    def __init__(self, line: Line) -> None:
        self._link = Link(line, a0.Framing())
        self._target = 0

    @property
    def noise(self) -> Noise:
        return self._link.noise

    async def hello(self) -> bool:
        answer = await self._link.ask(
            _wire(a0.FIRMWARE),
            lambda frame: frame.command == a0.FIRMWARE and len(frame.data) == 2,
            within=HELLO_S,
            tries=2,
        )
        return answer is not None

    async def configure(self, settings: Settings) -> None:
        if settings.region not in a0.REGIONS:
            raise DriverMisconfigured("bad_region", f"this reader works in {', '.join(a0.REGIONS)}")
        if settings.q is not None:
            raise DriverMisconfigured("bad_option", "this reader finds Q by itself: leave q out")
        region = bytes(a0.REGIONS[settings.region])
        if await self._get("region", a0.REGION_GET) != region:
            await self._set("region", a0.REGION_SET, region)
            if (told := await self._get("region", a0.REGION_GET)) != region:
                raise refused("region", region.hex(), told.hex())
        wanted = {settings.power_dbm}
        if set(await self._get("power", a0.POWER_GET)) != wanted:
            await self._set("power", a0.POWER_SET, bytes(wanted))
            if set(told := await self._get("power", a0.POWER_GET)) != wanted:
                raise refused("power", settings.power_dbm, list(told))

    async def sweeps(self, settings: Settings) -> AsyncGenerator[Sweep, None]:
        misses = 0
        while True:
            for antenna in settings.antennas:
                sweep = await self._sweep(settings, antenna)
                misses = 0 if sweep else misses + 1
                if sweep:
                    yield sweep
                elif misses >= _MISSES * len(settings.antennas):
                    raise DriverUnavailable("stalled", "the reader answers no inventory, or no antenna is connected")

    async def stop(self) -> None:
        """Nothing to switch off: every round ends by itself."""

    async def _sweep(self, settings: Settings, antenna: int) -> Sweep | None:
        """Rounds until the epoch is over; None when one stays unanswered or the antenna is missing."""
        loop = asyncio.get_running_loop()
        until = loop.time() + settings.epoch_s
        if not await self._switched(antenna):
            return None
        sweep = Sweep(antenna)
        while loop.time() < until:
            if not await self._round(sweep, settings.session):
                return None
        return sweep

    async def _switched(self, antenna: int) -> bool:
        answer = await self._link.ask(
            _wire(a0.ANTENNA_SET, bytes((antenna - 1,))), lambda frame: frame.command == a0.ANTENNA_SET
        )
        return answer is not None and answer.data == bytes((a0.SUCCESS,))

    async def _round(self, sweep: Sweep, session: int) -> bool:
        """One round into `sweep`; False when nothing was heard or the antenna is missing."""
        await self._link.send(_wire(a0.INVENTORY, bytes((session, self._target, 1))))
        self._target ^= session
        heard = False
        while frames := await self._link.frames(_PAUSE_S if heard else _ROUND_S):
            heard = True
            for frame in frames:
                with suppress(CodecError):
                    row = a0.row(frame)
                    if isinstance(row, Tag):
                        sweep.tags.append(row)
                    else:
                        return isinstance(row, RoundEnd)
        return heard

    async def _get(self, what: str, command: int) -> bytes:
        return (await self._link.demand(_wire(command), lambda frame: frame.command == command, what)).data

    async def _set(self, what: str, command: int, value: bytes) -> None:
        answer = await self._link.demand(_wire(command, value), lambda frame: frame.command == command, what)
        if answer.data != bytes((a0.SUCCESS,)):
            raise refused(what, value.hex(), f"error {answer.data.hex()}")


def _versioned(frame: Frame) -> bool:
    return frame.command == a0.FIRMWARE and len(frame.data) == 2


def _wire(command: int, data: bytes = b"") -> bytes:
    return a0.encode(Frame(command, data, a0.PUBLIC))
