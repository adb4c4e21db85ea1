"""Small filesystems that can be filled, and one whose power can be cut; they need root and loop devices."""

import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_EXT4_IOC_SHUTDOWN = 0x8004587D
_NO_LOG_FLUSH = 2


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"{command[0]} is not allowed here: {done.stderr.strip()[:120]}")


@contextmanager
def tmpfs(folder: Path, size: str) -> Iterator[Path]:
    """A filesystem in RAM of a fixed size."""
    if os.geteuid():
        pytest.skip("mounting needs root")
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Disk:
    """An ext4 filesystem in a file. `cut` loses every write that was not synced, as pulling the plug does."""

    def __init__(self, image: Path, folder: Path) -> None:
        if os.geteuid() or not shutil.which("mkfs.ext4", path="/usr/sbin:/sbin"):
            pytest.skip("a loop filesystem needs root and mkfs.ext4")
        self.folder, self._image = folder, image
        folder.mkdir()
        _run("truncate", "-s", "48M", str(image))
        _run("/usr/sbin/mkfs.ext4", "-q", "-F", str(image))
        self.mount()
        os.sync()

    def mount(self) -> None:
        """Power on: the journal is replayed. The loop device of the last time may not be free at once.

        A copy is mounted: a container that began meanwhile keeps the old mount, and the kernel would give it to us.
        """
        anew = self._image.with_name(f"{self._image.name}_")
        _run("cp", "--sparse=always", str(self._image), str(anew))
        self._image.unlink()
        self._image = anew
        for _ in range(50):
            done = subprocess.run(
                ["mount", "-o", "loop,rw", str(self._image), str(self.folder)], capture_output=True, check=False
            )
            if not done.returncode and os.access(self.folder, os.W_OK):
                return
            subprocess.run(["umount", str(self.folder)], capture_output=True, check=False)
            time.sleep(0.1)
        pytest.skip("loop devices cannot be mounted here")

    def cut(self) -> None:
        """Power off, now; what is open gets EIO from here on."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _EXT4_IOC_SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))
        finally:
            os.close(handle)

    def unmount(self) -> None:
        """Take the medium out."""
        subprocess.run(["umount", str(self.folder)], check=True)
