"""The board's own figures become faults with a cause; a machine that does not say is not said to be well."""

import datetime
from pathlib import Path

import pytest

from daemon.board import Board, board
from tests.mqtt.authority import Authority


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_a_machine_that_says_nothing(tmp_path: Path) -> None:
    assert board(None, tmp_path) == Board(None, None, None)
    assert board(tmp_path / "none.pem", tmp_path).causes(0.0) == ()


@pytest.mark.parametrize(
    ("millis", "bits", "codes"),
    [
        ("55000\n", "0x0\n", []),
        ("81500\n", "0x50000\n", []),
        ("81500\n", "0xe0008\n", ["too_hot"]),
        ("60000\n", "0x50005\n", ["undervoltage"]),
        ("rubbish", "rubbish", []),
    ],
)
def test_heat_and_voltage(tmp_path: Path, millis: str, bits: str, codes: list[str]) -> None:
    put(tmp_path, "sys/class/thermal/thermal_zone0/temp", millis)
    put(tmp_path, "sys/devices/platform/soc/soc:firmware/get_throttled", bits)
    assert [cause.code for cause in board(None, tmp_path).causes(0.0)] == codes


def test_a_certificate_that_ends_soon_is_a_fault_and_a_renewed_one_is_seen(tmp_path: Path) -> None:
    certificate, _ = Authority(tmp_path / "ca").issue("box", ends=datetime.timedelta(days=20))
    seen = board(certificate, tmp_path)
    assert seen.certificate_ends is not None
    assert seen.causes(seen.certificate_ends - 15 * 86400) == ()
    assert [cause.code for cause in seen.causes(seen.certificate_ends - 13 * 86400)] == ["certificate_ends"]
    later, _ = Authority(tmp_path / "ca2").issue("box", ends=datetime.timedelta(days=90))
    later.replace(certificate)
    renewed = board(certificate, tmp_path).certificate_ends
    assert renewed is not None
    assert renewed > seen.certificate_ends
    certificate.write_text("torn")
    assert board(certificate, tmp_path).certificate_ends is None
