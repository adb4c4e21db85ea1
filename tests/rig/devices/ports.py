"""Where a virtual Bluetooth controller is plugged in: the kernel's hci_vhci, or a USB gadget that btusb drives.

A packet begins with its kind, as on a serial line: 1 a command, 2 data, 4 an event.
"""

import asyncio
import os
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

COMMAND, EVENT, VENDOR = 1, 4, 0xFF
GADGET = Path("/sys/kernel/config/usb_gadget/stick")
ENDPOINTS = Path("/run/stick")
USB_CONTROLLER = "dummy_udc.0"

# linux/usb/functionfs.h
_DESCRIPTORS, _STRINGS, _SETUP = 3, 2, 4
_FULL_SPEED, _HIGH_SPEED, _REQUESTS_TO_THE_DEVICE = 1, 2, 64
_INTERRUPT, _BULK, _IN = 3, 2, 0x80


class Port(Protocol):
    """One plug: what the kernel sends goes to `serve`'s argument, what the controller says to `on_packet`."""

    def serve(self, take: Callable[[bytes], None]) -> None: ...

    def on_packet(self, packet: bytes) -> None: ...


class Vhci:
    """A controller that no bus connects."""

    def __init__(self, file: int) -> None:
        self._file = file

    @classmethod
    @contextmanager
    def open(cls) -> Iterator["Vhci"]:
        """The kernel's adapter exists for as long as the body."""
        file = os.open("/dev/vhci", os.O_RDWR | os.O_NONBLOCK)
        try:
            os.write(file, bytes([VENDOR, 0]))
            yield cls(file)
        finally:
            os.close(file)

    def serve(self, take: Callable[[bytes], None]) -> None:
        def readable() -> None:
            packet = os.read(self._file, 4096)
            if packet[0] != VENDOR:
                take(packet)

        asyncio.get_running_loop().add_reader(self._file, readable)

    def on_packet(self, packet: bytes) -> None:
        # The kernel refuses what it hears while the adapter is switched off; a controller talks on.
        with suppress(OSError):
            os.write(self._file, packet)


class Stick:
    """A USB stick of Bluetooth's class. Commands come as control requests, events leave by an interrupt endpoint."""

    def __init__(self, control: int) -> None:
        self._control = control
        self._events: SimpleQueue[bytes] = SimpleQueue()
        threading.Thread(target=self._talk, name="events", daemon=True).start()

    @classmethod
    @contextmanager
    def open(cls) -> Iterator["Stick"]:
        """The stick is plugged for as long as the body, or the process."""
        control = os.open(ENDPOINTS / "ep0", os.O_RDWR)
        try:
            os.write(control, _descriptors())
            os.write(control, struct.pack("<4I", _STRINGS, 16, 0, 0))
            (GADGET / "UDC").write_text(USB_CONTROLLER, encoding="ascii")
            yield cls(control)
        finally:
            os.close(control)

    def serve(self, take: Callable[[bytes], None]) -> None:
        def readable() -> None:
            event = os.read(self._control, 12)
            to_host, length, kind = event[0] & _IN, int.from_bytes(event[6:8], "little"), event[8]
            if kind != _SETUP:
                return
            if to_host:
                with suppress(OSError):  # reading where it wants to be written to refuses the request
                    os.read(self._control, 0)
            else:
                take(bytes([COMMAND]) + os.read(self._control, length))

        asyncio.get_running_loop().add_reader(self._control, readable)

    def on_packet(self, packet: bytes) -> None:
        if packet[0] == EVENT:
            self._events.put(packet[1:])

    def _talk(self) -> None:
        endpoint = os.open(ENDPOINTS / "ep1", os.O_RDWR)
        while True:
            event = self._events.get()
            with suppress(OSError):  # nobody listens while the stick is being reset
                os.write(endpoint, event)


def _descriptors() -> bytes:
    speeds = [_interface(interrupt=(16, 1), bulk=64), _interface(interrupt=(64, 4), bulk=512)]
    flags = _FULL_SPEED | _HIGH_SPEED | _REQUESTS_TO_THE_DEVICE
    body = struct.pack("<III", flags, 4, 4) + b"".join(speeds)
    return struct.pack("<II", _DESCRIPTORS, 8 + len(body)) + body


def _interface(interrupt: tuple[int, int], bulk: int) -> bytes:
    """One interface of class wireless, Bluetooth; one endpoint for events, two for data."""
    size, interval = interrupt
    endpoints = [(_IN | 1, _INTERRUPT, size, interval), (_IN | 2, _BULK, bulk, 0), (3, _BULK, bulk, 0)]
    found = struct.pack("<9B", 9, 4, 0, 0, len(endpoints), 0xE0, 1, 1, 0)
    return found + b"".join(struct.pack("<BBBBHB", 7, 5, *endpoint) for endpoint in endpoints)
