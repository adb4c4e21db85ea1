"""What an operator types on a running box, a degraded one and a dead one."""

import json
import re
import tarfile
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from rich.console import Console

from cli.metrics import exposition, write
from cli.scroll import scrolled
from cli.status import screen as status_screen
from cli.top import changes, screen
from cli.wipe import wipe
from cli.words import words
from daemon.control import serve
from tests.cli.test_box import box, passerby, until

STATUS: dict[str, Any] = {
    "at": 1,
    "clock": "holdover",
    "uptime": 7300,
    "epoch": 3,
    "cpu": 1.5,
    "rss": 90 << 20,
    "disk_free": 5 << 30,
    "soc_temp": None,
    "outbox_rows": 12,
    "outbox_bytes": 4096,
    "dropped": 0,
    "dead": 0,
    "reconnects": 2,
    "reasons": [{"code": "gone", "sensor": "wifi", "name": "street"}],
    "sensors": [
        {"sensor": "camera", "name": f"door{number}", "state": "running", "age": 0.1, "rate": 7.9, "reason": None}
        for number in range(30)
    ]
    + [{"sensor": "wifi", "name": "street", "state": "unavailable", "age": None, "rate": None, "reason": "gone"}],
    "details": {
        "verdict": "degraded",
        "site": "shop",
        "box": 'a"b',
        "version": "0.1.0",
        "broker": {
            "connected": False,
            "advice": "check the network " * 9,
            "in_flight": 0,
            "acknowledged": 40,
            "ack_seconds": 0.02,
            "troubles": {"refused": 2},
        },
        "outbox": {
            "quota": 64 << 20,
            "waiting": {"detail": 2, "alert": 0},
            "ages": {"detail": 8.5},
            "given_up": {"count": {"full": 7, "expired": 1}},
        },
        "lives": {"seconds": 86400, "crashfree": 3600, "starts": {"first": 1, "crash": 1}},
        "loop_lag": 0.004,
        "clock_offset": -0.0012,
        "life_used": None,
        "perception": {"door": {"bounds": [0.01, 0.1], "counts": [5, 2, 1], "seconds": 0.4, "wiped": 7}},
        "sensors": {
            "street": {
                "device": "mon:wlan1",
                "text": "there is no interface of that name",
                "restarts": 4,
                "since": 9,
                "frames": 5,
            }
        },
    },
}


async def test_a_running_box_from_every_side(tmp_path: Path) -> None:
    async with box(tmp_path) as run:
        await until(run, "running")
        at = ("--run", str(run))
        code, out, _ = await passerby("sensors", *at, "--json")
        assert code == 0
        assert json.loads(out)[0]["state"] == "running"
        code, out, _ = await passerby("sensors", *at)
        assert "camera door  sim:  running" in out
        code, out, _ = await passerby("queue", *at, "--json")
        assert code == 0
        assert json.loads(out)["quota"] == 64 << 20
        assert json.loads(out)["letters"] == []
        code, out, _ = await passerby("queue", *at)
        assert "waiting" in out
        code, out, _ = await passerby("top", *at, "--count", "2", "--every", "0.2")
        assert code == 0
        assert out.count("broker  ") == 1, "what has not changed is not sent again"
        code, out, err = await passerby("metrics", *at, "--write", str(tmp_path / "box.prom"))
        assert code == 0, err
        assert 'passerby_source_up{sensor="camera",name="door"} 1' in (tmp_path / "box.prom").read_text()
        code, out, err = await passerby("metrics", *at, "--write", str(tmp_path / "none" / "box.prom"))
        assert (code, err.count("\n")) == (1, 1), err
        code, out, _ = await passerby("preflight", *at, "--config", str(tmp_path / "box.toml"), "--json")
        told = json.loads(out)
        assert code == 2, "its broker is not there"
        assert {one["what"]: one["verdict"] for one in told["findings"]}["camera door"] == "PASS"
        assert {one["what"]: one["verdict"] for one in told["findings"]}["broker"] == "FAIL"
        assert told["seconds"] < 60
        assert json.loads((tmp_path / "state" / "preflight.json").read_text())["hash"] == told["hash"]


