"""The simulated camera is a camera: exact times, planes of the right shape, the same picture for the same moment."""

import numpy as np
import pytest

from simulation.camera import SimulatedCamera
from simulation.optics import Optics
from simulation.scene import Scene
from simulation.store import Store
from tests.simulation.stepped import Stepped


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(seed=2, hours=0.5, hour=12)


async def test_frames_come_at_the_rate_of_the_clock(store: Store) -> None:
    camera = SimulatedCamera(store, name="floor", clock=Stepped(), fps=8)
    async with camera.open() as frames:
        got = [await anext(frames) for _ in range(4)]
    assert [frame.at for frame in got] == [100.0, 100.125, 100.25, 100.375]
    assert [frame.sequence for frame in got] == [0, 1, 2, 3]
    assert (got[0].y.shape, got[0].u.shape, got[0].v.shape) == ((360, 640), (180, 320), (180, 320))
    assert got[0].camera == "floor"


async def test_a_late_consumer_gets_the_present_and_sees_the_hole(store: Store) -> None:
    clock = Stepped()
    async with SimulatedCamera(store, name="floor", clock=clock, fps=10).open() as frames:
        await anext(frames)
        clock.at += 1.0
        frame = await anext(frames)
    assert frame.sequence == 10
    assert frame.at == pytest.approx(101.0)


def test_the_same_moment_is_the_same_picture(store: Store) -> None:
    one, other = (SimulatedCamera(store, name="floor", clock=Stepped()) for _ in range(2))
    assert np.array_equal(one.frame(500.0, 7).y, other.frame(500.0, 7).y)
    assert not np.array_equal(one.frame(500.0, 7).y, one.frame(503.0, 7).y)


def test_the_homography_and_the_projection_agree(store: Store) -> None:
    optics = Optics(store.plan.mounts[0], 640, 360)
    matrix = optics.homography(10.0, (-2.0, -3.0))
    for at in ((5.0, 0.5), (1.0, 2.0), (9.0, -1.0)):
        u, v, w = matrix @ [(at[0] + 2.0) * 10, (at[1] + 3.0) * 10, 1.0]
        assert (u / w / 640, v / w / 360) == pytest.approx(optics.relative(at))


def test_somebody_behind_a_shelf_is_partly_hidden_and_in_the_open_is_not(store: Store) -> None:
    scene = Scene(store.plan, Optics(store.plan.mounts[0], 640, 360))
    shares = []
    for at in range(60, 1500, 10):
        for figure, seen in scene.masks(store.present(at), at):
            x, y = figure.person.walk.place(at)
            inside = store.plan.floor.contains((x, y)) and figure.box[0] >= 0 and figure.box[2] < 640
            if inside and 0.6 < x < 1.4 and 1.5 < y < 3.0:
                shares.append(seen)
            if inside and 3.7 < x < 4.2 and y < 2.5:
                assert seen > 0.2
    assert shares
    assert min(shares) < 0.95
