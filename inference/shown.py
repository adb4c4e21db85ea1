"""A picture for a person to look at, on the commissioning page only: small, without the private regions, in RAM."""

from collections.abc import Sequence

import cv2
import numpy as np

from inference.blackout import Blackout, Outline
from observations import Frame

WIDEST = 640
"""Pixels: enough to aim a camera and to see a line's ends, and 30 KB."""
QUALITY = 70


def jpeg(frame: Frame, private: Sequence[Outline]) -> bytes:
    """The frame as JPEG, at most `WIDEST` pixels wide, with the `private` outlines black."""
    frame = Blackout(private).apply(frame)
    share = min(1.0, WIDEST / frame.width)
    width, height = (max(2, 2 * round(size * share / 2)) for size in (frame.width, frame.height))
    flat = np.empty((height * 3 // 2, width), np.uint8)
    chroma = flat[height:].reshape(2, height // 2, width // 2)
    flat[:height] = cv2.resize(frame.y, (width, height), interpolation=cv2.INTER_AREA)
    for plane, out in zip((frame.u, frame.v), chroma, strict=True):
        out[:] = cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    done, coded = cv2.imencode(".jpg", cv2.cvtColor(flat, cv2.COLOR_YUV2BGR_I420), (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
    assert done
    return coded.tobytes()
