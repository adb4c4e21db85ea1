"""The one step of Bluetooth that needs a privilege: opens the kernel's management socket and hands it to who asks.

systemd starts it for one connection, which is its standard input; it reads nothing from it and ends. It imports nothing
of ours, so that it is soon there.
"""

import ctypes
import os
import socket
import struct
from contextlib import suppress

AF_BLUETOOTH, BTPROTO_HCI = 31, 1
_CHANNEL_CONTROL, _NO_INDEX = 3, 0xFFFF
_SO_RCVBUFFORCE = 33
_RECEIVE_BUFFER = 1 << 20


class Refused(Exception):
    """There is no such socket to be had: a word of the operators' table, and why."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


def opened() -> socket.socket:
    """A bound management socket; it listens when this process has CAP_NET_ADMIN now. Raises Refused."""
    try:
        connection = socket.socket(AF_BLUETOOTH, socket.SOCK_RAW | socket.SOCK_CLOEXEC, BTPROTO_HCI)
    except OSError:
        raise Refused("no_bluetooth", "this kernel has no Bluetooth: load the adapter's module") from None
    # Python's own bind knows no channel before 3.14.
    address = struct.pack("<HHH", AF_BLUETOOTH, _NO_INDEX, _CHANNEL_CONTROL)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.bind(connection.fileno(), address, len(address)) != 0:
        connection.close()
        raise Refused("denied", f"the management socket refused: {os.strerror(ctypes.get_errno())}")
    with suppress(PermissionError):
        connection.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    return connection


def main() -> None:
    """Answer with the socket, or with the word and the reason for having none."""
    with socket.socket(fileno=0) as asking:
        try:
            with opened() as ours:
                socket.send_fds(asking, [b"opened"], [ours.fileno()])
        except Refused as refusal:
            asking.send(f"{refusal.code}\n{refusal.reason}".encode())


if __name__ == "__main__":
    main()
