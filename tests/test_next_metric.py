"""The next metric is its module, its event with a place in the report and its policy row; nobody lists it.

A throw-away metric is put into a copy of the tree, and nothing else is touched: it is counted, floored, released,
encoded, described and named in birth.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.test_contracts import ROOT, copy

MODULE = '''
"""How many left the picture, and after how long: a throw-away."""

from collections.abc import Iterator

from analytics.durations import CARRY, Durations
from analytics.view import InView, View
from observations import Percept, Tally, Value

BOUNDS = (10.0, 60.0)


class Departures:
    bounds = (("departures.stays", BOUNDS),)

    def __init__(self, camera: str, carry: int = CARRY) -> None:
        self._camera, self._since = camera, dict[int, float]()
        self._stays = Durations(BOUNDS, carry)

    def feed(self, at: float, seen: Percept) -> None:
        for track in seen.tracks:
            self._since.setdefault(track.number, at)
        for number in seen.ended:
            self._stays.add(at - self._since.pop(number, at))

    def tallies(self, start: float, end: float) -> list[Tally]:
        values: dict[str, Value] = {"camera": self._camera, "persons": len(self._stays), "stays": self._stays.bins}
        return [Tally("departures", start, end, values, support=len(self._stays))]

    def restart(self, at: float) -> None:
        self._stays.restart()


@InView
def departures(view: View) -> Iterator[Departures]:
    """Of every camera."""
    yield Departures(view.camera, view.carry)
'''
EVENT = '''
"""Who left the picture: a throw-away."""

from dataclasses import dataclass

from events.base import Event, Name, histogram


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureCount(Event):
    """Persons who left the picture of one camera."""

    camera: Name
    persons: int = 0
    stays: tuple[int, ...] | None = histogram(3)
'''
IMPORT = "from events.departures import DepartureCount\n"
GREETINGS = "    greetings: tuple[GreetingCount, ...] = ()\n"
LINES = {
    "events/report.py": (
        ("from events.devices", f"{IMPORT}from events.devices"),
        (GREETINGS, f"{GREETINGS}    departures: tuple[DepartureCount, ...] = ()\n"),
    ),
    "privacy/policy.py": (
        ("\n\n@dataclass", f"\n{IMPORT}\n\n@dataclass"),
        (
            '    "devices":',
            '    "departures": Release(DepartureCount, floor=FLOOR, floored=("stays",)),\n    "devices":',
        ),
    ),
}
USE = """
import json
from daemon.identity import birth
from events import Report
from mqtt.codec import Form, decode, encode
from mqtt.schema.jsonschema import schema_of
from tests.daemon.test_counting import DRAWN, drawn, said, shopper

with drawn(DRAWN) as box:
    four = said(box, [shopper(3.0 * i) for i in range(4)], 290)
    bounds = {one.field: one.bounds for one in birth(box, 1, [], Form.JSON).bounds}
with drawn(DRAWN) as box:
    six = said(box, [shopper(3.0 * i) for i in range(6)], 290)
rows = [event.departures for events in (four, six) for event in events if isinstance(event, Report)]
report = next(event for event in six if isinstance(event, Report))
assert all(decode(Report, encode(report, form))[0].event == report for form in Form)
told = [[(row.camera, row.persons, row.stays) for row in one] for one in rows]
print(json.dumps([told, bounds["departures.stays"], "departures" in json.dumps(schema_of(Report, durable=True))]))
"""


def test_the_next_metric_touches_its_own_files_the_report_and_the_policy(tmp_path: Path) -> None:
    copy(tmp_path)
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__", "rig", "e2e"))
    (tmp_path / "analytics/departures.py").write_text(MODULE)
    (tmp_path / "events/departures.py").write_text(EVENT)
    for file, edits in LINES.items():
        text = (tmp_path / file).read_text()
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / file).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", USE],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told, bounds, described = json.loads(done.stdout)
    assert told == [[["shop", 4, None]], [["shop", 6, [0, 6, 0]]]]
    assert (bounds, described) == ([10.0, 60.0], True)
