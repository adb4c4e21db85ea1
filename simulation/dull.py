"""What a sensor notices that is alive and has gone dull: half of the picture, a third of the frames, no receipt.

No driver can tell that anything is wrong with it; only who counts the same crowd can.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from observations import Frame
from simulation.printer import STATUS

HEARD = 1 / 3
BLACK, GREY = 16, 128

Send = Callable[[bytes], object]


def half_dark(frame: Frame) -> Frame:
    """The picture when something hangs over the left half of the lens."""
    y, u, v = frame.y.copy(), frame.u.copy(), frame.v.copy()
    y[:, : frame.width // 2] = BLACK
    u[:, : frame.width // 4] = v[:, : frame.width // 4] = GREY
    return replace(frame, y=y, u=u, v=v)


def half_deaf(send: Send, dull: Callable[[], bool], seed: int) -> Send:
    """`send` for frames, of which few get through while it is `dull`."""
    dice = Random(f"{seed}/dull")
    return lambda frame: send(frame) if not dull() or dice.random() < HEARD else None


def out_of_paper(send: Send, dull: Callable[[], bool]) -> Send:
    """`send` for a till that is asked and answers, and prints nothing while it is `dull`."""
    return lambda data: send(data) if data == STATUS or not dull() else None
