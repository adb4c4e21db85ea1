"""What a trial prints beside a report is the truth of the window's part in which there was a store."""

import pytest
from click import UsageError

from cli.trial import _simulated
from cli.truth import rows, scrolled
from simulation.store import Store
from simulation.truth import footfall

BEGAN = 1_800_000_100.0


def report(start: int, told: tuple[int, int]) -> dict[str, object]:
    return {"start": start, "seconds": 300, "lines": [{"line": "door", "in": told[0], "out": told[1]}]}


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(seed=3, origin=BEGAN, hours=0.25)


@pytest.mark.parametrize(
    ("start", "since", "until"),
    [
        (1_800_000_000, BEGAN, 1_800_000_300),
        (1_800_000_300, 1_800_000_300, 1_800_000_600),
        (1_800_000_900, 1_800_000_900, BEGAN + 900),
    ],
)
def test_the_error_is_what_was_told_less_what_was(store: Store, start: int, since: float, until: float) -> None:
    door = next(one for one in footfall(store, since, until) if one.line == "door")
    (row,) = rows(store, report(start, (door.inwards + 2, door.outwards)))
    assert row == {"line": "door", "in": door.inwards, "out": door.outwards, "in_error": 2, "out_error": 0}
    assert "(+2)" in next(scrolled([row])).plain
    assert "(exact)" in next(scrolled([row])).plain


def test_what_is_asked_of_the_store_is_asked_of_its_device() -> None:
    device, store = _simulated("sim:?hour=12&seed=1", 7, 0.5, "camera@60s")
    assert device is not None
    assert store is not None
    assert (store.seed, store.hour, store.hours) == (7, 12.0, 0.5)
    for part in ("seed=7", "hour=12", "hours=0.5", "fault=60.0", f"begins={int(store.origin)}"):
        assert part in device


@pytest.mark.parametrize(
    ("camera", "fault"), [("file:clip.mp4", "camera@60s"), ("sim:", "till@60s"), ("sim:", "camera")]
)
def test_a_fault_that_cannot_be_is_refused(camera: str, fault: str) -> None:
    with pytest.raises(UsageError):
        _simulated(camera, None, None, fault)
