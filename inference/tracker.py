"""People followed from picture to picture by where they are and how they move; nothing of how they look is kept.

A constant-velocity Kalman filter for each person, all in one array, in real seconds: 3 or 15 pictures a second and gaps
are the same to it. Lengths are in units of the person's own height, so far and near people obey the same rules.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.boxes import Boxes, footless, overlaps
from observations import Box, Track

Array: TypeAlias = NDArray[np.float64]

X, Y, W, H, VX, VY, P, PV, V, SINCE, SEEN, SCORE, HITS, CONFIRMED, NUMBER, BEST, LOOKED, MISSES, SURES, FIRST = range(
    20
)
COLUMNS = FIRST + 4
_JUST = 2.0  # in CONFIRMED, for the one update that confirms


@dataclass(frozen=True, slots=True)
class Rules:
    """How people move and detectors err. Heights are heights of the person; all times are seconds."""

    jitter: float = 0.06
    """Standard deviation of a detected centre, heights."""
    jolt: float = 1.5
    """Standard deviation of the acceleration of a walking person, heights/s^2."""
    pace: float = 0.9
    """Standard deviation of the velocity of who was seen once, heights/s: 2.5 m/s is 1.5."""
    gate: float = 11.0
    """Squared Mahalanobis distance beyond which a detection is somebody else's."""
    weak_gate: float = 6.0
    """The same for detections of which the detector is not sure."""
    growth: float = 3.0
    """Factor of height by which the same person's box may differ between two pictures."""
    steady: float = 4
    """Pictures (weak ones count half) that make a person of somebody of whom the detector was never certain."""
    edge: float = 0.02
    """A box this near to the picture's edge may be a part of something."""
    large: float = 0.4
    """From this share of the picture's height the detector is certain of every person sooner or later."""
    settle: float = 0.12
    """Time constant with which a track takes over a new size."""
    brake: float = 0.5
    """Time constant with which an unseen person is thought to slow down."""
    standing: float = 0.25
    """Below this speed, heights/s, a person stands still, and need not be looked at in every picture."""
    recheck: float = 3.0
    """Seconds after which who stands still is looked at all the same."""
    shown: float = 0.85
    """Who is by this share inside what was looked at was missed if not detected."""
    doubt: float = 0.4
    """A track not yet confirmed ends after this time without a detection, or at the second miss."""
    leaving: int = 2
    """A person at the picture's edge has left it when missed so many times in a row."""
    coast: float = 1.2
    """A confirmed track ends after this time without a detection."""
    faded: float = 0.9
    """A score below this share of a sure one has faded."""
    hardly: int = 3
    """Who was surely seen so often or less may be a second box on somebody else."""
    shadow: float = 0.4
    """Such a one is, when he lies by this share in somebody, or holds him."""
    same: float = 0.75
    """A detection that lies by this share in a followed person, or holds it, begins no new track."""
    here: float = 0.3
    """Nor does it draw to it who was not seen a moment ago, unless he is thought to be there by this share."""


class Target(NamedTuple):
    """Somebody to look at: where he will be (left, top, right, bottom, relative), whether he may not wait, and for how
    many seconds he has not been detected."""

    box: tuple[float, float, float, float]
    restless: bool
    waited: float


