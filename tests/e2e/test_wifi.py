"""WiFi from a capture to a subscriber: phones counted under changing addresses, and not one byte of them told."""

import gzip
import random
from pathlib import Path

from tests.drivers.wifi import frames
from tests.e2e.trial import run_box

NAME = b"Home of Ann 4711"
CONFIG = """
[box]
site = "shop"
timezone = "UTC"
[window]
seconds = 60
[wifi.window]
device = "pcap:FILE?speed=max"
gate_dbm = -80
"""


def day(path: Path, seconds: int) -> list[bytes]:
    """Six phones of six models scan every 15 s with a new address each time; a seventh passes too far away.

    They scan 1.5 s apart: within a second, two that share one of the 4096 tokens by chance would count as one.
    """
    dice = random.Random(7)
    told, addresses = [], []
    for at in range(0, seconds, 15):
        for phone in range(7):
            address = bytes((0xDA, 0xBE)) + dice.randbytes(4)
            addresses.append(address)
            rssi_dbm = -90 if phone == 6 else -50 - 4 * phone
            abilities = (b"\x01\x04\x02\x04\x0b" + bytes((phone + 20,)), frames.HT, frames.EXTENDED)
            for n in range(3):
                frame = frames.common(rssi_dbm) + frames.probe(address, at + n, NAME, abilities)
                told.append((1000.0 + at + phone * 1.5 + n / 50, frame))
    path.write_bytes(gzip.compress(frames.capture(told)))
    return addresses


async def test_from_a_capture_to_a_subscriber(tmp_path: Path) -> None:
    addresses = day(tmp_path / "day.pcap.gz", 300)
    config = tmp_path / "box.toml"
    config.write_text(CONFIG.replace("FILE", str(tmp_path / "day.pcap.gz")), encoding="utf-8")
    trial = await run_box(config, tmp_path)
    assert trial.code == 0, trial.printed.decode()

    whole = trial.of("report")[1:-1]
    assert len(whole) >= 3
    rows = [report["phones"][0] for report in whole]  # type: ignore[index]
    for row in rows:
        assert row["name"] == "window"
        assert row["devices_low"] == 6
        assert 6 <= row["devices"] <= row["devices_high"]
        assert (row["near"] + row["inside"], row["far"]) == (row["devices"], 0)
        assert row["near"] == round(row["devices"] * 2 / 6), "two of the six are loud"
        assert (row["persons"], row["reason"]) == (None, "not_calibrated")
        assert row["heard"] == 6 * 3 * 4
    assert len({report["epoch"] for report in whole}) == len(whole)
    for name, output in trial.outputs(tmp_path / "state"):
        for address in addresses:
            for shape in (address, address[::-1], address.hex().encode(), address.hex(":").encode()):
                assert shape not in output.lower(), name
        assert NAME not in output
