"""How well persons in a room are told from probe requests alone, on days the model never saw.

A folder holds POSITION_DAY.pcap[.gz] and occupancy.csv (position, day, start_epoch_s, end_epoch_s, occupancy).
Windows are ten minutes inside a run of constant occupancy, one after the other from its start (gaps of the truth up to
two minutes between equal numbers are bridged); the model is also trained on the windows in between, five minutes
later. Empty windows count; the fixed computers of the lab are removed by address.
"""

import argparse
import csv
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from analytics.radio.site import Recalibration, SiteModel, calibrate, cross_predict
from analytics.radio.slices import LOUDER_THAN_DBM, SLICE_SECONDS, SPANS, Slice, Vector, features
from bench._captures import requests, sightings
from bench._machine import show
from observations import DeviceSighting

WINDOW = 600
GAP = 120
SLACK = 10
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


@dataclass(frozen=True, slots=True)
class Run:
    """A time of known, constant occupancy."""

    start: float
    end: float
    persons: int


@dataclass(slots=True)
class Windows:
    """Rows of features with their truth; `judged` are the ten-minute windows, the others only train."""

    rows: list[Vector]
    persons: list[int]
    days: list[str]
    judged: list[bool]

    def add(self, other: "Windows") -> None:
        self.rows += other.rows
        self.persons += other.persons
        self.days += other.days
        self.judged += other.judged

    def arrays(self) -> tuple[Vector, Vector, Vector]:
        return np.array(self.rows), np.array(self.persons, float), np.array(self.judged)


def truth(folder: Path) -> dict[str, list[Run]]:
    """The runs of each capture, by its name without suffix."""
    runs: dict[str, list[Run]] = {}
    with (folder / "occupancy.csv").open(encoding="utf-8", newline="") as file:
        for row in sorted(
            csv.DictReader(file), key=lambda row: (row["position"], row["day"], float(row["start_epoch_s"]))
        ):
            known = runs.setdefault(f"{row['position']}_{row['day']}", [])
            start, end, persons = float(row["start_epoch_s"]), float(row["end_epoch_s"]), int(float(row["occupancy"]))
            if known and known[-1].persons == persons and start - known[-1].end <= GAP:
                known[-1] = Run(known[-1].start, max(end, known[-1].end), persons)
            else:
                known.append(Run(start, end, persons))
    return runs


def captures(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name without suffix, file) of the captures of a folder, in order."""
    for path in sorted(folder.iterdir()):
        name = path.name.removesuffix(".gz")
        if name.endswith((".pcap", ".pcapng")):
            yield name.rpartition(".")[0], path


def windows(folder: Path) -> Windows:
    """All windows of a folder."""
    known = truth(folder)
    every = Windows([], [], [], [])
    for name, path in captures(folder):
        if known.get(name):
            every.add(_day(name, sightings(requests(path), COMPUTERS), known[name]))
    return every


def _day(name: str, seen: list[DeviceSighting], runs: list[Run]) -> Windows:
    times = [one.at for one in seen]
    made: dict[float, Slice] = {}

    def piece(start: float) -> Slice:
        if start not in made:
            made[start] = Slice(start)
            for one in seen[bisect_left(times, start) : bisect_left(times, start + SLICE_SECONDS)]:
                made[start].feed(one)
        return made[start]

    day = Windows([], [], [], [])
    for run in runs:
        turn = 0
        while (end := run.start + turn * SLICE_SECONDS + WINDOW) <= run.end + SLACK and times:
            starts = [end - SLICE_SECONDS * back for back in range(max(SPANS), 0, -1)]
            pieces = [piece(start) for start in starts if start >= times[0] - GAP / 2]
            day.add(Windows([features(pieces or [piece(starts[-1])])], [run.persons], [name], [turn % 2 == 0]))
            turn += 1
    return day


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


def by_default(rows: Vector) -> Vector:
    """What a box says that nobody has calibrated."""
    tokens = np.expm1(rows[:, RANDOM_ABOVE_75])
    said: Vector = PERSONS_PER_TOKEN * tokens
    return said


def interval(model: SiteModel, rows: Vector, persons: Vector) -> float:
    """The share of windows whose truth lies in the interval of nine in ten."""
    told = [model.estimate(row) for row in rows]
    return round(float(np.mean([one.low <= truth <= one.high for one, truth in zip(told, persons, strict=True)])), 3)


def within(every: Windows) -> dict[str, object]:
    """One folder: five folds by day, and the first two thirds of the days against the rest."""
    rows, persons, judged = every.arrays()
    chosen = judged.astype(bool)
    said = cross_predict(rows, persons, every.days, folds=5)
    days = [day for day, _ in groupby(sorted(every.days))]
    early = np.isin(np.array(every.days), days[: len(days) * 2 // 3])
    model = calibrate(
        rows[early], persons[early], [day for day, is_early in zip(every.days, early, strict=True) if is_early]
    )
    late = ~early & chosen
    return {
        "days": len(days),
        "five_fold_by_day": figures(said[chosen], persons[chosen]),
        "chronological": figures(model.predict(rows[late]), persons[late]),
        "chronological_in_interval": interval(model, rows[late], persons[late]),
        "shipped_default": figures(by_default(rows[chosen]), persons[chosen]),
    }


def across(train: Windows, test: Windows) -> dict[str, object]:
    """Train on one folder, judge on the other; then the same corrected by a door counter, window after window."""
    rows, persons, _ = train.arrays()
    model = calibrate(rows, persons, train.days)
    rows, persons, judged = test.arrays()
    chosen = judged.astype(bool)
    rows, persons = rows[chosen], persons[chosen]
    said = model.predict(rows)
    return {
        "test": figures(said, persons),
        "test_in_interval": interval(model, rows, persons),
        "test_recalibrated_by_door_counts": figures(recalibrated(said, persons), persons),
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
    """Exit 2 when there is no folder with captures and truth."""
    parser = argparse.ArgumentParser(prog="python -m bench wifi-occupancy", description=__doc__)
    parser.add_argument("--train", type=Path, help="folder of captures with truth; the only one when --test is absent")
    parser.add_argument("--test", type=Path, help="folder to judge on")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    folders = [folder for folder in (asked.train, asked.test) if folder is not None]
    if not folders or not all((folder / "occupancy.csv").is_file() for folder in folders):
        print(
            "usage: python -m bench wifi-occupancy --train DIR [--test DIR]; each DIR holds captures and occupancy.csv"
        )
        return 2
    one = windows(folders[0])
    same = len(folders) == 1 or folders[0].resolve() == folders[1].resolve()
    show(within(one) if same else across(one, windows(folders[1])), asked.json)
    return 0