async def test_a_camera_that_is_gone_is_explained(tmp_path: Path) -> None:
    async with box(tmp_path, "v4l2:/dev/nothing-here") as run:
        for _ in range(100):
            code, out, _ = await passerby("sensors", "--run", str(run), "--json")
            (row,) = json.loads(out)
            if row["reason"]:
                break
    assert code == 1
    assert row["reason"] in words()
    assert row["person"]
    assert row["since"] is not None


async def test_nobody_answers(tmp_path: Path) -> None:
    for command in ("sensors", "queue", "top", "metrics"):
        code, out, _ = await passerby(command, "--run", str(tmp_path))
        assert code == 3, command
    assert "passerby_up 0\n# EOF\n" in out


def test_every_row_of_the_operators_table_has_a_remedy() -> None:
    assert len(words()) > 50
    for name, word in words().items():
        assert word.meaning, name
        assert word.box, name
        assert word.person, name


def plain(line: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


def test_the_live_screen_fits_and_shows_the_worst_first() -> None:
    lines = [plain(line) for line in screen(STATUS, 80, 24)]
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80
    assert "street" in lines[6]
    assert lines[6].endswith("gone: there is no interface ")
    assert lines[-1] == "and 15 more: passerby sensors"


def test_a_slow_line_gets_only_what_changed() -> None:
    before = screen(STATUS, 80, 24)
    after = screen({**STATUS, "uptime": 10900}, 80, 24)
    assert changes(before, before) == ""
    assert changes(before, after).count("\x1b[K") == 1
    assert len(changes(before, after)) < 100
    assert changes(["a", "b"], ["a"]) == "\x1b[2;1H\x1b[K"


LINE = re.compile(r'^passerby_[a-z_]+(\{([a-z]+="(?:[^"\\\n]|\\.)*",?)+\})? -?[0-9.]+$')


def test_the_metrics_are_openmetrics() -> None:
    lines = exposition(STATUS).splitlines()
    assert lines[-1] == "# EOF"
    samples = [line for line in lines if not line.startswith("#")]
    assert [line for line in samples if not LINE.match(line)] == []
    families = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families))
    assert 'passerby_fault{code="gone",sensor="wifi",name="street"} 1' in samples
    assert r'box="a\"b"' in exposition(STATUS)
    assert "soc_temperature" not in exposition(STATUS), "what is not known is left out, not 0"
    assert "medium_life" not in exposition(STATUS)
    assert 'passerby_dropped_total{class="count",reason="full"} 7' in samples
    assert 'passerby_queue_waiting_age_seconds{class="detail"} 8.5' in samples
    assert 'passerby_frames_wiped_total{name="door"} 7' in samples
    buckets = [line for line in samples if line.startswith("passerby_perception_seconds_bucket")]
    assert [line.rpartition(" ")[2] for line in buckets] == ["5", "7", "8"], "buckets add up"


PROMISED = {
    *("box", "uptime_seconds", "crashfree_seconds", "starts", "loop_lag_seconds", "cpu_seconds", "rss_bytes"),
    *("throttled_bits", "soc_temperature_celsius", "disk_free_bytes", "disk_written_bytes", "medium_life_used_ratio"),
    *("source_up", "source_last_progress_seconds", "source_rate", "source_items", "perception_seconds", "frames_wiped"),
    *("queue_rows", "queue_bytes", "queue_quota_bytes", "queue_waiting_rows", "queue_waiting_age_seconds"),
    *("queue_oldest_age_seconds", "dropped", "dead_letter_rows", "published", "ack_seconds", "in_flight"),
    *("mqtt_connected", "mqtt_troubles", "reconnects", "clock_synced", "clock_offset_seconds", "token_epoch"),
    "certificate_ends_timestamp_seconds",
}


def test_everything_that_an_operator_is_promised_is_measured() -> None:
    board = {"soc_temp": 51.5, "throttled": 1, "written": 4096, "outbox_age": 8.5, "certificate_ends": 1_800_000_000}
    status = {**STATUS, **board, "details": {**STATUS["details"], "life_used": 0.1}}
    told = set(re.findall(r"^# TYPE passerby_(\w+)", exposition(status), re.M))
    assert told - PROMISED == {"up", "fault", "operational_seconds", "source_restarts"}
    assert PROMISED - told == set()


