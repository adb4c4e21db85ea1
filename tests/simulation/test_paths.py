"""Ways round what stands in a shop, and straight where there is none."""

import pytest

from simulation.paths import Paths
from simulation.plan import CORNER_SHOP


@pytest.mark.parametrize("berth", [0.0, 0.3])
def test_a_blocked_target_is_walked_to_straight(berth: float) -> None:
    """The shops on which the detector is trained have their shelves moved, over the places of customers too."""
    inside_a_shelf = (0.2, 2.4)
    assert Paths(CORNER_SHOP).way((5.0, 4.0), inside_a_shelf, berth) == [inside_a_shelf]


def test_a_corner_is_rounded_with_the_berth_that_is_asked_for() -> None:
    near, wide = (Paths(CORNER_SHOP).way((1.2, 2.4), (3.0, 2.4), berth) for berth in (0.0, 0.2))
    assert len(near) == len(wide) > 1
    assert near[-1] == wide[-1] == (3.0, 2.4)
    assert near[0] != wide[0]
