"""Talking to an M100, QM100, R200 or YRM100: one antenna, polls without end, session 0 only."""

from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

from drivers.base import DriverMisconfigured
from drivers.rfid.codec import yrm100
from drivers.rfid.codec.framing import CodecError, Noise, Tag
from drivers.rfid.codec.yrm100 import Frame
from drivers.rfid.dialogue.epochs import Epochs
from drivers.rfid.link import HELLO_S, Link, Sweep, refused
from drivers.rfid.settings import Settings
from drivers.serial_line import Line

_POLLS = bytes.fromhex("222710")
_AGAIN_S = 0.8
"""A multiple poll ends after 10,000 polls without a word: after this silence it is asked for again."""


class Reader:
    """One module. Its firmware begins frames with BB or AA, which `hello` finds out."""

    def __init__(self, line: Line) -> None:
        self._link = Link(line, yrm100.Framing())
        self._header = 0xBB

    @property
    def noise(self) -> Noise:
        return self._link.noise

    async def hello(self) -> bool:
        for self._header in (0xBB, 0xAA):
            await self.stop()
            if await self._link.ask(
                self._wire(yrm100.VERSION, b"\x00"), _response(yrm100.VERSION), within=HELLO_S, tries=2
            ):
                return True
        return False

    async def configure(self, settings: Settings) -> None:
        if settings.region not in yrm100.REGIONS:
            raise DriverMisconfigured("bad_region", f"this reader works in {', '.join(yrm100.REGIONS)}")
        if settings.session or settings.antennas != (1,):
            raise DriverMisconfigured("bad_option", "this reader has one antenna and session 0 only")
        q = 4 if settings.q is None else settings.q
        await self.stop()
        region = bytes((yrm100.REGIONS[settings.region],))
        await self._ensure("region", yrm100.REGION_GET, yrm100.REGION_SET, region)
        power = (settings.power_dbm * 100).to_bytes(2, "big")
        await self._ensure("power (0.01 dBm)", yrm100.POWER_GET, yrm100.POWER_SET, power)
        await self._ensure("session and Q", yrm100.QUERY_GET, yrm100.QUERY_SET, yrm100.query(0, q))
        await self._set("hopping", yrm100.HOPPING, b"\xff")

    async def sweeps(self, settings: Settings) -> AsyncGenerator[Sweep, None]:
        poll = self._wire(yrm100.MULTI_POLL, _POLLS)
        await self._link.send(poll)
        epochs = Epochs((1,), settings.epoch_s)
        asked_again = 0.0
        while True:
            frames = await self._link.frames(epochs.left_s)
            if frames:
                epochs.heard(_tags(frames))
                asked_again = 0.0
            elif epochs.quiet_s > asked_again + _AGAIN_S:
                asked_again = epochs.quiet_s
                await self._link.send(poll)
            for sweep in epochs.over():
                yield sweep

    async def stop(self) -> None:
        await self._link.ask(self._wire(yrm100.STOP), _response(yrm100.STOP), within=0.1, tries=1)

    async def _ensure(self, what: str, get: int, set_: int, wanted: bytes) -> None:
        """Set only what differs, because modules keep it in flash, and believe only what is read back."""
        if await self._get(what, get) == wanted:
            return
        await self._set(what, set_, wanted)
        if (told := await self._get(what, get)) != wanted:
            raise refused(what, wanted.hex(), told.hex())

    async def _get(self, what: str, command: int) -> bytes:
        return (await self._link.demand(self._wire(command), _response(command), what)).parameters

    async def _set(self, what: str, command: int, value: bytes) -> None:
        answer = await self._link.demand(self._wire(command, value), _response(command, yrm100.FAILURE), what)
        if answer.command == yrm100.FAILURE:
            raise refused(what, value.hex(), f"error {answer.parameters.hex()}")

    def _wire(self, command: int, parameters: bytes = b"") -> bytes:
        return yrm100.encode(Frame(yrm100.COMMAND, command, parameters, self._header))


def _response(*commands: int) -> Callable[[Frame], bool]:
    return lambda frame: frame.kind == yrm100.RESPONSE and frame.command in commands


def _tags(frames: list[Frame]) -> list[Tag]:
    tags: list[Tag] = []
    for frame in frames:
        with suppress(CodecError):
            tags.append(yrm100.tag(frame))
    return tags
