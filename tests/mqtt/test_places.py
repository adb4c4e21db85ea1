"""Places above sites, from what is published: sums at every level, peaks, weeks, and ways that follow nobody."""

import json
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config import parse
from config.load import ConfigError
from daemon.identity import birth
from mqtt.codec import Form, encode
from tests.daemon.test_counting import DRAWN, drawn
from tests.mqtt.test_example_backend import EXAMPLES, example

pytest.importorskip("sqlalchemy", reason="the extra `backend` is not installed")

from sqlalchemy import create_engine

MONDAY = 1_795_996_800
DAY, WINDOW = 86_400, 300
UTC = ZoneInfo("UTC")
PLACE = '[box]\nsite = "shoes"\nplace = ["riverside", "mall-east"]\n'


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return example("places")


def report(start: int, **lines: tuple[int, int]) -> dict[str, Any]:
    rows = [{"line": name, "in": came, "out": left} for name, (came, left) in lines.items()]
    return {"start": start, "lines": rows}


def test_a_box_tells_what_its_site_is_in_and_the_backend_keeps_the_newest(tmp_path: Path, places: ModuleType) -> None:
    consumer = example("consumer")
    database = f"sqlite:///{tmp_path / 'db'}"
    member = consumer.Consumer(create_engine(database))
    for toml in (PLACE.replace("mall-east", "mall-west"), PLACE):
        with drawn(DRAWN + toml) as box:
            member.take("passerby/1/shoes/b1/birth", encode(birth(box, 1, [], Form.JSON), Form.JSON))
    window = {"store": "s", "seq": 1, "start": MONDAY, "epoch": 1, "lines": [["door", 7, 3, 7, 3]]}
    member.take("passerby/1/shoes/b1/report", json.dumps(window).encode())
    member.take("passerby/1/books/b2/report", json.dumps(window | {"store": "t"}).encode())
    member.engine.dispose()
    assert (member.stored, member.invalid) == (2, 0)
    reports, where = places.read(database, MONDAY, MONDAY + 1)
    assert where == {"shoes": ("riverside", "mall-east", "shoes"), "books": ("books",)}
    assert sorted(site for site, _ in reports) == ["books", "shoes"]


def test_a_place_has_to_be_a_name() -> None:
    with pytest.raises(ConfigError, match=r"box\.place"):
        parse('[box]\nplace = ["../x"]\n')


def test_entries_peak_trend_and_week_at_every_level(places: ModuleType) -> None:
    where = {"shoes": ("east", "shoes"), "books": ("east", "books"), "kiosk": ("kiosk",)}
    reports = [
        ("shoes", report(MONDAY - DAY, door=(10, 0))),
        ("shoes", report(MONDAY + 9 * 3600, door=(3, 0), street=(90, 90))),
        ("shoes", report(MONDAY + 9 * 3600 + WINDOW, door=(4, 0))),
        ("books", report(MONDAY + 9 * 3600, door=(5, 0))),
        ("kiosk", report(MONDAY + 10 * 3600, door=(1, 0))),
        ("kiosk", report(MONDAY + 7 * DAY + 10 * 3600, door=(2, 0))),
    ]
    said = places.figures(reports, where, MONDAY, frozenset(["door"]), UTC)
    assert {name: row["entries"] for name, row in said.items()} == {
        "east": 12, "east/shoes": 7, "east/books": 5, "kiosk": 3,
    }  # fmt: skip
    assert said["east"]["peak"] == ["2026-11-30T09:00:00+00:00", 8]
    assert said["east"]["trend"] == pytest.approx(0.2)
    assert said["kiosk"]["trend"] is None
    assert said["east"]["week"] == {"0 09": 12}
    assert said["kiosk"]["week"] == {"0 10": 1.5}


def street(seed: int, days: int, share: float) -> tuple[dict[str, Counter[int]], dict[str, Counter[int]], int]:
    """Two shops with a rhythm of their day; so large a share of who leaves a walks to b within ten minutes."""
    draw = np.random.default_rng(seed)
    outs, ins, went = {"a": Counter[int](), "b": Counter[int]()}, {"a": Counter[int](), "b": Counter[int]()}, 0
    for start in (MONDAY + day * DAY + 9 * 3600 + n * WINDOW for day in range(days) for n in range(132)):
        rhythm = 6 + 4 * np.sin((start % DAY - 9 * 3600) / 39_600 * np.pi)
        for site in ("a", "b"):
            outs[site][start] += int(draw.poisson(rhythm))
            ins[site][start] += int(draw.poisson(rhythm))
        walking = int(draw.binomial(outs["a"][start], share))
        went += walking
        for late in draw.integers(0, 3, walking):
            ins["b"][start + int(late) * WINDOW] += 1
    return outs, ins, went


@pytest.fixture
def transit(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return example("transit")


def test_the_way_between_two_sites_is_told_with_an_interval_that_holds_the_truth(transit: ModuleType) -> None:
    held = backwards = 0
    for seed in range(20):
        outs, ins, went = street(seed, 28, 0.3)
        told = transit.transits(outs, ins)
        way = told["a", "b"]
        held += way.low <= went <= way.high
        backwards += ("b", "a") in told
        assert way.persons == pytest.approx(went, rel=0.35)
    assert held >= 17
    assert backwards <= 2


def test_one_site_alone_has_no_ways(transit: ModuleType) -> None:
    counts = {MONDAY + n * WINDOW: n % 7 for n in range(500)}
    assert transit.transits({"shoes": counts}, {"shoes": counts}) == {}


def test_what_few_days_cannot_tell_or_too_few_walk_is_not_told(transit: ModuleType) -> None:
    assert all(transit.transits(*street(seed, 1, 0.1)[:2]) == {} for seed in range(5))
    few = {site: Counter({MONDAY + n * WINDOW: n % 2 for n in range(6)}) for site in "ab"}
    assert transit.transits(few, few) == {}
    assert transit.transits({}, {}) == {}
    still = {site: Counter({MONDAY + n * WINDOW: 0 for n in range(500)}) for site in "ab"}
    assert transit.transits(still, still) == {}


def test_windows_that_are_missing_are_not_known_and_not_nobody(transit: ModuleType) -> None:
    outs, ins, _ = street(3, 28, 0.3)
    for site in "ab":
        for start in list(outs[site])[1000:1400]:
            del outs[site][start]
    way = transit.transits(outs, ins)["a", "b"]
    left = sum(outs["a"].values())
    assert 0.2 < way.persons / left < 0.4
