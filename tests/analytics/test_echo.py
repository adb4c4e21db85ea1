"""What a passer leaves is found in when it is heard, whatever the day does, and however long he is heard."""

import numpy as np
import pytest

from analytics.radio.echo import STRETCH_SECONDS, Echo


def taught(echo: Echo, addresses: float, reach_s: float, windows: int = 144, seconds: float = 300.0) -> Echo:
    """Passers at random, each heard within `reach_s`, in a crowd of others whose number rises and falls with theirs."""
    dice = np.random.default_rng(7)
    passed = dice.uniform(0, windows * seconds, dice.poisson(windows * seconds / 15))
    rhythm = dice.random(len(passed)) < (1.2 + np.sin(passed / 7000)) / 2.2
    passed = np.sort(passed[rhythm])
    heard = np.concatenate([at + dice.uniform(-reach_s, reach_s, dice.poisson(addresses)) for at in passed])
    others = dice.uniform(0, windows * seconds, len(passed))
    others = others[dice.random(len(others)) < (1.2 + np.sin(others / 7000)) / 2.2]
    for number in range(windows):
        start, end = number * seconds, (number + 1) * seconds
        both = [[float(at) for at in every if start <= at < end] for every in (passed, np.r_[heard, others])]
        echo.teach(start, end, *both)
    return echo


@pytest.mark.parametrize("reach_s", [4.0, 9.0, 18.0, 28.0])
@pytest.mark.parametrize("addresses", [0.4, 1.5])
def test_what_a_passer_leaves_is_found_however_far_he_is_heard(addresses: float, reach_s: float) -> None:
    share = taught(Echo(), addresses, reach_s).share()
    assert share is not None
    assert share.addresses == pytest.approx(addresses, abs=0.12 + 0.1 * addresses)
    assert abs(share.addresses - addresses) < 3 * share.variance**0.5


def test_who_is_never_heard_leaves_nothing() -> None:
    share = taught(Echo(), 0.0, 9.0).share()
    assert share is not None
    assert abs(share.addresses) < 3 * share.variance**0.5


def test_windows_of_a_minute_teach_as_those_of_five() -> None:
    long, short = (
        taught(Echo(), 1.5, 9.0, windows, seconds).share() for windows, seconds in ((144, 300.0), (720, 60.0))
    )
    assert long == short


def test_a_gap_begins_a_new_stretch() -> None:
    echo = Echo()
    echo.teach(0.0, STRETCH_SECONDS - 60, [10.0], [12.0])
    echo.teach(STRETCH_SECONDS, 2 * STRETCH_SECONDS - 60, [STRETCH_SECONDS], [STRETCH_SECONDS])
    assert echo.share() is None
