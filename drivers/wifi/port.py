"""A packet socket on a monitor interface that lets the kernel throw away whatever is no probe request.

It never transmits. Source: packet(7), socket(7) SO_ATTACH_FILTER; the filter is what tcpdump compiles for
`type mgt subtype probe-req` over radiotap.
"""

import ctypes
import errno
import fcntl
import socket
import struct
from pathlib import Path

from drivers.base import DriverMisconfigured, DriverUnavailable

NET = Path("/sys/class/net")
ARPHRD_ETHER, ARPHRD_RADIOTAP = 1, 803
ETH_P_ALL = 3
SO_ATTACH_FILTER, SO_RCVBUFFORCE = 26, 33
SOL_PACKET, PACKET_STATISTICS = 263, 6
SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914
IFF_UP = 1
BUFFER_BYTES = 4 << 20
FRAME_BYTES = 4096

# ldb [3]; lsh 8; tax; ldb [2]; or x; tax (the radiotap length); ldb [x+0]; and 0xfc; jeq 0x40; ret all / ret 0
PROBE_REQUESTS = (
    *((0x30, 0, 0, 3), (0x64, 0, 0, 8), (0x07, 0, 0, 0), (0x30, 0, 0, 2), (0x4C, 0, 0, 0), (0x07, 0, 0, 0)),
    *((0x50, 0, 0, 0), (0x54, 0, 0, 0xFC), (0x15, 0, 1, 0x40), (0x06, 0, 0, 0x40000), (0x06, 0, 0, 0)),
)


class Port:
    """One bound socket. `receive` answers frames until there are none; `lost` counts what the kernel dropped."""

    def __init__(self, interface: str) -> None:
        """Open it. Raises DriverUnavailable (gone, down) or DriverMisconfigured (wrong_type, no_permission)."""
        self.interface = interface
        self.index = index_of(interface)
        check_type(interface)
        self.lost = 0
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        except PermissionError:
            raise _no_permission("CAP_NET_RAW") from None
        try:
            self._prepare()
        except BaseException:
            self._socket.close()
            raise

    def _prepare(self) -> None:
        """Filter first, bind last: with protocol 0 nothing arrives before the filter stands."""
        _only_probe_requests(self._socket)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        try:
            self._socket.bind((self.interface, ETH_P_ALL))
        except OSError as error:
            raise self.diagnose(error) from None

    def fileno(self) -> int:
        return self._socket.fileno()

    def receive(self, most: int) -> list[bytes]:
        """At most `most` frames that are waiting. Raises DriverUnavailable when the interface went away or down."""
        frames: list[bytes] = []
        receive = self._socket.recv
        try:
            while len(frames) < most:
                frames.append(receive(FRAME_BYTES))
        except BlockingIOError:
            pass
        except OSError as error:
            raise self.diagnose(error) from None
        return frames

    def count_lost(self) -> int:
        """Frames that the kernel dropped since the port was opened, because nobody fetched them in time."""
        told = self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        self.lost += struct.unpack("II", told)[1]
        return self.lost

    def check(self) -> None:
        """Raise what is wrong with the interface now: a socket of a lost interface is silent for ever."""
        try:
            name = socket.if_indextoname(self.index)
        except OSError:
            raise DriverUnavailable("gone", "the radio was unplugged") from None
        if name != self.interface:
            raise DriverUnavailable("renamed", "the interface has another name now; a udev rule keeps names stable")
        if not is_up(name):
            raise DriverUnavailable("down", "the interface was taken down")

    def diagnose(self, error: OSError) -> DriverUnavailable | DriverMisconfigured:
        """What to tell the supervisor about an error of the socket."""
        if error.errno in (errno.EPERM, errno.EACCES):
            return _no_permission("CAP_NET_RAW")
        try:
            self.check()
        except DriverUnavailable as cause:
            return cause
        return DriverUnavailable("failed", f"the packet socket says {errno.errorcode.get(error.errno or 0, 'nothing')}")

    def close(self) -> None:
        self._socket.close()


class PairPort(Port):
    """One end of a pair of packet sockets in place of an interface: the same filter, and somebody who plays the air."""

    def __init__(self, connection: socket.socket) -> None:
        self.interface, self.index, self.lost = "", 0, 0
        self._socket = connection
        _only_probe_requests(connection)

    def receive(self, most: int) -> list[bytes]:
        """At most `most` frames that are waiting. Raises DriverUnavailable when the other end was closed."""
        frames = super().receive(most)
        if b"" in frames:
            raise DriverUnavailable("gone", "the radio was unplugged")
        return frames

    def count_lost(self) -> int:
        """None: who plays the air is told that there is no room."""
        return 0

    def check(self) -> None:
        """Nothing can be wrong with it but its end."""


def _only_probe_requests(connection: socket.socket) -> None:
    connection.setblocking(False)
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in PROBE_REQUESTS)
    program = ctypes.create_string_buffer(code, len(code))
    length_and_address = struct.pack("HL", len(PROBE_REQUESTS), ctypes.addressof(program))
    connection.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, length_and_address)


def index_of(interface: str) -> int:
    """The number of an interface; DriverUnavailable `gone` if there is none."""
    try:
        return socket.if_nametoindex(interface)
    except OSError:
        raise DriverUnavailable(
            "gone", "there is no interface of the configured name; is the radio plugged in?"
        ) from None


def check_type(interface: str) -> None:
    """Refuse what is no monitor interface, with the remedy."""
    try:
        kind = int((NET / interface / "type").read_text(encoding="utf-8"))
    except OSError:
        raise DriverUnavailable("gone", "the radio was unplugged") from None
    if kind == ARPHRD_RADIOTAP:
        return
    remedy = "it is no WiFi interface"
    if (NET / interface / "phy80211").exists():
        remedy = "set it to monitor mode: the driver may do so with CAP_NET_ADMIN"
    raise DriverMisconfigured("wrong_type", f"the interface does not speak radiotap (type {kind}, not 803): {remedy}")


def is_up(interface: str) -> bool:
    """Whether the interface is up; False if it is gone."""
    return bool(_flags(interface) & IFF_UP)


def set_up(interface: str, up: bool) -> None:
    """Bring an interface up or down. Raises DriverUnavailable (gone, busy) or DriverMisconfigured (no_permission)."""
    flags = _flags(interface)
    wanted = flags | IFF_UP if up else flags & ~IFF_UP
    request = struct.pack("16sH22x", interface.encode(), wanted)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)
        except PermissionError:
            raise _no_permission("CAP_NET_ADMIN") from None
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise DriverUnavailable("gone", "the radio was unplugged") from None
            raise DriverUnavailable(
                "busy", "the interface cannot be brought up: is another program using it?"
            ) from None


def _flags(interface: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            told = fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack("16sH22x", interface.encode(), 0))
        except OSError:
            return 0
    return int(struct.unpack("16sH22x", told)[1])


def _no_permission(capability: str) -> DriverMisconfigured:
    return DriverMisconfigured("no_permission", f"listening needs {capability}: the service unit grants it")
