"""A USB RFID reader: the kernel's own USB host and gadget in one machine, and the test at the far end of the cable.

What the box opens is a real cdc_acm device with its name under /dev/serial/by-id; what the test holds is the other end.
"""

import os
import select
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rig.devices._kernel import eventually, load, unload

FAR_END = Path("/dev/ttyGS0")
BY_ID = Path("/dev/serial/by-id")


@dataclass(slots=True)
class Reader:
    """`path` is the stable name that a configuration uses; `write` and `read` are what the reader's firmware does."""

    path: str = ""
    _far: int | None = None

    @property
    def device(self) -> str:
        """As the configuration names it, without a protocol."""
        return f"serial:{self.path}"

    def write(self, data: bytes) -> None:
        """The reader sends `data` to the box."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._end(), view) :]

    def read(self, seconds: float = 5.0) -> bytes:
        """What the box has sent to the reader, as soon as there is any; empty after `seconds`."""
        ready, _, _ = select.select([self._end()], [], [], seconds)
        return os.read(self._end(), 4096) if ready else b""

    def unplug(self) -> None:
        """Pull the cable: the box's open file answers with an error and its names disappear."""
        os.close(self._end())
        self._far = None
        unload("g_serial")
        eventually("the end of the reader", lambda: not Path(self.path).exists())

    def replug(self) -> None:
        """Plug it in: the same stable name comes back, whatever number the kernel gives it."""
        load("g_serial")
        eventually("the reader", lambda: FAR_END.exists() and BY_ID.is_dir() and any(BY_ID.iterdir()))
        self.path = str(next(BY_ID.iterdir()))
        self._far = os.open(FAR_END, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._far)

    def _end(self) -> int:
        assert self._far is not None, "the reader is unplugged"
        return self._far


@contextmanager
def reader() -> Iterator[Reader]:
    """One plugged-in reader for one test."""
    load("dummy_hcd")
    plugged = Reader()
    plugged.replug()
    try:
        yield plugged
    finally:
        if plugged._far is not None:
            plugged.unplug()
        unload("dummy_hcd")
