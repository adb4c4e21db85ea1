"""Bluetooth from a recording to a subscriber: devices, staff, and not one byte of an address."""

import random
from itertools import chain
from pathlib import Path
from typing import Any

from tests.drivers.ble.btsnoop import h4_report, write
from tests.e2e.trial import run_box

UUID = "e2c56db5dffb48d2b060d0f5a71096e0"
PHONES = [bytes([0x4A, 0xBE, 0xEF, 0x51, 0x77, number]) for number in range(6)]
BADGE = bytes.fromhex("c0fee1900d01")
TELEVISION = bytes.fromhex("f8b46a112233")
IPHONE = bytes.fromhex("02011a0aff4c0010050a1c2b3c4d")
CONFIG = f"""
[box]
site = "shop"
timezone = "UTC"
[window]
seconds = 60
[ble.counter]
device = "btsnoop:FILE?speed=max"
[ble.door]
device = "btsnoop:FILE?speed=max"
enter_dbm = -40
leave_dbm = -45
[badges.sales]
id = "{UUID}"
role = "sales"
[badge_zones.till]
radio = "counter"
enter_dbm = -60
leave_dbm = -66
"""


def recording(path: Path, seconds: int) -> None:
    """Four phones stay, a fifth changes its address half way, a television and a passer-by do not count; a badge
    walks to and fro. Two radios hear it, one of which counts nobody at its gate."""
    badge = bytes.fromhex("0201061aff4c000215" + UUID + "00010002c5")
    fading = random.Random(4)

    def second(at: int) -> list[tuple[float, bytes]]:
        changing = PHONES[4] if at < seconds / 2 else PHONES[5]
        said = [h4_report(phone, -62 + fading.randint(-4, 4), IPHONE) for phone in (*PHONES[:4], changing)]
        said.append(h4_report(TELEVISION, -50, IPHONE, random=False))
        said.append(h4_report(bytes([0x4B, 0xAD, 0, 0, at >> 8, at & 255]), -90, IPHONE))
        said.append(h4_report(BADGE, -50 if at % 40 < 20 else -80, badge))
        return [(at + number / 10, packet) for number, packet in enumerate(said)]

    write(path, chain.from_iterable(second(at) for at in range(seconds)))


async def test_from_two_recordings_to_a_subscriber(tmp_path: Path) -> None:
    recording(tmp_path / "day.btsnoop", 300)
    config = tmp_path / "box.toml"
    config.write_text(CONFIG.replace("FILE", str(tmp_path / "day.btsnoop")))
    trial = await run_box(config, tmp_path)
    assert trial.code == 0, trial.printed.decode()

    reports: list[Any] = trial.of("report")
    whole = reports[1:-1]
    assert len(whole) >= 3
    for report in whole:
        devices, door = report["devices"]
        assert (devices["name"], devices["min_devices"]) == ("counter", 5)
        assert (door["name"], door["min_devices"]) == ("door", 0)
        assert 4.8 <= devices["occupancy"] <= 5.1
        (roles,) = report["roles"]
        assert (roles["role"], roles["on_duty"], roles["reason"]) == ("sales", None, "below_floor")
    assert reports[-2]["staff"][0]["on_duty"] == 1.0
    # Twenty seconds of every forty, over two windows of sixty.
    covered = [report["staff_zones"][0]["covered"] for report in reports[-3:-1]]
    assert 0.4 <= sum(covered) / 2 <= 0.6
    _nothing_of_an_address(bytes(trial.sent) + trial.printed, tmp_path / "state")


def _nothing_of_an_address(said: bytes, state: Path) -> None:
    kept = b"".join(file.read_bytes() for file in state.rglob("*") if file.is_file())
    everything = (said + kept).lower()
    for address in (*PHONES, BADGE, TELEVISION):
        shapes = (
            address,
            address[::-1],
            address.hex().encode(),
            address.hex(":").encode(),
            address[::-1].hex().encode(),
        )
        assert not any(shape in everything for shape in shapes)
    assert UUID.encode() not in everything
