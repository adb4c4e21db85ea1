"""A day as a picture: footfall by hour, occupancy of zones, and the queue, from the database that consumer.py fills.

python examples/backend/day.py --database sqlite:///passerby.db --day 2026-11-22 --timezone Europe/Berlin day.png
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot
from sqlalchemy import create_engine, text


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


def draw(documents: list[dict[str, Any]], zone: ZoneInfo, title: str, target: str) -> None:
    """Three charts into a picture file."""
    charts = (
        ("persons in", "lines", "in"),
        ("person-seconds in zones", "zones", "person_seconds"),
        ("joined a queue", "queues", "joined"),
    )
    figure, axes = pyplot.subplots(len(charts), 1, figsize=(9, 8), sharex=True)
    for axis, (label, rows, field) in zip(axes, charts, strict=True):
        sums = by_hour(documents, zone, rows, field)
        axis.bar(range(24), [sums[hour] for hour in range(24)])
        axis.set_ylabel(label)
    axes[-1].set_xlabel("hour of the local day")
    figure.suptitle(title)
    figure.savefig(target, dpi=120)


def main() -> int:
    """Exit 1 when the day has no windows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", help="the picture to write")
    parser.add_argument("--database", default="sqlite:///passerby.db")
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    parser.add_argument("--timezone", type=ZoneInfo, default=ZoneInfo("UTC"))
    options = parser.parse_args()
    documents = windows(options.database, options.day, options.timezone)
    if not documents:
        sys.stderr.write(f"there are no windows of {options.day}\n")
        return 1
    draw(documents, options.timezone, f"{options.day}: {len(documents)} windows", options.target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
