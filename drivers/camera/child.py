"""A child process that gives pictures on a pipe: it can be killed, so nothing that hangs in it can hang the box."""

import asyncio
import fcntl
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from drivers.base import DriverMisconfigured, DriverUnavailable

PIPE_BYTES = 1 << 20
_ENDING_S = 5.0


class Child:
    """One running child: pictures come on its standard output, remarks on its standard error."""

    def __init__(self, process: asyncio.subprocess.Process, pipe: int) -> None:
        self._process = process
        self._pipe = pipe

    async def remark(self) -> bytes:
        """The next line of its standard error; empty at the end, a bare newline for one that is absurdly long."""
        assert self._process.stderr is not None
        try:
            return await self._process.stderr.readline()
        except ValueError:
            return b"\n"

    async def fill(self, view: memoryview) -> bool:
        """Read from its standard output straight into `view`, all of it; False when it closed that before."""
        while view:
            try:
                count = os.readv(self._pipe, [view])
            except BlockingIOError:
                await _readable(self._pipe)
                continue
            if count == 0:
                return False
            view = view[count:]
        return True

    async def code(self) -> int:
        """Its exit code, once it has closed its output; one that does not exit counts as killed."""
        try:
            async with asyncio.timeout(_ENDING_S):
                return await self._process.wait()
        except TimeoutError:
            return -9


async def _readable(pipe: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(pipe, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(pipe)


@asynccontextmanager
async def running(command: Sequence[str], told: bytes = b"", *, remarks: bool = False) -> AsyncIterator[Child]:
    """Run `command` with `told` (at most a page) as its input; it is killed and reaped on leaving.

    `remarks` says that its standard error will be read; otherwise nobody hears it. Raises DriverMisconfigured when
    there is no such program, DriverUnavailable when it cannot be started now.
    """
    reading, writing = os.pipe()
    try:
        with suppress(OSError):  # a small pipe is only slower
            fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        os.set_blocking(reading, False)
        heard = _filled(told)
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=heard,
                stdout=writing,
                stderr=asyncio.subprocess.PIPE if remarks else asyncio.subprocess.DEVNULL,
                limit=PIPE_BYTES,
                start_new_session=True,
            )
        except (FileNotFoundError, PermissionError):
            raise DriverMisconfigured("no_decoder", f"{command[0]} cannot be run on this machine") from None
        except OSError:
            raise DriverUnavailable("busy", "the box has no room for another process") from None
        finally:
            os.close(heard)
            os.close(writing)
        try:
            yield Child(process, reading)
        finally:
            await asyncio.shield(_reap(process))
    finally:
        os.close(reading)


def _filled(told: bytes) -> int:
    """A pipe that holds `told` and then ends, to be read by the child and by nobody else."""
    reading, writing = os.pipe()
    try:
        os.write(writing, told)
    finally:
        os.close(writing)
    return reading


async def _reap(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # and what it may have started
    while process.stderr is not None and await process.stderr.read(PIPE_BYTES):
        pass  # what nobody read keeps the pipe, and so the child, from being forgotten
    await process.wait()
