"""Persons and faces in one picture that stands alone, where no track can confirm anybody."""

import numpy as np

from inference.blazeface import BlazeFaceDetector
from inference.boxes import Boxes
from inference.crop import Region
from inference.detector import Detector
from inference.faces import landmarks
from observations import Frame

PERSON = 0.55
"""Score of a person whose face is not seen."""

_HEAD = 0.5
"""The share of a person's box, from its top, in which his face is."""


def faces_in(frame: Frame, faces: Detector, points: BlazeFaceDetector) -> Boxes:
    """The faces of the whole picture: what one detector finds and the other agrees with."""
    found = faces.detect(frame, Region.whole(frame))
    return found[[landmarks(points, frame, found[n : n + 1]) is not None for n in range(len(found))]]


def persons_in(frame: Frame, persons: Detector, faces: Boxes) -> int:
    """How many persons are in the picture: those found, and those of whom only the face is seen (behind others)."""
    found = persons.detect(frame, Region.whole(frame))
    found = found[found[:, 4] >= PERSON]
    return len(found) + strangers(faces, found)


def strangers(faces: Boxes, persons: Boxes) -> int:
    """How many faces are no found person's: a person has one, in the upper part of his box; the highest is his."""
    left = [tuple(row) for row in persons.tolist()]
    count = 0
    for face in faces[np.argsort(faces[:, 1])].tolist():
        x, y = (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
        his = [p for p in left if p[0] <= x <= p[2] and p[1] <= y <= p[1] + _HEAD * (p[3] - p[1])]
        if his:
            left.remove(min(his, key=lambda p: abs(x - (p[0] + p[2]) / 2)))
        else:
            count += 1
    return count
