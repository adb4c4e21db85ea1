"""`passerby wifi calibrate`: a site's model from captures and from counts of persons. It keeps counts, no address."""

import csv
import io
import json
import math
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from analytics.radio.lessons import SHIFTS_DB, Counted, Lessons, joined, lessons
from analytics.radio.site import FEWEST_WINDOWS, SiteModel, calibrate, cross_predict
from drivers.base import CodecError
from drivers.wifi.replay import requests
from privacy.tokens import Preset, Tokeniser

FOLDS = 5
NOTHING_LEARNT = 1
DAY_SECONDS = 86_400


@click.command("calibrate")
@click.argument("captures", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--counts",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Who was there, as above.",
)
@click.option("--area", help="The area of the reports, where COUNTS are reports of a box.")
@click.option("--gate", "gate_dbm", type=click.IntRange(-128, 0), default=-80, show_default=True, help="As gate_dbm.")
@click.option(
    "--model",
    required=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file to write.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def calibrate_site(
    captures: Sequence[Path], counts: Path, area: str | None, gate_dbm: int, model: Path, as_json: bool
) -> None:
    """Teach a radio to tell persons, from CAPTURES and counts.

    CAPTURES are pcap, pcapng or .gz. COUNTS is a CSV with the columns start, end, persons (times as
    2026-03-01T10:00:00+01:00 or seconds of the epoch; the count must hold throughout, ten minutes at least), or
    what `passerby events --json` printed on a box whose door counts --area. Captures are made on the box's own
    radio and place, with the daemon stopped, on three days or more:

    \b
      tcpdump -i wlan1 -y IEEE802_11_RADIO -w 2026-03-01.pcap type mgt subtype probe-req

    They hold phones' addresses: delete them afterwards. The model holds counts only.

    Exit status: 0 the model is written, 1 it would say no more than the mean does and is not, 2 usage or broken input.
    """
    try:
        known = joined(list(_counts(counts, area)))
        taught = _taught(captures, known, gate_dbm)
        rows, persons, judged = taught.arrays()
        learnt = calibrate(rows, persons, taught.days, gate_dbm=gate_dbm)
        left_out = cross_predict(rows, persons, taught.days, folds=min(FOLDS, len(set(taught.days))))
    except (OSError, ValueError) as problem:
        raise click.UsageError(str(problem)) from None
    told = _judged(left_out[judged], persons[judged], learnt, len(set(taught.days)))
    if told["mean_error"] < told["constant_error"]:
        learnt.save(model)
    _say(told, model, as_json)
    sys.exit(0 if told["mean_error"] < told["constant_error"] else NOTHING_LEARNT)


def _taught(captures: Sequence[Path], known: list[Counted], gate_dbm: int) -> Lessons:
    every = Lessons()
    for path in captures:
        tokeniser = Tokeniser(Preset.EXTENDED, gate_dbm={"calibrate": gate_dbm})
        try:
            heard = sorted(requests(path, "calibrate"), key=lambda request: request.at)
        except CodecError as problem:
            raise ValueError(f"{path}: {problem}") from None
        seen = [sighting for request in heard if (sighting := tokeniser.tokenise(request)) is not None]
        if heard:
            first, last = heard[0].at, heard[-1].at
            within = [count for count in known if count.end > first and count.start < last]
            every.add(lessons(f"{int(first // DAY_SECONDS)}", seen, within))
    if len(set(every.days)) < 3:
        raise ValueError(
            f"counts of ten minutes and longer meet captures on {len(set(every.days))} days; three are needed. "
            "Are the times of --counts in the right zone?"
        )
    windows = len(every.rows) // len(SHIFTS_DB)
    if windows < FEWEST_WINDOWS:
        raise ValueError(f"a site is calibrated on {FEWEST_WINDOWS} windows at least; there are {windows}")
    return every


def _judged(left_out: Any, persons: Any, learnt: SiteModel, days: int) -> dict[str, Any]:
    """How a model does on days it has not seen, beside always saying the median."""
    occupied = persons > 0
    off = np.abs(left_out - persons)
    low, high = (left_out + error * (left_out + 1) for error in learnt.errors)
    return {
        "days": days,
        "windows": len(persons),
        "windows_occupied": int(occupied.sum()),
        "mean_error": round(float(off.mean()), 3),
        "mean_error_occupied": round(float(off[occupied].mean()), 3) if occupied.any() else None,
        "constant_error": round(float(np.abs(persons - np.median(persons)).mean()), 3),
        "occupied_accuracy": round(float(((left_out >= 0.5) == occupied).mean()), 4),
        "in_interval": round(float(((np.maximum(low, 0) <= persons) & (persons <= high)).mean()), 3),
        "most_persons": float(persons.max()),
    }


def _say(told: dict[str, Any], model: Path, as_json: bool) -> None:
    better = told["mean_error"] < told["constant_error"]
    if as_json:
        click.echo(json.dumps({**told, "model": str(model) if better else None}))
        return
    click.echo(
        f"{told['windows']} windows of ten minutes on {told['days']} days, up to {told['most_persons']:g} persons"
    )
    click.echo(
        f"days left out: {told['mean_error']:.2f} persons off; always saying the median {told['constant_error']:.2f}"
    )
    if told["mean_error_occupied"] is not None:
        click.echo(
            f"  with somebody there {told['mean_error_occupied']:.2f} off; empty or not is right in "
            f"{told['occupied_accuracy']:.1%}; the interval held the truth in {told['in_interval']:.0%}"
        )
    if not better:
        click.echo(
            "no model written: the radio says no more than the mean does. More days, or more varied ones, are needed"
        )
        return
    click.echo(f'written: {model}\nnow set model = "{model}" for the radio, and preset = "extended" under [privacy]')


def _counts(path: Path, area: str | None) -> Iterator[Counted]:
    """The counts of a file, from reports if it is one of JSON lines. Raises ValueError with file and line."""
    text = path.read_text(encoding="utf-8-sig")
    if text.lstrip().startswith("{"):
        if area is None:
            raise ValueError(f"{path} holds reports of a box: say with --area which of its areas is the radio's room")
        yield from _reported(path, text, area)
        return
    rows = csv.DictReader(io.StringIO(text))
    for name in ("start", "end", "persons"):
        if name not in (rows.fieldnames or ()):
            raise ValueError(f"{path}: no column {name}; the first line must be start,end,persons")
    for row in rows:
        try:
            yield Counted(_time(row["start"]), _time(row["end"]), float(row["persons"]))
        except (TypeError, ValueError) as problem:
            raise ValueError(f"{path}, line {rows.line_num}: {problem}") from None


def _time(told: str) -> float:
    try:
        seconds = float(told)
    except ValueError:
        moment = datetime.fromisoformat(told)
        if moment.tzinfo is None:
            raise ValueError(f"{told!r} has no time zone: write it as 2026-03-01T10:00:00+01:00") from None
        return moment.timestamp()
    if not math.isfinite(seconds):
        raise ValueError(f"{told!r} is no time")
    return seconds


def _reported(path: Path, text: str, area: str) -> Iterator[Counted]:
    """Mean persons inside of each report, rounded, so that steady windows join to ten minutes."""
    names = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            message = json.loads(line)
            document = message.get("payload", message)
            for row in document.get("occupancy", ()) if "seconds" in document else ():
                names.add(row["area"])
                if row["area"] == area:
                    start, seconds = float(document["start"]), float(document["seconds"])
                    yield Counted(start, start + seconds, round(row["person_seconds"] / seconds))
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ValueError(f"{path}, line {number}: no message as `passerby events --json` prints it") from None
    if area not in names:
        raise ValueError(f"{path}: no report has the area {area!r}; it has {', '.join(sorted(names)) or 'none'}")
