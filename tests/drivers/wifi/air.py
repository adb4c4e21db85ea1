"""A TAP device that calls itself a monitor interface: what is written into it, the packet socket hears."""

import fcntl
import os
import socket
import struct
from pathlib import Path
from types import TracebackType

import pytest

from drivers.wifi import port

TUNSETIFF, TUNSETLINK = 0x400454CA, 0x400454CD
IFF_TAP, IFF_NO_PI = 2, 0x1000
SIOCSIFNAME = 0x8923


class Air:
    """One TAP device of a link type; skips the test where the machine does not let us make one."""

    def __init__(self, name: str, link: int = port.ARPHRD_RADIOTAP, up: bool = True) -> None:
        self.name = name
        try:
            self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(self.fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
        except OSError as error:
            pytest.skip(f"no TAP device here: {error.strerror}")
        fcntl.ioctl(self.fd, TUNSETLINK, link)
        quiet = Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6")
        if quiet.exists():
            quiet.write_text("1", encoding="ascii")
        port.set_up(name, up)

    def send(self, frame: bytes) -> None:
        os.write(self.fd, frame)

    def rename(self, name: str) -> None:
        """Give the interface another name, as a udev rule does; it is down for that moment."""
        port.set_up(self.name, up=False)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, SIOCSIFNAME, struct.pack("16s16s8x", self.name.encode(), name.encode()))
        self.name = name
        port.set_up(name, up=True)

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self) -> "Air":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
