"""A picture as text for a terminal: two grey pixels a character; it exists only as long as the screen shows it."""

import os

import cv2
import numpy as np

from observations import Plane

_RAMP = " .:-=+*#%@"


def blocks(y: Plane, columns: int) -> str:
    """The luma plane, `columns` characters wide; characters of a ramp where NO_COLOR is set."""
    rows = max(2, round(y.shape[0] / y.shape[1] * columns / 2) * 2)
    small = np.asarray(cv2.resize(np.ascontiguousarray(y), (columns, rows), interpolation=cv2.INTER_AREA))
    if os.environ.get("NO_COLOR"):
        steps = (small[::2].astype(int) * len(_RAMP)) // 256
        return "\n".join("".join(_RAMP[step] for step in row) for row in steps)
    greys = 232 + np.clip((small.astype(int) - 16) * 24 // 220, 0, 23)
    lines = []
    for upper, lower in zip(greys[::2], greys[1::2], strict=True):
        cells = (f"\x1b[38;5;{u}m\x1b[48;5;{v}m▀" for u, v in zip(upper, lower, strict=True))
        lines.append("".join(cells) + "\x1b[0m")
    return "\n".join(lines)