def test_a_collector_never_sees_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "box.prom"
    write(file, "old\n")

    def fails(self: Path, target: Path) -> Path:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", fails)
        with pytest.raises(OSError):  # noqa: PT011 - whatever it is
            write(file, "new\n")
    assert file.read_text() == "old\n"
    write(file, "new\n")
    assert file.read_text() == "new\n"
    assert file.stat().st_mode & 0o777 == 0o644


async def test_wipe_leaves_nothing(tmp_path: Path) -> None:
    state, credentials, configuration = (tmp_path / name for name in ("state", "credstore", "etc"))
    for folder in (state, credentials, configuration):
        folder.mkdir()
    for file in (state / "outbox.sqlite", credentials / "passerby.key", configuration / "config.toml"):
        file.write_text("secret")
    (credentials / "other.key").write_text("not ours")
    (state / "set aside").mkdir()
    (state / "set aside" / "old").write_text("secret")
    folders = ["--run", tmp_path, "--state", state, "--credentials", credentials, "--configuration", configuration]
    arguments = ["wipe", *map(str, folders)]
    code, _, _ = await passerby(*arguments)
    assert code == 1, "not without being asked"
    assert (state / "outbox.sqlite").exists()
    code, _, _ = await passerby(*arguments, "--yes")
    assert code == 0
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == ["other.key"]
    assert list(state.iterdir()) == []


def test_wipe_takes_what_the_daemon_writes_while_it_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "outbox.sqlite-wal").write_text("counts")

    def stopping() -> None:
        (state / "outbox.sqlite-wal").unlink()
        (state / "status.json").write_text("last words")

    monkeypatch.setattr("cli.wipe._stop", stopping)
    folders = ["--run", tmp_path, "--state", state, "--credentials", tmp_path / "c", "--configuration", tmp_path / "e"]
    done = CliRunner().invoke(wipe, [*map(str, folders), "--yes"])
    assert (done.exit_code, done.output) == (0, "1 file is gone\n")
    assert list(state.iterdir()) == []


async def test_what_a_daemon_writes_is_not_wiped_under_it(tmp_path: Path) -> None:
    (tmp_path / "outbox.sqlite").write_text("counts")

    async def status(question: dict[str, object]) -> dict[str, object]:
        return {"at": 1}

    folders = [
        "--run",
        tmp_path,
        "--state",
        tmp_path,
        "--credentials",
        tmp_path / "c",
        "--configuration",
        tmp_path / "e",
    ]
    async with serve(tmp_path / "control.sock", {"status": status}, {}):
        code, _, err = await passerby("wipe", *map(str, folders), "--yes")
    assert code == 1
    assert "stop it first" in err
    assert (tmp_path / "outbox.sqlite").read_text() == "counts"


async def test_diag_has_no_secret_and_no_identifier(tmp_path: Path) -> None:
    from tests.canaries import sightings

    canaries = {
        "phone": bytes.fromhex("4abeef517701"),
        "badge": bytes.fromhex("c0fee1900d01"),
        "tag": bytes.fromhex("3034f8a5c4d2e1b7a9903344"),
        "key": bytes.fromhex("5ec2e75ec2e75ec2e75ec2e75ec2e75e"),
    }
    mac = canaries["phone"].hex(":")
    config = tmp_path / "config.toml"
    config.write_text(
        f'[cameras.door]\ndevice = "rtsp://owner:{canaries["key"].hex()}@192.168.7.9/door?password={mac}"\n'
        f'[badges.sales]\nid = "{canaries["badge"].hex()}"\n[ble.till]\ndevice = "hci:{mac.upper()}"\n'
        f'[mqtt]\nbroker = "mqtts://shop.example:8883"\nkey = "/etc/{canaries["key"].hex()}"\n'
    )
    (tmp_path / "status.json").write_text(
        json.dumps({"note": f"{mac} {canaries['tag'].hex()} 10.20.30.40 {int.from_bytes(canaries['phone'], 'big')}"})
    )
    out = tmp_path / "diag.tar.gz"
    folders = ["--run", tmp_path / "none", "--state", tmp_path, "--config", config, "--out", out]
    code, said, _ = await passerby("diag", *map(str, folders))
    assert code in (0, 1), said
    with tarfile.open(out) as archive:
        parts = {member.name: archive.extractfile(member) for member in archive.getmembers()}
        contents = [(name, part.read()) for name, part in parts.items() if part]
    assert {"passerby-diag/config.toml", "passerby-diag/status.json", "passerby-diag/manifest.json"} <= set(parts)
    assert list(sightings(canaries, contents)) == []
    everything = b"".join(content for _, content in contents)
    for secret in (b"192.168.7.9", b"10.20.30.40", b"owner:"):
        assert secret not in everything
    assert b"mqtts://shop.example:8883" in everything, "what support needs is still there"
    assert out.stat().st_mode & 0o777 == 0o600


