"""The kernel's end of the Bluetooth management socket, with one adapter whose controller can freeze or be pulled.

Spelt again from BlueZ doc/mgmt-api.txt, so that the driver does not confirm itself; it refuses to have a radio.
"""

import asyncio
import socket
import struct

_READ_INDEX_LIST, _READ_INFO, _SET_POWERED = 0x03, 0x04, 0x05
_ADD_ADVERTISING, _REMOVE_ADVERTISING, _ADD_MONITOR, _REMOVE_MONITOR = 0x3E, 0x3F, 0x52, 0x53
_SUCCESS, _INVALID_INDEX, _RFKILLED, _PERMISSION_DENIED = 0x00, 0x11, 0x12, 0x14
_POWERED, _LE_ENABLED = 1 << 0, 1 << 9


class Kernel:
    """`connect` is what `kernel_socket` is: each call opens one more socket to this kernel."""

    def __init__(self, address: bytes = bytes.fromhex("00aabbccddee"), *, privileged: bool = True) -> None:
        self.address = address
        self.privileged = privileged
        self.plugged = self.powered = True
        self.frozen = self.deaf = self.rfkilled = False
        self.monitors: dict[int, socket.socket] = {}
        self.commands: list[int] = []
        self.transmitted: bytes | None = None
        self._ends: list[socket.socket] = []
        self._handle = 0

    async def connect(self) -> socket.socket:
        """A new socket whose other end this kernel answers."""
        theirs, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._ends.append(ours)
        asyncio.get_running_loop().add_reader(ours, self._readable, ours)
        return theirs

    def close(self) -> None:
        """End every socket."""
        for end in self._ends:
            asyncio.get_running_loop().remove_reader(end)
            end.close()
        self._ends.clear()

    def advert(self, address: str, data: bytes, *, rssi_dbm: int = -60, random: bool = True) -> None:
        """One advert, as a controller that listens would report it."""
        if not (self.plugged and self.powered and self.monitors) or self.frozen or self.deaf:
            return
        sender = bytes.fromhex(address.replace(":", ""))[::-1]
        body = struct.pack("<H", 0) + sender
        body += struct.pack("<BbIH", 2 if random else 1, rssi_dbm, 0, len(data)) + data
        self._tell(0x002F, body)

    def unplug(self) -> None:
        """Pull the adapter."""
        self.plugged = False
        self.monitors.clear()
        self._tell(0x0005, b"")

    def plug(self) -> None:
        """Put it back."""
        self.plugged = True
        self._tell(0x0004, b"")

    def switch(self, on: bool) -> None:
        """Somebody else switches the adapter's power."""
        self.powered = on
        self._tell(0x0006, struct.pack("<I", self._flags()))

    def bluetoothd_restarts(self) -> None:
        """bluetoothd clears every monitor when it starts."""
        for handle in list(self.monitors):
            del self.monitors[handle]
            self._tell(0x002C, struct.pack("<H", handle))

    def _flags(self) -> int:
        return _LE_ENABLED | (_POWERED if self.powered else 0)

    def _tell(self, code: int, body: bytes) -> None:
        for end in self._ends:
            self._send(end, struct.pack("<HHH", code, 0, len(body)) + body)

    def _send(self, end: socket.socket, frame: bytes) -> None:
        try:
            end.send(frame)
        except (BrokenPipeError, ConnectionResetError, BlockingIOError):
            return

    def _readable(self, end: socket.socket) -> None:
        try:
            frame = end.recv(4096)
        except ConnectionResetError:
            frame = b""
        if not frame:
            asyncio.get_running_loop().remove_reader(end)
            self._ends.remove(end)
            self.monitors = {handle: owner for handle, owner in self.monitors.items() if owner is not end}
            end.close()
            return
        code, index, _ = struct.unpack_from("<HHH", frame)
        self.commands.append(code)
        answer = self._answer(code, index, frame[6:], end)
        if answer is None:
            return
        status, body = answer
        head = struct.pack("<HB", code, status)
        event = 0x0001 if status == _SUCCESS else 0x0002
        self._send(end, struct.pack("<HHH", event, index, 3 + len(body)) + head + body)

    def _answer(self, code: int, index: int, body: bytes, end: socket.socket) -> tuple[int, bytes] | None:
        if code == _READ_INDEX_LIST:
            return 0, struct.pack("<HH", 1, 0) if self.plugged else struct.pack("<H", 0)
        if not self.plugged or index != 0:
            return _INVALID_INDEX, b""
        if code == _READ_INFO:
            head = self.address[::-1] + bytes([12, 0x5D, 0]) + bytes(4)
            return 0, head + struct.pack("<I", self._flags()) + bytes(263)
        if not self.privileged:
            return _PERMISSION_DENIED, b""
        if code in (_ADD_MONITOR, _REMOVE_MONITOR):
            return self._monitor(code, body, end)
        return (0x03, b"") if self.frozen else self._obey(code, body)

    def _obey(self, code: int, body: bytes) -> tuple[int, bytes]:
        if code == _SET_POWERED:
            if self.rfkilled and body[0]:
                return _RFKILLED, b""
            self.switch(bool(body[0]))
            # A power cycle is what brings a scanner back that reports nothing.
            self.deaf = self.deaf and self.powered
        if code == _ADD_ADVERTISING:
            self.transmitted = body[11:]
        if code == _REMOVE_ADVERTISING:
            self.transmitted = None
        return 0, struct.pack("<I", self._flags())

    def _monitor(self, code: int, body: bytes, end: socket.socket) -> tuple[int, bytes]:
        if code == _REMOVE_MONITOR:
            self.monitors.pop(struct.unpack("<H", body)[0], None)
            return 0, body
        if body[0] == 0:
            return 0x0D, b""
        self._handle += 1
        self.monitors[self._handle] = end
        return 0, struct.pack("<H", self._handle)
