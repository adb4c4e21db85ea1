"""Where the simulated air meets a driver: a TAP that calls itself a monitor interface, or a pair of packet sockets."""

import fcntl
import os
import socket
import struct
from contextlib import suppress
from pathlib import Path

_TUNSETIFF, _TUNSETLINK = 0x400454CA, 0x400454CD
_IFF_TAP, _IFF_NO_PI = 2, 0x1000
_ARPHRD_RADIOTAP = 803


class Tap:
    """A TAP `name` whose link is radiotap; whoever listens brings it up. Raises OSError where it may not be made."""

    def __init__(self, name: str) -> None:
        self._descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.ioctl(self._descriptor, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TAP | _IFF_NO_PI))
            fcntl.ioctl(self._descriptor, _TUNSETLINK, _ARPHRD_RADIOTAP)
            Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1", encoding="ascii")
        except FileNotFoundError:
            return
        except OSError:
            self.close()
            raise

    def send(self, frame: bytes) -> None:
        """One frame; what nobody has room for is lost, as in the air."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.write(self._descriptor, frame)

    def close(self) -> None:
        """Pull it out: the interface disappears."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


class Pair:
    """Two packet sockets; `theirs` is the listener's, who closes it."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.setblocking(False)

    def send(self, frame: bytes) -> None:
        """One frame; what nobody has room for is lost, as in the air."""
        with suppress(OSError):
            self._ours.send(frame)

    def close(self) -> None:
        """Pull it out: the listener's end hangs up."""
        self._ours.close()
