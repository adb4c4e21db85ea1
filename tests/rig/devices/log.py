"""An SD card whose every write is remembered in order (dm-log-writes), so that each moment is a power cut to look at.

The kernel notes a write when it has reached the card, and which writes a flush has made sure of.
"""

import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rig.devices._kernel import command, load

CARD, LOG = "/dev/vdb", "/dev/vdc"
MAPPED = "passerby-logged"
FOLDER, REPLAYED = Path("/mnt/logged"), Path("/mnt/replayed")
BEGINNING, STATE, CUT = (Path("/var/tmp") / f"card-{name}" for name in ("beginning", "state", "cut"))
CARD_BYTES = 24 << 20
SECTOR = 512
LAST_MARK = "dm-log-writes-end"
"""The kernel's own."""

# struct log_write_super and log_write_entry of drivers/md/dm-log-writes.c
_MAGIC = 0x6A736677736872
_SUPER = struct.Struct("<QQQI")
_ENTRY = struct.Struct("<QQQQ")
_FLUSH, _FUA, _DISCARD, _MARK = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Write:
    """One entry of the log: what a write put where, or a mark."""

    offset: int
    data: bytes
    sure: bool
    mark: str


@dataclass(slots=True)
class LoggedDisk:
    """`path` is a folder on the card. When all is written, `cuts` shows it as each power cut would have left it."""

    path: Path
    _mounted: bool = True

    def mark(self, name: str) -> None:
        """Note in the log that this moment was reached; `name` is one word."""
        command("dmsetup", "message", MAPPED, "0", "mark", name)

    def cuts(self) -> Iterator[tuple[list[str], Path]]:
        """For each moment at which something became sure or was marked: the marks so far, and the card after a boot."""
        self.unmount()
        shutil.copyfile(BEGINNING, STATE)
        marks: list[str] = []
        for write in _logged():
            with STATE.open("r+b") as card:
                card.seek(write.offset)
                card.write(write.data)
            marks += [write.mark] if write.mark not in ("", LAST_MARK) else []
            if write.sure or write.mark:
                with _booted() as folder:
                    yield list(marks), folder

    def unmount(self) -> None:
        """End the writing."""
        if self._mounted:
            command("umount", str(FOLDER))
            command("dmsetup", "remove", "--retry", MAPPED)
            self._mounted = False


def _logged() -> Iterator[Write]:
    with Path(LOG).open("rb") as log:
        magic, _, entries, size = _SUPER.unpack(log.read(_SUPER.size))
        assert magic == _MAGIC
        at = size
        for _ in range(entries):
            log.seek(at)
            head = log.read(size)
            sector, sectors, flags, length = _ENTRY.unpack_from(head)
            at += size
            mark = head[_ENTRY.size : _ENTRY.size + length].decode() if flags & _MARK else ""
            data = b""
            if not flags & _DISCARD:
                data = log.read(sectors * size)
                at += sectors * size
            yield Write(sector * size, data, bool(flags & (_FLUSH | _FUA)), mark)


@contextmanager
def _booted() -> Iterator[Path]:
    """The card as it is now, mounted by the next boot: its journal is played, on a copy."""
    shutil.copyfile(STATE, CUT)
    REPLAYED.mkdir(exist_ok=True)
    command("mount", "-o", "loop", str(CUT), str(REPLAYED))
    try:
        yield REPLAYED
    finally:
        command("umount", str(REPLAYED))


@contextmanager
def logged_disk() -> Iterator[LoggedDisk]:
    """A freshly formatted card for one test."""
    load("dm_log_writes")
    sectors = CARD_BYTES // SECTOR
    command("mkfs.ext4", "-q", "-F", CARD, f"{CARD_BYTES // 1024}k")
    with Path(CARD).open("rb") as card:
        BEGINNING.write_bytes(card.read(CARD_BYTES))
    command("dmsetup", "create", MAPPED, "--table", f"0 {sectors} log-writes {CARD} {LOG}")
    FOLDER.mkdir(exist_ok=True)
    command("mount", "-t", "ext4", f"/dev/mapper/{MAPPED}", str(FOLDER))
    disk = LoggedDisk(FOLDER)
    try:
        yield disk
    finally:
        disk.unmount()
        for file in (BEGINNING, STATE, CUT):
            file.unlink(missing_ok=True)
