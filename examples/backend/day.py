"""A day as a picture: footfall, capture rate, dwell, queue and stock by hour, from the database of consumer.py.

python examples/backend/day.py --database sqlite:///passerby.db --day 2026-11-22 --timezone Europe/Berlin day.png
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError


def windows(database: str, day: date, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The documents of a local day, by their start; windows without a clock are left out."""
    start = datetime.combine(day, datetime.min.time(), zone)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    query = text("SELECT document FROM windows WHERE start >= :a AND start < :b AND clock <> 'unsynced' ORDER BY start")
    engine = create_engine(database)
    try:
        with engine.connect() as connection:
            rows = connection.execute(query, {"a": int(start.timestamp()), "b": int(end.timestamp())})
            return [json.loads(document) for (document,) in rows]
    finally:
        engine.dispose()


def by_hour(documents: Iterable[dict[str, Any]], zone: ZoneInfo, rows: str, field: str) -> Counter[int]:
    """The sum of a field of some rows in each local hour; what is null is not known and not added."""
    sums: Counter[int] = Counter()
    for document in documents:
        hour = datetime.fromtimestamp(document["start"], zone).hour
        sums[hour] += sum(row.get(field) or 0 for row in document.get(rows, []))
    return sums


def ratio(above: Counter[int], below: Counter[int]) -> dict[int, float]:
    """Sums divided by sums, hour by hour: ratios of windows are never averaged; without a divisor there is no value."""
    return {hour: above[hour] / below[hour] for hour in range(24) if below[hour]}


def stock(documents: Iterable[dict[str, Any]], zone: ZoneInfo) -> dict[int, float]:
    """Items on all shelves at each hour's end. A row is told when it changes, and stands until it is told again."""
    there: dict[tuple[str, str], int] = {}
    hours: dict[int, float] = {}
    for document in documents:
        for row in document.get("shelves", []):
            if row.get("stock") is not None:
                there[row["shelf"], row["sku"]] = row["stock"]
        if there:
            hours[datetime.fromtimestamp(document["start"], zone).hour] = sum(there.values())
    return hours


def figures(documents: list[dict[str, Any]], zone: ZoneInfo) -> dict[str, Mapping[int, float]]:
    """What is drawn, by its label: a value for each hour in which there is one."""

    def total(rows: str, field: str) -> Counter[int]:
        return by_hour(documents, zone, rows, field)

    return {
        "footfall (persons in)": total("lines", "in"),
        "capture rate (entered / passers)": ratio(total("windows", "entered"), total("windows", "passers")),
        "dwell (s for each stay in a zone)": ratio(total("zones", "person_seconds"), total("zones", "views")),
        "queue (s for each who joined)": ratio(total("queues", "person_seconds"), total("queues", "joined")),
        "stock (items on shelves)": stock(documents, zone),
    }


def draw(documents: list[dict[str, Any]], zone: ZoneInfo, title: str, target: str) -> None:
    """All figures into one picture file."""
    charts = figures(documents, zone)
    figure, axes = pyplot.subplots(len(charts), 1, figsize=(9, 12), sharex=True, layout="constrained")
    for axis, (label, values) in zip(axes, charts.items(), strict=True):
        axis.bar(list(values), list(values.values()))
        axis.set_title(label, fontsize="medium", loc="left")
        axis.set_xlim(-0.5, 23.5)
    axes[-1].set_xlabel("hour of the local day")
    figure.suptitle(title)
    figure.savefig(target, dpi=120)
    pyplot.close(figure)


def main() -> int:
    """Exit 1 when the day has no windows, or the database cannot be read."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", help="the picture to write")
    parser.add_argument("--database", default="sqlite:///passerby.db")
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    parser.add_argument("--timezone", type=ZoneInfo, default=ZoneInfo("UTC"))
    options = parser.parse_args()
    try:
        documents = windows(options.database, options.day, options.timezone)
    except DBAPIError as error:
        sys.stderr.write(
            f"the database cannot be read: {error.orig}: fill it with consumer.py, or name it: --database\n"
        )
        return 1
    if not documents:
        sys.stderr.write(f"there are no windows of {options.day}\n")
        return 1
    draw(documents, options.timezone, f"{options.day}: {len(documents)} windows", options.target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
