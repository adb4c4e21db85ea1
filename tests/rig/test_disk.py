"""The forgetful card: what was synced survives, what was not is gone, in one boot and across a dead machine."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.rig.devices import Disk, Power

pytestmark = pytest.mark.rig


def write(file: Path, data: bytes, *, sync: bool) -> None:
    with file.open("wb") as out:
        out.write(data)
        out.flush()
        if sync:
            os.fsync(out.fileno())
    if sync:
        folder = os.open(file.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def rows(database: Path, synchronous: str, count: int) -> None:
    """Commit `count` rows one by one, as a daemon's outbox does."""
    with closing(sqlite3.connect(database, isolation_level=None)) as store:
        store.execute("pragma journal_mode=wal")
        store.execute(f"pragma synchronous={synchronous}")
        store.execute("create table counts (at integer primary key)")
        store.executemany("insert into counts values (?)", ((row,) for row in range(count)))


def test_a_power_cut_takes_what_was_not_synced(disk: Disk) -> None:
    write(disk.path / "synced", b"kept" * 1000, sync=True)
    write(disk.path / "not-synced", b"lost" * 1000, sync=False)
    disk.power_cut()

    assert (disk.path / "synced").read_bytes() == b"kept" * 1000
    lost = disk.path / "not-synced"
    assert not lost.exists() or lost.read_bytes() == b""


def test_cuts_add_up(disk: Disk) -> None:
    write(disk.path / "first", b"kept", sync=True)
    disk.power_cut()
    write(disk.path / "second", b"kept too", sync=True)
    disk.power_cut()
    assert sorted(file.name for file in disk.path.iterdir() if file.is_file()) == ["first", "second"]


def test_the_machine_dies_and_boots_again_with_its_card(disk: Disk, power: Power) -> None:
    if power.cuts == 0:
        rows(disk.path / "full.db", "full", 50)
        write(disk.path / "not-synced", b"lost" * 1000, sync=False)
        power.cut()

    assert power.cuts == 1
    with closing(sqlite3.connect(disk.path / "full.db")) as store:
        assert store.execute("select count(*), max(at) from counts").fetchone() == (50, 49)
        assert store.execute("pragma integrity_check").fetchone() == ("ok",)
    lost = disk.path / "not-synced"
    assert not lost.exists() or lost.read_bytes() == b""
