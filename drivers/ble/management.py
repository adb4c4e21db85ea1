"""The kernel's management socket: every advert while bluetoothd runs or not, and the adapter's switch. Who opens it
needs CAP_NET_ADMIN to listen; naming adapters needs nothing. It never pairs, connects or changes more than power."""

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from drivers.base import DriverUnavailable
from drivers.ble import mgmt, opener

Connect = Callable[[], Awaitable[socket.socket]]

_DATAGRAM = 4096
_ANSWER_S = 12.0
"""The kernel gives a controller 2 s for each command and a power-up takes several."""
OPENER = Path("/run/passerby-bluetooth.sock")
"""Where systemd starts drivers.ble.opener for a daemon that may not open the socket itself."""
_OPENER_S = 30.0


async def kernel_socket() -> socket.socket:
    """A bound management socket: the opener's where there is one, else our own. Raises DriverUnavailable."""
    return await asyncio.to_thread(handed_socket, OPENER) if OPENER.is_socket() else own_socket()


def handed_socket(place: Path) -> socket.socket:
    """The socket that a privileged process at `place` opens for us. Raises DriverUnavailable, its own reason too."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
        asking.settimeout(_OPENER_S)
        try:
            asking.connect(str(place))
            said, descriptors, _, _ = socket.recv_fds(asking, _DATAGRAM, 1)
        except OSError as error:
            raise DriverUnavailable("denied", f"{place} hands out no socket: {error.strerror or error}") from None
    if descriptors:
        return socket.socket(opener.AF_BLUETOOTH, socket.SOCK_RAW, opener.BTPROTO_HCI, fileno=descriptors[0])
    code, _, reason = said.decode("utf-8", "replace").partition("\n")
    raise DriverUnavailable(code or "denied", reason or f"{place} said nothing: journalctl -u 'passerby-bluetooth@*'")


def own_socket() -> socket.socket:
    """A socket of this process's own rights. Raises DriverUnavailable where the kernel has no Bluetooth."""
    try:
        return opener.opened()
    except opener.Refused as refusal:
        raise DriverUnavailable(refusal.code, refusal.reason) from None


class Management:
    """One open management socket. `hear` gets every event that answers no command; it must not block."""

    def __init__(self, connection: socket.socket, hear: Callable[[mgmt.Event], None]) -> None:
        self._connection = connection
        self._hear = hear
        self._asked: dict[tuple[int, int], asyncio.Future[mgmt.Reply]] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, connect: Connect, hear: Callable[[mgmt.Event], None]) -> AsyncIterator["Management"]:
        """Acquire the socket for as long as the body. Raises DriverUnavailable."""
        loop = asyncio.get_running_loop()
        with await connect() as connection:
            connection.setblocking(False)
            self = cls(connection, hear)
            loop.add_reader(connection, self._readable)
            try:
                yield self
            finally:
                loop.remove_reader(connection)

    async def ask(self, frame: bytes, timeout: float = _ANSWER_S) -> mgmt.Reply:
        """Send one command and wait for its reply. Raises DriverUnavailable when none comes."""
        code, index, _ = struct.unpack_from("<HHH", frame)
        answer: asyncio.Future[mgmt.Reply] = asyncio.get_running_loop().create_future()
        self._asked[index, code] = answer
        try:
            # Some kernels answer 0 to a send that went through: only an error counts.
            self._connection.send(frame)
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError:
            raise DriverUnavailable("stalled", "the kernel did not answer a management command in time") from None
        except OSError as error:
            raise DriverUnavailable("gone", f"the management socket failed: {os.strerror(error.errno or 0)}") from None
        finally:
            self._asked.pop((index, code), None)

    async def adapters(self) -> dict[int, mgmt.Info]:
        """The adapters that the kernel has, by index."""
        reply = await self.ask(mgmt.command(mgmt.READ_INDEX_LIST))
        found = {index: await self.ask(mgmt.command(mgmt.READ_INFO, index)) for index in mgmt.indices(reply.body)}
        infos = {index: mgmt.info(answer.body) for index, answer in found.items()}
        return {index: info for index, info in infos.items() if info is not None}

    async def power(self, index: int, on: bool) -> mgmt.Reply:
        """Switch an adapter's power."""
        return await self.ask(mgmt.command(mgmt.SET_POWERED, index, bytes([on])))

    async def answers(self, index: int) -> bool:
        """Whether the controller itself still obeys: discovery is started and stopped, which it must confirm.

        Reading the adapter's state would not do: the kernel answers that from memory.
        """
        mask = bytes([mgmt.LOW_ENERGY])
        started = await self.ask(mgmt.command(mgmt.START_DISCOVERY, index, mask))
        if started.status == mgmt.BUSY:
            return True
        if started.status != mgmt.SUCCESS:
            return False
        stopped = await self.ask(mgmt.command(mgmt.STOP_DISCOVERY, index, mask))
        return stopped.status in (mgmt.SUCCESS, mgmt.REJECTED)

    def _readable(self) -> None:
        while True:
            try:
                frame = self._connection.recv(_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                frame = b""
            if not frame:
                asyncio.get_running_loop().remove_reader(self._connection)
                self._hear(mgmt.IndexRemoved(mgmt.NO_INDEX))
                return
            self._take(mgmt.decode(frame))

    def _take(self, event: mgmt.Event | None) -> None:
        if event is None:
            return
        if isinstance(event, mgmt.Reply):
            answer = self._asked.get((event.index, event.command))
            if answer is not None and not answer.done():
                answer.set_result(event)
            return
        self._hear(event)
