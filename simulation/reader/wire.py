"""An emulated reader on a pseudo-terminal: a real device file with a baud rate, faults, and a plug to pull."""

import asyncio
import os
import random
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from simulation.reader.device import Device

TICK_S = 0.005


@dataclass(slots=True)
class Faults:
    """Chances for each frame (0..1): a byte is garbled, the end is cut off, the check is wrong, noise comes before it.

    While `wedged` the reader hears and says nothing.
    """

    garbled: float = 0.0
    cut: float = 0.0
    wrong_check: float = 0.0
    noise: float = 0.0
    wedged: bool = False

    def hurt(self, frame: bytes, rng: random.Random) -> bytes:
        """The frame as it arrives."""
        wire = bytearray(frame)
        if rng.random() < self.garbled:
            wire[rng.randrange(len(wire))] ^= 1 << rng.randrange(8)
        if rng.random() < self.wrong_check:
            wire[-2] ^= 0x5A
        if rng.random() < self.cut:
            del wire[rng.randrange(1, len(wire)) :]
        noise = rng.randbytes(rng.randrange(1, 20)) if rng.random() < self.noise else b""
        return noise + bytes(wire)


class Wire:
    """One pseudo-terminal with a reader on it."""

    def __init__(self, device: Device, faults: Faults, seed: int, now: Callable[[], float] | None) -> None:
        self.device, self.faults = device, faults
        self._rng = random.Random(seed)
        self._loop = asyncio.get_running_loop()
        self._now = now or self._loop.time
        self._master, self._slave = os.openpty()
        for end in (self._master, self._slave):
            tty.setraw(end)
            os.set_blocking(end, False)
        self.path = os.ttyname(self._slave)
        self._loop.add_reader(self._master, self._hear)
        self._tick = self._loop.call_soon(self._speak)

    def unplug(self) -> None:
        """Pull the plug: the device file hangs up and disappears."""
        if self._master < 0:
            return
        self._tick.cancel()
        self._loop.remove_reader(self._master)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def _speak(self) -> None:
        for frame in self.device.speak(self._now()):
            self._send(frame)
        self._tick = self._loop.call_later(TICK_S, self._speak)

    def _hear(self) -> None:
        with suppress(OSError):
            data = os.read(self._master, 4096)
            if self._tuned() and not self.faults.wedged:
                self.device.hear(data, self._now())

    def _send(self, frame: bytes) -> None:
        if self.faults.wedged:
            return
        wire = self.faults.hurt(frame, self._rng) if self._tuned() else self._rng.randbytes(len(frame))
        with suppress(BlockingIOError, OSError):
            os.write(self._master, wire)

    def _tuned(self) -> bool:
        """Whether the host's baud rate is the reader's; at another one both hear noise."""
        return bool(termios.tcgetattr(self._master)[5] == getattr(termios, f"B{self.device.baud}"))


@contextmanager
def plugged(
    device: Device,
    faults: Faults | None = None,
    *,
    link: Path | None = None,
    seed: int = 1,
    now: Callable[[], float] | None = None,
) -> Iterator[Wire]:
    """A reader that is plugged in until the end of the context; `link` is a name that stays, as by-id names do.

    It lives on the running event loop, and in the loop's time unless `now` says another.
    """
    wire = Wire(device, faults or Faults(), seed, now)
    if link is not None:
        link.unlink(missing_ok=True)
        link.symlink_to(wire.path)
    try:
        yield wire
    finally:
        wire.unplug()
        if link is not None:
            link.unlink(missing_ok=True)
