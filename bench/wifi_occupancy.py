"""How well persons in a room are told from probe requests alone, on days the model never saw.

A folder holds POSITION_DAY.pcap[.gz] and occupancy.csv (position, day, start_epoch_s, end_epoch_s, occupancy).
Windows are ten minutes inside a run of constant occupancy, one after the other from its start (gaps of the truth up to
two minutes between equal numbers are bridged); the model is also trained on the windows in between, five minutes
later. Empty windows count; the fixed computers of the lab are removed by address.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from analytics.radio.lessons import Counted, Lessons, joined, lessons
from analytics.radio.site import Recalibration, SiteModel, calibrate, cross_predict
from analytics.radio.slices import LOUDER_THAN_DBM, Vector
from bench._captures import Malformed, requests, sightings
from bench._machine import show

COLUMNS = ("position", "day", "start_epoch_s", "end_epoch_s", "occupancy")
RANDOM_ABOVE_75 = len(LOUDER_THAN_DBM) + LOUDER_THAN_DBM.index(-75)
"""Where the count of random tokens above -75 dBm over ten minutes is among the features."""
PERSONS_PER_TOKEN = 0.15
"""The shipped default: published calibration of probe counts, not fitted on any of these files (decision 0054)."""
COMPUTERS = frozenset(
    bytes.fromhex(vendor + rest)
    for vendor, rests in (
        ("dcfb48", "68bee4 8c71fc 2a52e0 f5c6c2 e3ab78 005190 75d842 de868d ddc60b 55d578 c21d64"),
        ("40ec99", "f934a6 8e3f63 1f3e75"),
    )
    for rest in rests.split()
)


def truth(folder: Path) -> dict[str, list[Counted]]:
    """The runs of each capture, by its name without suffix. Raises Malformed."""
    counts: dict[str, list[Counted]] = {}
    path = folder / "occupancy.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise Malformed(f"{path}: no column {missing[0]}; the first line must be {','.join(COLUMNS)}")
            for row in rows:
                counts.setdefault(f"{row['position']}_{row['day']}", []).append(_counted(path, rows.line_num, row))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Malformed(f"{path}: {error}; a folder holds POSITION_DAY.pcap[.gz] and occupancy.csv") from None
    try:
        return {name: joined(runs) for name, runs in counts.items()}
    except ValueError as error:
        raise Malformed(f"{path}: {error}") from None


def _counted(path: Path, line: int, row: dict[str, str]) -> Counted:
    for name in COLUMNS[2:]:
        try:
            float(row[name])
        except (TypeError, ValueError):
            raise Malformed(f"{path}, line {line}: {name} is {row[name]!r}, not a number") from None
    try:
        return Counted(float(row["start_epoch_s"]), float(row["end_epoch_s"]), float(row["occupancy"]))
    except ValueError as error:
        raise Malformed(f"{path}, line {line}: {error}") from None


def captures(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name without suffix, file) of the captures of a folder, in order."""
    for path in sorted(folder.iterdir()):
        name = path.name.removesuffix(".gz")
        if name.endswith((".pcap", ".pcapng")):
            yield name.rpartition(".")[0], path


def windows(folder: Path) -> Lessons:
    """All windows of a folder. Raises Malformed when it holds none."""
    known = truth(folder)
    every = Lessons()
    for name, path in captures(folder):
        if known.get(name):
            every.add(lessons(name, sightings(requests(path), COMPUTERS), known[name]))
    if not every.rows:
        raise Malformed(
            f"{folder}: no capture has ten minutes of constant occupancy in occupancy.csv, "
            "which names POSITION_DAY.pcap by its columns position and day"
        )
    return every


def figures(said: Vector, persons: Vector) -> dict[str, object]:
    """The figures of some windows."""
    error, occupied = said - persons, persons > 0
    return {
        "windows": len(persons),
        "windows_occupied": int(occupied.sum()),
        "mae_occupied": round(float(np.abs(error[occupied]).mean()), 3) if occupied.any() else None,
        "mae_all": round(float(np.abs(error).mean()), 3),
        "bias_occupied": round(float(error[occupied].mean()), 3) if occupied.any() else None,
        "occupied_accuracy": round(float(((said >= 0.5) == occupied).mean()), 4),
    }


