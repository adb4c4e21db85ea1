"""What the tills of the simulated store send to their printers, in ESC/POS on a pseudo-terminal; it refuses to answer.

Epson, ESC/POS Application Programming Guide: initialise, print, open the drawer, cut; and the status that a till asks
its printer for again and again, by which a quiet till and a dead one differ.
"""

import os
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from heapq import merge
from typing import Protocol

from simulation.store import Store

STATUS = b"\x10\x04\x01"
STATUS_S = 1.0
"""Seconds between two questions after the printer's status."""
_RECEIPT = b"\x1b@CORNER SHOP\nTea  4.20\nTOTAL  4.20\nTHANK YOU\n\x1bp\x00\x19\xfa\x1dV\x42\x00"


class Clock(Protocol):
    """The daemon's timeline, seconds."""

    async def sleep_until(self, at: float) -> None: ...


class Printer:
    """The cable between the tills and their printer, with a plug to pull; `path` is its end for who listens."""

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        for end in (self._master, self._slave):
            tty.setraw(end)
            os.set_blocking(end, False)
        self.path = os.ttyname(self._slave)

    def send(self, data: bytes) -> None:
        """What is sent while nobody reads is lost when the line is full."""
        with suppress(OSError):
            os.write(self._master, data)

    def unplug(self) -> None:
        """Pull the plug."""
        if self._master >= 0:
            os.close(self._slave)
            os.close(self._master)
            self._master = self._slave = -1


@contextmanager
def printing() -> Iterator[Printer]:
    """A printer that is plugged in until the end of the context."""
    printer = Printer()
    try:
        yield printer
    finally:
        printer.unplug()


def sales(store: Store) -> list[float]:
    """When each receipt is cut: whoever was served has paid."""
    ends = [person.service.served for person in store.people if person.service is not None]
    return sorted(at for at in ends if at is not None)


async def ring(store: Store, clock: Clock, since: float, send: Callable[[bytes], object]) -> None:
    """Send every receipt and every question from `since` on when its time comes."""
    ends = store.origin + store.hours * 3600
    beats = (since + STATUS_S * number for number in range(int((ends - since) / STATUS_S)))
    receipts = (at for at in sales(store) if since <= at < ends)
    for at, data in merge(((at, STATUS) for at in beats), ((at, _RECEIPT) for at in receipts)):
        await clock.sleep_until(at)
        send(data)
