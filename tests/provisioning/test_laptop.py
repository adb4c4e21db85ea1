"""A technician's laptop: seeds for many boxes, labels whose codes a scanner reads, the record."""

import json
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.provision import provision
from provisioning import record
from provisioning.labels import content, sheet

BROKER = ("--broker", "mqtts://broker.shop.example:8883", "--enrol", "https://ca.shop.example")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(provision, [str(argument) for argument in arguments])


def shops(folder: Path, rows: list[str]) -> Path:
    table = folder / "shops.csv"
    table.write_text("site,label,sensors\n" + "\n".join(rows) + "\n")
    (folder / "door.toml").write_text('[cameras.door]\ndevice = "v4l2:/dev/video0"\n')
    return table


def test_five_hundred_seeds(tmp_path: Path) -> None:
    table = shops(tmp_path, [f"shop-{number:03},door {number % 3},door.toml" for number in range(500)])
    began = time.monotonic()
    done = run("make", "--csv", table, *BROKER, "--out", tmp_path / "out")
    print(f"500 seeds and their labels: {time.monotonic() - began:.1f} s")
    assert done.exit_code == 0, done.output
    assert "500 seeds" in done.output
    assert "21 pages of labels" in done.output
    seeds = list(tmp_path.glob("out/*/box.toml"))
    assert len(seeds) == 500
    assert {file.stat().st_mode & 0o777 for file in seeds} == {0o600}
    tokens = {re.findall(r'token = "(.+)"', file.read_text())[0] for file in seeds}
    assert len(tokens) == 500
    rows = record.read(tmp_path / "out/record.jsonl")
    assert set(rows) == {file.parent.name for file in seeds}
    told = (tmp_path / "out/record.jsonl").read_text()
    assert not any(token in told for token in tokens), "the record holds no secret"
    assert (tmp_path / "out/labels.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("shop 1,x,", "site = 'shop 1': write 1 to 32 letters, digits, _ . -"),
        ("shop-1,x,none.toml", "sensors = 'none.toml': No such file or directory: name a file beside the CSV"),
        ("shop-1,x,bad.toml", "cameras.door.fps"),
    ],
)
def test_one_wrong_row_and_nothing_is_made(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "bad.toml").write_text("[cameras.door]\nfps = -1\n")
    table = shops(tmp_path, ["shop-0,x,door.toml", row])
    done = run("make", "--csv", table, *BROKER, "--out", tmp_path / "out")
    assert done.exit_code == 65
    assert "line 3: " in done.output
    assert said in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("code", ["2WYR-RANU", "2WYRRANU", "2wyr-ranu"])
def test_a_code_is_taken_as_the_box_shows_it(tmp_path: Path, code: str) -> None:
    done = run("make", "--site", "kiel", "--code", code, *BROKER, "--out", tmp_path, "--no-labels")
    assert done.exit_code == 0, done.output
    (seed,) = tmp_path.glob("*/box.toml")
    assert 'code = "2WYRRANU"' in seed.read_text()


def test_columns_that_are_not_known(tmp_path: Path) -> None:
    table = tmp_path / "shops.csv"
    table.write_text("shop,mac\nx,y\n")
    done = run("make", "--csv", table, *BROKER)
    assert done.exit_code == 2
    assert "site is required" in done.output


def test_what_boxes_left_is_read_back(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("make", "--site", "kiel", *BROKER, "--out", out, "--no-labels").exit_code == 0
    ((name, _),) = record.read(out / "record.jsonl").items()
    stick = tmp_path / "stick"
    stick.mkdir()
    assert run("readback", stick, "--record", out / "record.jsonl").exit_code == 1
    (stick / f"{name}.born.json").write_text(
        json.dumps({"box": name, "provisioned": "2026-11-22", "certificate": "ab"})
    )
    (stick / "stranger.born.json").write_text(json.dumps({"box": "stranger", "provisioned": "2026-11-22"}))
    (stick / "torn.born.json").write_text("{")
    done = run("readback", stick, "--record", out / "record.jsonl", "--json")
    assert done.exit_code == 0
    (row,) = json.loads(done.output)
    assert (row["box"], row["certificate"], row["site"]) == (name, "ab", "kiel")
    lines = (out / "record.jsonl").read_text().count("\n")
    run("readback", stick, "--record", out / "record.jsonl")
    assert (out / "record.jsonl").read_text().count("\n") == lines, "read twice, written once"


def test_a_torn_record_is_said(tmp_path: Path) -> None:
    (tmp_path / "record.jsonl").write_text('{"box": "a"}\n{"bo')
    done = run("readback", tmp_path, "--record", tmp_path / "record.jsonl")
    assert done.exit_code == 65
    assert "line 2" in done.output


def test_a_label_holds_nothing_secret(tmp_path: Path) -> None:
    assert content("abcd") == "passerby:abcd"
    assert sheet(tmp_path / "labels.pdf", [("a" * 16, "kiel", "door")] * 25) == 2


def test_the_record_fits_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    row = {"box": "f7qqeycabasl3ft7", "site": "berlin-1", "label": "door left", "made": "2026-11-22T22:33:36+00:00"}
    born = {"box": row["box"], "provisioned": "2026-11-23T09:10:11+00:00", "certificate": "0123456789ab" * 5}
    (tmp_path / "record.jsonl").write_text(f"{json.dumps(row)}\n{json.dumps(born)}\n")
    shown = run("readback", tmp_path, "--record", tmp_path / "record.jsonl").output.splitlines()
    assert shown[1].split() == [
        "f7qqeycabasl3ft7",
        "berlin-1",
        "door",
        "left",
        "2026-11-22",
        "2026-11-23",
        "0123456789ab",
    ]