def taught_daily(before: Lessons, after: Lessons) -> dict[str, object]:
    """Each day of `after` as told by a model that was grown anew with what was counted on the days before it."""
    known = Lessons()
    known.add(before)
    said, persons = [], []
    for day in sorted(set(after.days)):
        one = after.of({day})
        rows, counted, judged = one.arrays()
        taught, truth, _ = known.arrays()
        said.append(calibrate(taught, truth).predict(rows[judged]))
        persons.append(counted[judged])
        known.add(one)
    return figures(np.concatenate(said), np.concatenate(persons))


def by_default(rows: Vector) -> Vector:
    """What a box says that nobody has calibrated."""
    tokens = np.expm1(rows[:, RANDOM_ABOVE_75])
    said: Vector = PERSONS_PER_TOKEN * tokens
    return said


def interval(model: SiteModel, rows: Vector, persons: Vector) -> float:
    """The share of windows whose truth lies in the interval of nine in ten."""
    told = [model.estimate(row) for row in rows]
    return round(float(np.mean([one.low <= truth <= one.high for one, truth in zip(told, persons, strict=True)])), 3)


def within(every: Lessons) -> dict[str, object]:
    """One folder: five folds by day, and the first two thirds of the days against the rest."""
    rows, persons, judged = every.arrays()
    said = cross_predict(rows, persons, every.days, folds=5)
    days = [day for day, _ in groupby(sorted(every.days))]
    early_days = frozenset(days[: len(days) * 2 // 3])
    early = np.isin(np.array(every.days), sorted(early_days))
    model = calibrate(
        rows[early], persons[early], [day for day, is_early in zip(every.days, early, strict=True) if is_early]
    )
    late = ~early & judged
    return {
        "days": len(days),
        "five_fold_by_day": figures(said[judged], persons[judged]),
        "chronological": figures(model.predict(rows[late]), persons[late]),
        "chronological_taught_daily": taught_daily(every.of(early_days), every.of({*days} - early_days)),
        "chronological_in_interval": interval(model, rows[late], persons[late]),
        "shipped_default": figures(by_default(rows[judged]), persons[judged]),
    }


def across(train: Lessons, test: Lessons) -> dict[str, object]:
    """Train on one folder, judge on the other; then as a door counter there would correct it and teach it."""
    rows, persons, _ = train.arrays()
    model = calibrate(rows, persons, train.days)
    rows, persons, judged = test.arrays()
    rows, persons = rows[judged], persons[judged]
    said = model.predict(rows)
    return {
        "test": figures(said, persons),
        "test_in_interval": interval(model, rows, persons),
        "test_recalibrated_by_door_counts": figures(recalibrated(said, persons), persons),
        "test_taught_daily_by_door_counts": taught_daily(train, test),
        "shipped_default": figures(by_default(rows), persons),
    }


def recalibrated(said: Vector, persons: Vector) -> Vector:
    """Each window corrected by what was counted in the windows before it, never by its own count."""
    door = Recalibration()
    corrected = []
    for estimate, counted in zip(said, persons, strict=True):
        corrected.append(estimate * door.scale)
        door.teach(float(estimate), float(counted))
    return np.array(corrected)


def main(argv: list[str]) -> int:
    """Exit 2, with what is wrong and where, when a folder has no captures with truth."""
    parser = argparse.ArgumentParser(prog="python -m bench wifi-occupancy", description=__doc__)
    parser.add_argument("--train", type=Path, help="folder of captures with truth; the only one when --test is absent")
    parser.add_argument("--test", type=Path, help="folder to judge on")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    folders = [folder for folder in (asked.train, asked.test) if folder is not None]
    if not folders:
        parser.error("--train DIR is needed; each DIR holds captures and occupancy.csv")
    try:
        one = windows(folders[0])
        same = len(folders) == 1 or folders[0].resolve() == folders[1].resolve()
        show(within(one) if same else across(one, windows(folders[1])), asked.json)
    except (Malformed, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0
