"""Faces that are drawn are found by the real models, and who looks is told of the pictures."""

from statistics import median

import pytest

from bench.attention import finder, watched
from simulation.store import Store
from tests.assets import ASSETS

pytestmark = pytest.mark.assets


def test_who_looks_at_the_window_is_told_by_drawn_faces() -> None:
    told, true, turns = watched(Store(seed=5, hour=12.0, hours=0.12), finder(ASSETS / "models"), fps=2.0)
    assert true.lookers >= 5
    assert told["lookers"] == pytest.approx(true.lookers, abs=0.4 * true.lookers)
    assert told["passers"] == pytest.approx(true.passers, abs=0.25 * true.passers)
    assert told["seconds"] == pytest.approx(true.seconds, rel=0.25)
    assert len(turns) > 100
    assert median(abs(measured - turned) for measured, turned in turns) < 12