class Tracker:
    """All persons of one camera. Times are clock seconds given by the caller; boxes are relative to the picture."""

    def __init__(self, *, aspect: float, sure: float, certain: float, rules: Rules | None = None) -> None:
        """`aspect` is the picture's width over height; `sure` the score from which a detection may begin a track,
        `certain` the one that something else than a person does not reach."""
        self.rules = rules or Rules()
        self.ended: tuple[int, ...] = ()
        """The numbers of the confirmed tracks that the last update ended; they may be given to others from then on."""
        self._aspect = aspect
        self._sure = sure
        self._certain = certain
        self._rows: Array = np.empty((0, COLUMNS))
        self.at = float("-inf")
        """The time of the last update."""

    def update(self, at: float, boxes: Boxes, looked: Boxes | None = None) -> tuple[Track, ...]:
        """Take in one picture's detections (all scores) and give the confirmed tracks.

        `looked` are the regions (rows of left, top, right, bottom, 1) in which the detector looked, None for
        everywhere: who stands elsewhere was not missed. A time that does not advance changes nothing.
        """
        self.ended = ()
        if at <= self.at:
            return self.tracks()
        step = at - self.at if len(self._rows) else 0.0
        self.at = at
        self._predict(step)
        over = self._outlived(at)
        elsewhere = self._elsewhere(looked)
        found = self._centred(boxes)
        taken = self._associate(found, boxes, at, step, elsewhere)
        self._miss(at, taken[0], elsewhere)
        self.ended = (*over, *self.ended, *self._shadows())
        self._begin(found, boxes, taken[1], at)
        return self.tracks()

    def _outlived(self, at: float) -> tuple[int, ...]:
        """End, after a gap in the pictures, whom nobody could recognise by where he is."""
        rows, rules = self._rows, self.rules
        confirmed = rows[:, CONFIRMED] > 0
        over = at - rows[:, SEEN] > np.where(confirmed, rules.coast, rules.doubt)
        self._rows = rows[~over]
        return tuple(int(number) for number in rows[over & confirmed, NUMBER])

    def tracks(self) -> tuple[Track, ...]:
        """The confirmed tracks as they are now."""
        rows = self._rows[self._rows[:, CONFIRMED] > 0]
        corners = np.clip(self._corners(rows)[:, :4], 0.0, 1.0)
        return tuple(
            Track(
                int(row[NUMBER]),
                Box(*corner),
                row[SCORE],
                row[SINCE],
                coasting=row[SEEN] < self.at,
                origin=Box(*row[FIRST:]) if row[CONFIRMED] == _JUST else None,
            )
            for row, corner in zip(rows.tolist(), corners.tolist(), strict=True)
        )

    def targets(self, at: float) -> list[Target]:
        """Where everybody will be at `at`, the doubtful too. Who stands still and was seen lately may wait."""
        if not len(self._rows):
            return []
        ahead = self._rows.copy()
        ahead[:, X : Y + 1] += ahead[:, VX : VY + 1] * (at - self.at)
        return [
            Target(tuple(corner), bool(restless), float(waited))
            for corner, restless, waited in zip(
                self._corners(ahead)[:, :4].tolist(), self._restless(at), at - ahead[:, LOOKED], strict=True
            )
        ]

    def _restless(self, at: float) -> NDArray[np.bool_]:
        rows, rules = self._rows, self.rules
        speed = np.hypot(rows[:, VX], rows[:, VY])
        moving = speed > rules.standing * np.maximum(rows[:, H], rows[:, W])
        open_question = (rows[:, CONFIRMED] == 0) | (rows[:, MISSES] > 0)
        return np.asarray(moving | open_question | (at - rows[:, LOOKED] > rules.recheck), np.bool_)

    def _corners(self, rows: Array) -> Boxes:
        out = np.empty((len(rows), 5), np.float32)
        half = rows[:, W : H + 1] / 2
        out[:, 0:2] = rows[:, X : Y + 1] - half
        out[:, 2:4] = rows[:, X : Y + 1] + half
        out[:, 0:4:2] /= self._aspect
        out[:, 4] = rows[:, SCORE]
        return out

    def _centred(self, boxes: Boxes) -> Array:
        """Detections as x, y, w, h in picture heights."""
        corners = boxes[:, :4].astype(np.float64)
        corners[:, 0::2] *= self._aspect
        size = corners[:, 2:] - corners[:, :2]
        return np.hstack((corners[:, :2] + size / 2, size))

    def _elsewhere(self, looked: Boxes | None) -> NDArray[np.bool_]:
        """Who was not in what was looked at, and so was neither missed nor weakly seen."""
        if looked is None:
            return np.zeros(len(self._rows), bool)
        shown = _within(np.clip(self._corners(self._rows), 0.0, 1.0), looked)
        return np.asarray(shown < self.rules.shown, np.bool_)

    def _predict(self, step: float) -> None:
        rows, rules = self._rows, self.rules
        if not len(rows):
            return
        np.minimum(rows[:, CONFIRMED], 1, out=rows[:, CONFIRMED])
        unseen = rows[:, SEEN] < rows[:, SEEN].max()
        rows[unseen, VX : VY + 1] *= np.exp(-step / rules.brake)
        rows[:, X : Y + 1] += rows[:, VX : VY + 1] * step
        noise = (rules.jolt * rows[:, H]) ** 2
        rows[:, P] += step * (2 * rows[:, PV] + step * rows[:, V]) + noise * step**4 / 4
        rows[:, PV] += step * rows[:, V] + noise * step**3 / 2
        rows[:, V] += noise * step**2

    def _associate(
        self, found: Array, boxes: Boxes, at: float, step: float, elsewhere: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Give detections to tracks: the confirmed before the others, sure detections before weak ones, near first."""
        rows, rules = self._rows, self.rules
        hit, used = np.zeros(len(rows), bool), np.zeros(len(found), bool)
        if not len(rows) or not len(found):
            return hit, used
        away = found[None, :, :2] - rows[:, None, X : Y + 1]
        spread = rows[:, P] + (rules.jitter * np.maximum(rows[:, H], rows[:, W])) ** 2
        far = (away**2).sum(axis=2) / spread[:, None]
        ratio = np.abs(np.log(found[None, :, 3] / rows[:, None, H]))
        weak = boxes[:, 4] < self._sure
        stage = 2.0 * (rows[:, CONFIRMED] == 0)[:, None] + weak[None, :]
        allowed = (far < np.where(weak, rules.weak_gate, rules.gate)) & (ratio < np.log(rules.growth))
        if elsewhere.any():
            allowed &= ~(elsewhere[:, None] & weak[None, :])
        unseen = np.flatnonzero(rows[:, SEEN] < rows[:, SEEN].max())
        second = self._second(boxes, far, np.flatnonzero(allowed[unseen].any(axis=0)))
        if len(second):
            allowed[np.ix_(unseen, second)] &= self._here(boxes[second], unseen)
        track, detection = np.nonzero(allowed)
        cost = (stage * 100 + far + 4 * ratio)[track, detection]
        pairs: list[tuple[int, int]] = []
        for index in np.argsort(cost, kind="stable").tolist():
            one, other = track[index], detection[index]
            if not hit[one] and not used[other]:
                hit[one] = used[other] = True
                pairs.append((one, other))
        if pairs:
            self._correct(np.array(pairs), found, boxes, at, step)
        return hit, used

    def _second(self, boxes: Boxes, far: Array, which: NDArray[np.int_]) -> NDArray[np.int_]:
        """Which of these detections are a second box on somebody who is seen all the while: in a better one of his."""
        if not len(which):
            return which
        rows = self._rows
        followed = (rows[:, SEEN] == rows[:, SEEN].max()) & (rows[:, CONFIRMED] > 0)
        his = (far[followed] < self.rules.gate).any(axis=0)
        within = (overlaps(boxes[which], boxes)[1] > self.rules.same) & (boxes[which, None, 4] < boxes[None, :, 4])
        return np.asarray(which[(within & his).any(axis=1)], np.int_)

    def _here(self, boxes: Boxes, which: NDArray[np.int_]) -> NDArray[np.bool_]:
        """Which of these tracks are where each detection is."""
        union = overlaps(np.clip(self._corners(self._rows[which]), 0.0, 1.0), boxes)[0]
        return np.asarray(union > self.rules.here, np.bool_)

    def _correct(self, pairs: NDArray[np.int_], found: Array, boxes: Boxes, at: float, step: float) -> None:
        chosen, rules = pairs[:, 0], self.rules
        rows = self._rows[chosen]
        hidden = footless(boxes[pairs[:, 1]], boxes[boxes[:, 4] >= self._sure])
        seen = _upright(found[pairs[:, 1]], rows[:, H], hidden)
        noise = (rules.jitter * np.maximum(rows[:, H], rows[:, W])) ** 2
        gain = rows[:, P] / (rows[:, P] + noise)
        gain_v = rows[:, PV] / (rows[:, P] + noise)
        away = seen[:, :2] - rows[:, X : Y + 1]
        rows[:, X : Y + 1] += gain[:, None] * away
        rows[:, VX : VY + 1] += gain_v[:, None] * away
        rows[:, V] -= gain_v * rows[:, PV]
        rows[:, PV] *= 1 - gain
        rows[:, P] *= 1 - gain
        rows[:, W : H + 1] += (1 - np.exp(-step / rules.settle)) * (seen[:, 2:] - rows[:, W : H + 1])
        rows[:, SEEN] = rows[:, LOOKED] = at
        rows[:, MISSES] = 0
        score = boxes[pairs[:, 1], 4]
        rows[:, SCORE] += 0.3 * (score - rows[:, SCORE])
        rows[:, HITS] += np.where(score >= self._sure, 1.0, 0.5)
        rows[:, SURES] += score >= self._sure
        rows[:, BEST] = np.maximum(rows[:, BEST], score)
        self._rows[chosen] = rows
        for row in chosen[(rows[:, CONFIRMED] == 0) & self._credible(rows, boxes[pairs[:, 1]])]:
            self._confirm(row)

    def _credible(self, rows: Array, boxes: Boxes) -> NDArray[np.bool_]:
        """Who is a person: certain once and seen twice, or small and seen steadily and whole. What only reaches into
        the picture (an arm, a trolley) may look like a person for long, but not certainly so."""
        whole = (boxes[:, :2].min(axis=1) > self.rules.edge) & (boxes[:, 2:4].max(axis=1) < 1 - self.rules.edge)
        whole &= rows[:, H] < self.rules.large
        steadily = (rows[:, HITS] >= self.rules.steady) & (rows[:, SCORE] >= (self._sure + self._certain) / 2)
        return np.asarray((rows[:, HITS] >= 2) & ((rows[:, BEST] >= self._certain) | (steadily & whole)), np.bool_)

    def _confirm(self, row: int) -> None:
        taken = set(self._rows[self._rows[:, CONFIRMED] > 0, NUMBER].astype(int).tolist()) | set(self.ended)
        self._rows[row, NUMBER] = next(number for number in range(1, len(taken) + 2) if number not in taken)
        self._rows[row, CONFIRMED] = _JUST

    def _miss(self, at: float, hit: NDArray[np.bool_], elsewhere: NDArray[np.bool_]) -> None:
        """End who was not seen for too long, and who has walked out of the picture."""
        rows, rules = self._rows, self.rules
        lost = np.flatnonzero(~hit)
        if not len(lost):
            return
        missed = lost
        if elsewhere.any():
            rows[lost[elsewhere[lost] & ~self._restless(at)[lost]], SEEN] = at
            missed = lost[~elsewhere[lost]]
        rows[missed[rows[missed, CONFIRMED] == 0], HITS] -= 1
        rows[missed, MISSES] += 1
        gone = rows[lost]
        x, y = gone[:, X] / self._aspect, gone[:, Y]
        corners = self._corners(gone)
        outside = (x < 0) | (x > 1) | (y < 0) | (y > 1)
        outside |= ((corners[:, :2] < 0) | (corners[:, 2:4] > 1)).any(axis=1) & (gone[:, MISSES] >= rules.leaving)
        over = lost[outside | ((gone[:, CONFIRMED] == 0) & (gone[:, HITS] < 0))]
        if len(over):
            self.ended = tuple(int(number) for number in rows[over[rows[over, CONFIRMED] > 0], NUMBER])
            self._rows = np.delete(rows, over, axis=0)

    def _shadows(self) -> tuple[int, ...]:
        """End who was hardly ever surely seen, no longer is, and stands in somebody who is: a second box on him."""
        rows, rules = self._rows, self.rules
        faded = (
            (rows[:, SCORE] < rules.faded * self._sure) & (rows[:, SURES] <= rules.hardly) & (rows[:, CONFIRMED] > 0)
        )
        clear = (rows[:, SCORE] >= self._sure) & (rows[:, CONFIRMED] > 0)
        if not faded.any() or not clear.any():
            return ()
        corners = self._corners(rows)
        over = np.flatnonzero(faded)[_within(corners[faded], corners[clear]) > rules.shadow]
        self._rows = np.delete(rows, over, axis=0)
        return tuple(int(number) for number in rows[over, NUMBER])

    def _begin(self, found: Array, boxes: Boxes, used: NDArray[np.bool_], at: float) -> None:
        fresh = np.flatnonzero(~used & (boxes[:, 4] >= self._sure))
        if len(fresh) and len(self._rows):
            known = self._corners(self._rows[self._rows[:, SEEN] == at])
            fresh = fresh[_within(boxes[fresh], known) < self.rules.same]
        if not len(fresh):
            return
        new = np.zeros((len(fresh), COLUMNS))
        new[:, X : H + 1] = found[fresh]
        size = np.maximum(new[:, W], new[:, H])
        new[:, P] = (self.rules.jitter * size) ** 2
        new[:, V] = (self.rules.pace * size) ** 2
        new[:, SINCE] = new[:, SEEN] = new[:, LOOKED] = at
        new[:, SCORE] = boxes[fresh, 4]
        new[:, BEST] = boxes[fresh, 4]
        new[:, HITS] = new[:, SURES] = 1
        new[:, FIRST:] = boxes[fresh, :4]
        self._rows = np.vstack((self._rows, new))


def _upright(seen: Array, tall: Array, hidden: NDArray[np.float32]) -> Array:
    """Detections (x, y, w, h) of people known to be `tall`: who hides behind somebody down there is as tall as before,
    and his head says where he is. A detector's guess of hidden feet jumps by a quarter of a person."""
    known = tall + (1 - hidden) * (seen[:, 3] - tall)
    return np.column_stack((seen[:, 0], seen[:, 1] + (known - seen[:, 3]) / 2, seen[:, 2], known))


def _within(boxes: Boxes, others: Boxes) -> NDArray[np.float32]:
    """The greatest share by which each box lies in one of the others, or holds it."""
    if not len(others):
        return np.zeros(len(boxes), np.float32)
    share: NDArray[np.float32] = overlaps(boxes, others)[1].max(axis=1)
    return share
