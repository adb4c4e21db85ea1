"""The installer's calibration: from captures and counts to a model that a box tells persons by."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analytics.radio.site import SiteModel
from cli.main import main
from config.wifi import Wifi
from daemon.wifi import site_model
from drivers.base import DriverMisconfigured
from privacy.tokens import Preset
from tests.drivers.wifi import frames
from tests.drivers.wifi.lab import START, lab
from tests.e2e.trial import run_box

BOX = """
[box]
site = "shop"
timezone = "UTC"
[privacy]
preset = "extended"
[window]
seconds = 300
[wifi.room]
device = "pcap:FILE?speed=max"
gate_dbm = GATE
model = "MODEL"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine days of a room, its truth as an installer would write it down, and as a box with a door counter told it."""
    folder = lab(tmp_path_factory.mktemp("site") / "lab", 9)
    written, told = ["start,end,persons"], []
    for line in (folder / "occupancy.csv").read_text(encoding="utf-8").splitlines()[1:]:
        _, _, start, end, persons = line.split(",")
        written.append(f"{start},{end},{persons}")
        for at in range(int(start), int(end) - 290, 300):
            row = {"area": "room", "inside": int(persons), "person_seconds": 300.0 * int(persons)}
            told.append(json.dumps({"topic": "t", "payload": {"start": at, "seconds": 300, "occupancy": [row]}}))
    (folder / "counts.csv").write_text("\n".join(written) + "\n", encoding="utf-8")
    (folder / "reports.jsonl").write_text("\n".join(told) + "\n", encoding="utf-8")
    return folder


def calibrated(site: Path, model: Path, *more: str, counts: str = "counts.csv") -> Result:
    files = [str(path) for path in sorted(site.glob("*.pcap"))]
    arguments = ["wifi", "calibrate", *files, "--counts", str(site / counts), "--model", str(model), "--json", *more]
    return CliRunner().invoke(main, arguments)


async def test_a_box_tells_persons_by_what_an_installer_counted(site: Path, tmp_path: Path) -> None:
    done = calibrated(site, tmp_path / "site.npz")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["days"] == 9
    assert told["mean_error"] < told["constant_error"] / 2
    assert frames.PHONE not in (tmp_path / "site.npz").read_bytes()

    day = sorted(site.glob("*.pcap"))[0]
    config = tmp_path / "box.toml"
    text = BOX.replace("FILE", str(day)).replace("MODEL", str(tmp_path / "site.npz"))
    config.write_text(text.replace("GATE", "-80"), encoding="utf-8")
    trial = await run_box(config, tmp_path)
    assert trial.code == 0, trial.printed.decode()
    rows = [report["phones"][0] for report in trial.of("report")[1:-1]]  # type: ignore[index]
    assert all(row.get("reason") is None for row in rows)
    assert max(row["persons"] for row in rows) >= 3
    assert all(row["persons_low"] <= row["persons"] <= row["persons_high"] for row in rows)


def test_a_box_with_a_door_counter_calibrates_itself(site: Path, tmp_path: Path) -> None:
    done = calibrated(site, tmp_path / "site.npz", "--area", "room", counts="reports.jsonl")
    assert done.exit_code == 0, done.output
    assert SiteModel.load(tmp_path / "site.npz").gate_dbm == -80


def test_the_model_knows_its_gate(site: Path, tmp_path: Path) -> None:
    assert calibrated(site, tmp_path / "site.npz", "--gate", "-70").exit_code == 0
    radio = Wifi.model_validate({"device": "mon:wlan1", "model": str(tmp_path / "site.npz")})
    with pytest.raises(DriverMisconfigured, match="set gate_dbm to that"):
        site_model(radio, Preset.EXTENDED)
    with pytest.raises(DriverMisconfigured, match="extended"):
        site_model(radio, Preset.STRICT)
    with pytest.raises(DriverMisconfigured, match="passerby wifi calibrate"):
        site_model(radio.model_copy(update={"model": str(tmp_path / "none.npz")}), Preset.EXTENDED)
    fitting = site_model(radio.model_copy(update={"gate_dbm": -70}), Preset.EXTENDED)
    assert fitting is not None
    assert fitting.gate_dbm == -70


def test_what_a_radio_cannot_tell_is_not_written(site: Path, tmp_path: Path) -> None:
    """Counts of another room, in which every other day nobody was."""
    counts = tmp_path / "counts.csv"
    lines = ["start,end,persons"]
    for day in range(9):
        for turn in range(12):
            at = START + day * 86_400 + 3600 + turn * 300
            lines.append(f"{at},{at + 300},{5 * (day % 2)}")
    counts.write_text("\n".join(lines), encoding="utf-8")
    done = calibrated(site, tmp_path / "site.npz", counts=str(counts))
    assert done.exit_code == 1, done.output
    assert json.loads(done.output)["model"] is None
    assert not (tmp_path / "site.npz").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("start,end\n1,2\n", "no column persons"),
        (
            "start,end,persons\n2026-03-01T10:00:00,2026-03-01T11:00:00,3\n",
            "line 2: '2026-03-01T10:00:00' has no time zone",
        ),
        ("start,end,persons\n1000,2000,-1\n", "line 2"),
        ("start,end,persons\n2000,1000,1\n", "line 2"),
        ("start,end,persons\n1000,2000,many\n", "line 2"),
        ("start,end,persons\n1000,3000,1\n2000,4000,2\n", "same time"),
        ("start,end,persons\n1000,9000,1\n", "0 days; three are needed"),
        ('{"topic": "t", "payload": {}}\n', "--area"),
    ],
)
def test_broken_counts_are_named(site: Path, tmp_path: Path, text: str, said: str) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text(text, encoding="utf-8")
    done = calibrated(site, tmp_path / "site.npz", counts=str(counts))
    assert done.exit_code == 2
    assert said in done.output.replace("\n", " ")


def test_an_unknown_area_is_named(site: Path, tmp_path: Path) -> None:
    done = calibrated(site, tmp_path / "site.npz", "--area", "yard", counts="reports.jsonl")
    assert done.exit_code == 2
    assert "it has room" in done.output


def test_what_is_no_capture_is_named(site: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.pcap").write_text("ten people", encoding="utf-8")
    done = calibrated(tmp_path, tmp_path / "site.npz", counts=str(site / "counts.csv"))
    assert done.exit_code == 2
    assert "notes.pcap" in done.output.replace("\n", "")
