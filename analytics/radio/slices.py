"""The last forty minutes of radio in eight slices, and the counts that are made of them. It forgets the rest."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from observations import DeviceSighting

Vector = NDArray[np.float64]

SLICE_SECONDS = 300.0
SPANS = (2, 4, 8)
"""Slices that are looked at together: 10, 20 and 40 minutes."""
LOUDER_THAN_DBM = (-55, -60, -65, -70, -75, -80, -85, -129)
"""Every count is taken eight times: of what was louder than each of these."""
KINDS = 8
MOST_KEYS = 1 << 16
"""Of one kind in one slice; a flood of invented addresses beyond it is not counted."""


class Slice:
    """What was heard in one slice, by the loudest frame of each key; one pass serves all thresholds and all spans.

    Keys are tokens (random, then global), classes, classes in half a minute, classes of random tokens in a minute,
    and tokens in a minute.
    """

    def __init__(self, start: float) -> None:
        self.start = start
        self.loudest: tuple[dict[int, int], ...] = tuple({} for _ in range(KINDS - 2))
        self.class_of: dict[int, int] = {}
        self._heard = [0] * 256

    def feed(self, seen: DeviceSighting) -> None:
        """Count one sighting."""
        rssi_dbm, token, kind = seen.rssi_dbm, seen.token, seen.device_class
        self._heard[rssi_dbm & 0xFF] += 1
        minute, half_minute = int(seen.at // 60) & 0xFFFF, int(seen.at // 30) & 0xFFFF
        random, fixed, kinds, kind_half, kind_minute, token_minute = self.loudest
        _keep(random if seen.randomised else fixed, token, rssi_dbm)
        _keep(kinds, kind, rssi_dbm)
        _keep(kind_half, kind << 16 | half_minute, rssi_dbm)
        if seen.randomised:
            _keep(kind_minute, kind << 16 | minute, rssi_dbm)
        _keep(token_minute, token << 16 | minute, rssi_dbm)
        if len(self.class_of) < MOST_KEYS:
            self.class_of[token] = kind

    def heard(self) -> Vector:
        """Frames louder than each threshold."""
        counted = [sum(self._heard[dbm & 0xFF] for dbm in range(above + 1, 128)) for above in LOUDER_THAN_DBM]
        return np.array(counted, float)


def features(slices: Sequence[Slice]) -> Vector:
    """What the estimators look at, for the time when the last of `slices` (in order, at least one) ended.

    A box that started 15 minutes ago has three of them and takes what there is. float64: the logarithms of the counts
    of each span, how the shorter span differs from the longer (who came, who left), and how each count falls off with
    the threshold (how near they are), which a louder receiver or a busier year changes least.
    """
    spans = np.log1p([_counts(slices[-span:]) for span in SPANS])
    change = spans[:-1] - spans[1:]
    nearness = -np.diff(spans.reshape(len(SPANS), KINDS, len(LOUDER_THAN_DBM)), axis=2)
    told: Vector = np.concatenate([spans.ravel(), change.ravel(), nearness.ravel()])
    return told


def _counts(slices: Sequence[Slice]) -> Vector:
    """(KINDS * thresholds,) counts of some slices taken together: kind after kind, each over all thresholds."""
    frames = np.zeros(len(LOUDER_THAN_DBM))
    for piece in slices:
        frames += piece.heard()
    told: list[Vector] = [frames / len(slices)]
    merged: list[dict[int, int]] = []
    for number in range(KINDS - 2):
        keys: dict[int, int] = {}
        for piece in slices:
            for key, dbm in piece.loudest[number].items():
                if dbm > keys.get(key, -129):
                    keys[key] = dbm
        merged.append(keys)
        told.append(_louder(np.fromiter(keys.values(), float, len(keys))))
    classes = {token: kind for piece in slices for token, kind in piece.class_of.items()}
    told.append(_spread({**merged[0], **merged[1]}, classes))
    return np.concatenate(told)


def _louder(loudest: Vector) -> Vector:
    return np.array([np.count_nonzero(loudest > above) for above in LOUDER_THAN_DBM], float)


def _spread(tokens: dict[int, int], classes: dict[int, int]) -> Vector:
    """Sum over classes of the root of their tokens: between counting classes and counting tokens."""
    told = []
    for above in LOUDER_THAN_DBM:
        crowd: dict[int, int] = {}
        for token, dbm in tokens.items():
            if dbm > above and token in classes:
                crowd[classes[token]] = crowd.get(classes[token], 0) + 1
        told.append(sum(sqrt(count) for count in crowd.values()))
    return np.array(told)


def _keep(loudest: dict[int, int], key: int, rssi_dbm: int) -> None:
    if rssi_dbm > loudest.get(key, -129) and (len(loudest) < MOST_KEYS or key in loudest):
        loudest[key] = rssi_dbm
