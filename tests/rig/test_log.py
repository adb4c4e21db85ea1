"""The card that remembers every write, looked at after each moment at which its power could have been cut."""

import asyncio
import os
from pathlib import Path

import pytest

from mqtt.outbox import open_outbox
from tests.mqtt.box import window
from tests.rig.devices import LoggedDisk

pytestmark = [pytest.mark.rig, pytest.mark.timeout(300)]


def test_what_was_synced_is_on_the_card_at_every_later_moment_and_not_before(logged_disk: LoggedDisk) -> None:
    for name in ("first", "second"):
        with (logged_disk.path / name).open("wb") as file:
            file.write(name.encode() * 1000)
            file.flush()
            logged_disk.mark(f"{name}-written")
            os.fsync(file.fileno())
        logged_disk.mark(f"{name}-synced")

    moments = [(marks, sorted(here(folder))) for marks, folder in logged_disk.cuts()]

    assert ["first-written"] in [marks for marks, files in moments if not files], (
        "a cut in time loses what is not synced"
    )
    for marks, files in moments:
        for name in ("first", "second"):
            assert f"{name}-synced" not in marks or name in files
    assert moments[-1][1] == ["first", "second"]


def here(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir() if file.is_file() and file.stat().st_size]


async def test_the_outbox_keeps_its_word_at_every_moment(logged_disk: LoggedDisk) -> None:
    async with open_outbox(logged_disk.path / "o.db", group_s=0.01) as outbox:
        for number in range(1, 4):
            seqs = await asyncio.gather(*(outbox.put(window(number)) for _ in range(3)))
            logged_disk.mark(f"promised-{max(seqs)}")

    looked_at = 0
    for marks, folder in logged_disk.cuts():
        promised = max((int(mark.split("-")[1]) for mark in marks), default=0)
        if not (folder / "o.db").exists():
            assert not promised
            continue
        async with open_outbox(folder / "o.db", group_s=0.01) as outbox:
            there = [row.seq for row in await outbox.batch(1000)]
            assert outbox.stats().quarantined == 0
        assert there == list(range(1, len(there) + 1))
        assert len(there) >= promised
        looked_at += 1
    print(f"{looked_at} moments")
    assert looked_at > 5
