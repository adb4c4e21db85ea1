"""Talking to ThingMagic and Silion modules: they read their search list of antennas for ever and stream every tag."""

from collections.abc import AsyncGenerator
from contextlib import suppress

from drivers.base import DriverMisconfigured
from drivers.rfid.codec import thingmagic
from drivers.rfid.codec.framing import CodecError, Noise, Tag
from drivers.rfid.codec.thingmagic import Command, Reply
from drivers.rfid.dialogue.epochs import Epochs
from drivers.rfid.link import HELLO_S, Link, Sweep, refused
from drivers.rfid.settings import Settings
from drivers.serial_line import Line

_TARGETS = (b"\x01\x00", b"\x00\x00")
"""Target by session: A alone in session 0, first A then B in session 1."""

_FILTER = 0x0C
_CONFIGURATION_GET = 0x6A


class Reader:
    """One module."""

    def __init__(self, line: Line) -> None:
        self._link = Link(line, thingmagic.Framing())

    @property
    def noise(self) -> Noise:
        return self._link.noise

    async def hello(self) -> bool:
        await self.stop()
        wire = thingmagic.encode(Command(thingmagic.VERSION))
        return (
            await self._link.ask(wire, lambda reply: reply.command == thingmagic.VERSION, within=HELLO_S, tries=2)
            is not None
        )

    async def configure(self, settings: Settings) -> None:
        if settings.region not in thingmagic.REGIONS:
            raise DriverMisconfigured("bad_region", f"this reader works in {', '.join(thingmagic.REGIONS)}")
        await self.stop()
        region = bytes((thingmagic.REGIONS[settings.region],))
        power = (settings.power_dbm * 100).to_bytes(2, "big")
        ports = b"\x02" + b"".join(bytes((port, port)) for port in settings.antennas)
        q = b"\x00" if settings.q is None else bytes((1, settings.q))
        await self._set("protocol", thingmagic.PROTOCOL_SET, bytes((0, thingmagic.GEN2)))
        await self._ensure("region", thingmagic.REGION_GET, thingmagic.REGION_SET, b"", region)
        await self._ensure("power (0.01 dBm)", thingmagic.POWER_GET, thingmagic.POWER_SET, b"\x00", power)
        await self._ensure("antennas", thingmagic.ANTENNA_GET, thingmagic.ANTENNA_SET, b"\x02", ports)
        await self._parameter("session", thingmagic.SESSION, bytes((settings.session,)))
        await self._parameter("target", thingmagic.TARGET, _TARGETS[settings.session])
        await self._parameter("Q", thingmagic.Q, q)
        wanted = bytes((0x01, _FILTER, 0x00))
        await self._ensure("filter", _CONFIGURATION_GET, thingmagic.CONFIGURATION_SET, wanted[:2], wanted)

    async def sweeps(self, settings: Settings) -> AsyncGenerator[Sweep, None]:
        await self._set("start", thingmagic.START_STOP, thingmagic.CONTINUOUS)
        epochs = Epochs(settings.antennas, settings.epoch_s)
        while True:
            frames = await self._link.frames(epochs.left_s)
            if any(reply.status not in (thingmagic.HOT, thingmagic.RETURN_LOSS) for reply in frames):
                epochs.heard(_tags(frames))
            for sweep in epochs.over():
                yield sweep

    async def stop(self) -> None:
        wire = thingmagic.encode(Command(thingmagic.START_STOP, thingmagic.STOP))
        await self._link.ask(wire, lambda reply: reply.command == thingmagic.START_STOP, within=HELLO_S, tries=1)

    async def _parameter(self, what: str, number: int, value: bytes) -> None:
        key = bytes((thingmagic.GEN2, number))
        await self._ensure(what, thingmagic.PARAMETER_GET, thingmagic.PARAMETER_SET, key, key + value)

    async def _ensure(self, what: str, get: int, set_: int, question: bytes, wanted: bytes) -> None:
        """Set, then believe only what is read back; a power is told behind its question's option byte."""
        await self._set(what, set_, wanted)
        told = (await self._demand(what, get, question)).data
        if not told.endswith(wanted):
            raise refused(what, wanted.hex(), told.hex())

    async def _set(self, what: str, command: int, value: bytes) -> None:
        answer = await self._demand(what, command, value)
        if answer.status != thingmagic.OK:
            raise refused(what, value.hex(), f"status {answer.status:04x}")

    async def _demand(self, what: str, command: int, value: bytes) -> Reply:
        wire = thingmagic.encode(Command(command, value))
        return await self._link.demand(wire, lambda reply: reply.command == command, what)


def _tags(frames: list[Reply]) -> list[Tag]:
    tags: list[Tag] = []
    for reply in frames:
        with suppress(CodecError):
            tags.append(thingmagic.tag(reply))
    return tags
