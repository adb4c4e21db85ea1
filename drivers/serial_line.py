"""A serial line on the event loop's own file descriptor, locked for this process; no threads, any baud rate.

Losing the device is DriverUnavailable; what is read and not yet taken is bounded.
"""

import asyncio
import errno
import fcntl
import os
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from serial import Serial, SerialException

from drivers.base import DriverMisconfigured, DriverUnavailable

BACKLOG_BYTES = 65_536
_WRITE_S = 2.0

_OPEN_ERRORS = {
    errno.ENOENT: ("absent", "the serial device is not plugged in"),
    errno.ENODEV: ("absent", "the serial device is not plugged in"),
    errno.ENXIO: ("absent", "the serial device is not plugged in"),
    errno.EACCES: ("no_permission", "the serial device may not be opened: the box's user is not in group dialout"),
    errno.EPERM: ("no_permission", "the serial device may not be opened: the box's user is not in group dialout"),
    errno.EBUSY: ("busy", "another program has the serial device"),
    errno.EAGAIN: ("busy", "another program has the serial device"),
    errno.EIO: ("gone", "the serial device hung up while it was opened"),
}


BY_ID = Path("/dev/serial/by-id")


def by_id(path: str, names: Path = BY_ID) -> str | None:
    """The name under `names` that stays with this device when ports are numbered anew, if there is one."""
    links = sorted(names.glob("*"))
    return next((str(link) for link in links if link.resolve() == Path(path).resolve()), None)


class Line:
    """An open line. `dropped` counts bytes that nobody took in time."""

    def __init__(self, port: Serial) -> None:
        self.dropped = 0
        self._port = port
        self._fd: int = port.fileno()
        self._arrived = bytearray()
        self._wake = asyncio.Event()
        self._gone = False

    @property
    def baud(self) -> int:
        return int(self._port.baudrate)

    @baud.setter
    def baud(self, baud: int) -> None:
        """Change the rate at once and forget what arrived at the old one."""
        self._port.baudrate = baud
        self.forget()

    def forget(self) -> None:
        """Drop what has arrived and was not read."""
        with suppress(OSError, termios.error):
            termios.tcflush(self._fd, termios.TCIFLUSH)
        self._arrived.clear()

    async def read(self, within: float) -> bytes:
        """What has arrived, waiting at most `within` seconds for it; empty when the line stays quiet.

        Raises DriverUnavailable once the device has gone.
        """
        if not self._arrived and not self._gone:
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._wake.wait()
        if self._arrived:
            chunk = bytes(self._arrived)
            self._arrived.clear()
            return chunk
        if self._gone:
            raise DriverUnavailable("gone", "the serial device was unplugged or hung up")
        return b""

    async def write(self, data: bytes) -> None:
        """Send all of `data`. Raises DriverUnavailable when the device has gone or takes nothing for 2 seconds."""
        left = memoryview(data)
        try:
            async with asyncio.timeout(_WRITE_S):
                while left:
                    try:
                        left = left[os.write(self._fd, left) :]
                    except BlockingIOError:
                        await self._writable()
        except TimeoutError as error:
            raise DriverUnavailable("stalled", "the serial device takes no more bytes") from error
        except OSError as error:
            raise DriverUnavailable("gone", "the serial device was unplugged or hung up") from error

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_writer(self._fd, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_writer(self._fd)

    def _readable(self) -> None:
        try:
            chunk = os.read(self._fd, 4096)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if chunk:
            self._arrived += chunk
            excess = len(self._arrived) - BACKLOG_BYTES
            if excess > 0:
                self.dropped += excess
                del self._arrived[:excess]
        else:
            self._gone = True
            asyncio.get_running_loop().remove_reader(self._fd)
        self._wake.set()

    @property
    def listener(self) -> Callable[[], None]:
        """What the event loop calls when the descriptor has something to say."""
        return self._readable


@asynccontextmanager
async def open_line(path: str, baud: int) -> AsyncIterator[Line]:
    """Open and lock the device at `path`. Raises DriverUnavailable or DriverMisconfigured."""
    port = _opened(path, baud)
    line, loop = Line(port), asyncio.get_running_loop()
    fd = port.fileno()
    loop.add_reader(fd, line.listener)
    try:
        yield line
    finally:
        loop.remove_reader(fd)
        with suppress(OSError):
            fcntl.ioctl(fd, termios.TIOCNXCL)
        with suppress(OSError, termios.error):
            port.close()


def _opened(path: str, baud: int) -> Serial:
    try:
        port = Serial(path, baudrate=baud, timeout=0, write_timeout=0, exclusive=True)
        fcntl.ioctl(port.fileno(), termios.TIOCEXCL)
    except SerialException as error:
        code, reason = _OPEN_ERRORS.get(error.errno or 0, ("", ""))
        if code:
            raise DriverUnavailable(code, reason) from error
        raise DriverMisconfigured("not_serial", "the device is not a serial line, or refuses this baud rate") from error
    except (OSError, termios.error) as error:
        raise DriverUnavailable("gone", "the serial device hung up while it was opened") from error
    except (ValueError, OverflowError) as error:
        raise DriverMisconfigured("bad_option", "the baud rate is not one") from error
    return port