def test_the_status_of_a_box_with_four_sensors_and_three_faults_fits_one_screen() -> None:
    faults = [("gone", "wifi", "street"), ("unauthorized", "camera", "door"), ("broker_unreachable", None, None)]
    reasons = [{"code": code, "sensor": sensor, "name": name} for code, sensor, name in faults]
    state = {"camera": "unavailable", "wifi": "unavailable", "ble": "running", "rfid": "running"}
    sensors = [
        {"sensor": sensor, "name": sensor, "state": is_, "age": None, "rate": None} for sensor, is_ in state.items()
    ]
    rtsp = "rtsp://10.0.0.9/a/path/that/takes/more/than/half/of/the/screen/stream2"
    document = STATUS | {"reasons": reasons, "sensors": sensors, "outbox_age": 8000.0, "written": 9 << 20}
    document["details"] = STATUS["details"] | {
        "faults": [{**reason, "seconds": 7300.0} for reason in reasons],
        "sensors": {sensor: {"device": rtsp, "restarts": 1} for sensor in state},
    }
    document["details"]["broker"] = STATUS["details"]["broker"] | {"address": "mqtts://broker.example:8883"}
    out = StringIO()
    Console(file=out, width=80).print(status_screen(document, 1))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "wifi street: gone for 2 h (light 2-1)" in lines
    assert "box: broker_unreachable for 2 h (light 1-6)" in lines
    assert sum(line.startswith("  you: ") for line in lines) == 3
    assert len(lines) <= 30
    assert [line.split()[0] for line in lines if "rtsp:" in line] == list(state)


def test_a_published_row_goes_on_below_itself_on_a_narrow_screen() -> None:
    row = {"shelf": "tea", "sku": "assam", "stock": 6, "picked": 0, "put_back": 0, "touched": 0, "misplaced": 0}
    out = StringIO()
    Console(file=out, width=60).print(scrolled("passerby/1/shop/box/report", {"start": 0, "shelves": [row, row]}))
    _, *lines = out.getvalue().splitlines()
    assert [line[:11].strip() for line in lines] == ["shelves", "", "", ""]
    assert max(map(len, lines)) <= 60
    assert " ".join(lines).count("misplaced 0") == 2


def test_a_birth_is_told_without_what_is_for_programs() -> None:
    rows = [{"section": "zones", "places": ["zone", "views"]}]
    payload = {"version": "1", "at": 0, "zones": ["tea"], "rows": rows, "policy": rows, "bounds": []}
    out = StringIO()
    Console(file=out, width=60).print(scrolled("passerby/1/shop/box/birth", payload, ZoneInfo("Etc/GMT-3")))
    text = out.getvalue()
    assert "places" not in text
    assert "and policy, bounds, rows: --json shows them" in text
    assert "at 03:00:00" in text


def test_a_kind_of_eight_letters_is_not_glued_to_what_it_says() -> None:
    out = StringIO()
    Console(file=out, width=60).print(scrolled("passerby/1/shop/box/reported", {"applied": 0}))
    assert out.getvalue().startswith("reported applied 0")
