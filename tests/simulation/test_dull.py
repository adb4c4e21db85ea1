"""A dull sensor is alive and notices little, and only from its moment on."""

import numpy as np

from observations import Frame
from simulation.dull import HEARD, half_dark, half_deaf, out_of_paper
from simulation.printer import STATUS


def test_half_of_the_picture_is_dark_and_the_picture_that_was_given_is_untouched() -> None:
    y, u, v = (np.full(shape, 200, np.uint8) for shape in ((36, 64), (18, 32), (18, 32)))
    seen = half_dark(Frame(1.0, "floor", 1, y, u, v))
    assert (seen.y[:, :32].max(), seen.y[:, 32:].min(), y.min()) == (16, 200, 200)
    assert (seen.u[:, :16].max(), seen.v[:, 16:].min()) == (128, 200)


def test_of_frames_a_third_gets_through() -> None:
    sent: list[bytes] = []
    for dull, least, most in ((False, 3000, 3000), (True, 850, 1150)):
        sent.clear()
        send = half_deaf(sent.append, lambda dull=dull: dull, seed=1)  # type: ignore[misc]
        for _ in range(3000):
            send(b"frame")
        assert least <= len(sent) <= most
    assert HEARD < 0.5


def test_a_till_out_of_paper_answers_and_prints_nothing() -> None:
    sent: list[bytes] = []
    for dull in (False, True):
        send = out_of_paper(sent.append, lambda dull=dull: dull)  # type: ignore[misc]
        send(STATUS)
        send(b"receipt")
    assert sent == [STATUS, b"receipt", STATUS]
