"""What the audit has learnt is in a file that the next daemon reads, if it counts the same."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench._box import CONFIG, StoreBox
from bench.fusion import day
from config import parse
from daemon.fusion import Auditor
from daemon.memory import AWAY_S, Memory

HOURS = 0.5


def auditor(box: StoreBox) -> Auditor:
    return next(one for one in box.box.reporter.metrics() if isinstance(one, Auditor))


@dataclass
class Life:
    """A box that has lived, and where it wrote down what it knows."""

    box: StoreBox
    folder: Path

    def after(self, config: str = CONFIG, away_s: float = 10.0) -> Auditor:
        """The audit of the next box, so many seconds later."""
        box = StoreBox(config=parse(config))
        box.clock.at = self.box.clock.at + away_s
        Memory(box.box, self.folder)
        return auditor(box)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Life:
    life = Life(StoreBox(), tmp_path_factory.mktemp("state"))
    memory = Memory(life.box.box, life.folder)
    life.box.live(day(5, 0, HOURS))
    memory.keep()
    return life


def test_the_next_daemon_knows_what_this_one_has_learnt(lived: Life) -> None:
    known = auditor(lived.box).kept()
    assert "camera radio" in known["witnesses"]  # type: ignore[operator]
    assert lived.after().kept() == json.loads(json.dumps(known))


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("[[0.0, 0.5], [0.3, 0.5]]", "[[0.0, 0.6], [0.3, 0.6]]"),
        ("gate_dbm = -80", "gate_dbm = -75"),
        ('radio = "air"\ntills = ["till"]', 'radio = "air"'),
    ],
    ids=["a line is drawn anew", "a gate is moved", "a till is gone"],
)
def test_where_something_else_is_counted_nothing_is_known(lived: Life, here: str, there: str) -> None:
    assert here in CONFIG
    fresh = auditor(StoreBox(config=parse(CONFIG.replace(here, there))))
    assert lived.after(CONFIG.replace(here, there)).kept() == fresh.kept()
    assert lived.after().kept() != fresh.kept()


@pytest.mark.parametrize(
    ("away_s", "whole", "counted"),
    [(10.0, True, True), (AWAY_S + 60.0, False, False), (-600.0, False, False), (13 * 3600.0, True, False)],
    ids=["a restart", "a longer one", "a clock that was set back", "at night"],
)
def test_ways_add_up_where_hardly_any_time_has_passed_or_nobody_can_be_inside(
    lived: Life, away_s: float, whole: bool, counted: bool
) -> None:
    balance = lived.after(away_s=away_s).kept()["balance"]
    assert isinstance(balance, dict)
    assert balance["whole"] is whole
    assert (balance["in"] > 0) is counted


@pytest.mark.parametrize("text", ["", "{", "[]", '{"audits": 3}', '{"audits": {"shop": {"of": 1}}}', '{"audits": {}}'])
def test_a_file_that_says_nothing_is_no_obstacle(tmp_path: Path, text: str) -> None:
    (tmp_path / "audits.json").write_text(text)
    box = StoreBox()
    Memory(box.box, tmp_path)
    assert auditor(box).kept()["witnesses"] == auditor(StoreBox()).kept()["witnesses"]


def test_a_box_without_audits_writes_nothing(tmp_path: Path) -> None:
    box = StoreBox(config=parse(CONFIG.partition("[audits.shop]")[0]))
    Memory(box.box, tmp_path).keep()
    assert not list(tmp_path.iterdir())
