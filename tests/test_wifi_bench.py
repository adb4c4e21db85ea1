"""The benches of WiFi on invented folders: they read the form they say, and judge what they read."""

import json
import random
from pathlib import Path

import pytest

from bench import wifi_devices, wifi_occupancy
from tests.drivers.wifi import frames
from tests.drivers.wifi.lab import START, lab


def test_occupancy_of_one_folder_and_across_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = lab(tmp_path / "train", 6), lab(tmp_path / "test", 2)
    assert wifi_occupancy.main(["--train", str(train), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["days"] == 6
    assert 0 < told["five_fold_by_day"]["windows_occupied"] < told["five_fold_by_day"]["windows"]
    assert told["five_fold_by_day"]["mae_occupied"] < told["shipped_default"]["mae_occupied"] + 4
    assert wifi_occupancy.main(["--train", str(train), "--test", str(test), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"test", "test_recalibrated_by_door_counts", "test_taught_daily_by_door_counts"} <= set(told)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("position,day,start_epoch_s,end_epoch_s", "no column occupancy"),
        (
            "position,day,start_epoch_s,end_epoch_s,occupancy\nposition_9,2024-01-01,1,2,many",
            "line 2: occupancy is 'many'",
        ),
        ("position,day,start_epoch_s,end_epoch_s,occupancy\nposition_9,2024-01-01,1", "line 2: end_epoch_s is None"),
        ("position,day,start_epoch_s,end_epoch_s,occupancy\nposition_9,2024-01-01,9,2,1", "line 2: a count ends after"),
        (
            "position,day,start_epoch_s,end_epoch_s,occupancy\nposition_9,2024-01-01,1,9000,1",
            "no capture has ten minutes",
        ),
    ],
)
def test_a_broken_truth_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str) -> None:
    (tmp_path / "occupancy.csv").write_text(line, encoding="utf-8")
    assert wifi_occupancy.main(["--train", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_a_broken_capture_and_a_folder_without_truth_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert wifi_occupancy.main(["--train", str(tmp_path)]) == 2
    assert "occupancy.csv" in capsys.readouterr().err
    (tmp_path / "position_9_2024-01-01.pcap").write_bytes(b"nothing")
    (tmp_path / "occupancy.csv").write_text(
        "position,day,start_epoch_s,end_epoch_s,occupancy\nposition_9,2024-01-01,1,9000,1", encoding="utf-8"
    )
    assert wifi_occupancy.main(["--train", str(tmp_path)]) == 2
    assert "neither pcap nor pcapng" in capsys.readouterr().err
    assert wifi_devices.main([str(tmp_path)]) == 2
    assert "neither pcap nor pcapng" in capsys.readouterr().err
    assert wifi_devices.main([str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_file_without_probe_requests_is_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Phone1-A.csv").write_text("Time;Address\n1;2\n", encoding="utf-8")
    (tmp_path / "Phone2-A.pcap").write_bytes(frames.capture([(1.0, frames.common(-50) + frames.beacon())]))
    assert wifi_devices.main([str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "csv:Phone1-A: left out" in told
    assert "Phone2-A: left out" in told


def test_mixes_of_labelled_phones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(1)
    for number in range(4):
        abilities = (b"\x01\x04\x02\x04\x0b" + bytes((number,)), frames.HT)
        told = [
            (START + at, frames.common(-50) + frames.probe(b"\xda" + dice.randbytes(5), at, b"", abilities))
            for at in range(number, 1200, 60 + number)
        ]
        (tmp_path / f"Model{number}-A_anonymized.pcap").write_bytes(frames.capture(told))
    assert wifi_devices.main([str(tmp_path), "--json"]) == 0
    told_json = json.loads(capsys.readouterr().out)
    assert told_json["models"] == 4
    assert told_json["distinct_models"]["v_measure"] == pytest.approx(1.0)
    assert told_json["distinct_models"]["mape"] == 0.0
    assert told_json["same_model"] == {}


def test_v_measure_is_one_for_the_truth_and_nought_for_one_heap() -> None:
    assert wifi_devices.v_measure(["a", "a", "b"], [1, 1, 2]) == pytest.approx(1.0)
    assert wifi_devices.v_measure(["a", "a", "b"], [1, 1, 1]) == pytest.approx(0.0)
