"""Where to look in this picture, if anywhere: at what moves and at who is followed, at the size that people have there.

The whole picture is one look. Who is followed is looked at in a square as high as the picture, in which nobody is
squeezed; people who would be too small in that get tiles, squares a few persons wide, placed where they are. A picture
in which nothing moves is looked at once a second, and ever more rarely, down to once in four, while nobody is found in
it. What was looked at in vain, and what is left of it around there, is dismissed for a moment, unless it grows.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.boxes import NONE, Boxes, overlaps
from inference.crop import Region
from inference.motion import Change
from inference.sizes import SizeMap
from inference.tracker import Target
from observations import Frame, Track

HEARTBEAT_SECONDS = 1.0
LONGEST_HEARTBEAT_SECONDS = 4.0
DISMISSED_SECONDS = 0.45
LONGEST_DISMISSED_SECONDS = 1.8

_SPECK, _UNKNOWN = 0.08, 0.2
"""Share of a person's area below which a blob is nobody; the height of a person where none is known."""
_FLEETING = 6
"""How many times larger than a speck a blob must be to be looked at in the first picture that shows it."""
_STILL = 0.95
_PORTION = 1.5
"""How much taller than the least a person should stand in a tile."""
_FINEST = 128
"""No tile is smaller, in pixels."""
_CLOSER = 0.27
"""The share of an exploring tile that the blob should have: it may be a part of somebody."""
_LOWEST, _LOWER = 0.03, 0.2
"""No explored person is lower: share of the picture's height, and of the height of the lowest known."""
_ROOM, _PACE, _SQUARES = 0.06, 1.0, 2
"""Of squares: the room beside a person, in sides; how far a followed person may have got, in heights a second of not
being seen; how many squares are better than the whole picture."""
_STIRRED = 0.18
"""Who stands still is looked at when this share of him differs from the picture before."""
_AROUND, _GROWN, _PATIENCE = 0.12, 1.3, 3
"""Of what was looked at in vain: how far around it (share of the picture) its remains are, how much it must grow to be
looked at again, and how much longer it is left alone each time."""
_EXPLORERS = 3
_PATIENT = 6
_SWEEP = 6
_REMEMBERED = 64


