"""A desired configuration: applied whole or not at all, taken back when the box is not well, and told by key."""

import json
from pathlib import Path

import pytest

from config import load
from daemon.remote import PATIENCE_S, PROOF_S, STARTS, Remote
from events import Code, Outcome, Problem

FILE = """
[box]
state = "STATE"
[cameras.door]
device = "sim:"
model = "simulated_people_320x180_int8"
[lines.front]
camera = "door"
points = [[0.1, 0.5], [0.9, 0.5]]
[wifi.air]
device = "pcap:day.pcap"
"""
ILL = [Problem(key=Code("camera.door"), problem=Code("gone"))]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "box.toml").write_text(FILE.replace("STATE", str(tmp_path)))
    return tmp_path / "box.toml"


def box(file: Path, **sets: str) -> Remote:
    """A box that starts, as after a restart of its process."""
    remote = Remote(file, sets, load(file, dict(sets)))
    remote.begin()
    return remote


def wanted(version: int, **settings: str | None) -> bytes:
    rows = [{"key": key.replace("__", "."), "value": value} for key, value in settings.items()]
    return json.dumps({"version": version, "settings": rows}).encode()


def outcome(remote: Remote) -> tuple[int, int | None, Outcome, list[str]]:
    said = remote.reported()
    return said.applied, said.desired, said.outcome, [error.key for error in said.errors]


def test_a_version_is_tried_proved_and_kept_over_restarts(file: Path) -> None:
    remote = box(file)
    before = remote.reported().config
    assert remote.desire(wanted(3, window__seconds="600", lines__side='{camera="door", points=[[0, 0], [1, 1]]}'))
    assert outcome(remote) == (0, 3, Outcome.TRYING, [])
    assert remote.begin().window.seconds == 600
    assert not remote.watch(0.0, ILL)
    assert not remote.watch(10.0, [])
    assert outcome(remote)[2] is Outcome.TRYING
    assert not remote.watch(10.0 + PROOF_S, [])
    assert outcome(remote) == (3, 3, Outcome.APPLIED, [])
    again = box(file)
    assert sorted(again.config.lines) == ["front", "side"]
    assert outcome(again) == (3, 3, Outcome.APPLIED, [])
    assert again.reported().config != before
    assert not again.desire(wanted(3, window__seconds="60")), "a version is judged once"


def test_what_is_wrong_is_refused_whole_and_by_key(file: Path) -> None:
    remote = box(file)
    assert not remote.desire(wanted(1, window__seconds="0", window__checkpoint="1.0", lines__front__camera="dor"))
    assert outcome(remote) == (0, 1, Outcome.REFUSED, ["window.seconds", "lines.front.camera"])
    assert "did you mean 'door'" in remote.reported().errors[1].problem
    assert box(file).config.window.checkpoint == 5.0
    assert not remote.desire(b"\xff")
    assert outcome(remote) == (0, None, Outcome.REFUSED, ["(document)"])
    assert not remote.desire(wanted(2, window__seconds__more="1"))
    assert outcome(remote) == (0, 2, Outcome.REFUSED, ["window.seconds"])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("privacy.floor", "1"),
        ("privacy", '{preset = "extended"}'),
        ("box.site", '"elsewhere"'),
        ("cameras.door.device", '"rtsp://elsewhere/"'),
        ("cameras.other", '{device = "sim:", model = "simulated_people_320x180_int8"}'),
        ("cameras", '{door = {device = "file:x.mp4", model = "m"}}'),
        ("wifi.air.gate_dbm", "-100"),
        ("mqtt.key", '"/etc/shadow"'),
        ("mqtt", '{ca = "other.pem"}'),
        ("mqtt.broker", '"mqtt://example.org"'),
    ],
)
def test_what_only_a_person_at_the_box_may_change_is_refused(file: Path, key: str, value: str) -> None:
    remote = box(file)
    assert not remote.desire(json.dumps({"version": 1, "settings": [{"key": key, "value": value}]}).encode())
    assert outcome(remote)[2] is Outcome.REFUSED
    assert remote.reported().errors
    assert not any("elsewhere" in error.problem for error in remote.reported().errors), "values may be secrets"


def test_a_box_that_does_not_come_up_well_in_time_goes_back(file: Path) -> None:
    remote = box(file)
    assert remote.desire(wanted(1, window__seconds="600"))
    remote.begin()
    assert not remote.watch(0.0, ILL)
    assert not remote.watch(PATIENCE_S - 1, ILL)
    assert remote.watch(PATIENCE_S, ILL)
    assert outcome(remote) == (0, 1, Outcome.ROLLED_BACK, ["camera.door"])
    assert remote.begin().window.seconds == 300
    assert box(file).config.window.seconds == 300
    assert not remote.desire(wanted(1, window__seconds="600")), "what was taken back is not tried again"


def test_what_can_never_be_well_is_taken_back_at_once(file: Path) -> None:
    remote = box(file)
    remote.desire(wanted(1, window__seconds="600"))
    remote.begin()
    assert remote.watch(0.0, ILL, hopeless=True)


def test_a_version_that_takes_the_process_down_is_taken_back(file: Path) -> None:
    remote = box(file)
    remote.desire(wanted(1, window__seconds="600"))
    for _ in range(STARTS):
        assert box(file).config.window.seconds == 600
    last = box(file)
    assert last.config.window.seconds == 300
    assert outcome(last) == (0, 1, Outcome.ROLLED_BACK, ["(box)"])


def test_a_file_that_changed_under_a_version_is_used_alone(file: Path) -> None:
    remote = box(file)
    remote.desire(wanted(1, lines__front__points="[[0.2, 0.2], [0.3, 0.3]]"))
    remote.begin()
    remote.watch(0.0, [])
    remote.watch(PROOF_S, [])
    file.write_text(file.read_text().partition("[lines.front]")[0])
    last = box(file)
    assert last.config.lines == {}
    assert outcome(last)[:3] == (0, 1, Outcome.REFUSED)


def test_no_settings_are_the_file_alone_and_what_changes_nothing_restarts_nothing(file: Path) -> None:
    remote = box(file)
    assert not remote.desire(wanted(1, window__seconds="300"))
    assert outcome(remote) == (1, 1, Outcome.APPLIED, [])
    assert not remote.desire(wanted(2))
    assert outcome(remote) == (2, 2, Outcome.APPLIED, [])
