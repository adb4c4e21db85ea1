"""The benches of WiFi on invented folders: they read the form they say, and judge what they read."""

import json
import random
from pathlib import Path

import pytest

from bench import wifi_devices, wifi_occupancy
from tests.drivers.wifi import frames

START = 1_700_000_000


def lab(folder: Path, days: int) -> Path:
    """Days of two hours: an hour empty, an hour with people, each with a phone of some model that scans."""
    folder.mkdir()
    lines = ["position,day,start_epoch_s,end_epoch_s,occupancy"]
    for day in range(days):
        dice, start, told = random.Random(day), START + day * 86_400, []
        people = dice.randint(4, 14)
        for at in range(0, 7200, 20):
            for person in range(people if at >= 3600 else 0):
                if dice.random() < 0.3:
                    abilities = (b"\x01\x04\x02\x04\x0b" + bytes((person % 6,)), frames.HT)
                    head = frames.common(dice.randint(-65, -50))
                    told.append(
                        (
                            start + at + dice.random(),
                            head + frames.probe(b"\xda" + dice.randbytes(5), at, b"", abilities),
                        )
                    )
        name = f"position_9_2024-01-{day + 1:02d}"
        (folder / f"{name}.pcap").write_bytes(frames.capture(sorted(told)))
        for begin, end, count in ((0, 3590, 0), (3600, 7190, people)):
            lines.append(f"position_9,2024-01-{day + 1:02d},{start + begin},{start + end},{count}")
    (folder / "occupancy.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_occupancy_of_one_folder_and_across_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = lab(tmp_path / "train", 10), lab(tmp_path / "test", 4)
    assert wifi_occupancy.main(["--train", str(train), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["days"] == 10
    assert 0 < told["five_fold_by_day"]["windows_occupied"] < told["five_fold_by_day"]["windows"]
    assert told["five_fold_by_day"]["mae_occupied"] < told["shipped_default"]["mae_occupied"] + 4
    assert wifi_occupancy.main(["--train", str(train), "--test", str(test), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"test", "test_recalibrated_by_door_counts", "shipped_default"} <= set(told)
    assert wifi_occupancy.main(["--train", str(tmp_path)]) == 2


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
