"""One camera's pictures in, percepts out: whoever is in the picture becomes a track, and the pixels die here."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.blackout import Blackout, Outline
from inference.boxes import NONE, Boxes, distinct, overlaps
from inference.crop import Region
from inference.detector import Detector
from inference.faces import FaceFinder
from inference.gate import Gate
from inference.motion import Motion, small_plane
from inference.pose import HandFinder
from inference.tracker import Tracker
from inference.view import View
from observations import Frame, Percept, Plane, Track

_CUT = 0.015
"""A box this near to the inner edge of a tile (share of the tile) shows a part of somebody."""


class Perceiver:
    """Perception of one camera. `perceive` belongs to one thread at a time and blocks as long as inference takes.

    `private` are outlines (relative points) that are blacked out before anything else sees the picture; `gated` says
    that the picture is looked at only where and when something calls for it; `budget` bounds the looks a picture;
    with `faces`, tracks know where their heads are turned to, with `hands` where the hands of those at shelves are.
    """

    def __init__(
        self,
        persons: Detector,
        *,
        faces: FaceFinder | None = None,
        hands: HandFinder | None = None,
        private: Sequence[Outline] = (),
        gated: bool = True,
        budget: int = 6,
    ) -> None:
        self.frames = 0
        """Pictures perceived."""
        self.looks = 0
        """Person inferences made for them."""
        self._persons = persons
        self._faces = faces
        self._hands = hands
        self._blackout = Blackout(private)
        self._gated = gated
        self._budget = budget
        self._size = (0, 0)
        self._tracker = self._new_tracker(1.0)
        self._motion = Motion()
        self._gate = Gate(budget, persons.least, persons.sure)
        self._view = View()

    def perceive(self, frame: Frame) -> Percept:
        """Who is in this picture. Frames come in the order of their time; another size begins anew."""
        frame = self._blackout.apply(frame)
        ended = () if self._size == (frame.width, frame.height) else self._begin(frame)
        plane = small_plane(frame.y) if self._gated else None
        view = self._view.see(frame.at, frame, plane)
        tracks = self._wholly(frame) if plane is None else self._gatedly(frame, plane)
        if self._faces is not None:
            tracks = self._faces.turned(frame, tracks)
        if self._hands is not None:
            tracks = self._hands.handed(frame, tracks)
        self.frames += 1
        aspect = frame.width / frame.height
        return Percept(frame.at, frame.camera, tracks, (*ended, *self._tracker.ended), aspect, view)

    def _begin(self, frame: Frame) -> tuple[int, ...]:
        """Start afresh with the first picture, and when the camera comes back with another size."""
        ended = tuple(track.number for track in self._tracker.tracks())
        self._size = (frame.width, frame.height)
        self._tracker = self._new_tracker(frame.width / frame.height)
        self._motion = Motion()
        self._gate = Gate(self._budget, self._persons.least, self._persons.sure)
        self._view = View()
        return ended

    def _new_tracker(self, aspect: float) -> Tracker:
        return Tracker(aspect=aspect, sure=self._persons.sure, certain=self._persons.certain)

    def _wholly(self, frame: Frame) -> tuple[Track, ...]:
        self.looks += 1
        return self._tracker.update(frame.at, self._persons.detect(frame, Region.whole(frame)))

    def _gatedly(self, frame: Frame, plane: Plane) -> tuple[Track, ...]:
        change = self._motion.see(frame.at, plane)
        regions = self._gate.regions(frame.at, frame, change, self._tracker.targets(frame.at))
        found = [self._look(frame, region) for region in regions]
        boxes = distinct(np.concatenate(found)) if len(found) > 1 else found[0] if found else NONE
        looked = np.array([region.box(frame) for region in regions], np.float32).reshape(-1, 5)
        tracks = self._tracker.update(frame.at, boxes, looked)
        self.looks += len(regions)
        empty = self._empty(change.blobs, boxes, looked)
        self._motion.absorb(plane, empty)
        self._gate.learn(frame.at, tracks, found, change.blobs[empty])
        return tracks

    def _look(self, frame: Frame, region: Region) -> Boxes:
        """One inference; of a tile, without the people whom its edges cut."""
        boxes = self._persons.detect(frame, region)
        left, top, right, bottom, _ = region.box(frame)
        across, down = _CUT * (right - left), _CUT * (bottom - top)
        cut = (boxes[:, 0] < left + across) & (left > 0)
        cut |= (boxes[:, 1] < top + down) & (top > 0)
        cut |= (boxes[:, 2] > right - across) & (right < 1 - across)
        cut |= (boxes[:, 3] > bottom - down) & (bottom < 1 - down)
        return boxes[~cut]

    def _empty(self, blobs: Boxes, boxes: Boxes, looked: Boxes) -> NDArray[np.bool_]:
        """The blobs that were looked at, and are nobody."""
        if not len(blobs) or not len(looked):
            return np.zeros(len(blobs), bool)
        people = np.array([(*target.box, 1.0) for target in self._tracker.targets(self._tracker.at)], np.float32)
        somebody = np.concatenate((boxes, people.reshape(-1, 5)))
        near = overlaps(blobs, somebody)[1].max(axis=1) > 0.1 if len(somebody) else np.zeros(len(blobs), bool)
        shown = overlaps(blobs, looked)[1].max(axis=1) > 0.85
        return np.asarray(shown & ~near, np.bool_)
