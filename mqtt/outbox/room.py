"""Room on the disk: a ballast file that is given up when others have filled it, and the store's own files."""

import os
from contextlib import suppress
from pathlib import Path
from time import monotonic

BALLAST = 2 << 20
_RETRY_S = 30.0


class Ballast:
    """A preallocated file whose space lets the store work for as long as the disk is full."""

    def __init__(self, path: Path, size: int = BALLAST) -> None:
        self._path = path
        self._size = size
        self._next_try = 0.0
        self.held = False

    def take(self) -> None:
        """Allocate the ballast unless that would leave the disk full; at most one try every 30 s."""
        if self.held or monotonic() < self._next_try:
            return
        self._next_try = monotonic() + _RETRY_S
        if self._path.exists() and self._path.stat().st_blocks * 512 >= self._size:
            self.held = True
            return
        space = os.statvfs(self._path.parent)
        if space.f_bavail * space.f_frsize < 2 * self._size:
            return
        with suppress(OSError), self._path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, self._size)
            os.fsync(file.fileno())
            self.held = True

    def release(self) -> bool:
        """Give the space up; False when it was given up before."""
        was_held = self._path.exists()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        self.held = False
        self._next_try = monotonic() + _RETRY_S
        return was_held


def set_aside(path: Path, stamp: int) -> Path:
    """Rename a damaged store to *.corrupt-STAMP, together with its log, and remove any earlier one."""
    for old in path.parent.glob(f"{path.name}.corrupt-*"):
        old.unlink()
    target = path.with_name(f"{path.name}.corrupt-{stamp}")
    for suffix in ("", "-wal"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(target.with_name(target.name + suffix))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    sync_folder(path.parent)
    return target


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def written_by_this_thread() -> int:
    """Bytes that the calling thread has caused to be sent to the medium; 0 where the kernel does not count."""
    with suppress(OSError), Path("/proc/thread-self/io").open(encoding="ascii") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name == "write_bytes":
                return int(value)
    return 0
