"""Sites and the places above them (district, mall, floor): entries, peak, trend, week, and who went from site to site.

    python examples/backend/places.py --database sqlite:///passerby.db --days 14 --timezone Europe/Berlin

From published counts alone, in the database of consumer.py. Boxes match nobody: a place's entries are the sum of its
sites' entries, so whoever visits two of them is two, and the way between two sites is an estimate from how the leaving
of one and the coming in of the other move together, never a pair of sightings.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from transit import Series, transits

Place = tuple[str, ...]
Report = tuple[str, dict[str, Any]]


def read(database: str, since: int, until: int) -> tuple[list[Report], dict[str, Place]]:
    """The windows of a time by site, and the path of places that each site is in, outermost first, itself last."""
    query = text("SELECT site, document FROM windows WHERE start >= :a AND start < :b AND clock <> 'unsynced'")
    engine = create_engine(database)
    try:
        with engine.connect() as connection:
            reports = [(site, json.loads(told)) for site, told in connection.execute(query, {"a": since, "b": until})]
            places = {
                site: (*json.loads(path), site)
                for site, path in connection.execute(text("SELECT site, path FROM places"))
            }
    finally:
        engine.dispose()
    return reports, {site: (site,) for site, _ in reports} | places


def counted(reports: Iterable[Report], field: str, lines: frozenset[str]) -> dict[str, Counter[int]]:
    """A field of the lines (all when none is named) of each site by window; boxes of one site are added up."""
    sums: dict[str, Counter[int]] = defaultdict(Counter)
    for site, document in reports:
        for row in document.get("lines", []):
            if not lines or row["line"] in lines:
                sums[site][document["start"]] += row[field]
    return sums


def by_place(by_site: Mapping[str, Series], places: Mapping[str, Place]) -> dict[Place, Counter[int]]:
    """The same at every level: a place is the sum of what is in it."""
    sums: dict[Place, Counter[int]] = defaultdict(Counter)
    for site, series in by_site.items():
        for depth in range(len(places[site])):
            sums[places[site][: depth + 1]].update(series)
    return sums


def peak(series: Series) -> tuple[int, int]:
    """The busiest window's start and its persons: the first of equals."""
    return max(sorted(series.items()), key=lambda one: one[1])


def trend(this: Series, before: Series) -> float | None:
    """(sum of this span - sum of the one before) / sum of the one before; None without anybody before."""
    past = sum(before.values())
    return (sum(this.values()) - past) / past if past else None


def week(series: Series, zone: ZoneInfo) -> dict[tuple[int, int], float]:
    """Persons in the mean hour of each (weekday, Monday 0; local hour), over the days on which it was counted."""
    sums: Counter[tuple[int, int]] = Counter()
    days: dict[tuple[int, int], set[str]] = defaultdict(set)
    for start, persons in series.items():
        local = datetime.fromtimestamp(start, zone)
        key = local.weekday(), local.hour
        sums[key] += persons
        days[key].add(local.date().isoformat())
    return {key: sums[key] / len(days[key]) for key in sorted(days)}


def figures(
    reports: list[Report], places: dict[str, Place], since: int, lines: frozenset[str], zone: ZoneInfo
) -> dict[str, Any]:
    """By place: entries since then, the busiest window, the trend against the time before, the mean week; and by way
    the persons who went, with bounds."""
    new = [one for one in reports if one[1]["start"] >= since]
    before = by_place(counted([one for one in reports if one[1]["start"] < since], "in", lines), places)
    ins = counted(new, "in", lines)
    said: dict[str, Any] = {}
    for place, series in sorted(by_place(ins, places).items()):
        at, persons = peak(series)
        said["/".join(place)] = {
            "entries": sum(series.values()),
            "peak": [datetime.fromtimestamp(at, zone).isoformat(), persons],
            "trend": trend(series, before.get(place, {})),
            "week": {f"{day} {hour:02}": mean for (day, hour), mean in week(series, zone).items()},
        }
    for (a, b), way in transits(counted(new, "out", lines), ins).items():
        said[f"{a} -> {b}"] = {"persons": way.persons, "from": way.low, "to": way.high}
    return said


def main() -> int:
    """Exit 1 when there are no windows, or the database cannot be read."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database", default="sqlite:///passerby.db")
    parser.add_argument("--days", type=int, default=14, help="so many up to `until`, beside as many before them")
    parser.add_argument("--until", type=datetime.fromisoformat, help="instead of now, as 2026-11-22T00:00")
    parser.add_argument("--timezone", type=ZoneInfo, default=ZoneInfo("UTC"))
    parser.add_argument("--line", action="append", default=[], help="an entrance; all lines when none is named")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    now = asked.until.replace(tzinfo=asked.timezone) if asked.until else datetime.now(asked.timezone)
    until, span = int(now.timestamp()), asked.days * 86_400
    try:
        reports, places = read(asked.database, until - 2 * span, until)
    except DBAPIError as error:
        sys.stderr.write(
            f"the database cannot be read: {error.orig}: fill it with consumer.py, or name it: --database\n"
        )
        return 1
    said = figures(reports, places, until - span, frozenset(asked.line), asked.timezone)
    if not said:
        sys.stderr.write(f"there are no windows of the last {asked.days} days\n")
        return 1
    for name, row in [] if asked.json else said.items():
        told = {
            key: round(value, 3) if isinstance(value, float) else value for key, value in row.items() if key != "week"
        }
        sys.stdout.write(f"{name}: {', '.join(f'{key} {value}' for key, value in told.items())}\n")
    sys.stdout.write(json.dumps(said) + "\n" if asked.json else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
