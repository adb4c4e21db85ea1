"""The technician's survey, on a recording of a shop with a street before it."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.wifi import suggested_gate
from drivers.wifi.port import is_up
from tests.drivers.wifi import frames
from tests.drivers.wifi.air import Air

NAME = b"Cafe Central"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Phones inside around -58 dBm on channel 6, the street around -88 dBm on channel 1."""
    dice = random.Random(3)
    told = []
    for n in range(600):
        inside = n % 3 == 0
        rssi_dbm = round(dice.gauss(-58 if inside else -88, 4))
        told.append((n / 10, frames.common(rssi_dbm, mhz=2437 if inside else 2412) + frames.probe(name=NAME)))
    path = tmp_path / "shop.pcap"
    path.write_bytes(frames.capture(told))
    return path


def test_it_counts_channels_and_suggests_the_gate_between_shop_and_street(recording: Path) -> None:
    done = CliRunner().invoke(main, ["wifi", "survey", f"pcap:{recording}?speed=max", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert [(row["channel"], row["frames"]) for row in told["channels"]] == [(1, 400), (6, 200)]
    assert -80 <= told["suggested_gate_dbm"] <= -66
    assert told["kept_by_gate"] == pytest.approx(1 / 3, abs=0.04)
    assert sum(told["histogram_dbm"].values()) == told["frames"] == 600


def test_the_picture_has_the_gate_and_no_name_or_address(recording: Path) -> None:
    done = CliRunner().invoke(main, ["wifi", "survey", f"pcap:{recording}?speed=max"])
    assert done.exit_code == 0
    assert "gate_dbm" in done.output
    assert "█" in done.output
    assert NAME.decode() not in done.output
    assert frames.PHONE.hex(":") not in done.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["mon:none0", "--seconds", "1"], 3), (["hci:0"], 2), (["pcap:/nowhere"], 2), (["mon:lo", "--seconds", "1"], 2)],
)
def test_exit_codes_say_what_is_wrong(arguments: list[str], code: int) -> None:
    assert CliRunner().invoke(main, ["wifi", "survey", *arguments]).exit_code == code


def test_every_dongle_of_a_radio_is_prepared(tmp_path: Path) -> None:
    config = tmp_path / "box.toml"
    config.write_text('[box]\nsite = "shop"\n[wifi.street]\ndevice = "mon:pbprep0+pbprep1"\n', encoding="utf-8")
    with Air("pbprep1", up=False):
        done = CliRunner().invoke(main, ["wifi", "prepare", str(config)])
        assert is_up("pbprep1")
    assert done.exit_code == 3
    assert "street: pbprep1: monitor" in done.output
    assert "street: pbprep0: gone: " in done.output


def test_a_survey_names_the_dongle_that_is_missing() -> None:
    with Air("pbprep2"):
        done = CliRunner().invoke(main, ["wifi", "survey", "mon:pbprep2+pbprep3", "--seconds", "1", "--json"])
    assert json.loads(done.output)["absent"] == {"pbprep3": "gone"}


def test_the_gate_stays_where_gates_make_sense() -> None:
    assert suggested_gate(Counter()) is None
    assert suggested_gate(Counter({-40: 10, -41: 10})) == -80
    assert -80 <= (suggested_gate(Counter({-30: 50, -50: 50})) or 0) <= -65