class Gate:
    """The decisions of one camera. `budget` is the greatest number of looks (inferences) for one picture; who is lower
    than the share `least` of the picture's height is too small for one look at the whole of it; `sure` is the score
    from which a detection is somebody."""

    def __init__(self, budget: int, least: float, sure: float) -> None:
        self._least = least
        self._sure = sure
        self._sizes = SizeMap()
        self._budget = budget
        self._looked = float("-inf")
        self._whole = float("-inf")
        self._heartbeat = HEARTBEAT_SECONDS
        self._dismissed = NONE
        self._dismissed_until = np.empty(0)
        self._dismissal = DISMISSED_SECONDS
        self._before = NONE
        self._sweep = 0
        self._explored: list[Region] = []
        self._explore_at = float("-inf")
        self._vain = 0

    def regions(self, at: float, frame: Frame, change: Change, targets: list[Target]) -> list[Region]:
        """The looks to take now, most urgent first; none when nothing calls for one."""
        blobs = self._worth(at, change.blobs)
        if len(targets) or change.switched:
            self._heartbeat = HEARTBEAT_SECONDS
        places = self._places(blobs, targets, change)
        patience = self._heartbeat * (2 if len(places) else 1)
        due = change.switched or at - self._looked >= patience - 1e-3
        due |= at - self._whole >= 2 * LONGEST_HEARTBEAT_SECONDS - 1e-3
        self._explored = []
        if not len(places) and not due:
            return []
        regions = self._cover(frame, places)
        whole = Region.whole(frame)
        if due:
            regions = [whole, *(region for region in regions if region.height < whole.height), *self._swept(frame)]
        if whole in regions or not len(targets):
            self._looked = at
            self._heartbeat = min(2 * self._heartbeat, LONGEST_HEARTBEAT_SECONDS)
        if whole in regions:
            self._whole = at
            regions += self._explore(at, frame, blobs, targets)
        return list(dict.fromkeys(regions))[: self._budget]

    def learn(self, at: float, tracks: tuple[Track, ...], found: list[Boxes], empty: Boxes) -> None:
        """Take in what the looks gave: `found` for each region, `tracks` after the update, and the `empty` blobs."""
        if len(empty):
            self._dismiss(at, empty)
        if tracks:
            self._dismissal = DISMISSED_SECONDS
        for track in tracks:
            box = track.box
            if not track.coasting and box.top > 0 and box.bottom < 1:
                self._sizes.learn(*box.foot, box.height)
        if self._explored:
            fresh = [boxes for boxes in found[1:] if _news(boxes[boxes[:, 4] >= self._sure], found[0])]
            self._vain = 0 if fresh else self._vain + 1
            self._explore_at = at + (min(2.0, 0.25 * (self._vain - _PATIENT)) if self._vain > _PATIENT else 0.0)

    def _explore(self, at: float, frame: Frame, blobs: Boxes, targets: list[Target]) -> list[Region]:
        """Where nothing is known of people's size yet: a closer look at one thing that moves and is shaped like them.

        What never shows anybody is looked at ever more rarely.
        """
        if at < self._explore_at:
            return []
        known = np.array([(*target.box, 1.0) for target in targets], np.float32).reshape(-1, 5)
        lowest = max(_LOWEST, _LOWER * self._sizes.least())
        strange = [blob for blob in blobs.tolist() if self._known(blob) is None]
        for left, top, right, bottom, _ in sorted(strange, key=lambda blob: blob[1] - blob[3]):
            tall, wide = (bottom - top) * frame.height, (right - left) * frame.width
            person_like = lowest * frame.height < tall < self._least * frame.height and 0.15 * tall < wide < 1.5 * tall
            blob = np.array([[left, top, right, bottom, 1.0]], np.float32)
            if person_like and not (len(known) and overlaps(blob, known)[1].max() > 0.3):
                middle = (left + right) / 2 * frame.width, (top + bottom) / 2 * frame.height
                self._explored.append(Region.around(frame, *middle, max(tall / _CLOSER, _FINEST)))
                known = np.concatenate((known, np.array([self._explored[-1].box(frame)], np.float32)))
        return self._explored[:_EXPLORERS]

    def _worth(self, at: float, blobs: Boxes) -> Boxes:
        """Without specks, without small things that do not move on from one picture to the next (the coding of video
        makes them), and without what was just looked at in vain and has not grown since."""
        before, self._before = self._before, blobs
        if not len(blobs):
            return blobs
        areas = (blobs[:, 2] - blobs[:, 0]) * (blobs[:, 3] - blobs[:, 1])
        unknown = max(_UNKNOWN, 0.6 * self._sizes.least())
        tall = np.array([min(self._known(blob) or unknown, 0.9) for blob in blobs.tolist()])
        worth = areas > _SPECK * 0.2 * tall**2
        worth &= (areas > _FLEETING * _SPECK * 0.2 * tall**2) | _moving(blobs, before)
        old = self._dismissed[self._dismissed_until >= at]
        if len(old):
            until = self._dismissed_until[self._dismissed_until >= at]
            sizes = (old[:, 2] - old[:, 0]) * (old[:, 3] - old[:, 1])
            most = max(sizes[until == one].sum() for one in until)
            near = (overlaps(blobs, _grown(old, 1.0, _AROUND))[1] > 0.5).any(axis=1)
            if areas[near].sum() < _GROWN * most:
                worth &= ~near
        return np.asarray(blobs[worth], np.float32)

    def _dismiss(self, at: float, empty: Boxes) -> None:
        """Leave these alone for a moment; for a longer one, the more often nobody came of it."""
        until = np.append(self._dismissed_until, np.full(len(empty), at + self._dismissal))
        self._dismissal = min(_PATIENCE * self._dismissal, LONGEST_DISMISSED_SECONDS)
        left = np.flatnonzero(until >= at)[-_REMEMBERED:]
        self._dismissed, self._dismissed_until = np.concatenate((self._dismissed, empty))[left], until[left]

    def _places(self, blobs: Boxes, targets: list[Target], change: Change) -> NDArray[np.float64]:
        """What to look at: rows of x and y of the centre, width, height (relative), expected height, urgency, and how
        many seconds a followed person has not been seen (0 for what only moves)."""
        boxes = np.array([target.box for target in targets]).reshape(-1, 4)
        heights = [self._known(target.box) or max(target.box[3] - target.box[1], 0.03) for target in targets]
        wanted = [
            (target.box, tall, 1.0 + 4 * target.waited, target.waited)
            for target, tall in zip(targets, heights, strict=True)
            if target.restless or change.stir(target.box) > _STIRRED
        ]
        if len(blobs) and len(boxes):
            ones = np.ones((len(boxes), 1))
            inside = overlaps(blobs, np.hstack((boxes, ones)).astype(np.float32))[1]
            wide, tall = (blobs[:, None, 2:4] - blobs[:, None, :2]).transpose(2, 0, 1)
            own_wide, own_tall = (boxes[None, :, 2:4] - boxes[None, :, :2]).transpose(2, 0, 1)
            inside *= (tall < 1.3 * own_tall) & (wide < 1.6 * own_wide)
            ignored = (inside > 0.6).any(axis=1)
            patient = np.array([target.restless or target.waited < HEARTBEAT_SECONDS for target in targets])
            disturbed = (inside > 0.2).any(axis=0) & ~patient
            wanted += [(targets[n].box, heights[n], 2.0, targets[n].waited) for n in np.flatnonzero(disturbed)]
            blobs = blobs[~ignored]
        wanted += [(tuple(blob[:4]), self._expected(blob), 1.0, 0.0) for blob in blobs.tolist()]
        return np.array([row for box, tall, *rest in wanted for row in self._split(box, tall, *rest)]).reshape(-1, 7)

    def _split(self, box: Sequence[float], tall: float, urgency: float, waited: float) -> list[tuple[float, ...]]:
        """One row for a person or a small blob; for a crowd as many as it takes."""
        left, top, right, bottom = box
        across = max(1, min(4, round((right - left) / (1.5 * tall)))) if tall < self._least else 1
        down = max(1, min(3, round((bottom - top) / (1.5 * tall)))) if tall < self._least else 1
        width, height = (right - left) / across, (bottom - top) / down
        return [
            (left + width * (column + 0.5), top + height * (row + 0.5), width, height, tall, urgency, waited)
            for column in range(across)
            for row in range(down)
        ]

    def _expected(self, box: Sequence[float]) -> float:
        """The height of a person here, as learned; nothing is known at first, and the whole picture is looked at."""
        return self._known(box) or 1.0

    def _known(self, box: Sequence[float]) -> float | None:
        return self._sizes.height((box[0] + box[2]) / 2, box[3])

    def _cover(self, frame: Frame, places: NDArray[np.float64]) -> list[Region]:
        """As few looks as show every place at its scale: squares or the whole picture, and tiles where people are
        small. What moves where nothing is known of people's size gets the whole picture."""
        small = places[:, 4] < self._least
        strange = ~small & (places[:, 6] <= 0) & (places[:, 4] >= 1)
        regions = [Region.whole(frame)] if strange.any() else self._squares(frame, places[~small])
        left = places[small]
        while len(left) and len(regions) < self._budget:
            side = np.maximum(left[:, 4] * frame.height / (_PORTION * self._least), _FINEST)
            reach = side / 2 - 0.6 * left[:, 4] * frame.height
            away = np.abs(left[:, None, :2] - left[None, :, :2]) * (frame.width, frame.height)
            alike = np.abs(np.log(left[:, None, 4] / left[None, :, 4])) < 0.6
            shown = alike & (away.max(axis=2) <= reach[:, None])
            np.fill_diagonal(shown, True)
            best = int((shown * left[None, :, 5]).sum(axis=1).argmax())
            middle = left[shown[best], :2].mean(axis=0) * (frame.width, frame.height)
            grid = side[best] / 8
            x, y = np.round(middle / grid) * grid
            regions.append(Region.around(frame, float(x), float(y), float(side[best])))
            left = left[~shown[best]]
        return regions

    def _squares(self, frame: Frame, places: NDArray[np.float64]) -> list[Region]:
        """Looks for people who are large enough: squares as high as the picture, in which nobody is squeezed, or the
        whole picture where two squares do not hold everybody."""
        whole, side = Region.whole(frame), frame.height
        if not len(places):
            return []
        gone = _PACE * places[:, 6] * np.minimum(places[:, 4], 1.0) * side
        half = places[:, 2] / 2 * frame.width + _ROOM * side + gone
        middle = places[:, 0] * frame.width
        left, right = np.maximum(middle - half, 0), np.minimum(middle + half, frame.width)
        if not self._least or (right - left).max() > side:
            return [whole]
        regions: list[Region] = []
        waiting = np.ones(len(places), bool)
        while waiting.any():
            first = left[waiting].min()
            held = waiting & (right <= first + side)
            regions.append(Region.around(frame, float(first + right[held].max()) / 2, side / 2, side))
            waiting &= ~held
        return regions if len(regions) <= _SQUARES else [whole]

    def _swept(self, frame: Frame) -> list[Region]:
        """One tile more at each heartbeat, wandering over the places where people are known to be small."""
        self._sweep = (self._sweep + 1) % _SWEEP**2
        x, y = (self._sweep % _SWEEP + 0.5) / _SWEEP, (self._sweep // _SWEEP + 0.5) / _SWEEP
        tall = self._sizes.height(x, y)
        if tall is None or tall >= self._least:
            return []
        side = max(tall * frame.height / (_PORTION * self._least), _FINEST)
        return [Region.around(frame, x * frame.width, y * frame.height, side)]


def _moving(boxes: Boxes, before: Boxes) -> NDArray[np.bool_]:
    """Which boxes are no farther than a box's size from one of those before, and in the very place of none."""
    if not len(before):
        return np.zeros(len(boxes), bool)
    near = overlaps(boxes, _grown(before, 1.0))[0].max(axis=1) > 0
    return np.asarray(near & (overlaps(boxes, before)[0].max(axis=1) < _STILL), np.bool_)


def _grown(boxes: Boxes, by: float, at_most: float = 1.0) -> Boxes:
    """The boxes with `by` of their own size more on every side."""
    more = np.minimum(by * (boxes[:, 2:4] - boxes[:, :2]), at_most)
    return np.hstack((boxes[:, :2] - more, boxes[:, 2:4] + more, boxes[:, 4:])).astype(np.float32)


def _news(boxes: Boxes, known: Boxes) -> bool:
    """Whether there is somebody who is not in the other boxes as well."""
    if not len(boxes) or not len(known):
        return len(boxes) > 0
    return bool((overlaps(boxes, known)[1].max(axis=1) < 0.5).any())
