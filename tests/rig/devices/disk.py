"""An SD card that forgets what was not synced: ext4 on device-mapper's flakey target, cut and mounted again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rig.devices._kernel import command, load

CARD = "/dev/vdb"
MAPPED = "passerby-card"
FOLDER = Path("/mnt/card")
SECTOR = 512


@dataclass(frozen=True, slots=True)
class Disk:
    """`path` is a folder on the card (about 230 MB)."""

    path: Path

    def power_cut(self) -> None:
        """Lose every write that has not reached the card, and come back as after the next boot.

        Files must be opened again; whoever still holds one keeps the old mount busy, which is an error here.
        """
        _table("flakey", "0 1 1 drop_writes")
        _unmount()
        _table("linear")
        _mount()


def card_sectors() -> int:
    """The card's size in sectors."""
    return int(Path("/sys/class/block/vdb/size").read_text(encoding="ascii"))


def _table(target: str, *options: str) -> None:
    """Give the mapping another table; what the kernel has not written yet stays in its memory and meets the new one."""
    new = " ".join(("0", str(card_sectors()), target, CARD, "0", *options))
    command("dmsetup", "suspend", "--noflush", "--nolockfs", MAPPED)
    command("dmsetup", "load", MAPPED, "--table", new)
    command("dmsetup", "resume", MAPPED)


def _mount() -> None:
    FOLDER.mkdir(exist_ok=True)
    command("mount", "-t", "ext4", f"/dev/mapper/{MAPPED}", str(FOLDER))


def _unmount() -> None:
    command("umount", str(FOLDER))
    Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")


@contextmanager
def disk(*, fresh: bool) -> Iterator[Disk]:
    """The card, formatted when `fresh`; otherwise as the last power cut left it."""
    load("dm_flakey")
    if fresh:
        command("mkfs.ext4", "-q", "-F", CARD)
    command("dmsetup", "create", MAPPED, "--table", f"0 {card_sectors()} linear {CARD} 0")
    _mount()
    try:
        yield Disk(FOLDER)
    finally:
        _unmount()
        command("dmsetup", "remove", "--retry", MAPPED)
