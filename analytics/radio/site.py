"""How many persons are in the room, learnt from days on which somebody counted; and noticing when that has drifted.

What a site's model holds are counts of training windows, never a token.
"""

from dataclasses import dataclass, fields, replace
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from analytics.radio.forest import Forest, Matrix, grow_forest

FEWEST_WINDOWS = 50


@dataclass(frozen=True, slots=True)
class Estimate:
    """Persons, and the interval that held the truth in nine of ten windows left out of the calibration."""

    persons: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class SiteModel:
    """One calibrated site. `errors` are the 5th and 95th percentile of (truth - estimate) / (estimate + 1).

    `gate_dbm` is the gate behind which it was learnt: behind another one it would hear another room.
    """

    forest: Forest
    errors: tuple[float, float] = (-0.5, 0.5)
    gate_dbm: int = -128

    def predict(self, features: Matrix) -> Matrix:
        """(n, width) -> persons (n,), never below 0."""
        return self.forest.predict(features)

    def estimate(self, features: Matrix) -> Estimate:
        """Persons for one row of features."""
        persons = float(self.predict(features[None])[0])
        low, high = (persons + error * (persons + 1) for error in self.errors)
        return Estimate(persons, max(0.0, low), max(persons, high))

    def save(self, path: Path) -> None:
        """Write the model as numbers only: no code is in the file and none is run by reading it."""
        told = {one.name: getattr(self.forest, one.name) for one in fields(Forest)}
        buffer = BytesIO()
        np.savez_compressed(buffer, errors=np.array(self.errors), gate_dbm=np.array(self.gate_dbm), **told)
        path.write_bytes(buffer.getvalue())

    @classmethod
    def load(cls, path: Path) -> "SiteModel":
        """Read a model. Raises OSError, or ValueError if the file is none."""
        try:
            with BytesIO(path.read_bytes()) as file, np.load(file, allow_pickle=False) as told:
                forest = Forest(*(told[one.name] for one in fields(Forest)))
                low, high = (float(error) for error in told["errors"])
                gate_dbm = int(told["gate_dbm"])
        except (KeyError, EOFError, TypeError, BadZipFile) as error:
            raise ValueError("this file is no model of a site") from error
        return cls(forest, (low, high), gate_dbm)


def calibrate(features: Matrix, persons: Matrix, days: list[str] | None = None, *, gate_dbm: int = -128) -> SiteModel:
    """A model of (n, width) features and (n,) persons. With `days` (n) the interval is measured day by day, left out.

    Raises ValueError with fewer than FEWEST_WINDOWS windows.
    """
    if len(persons) < FEWEST_WINDOWS:
        raise ValueError(f"a site is calibrated on {FEWEST_WINDOWS} windows at least; there are {len(persons)}")
    model = SiteModel(grow_forest(features, persons), gate_dbm=gate_dbm)
    if days is None or len(set(days)) < 3:
        return model
    left_out = cross_predict(features, persons, days, folds=3)
    errors = (persons - left_out) / (left_out + 1)
    return replace(model, errors=(float(np.quantile(errors, 0.05)), float(np.quantile(errors, 0.95))))


def cross_predict(features: Matrix, persons: Matrix, days: list[str], folds: int) -> Matrix:
    """What a model that never saw a window's day says of it: day i of the sorted days belongs to fold i mod `folds`."""
    said = np.zeros(len(persons))
    known = sorted(set(days))
    names = np.array(days)
    for fold in range(folds):
        out = np.isin(names, known[fold::folds])
        said[out] = calibrate(features[~out], persons[~out]).predict(features[out])
    return said


@dataclass(slots=True)
class Recalibration:
    """Correct a model that has drifted by what a door counter or a camera saw, forgetting slowly.

    `teach` takes windows with somebody in them, as the counter says; `drifted` is whether the model's own estimates
    have been off by more than `tolerance` (a ratio) over the last windows, which calls for a new calibration.
    Until then persons = scale * estimate; what is less off is left alone: it may be one odd day (decision 121).
    """

    memory: float = 48.0
    tolerance: float = 0.25
    said: float = 0.0
    counted: float = 0.0
    weight: float = 0.0

    def teach(self, estimate: float, persons: float) -> None:
        """One window: what the model said and what was counted."""
        if persons < 1 and estimate < 1:
            return
        keep = 1 - 1 / self.memory
        self.said = self.said * keep + estimate
        self.counted = self.counted * keep + persons
        self.weight = self.weight * keep + 1

    @property
    def ratio(self) -> float:
        """Counted persons to estimated ones; 1 until eight windows were taught."""
        if self.weight < 8 or self.said <= 0:
            return 1.0
        return float(np.clip(self.counted / self.said, 0.25, 4.0))

    @property
    def drifted(self) -> bool:
        return abs(self.ratio - 1.0) > self.tolerance

    @property
    def scale(self) -> float:
        """What to multiply estimates by."""
        return self.ratio if self.drifted else 1.0
