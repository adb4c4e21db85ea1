"""The door shows one viewer what is in the picture now, keeps to its bounds, and changes nothing that is counted."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from analytics.planogram import Planogram
from analytics.window import Windows
from config import load
from config.load import parse
from daemon.box import Box
from daemon.clock import BoxClock
from daemon.counting import count
from daemon.door import PERIOD_S, Door
from daemon.pipeline import look
from daemon.reporter import Reporter
from daemon.turns import Turns
from daemon.vitals import Vitals
from events import Sensor
from inference.detector import detector
from inference.perceiver import Perceiver
from observations import BadgeSighting, DeviceSighting, Frame, GoodsRead, GoodsSighting, Percept
from privacy.gate import Gate
from privacy.tokens import Tokeniser
from simulation.camera import SimulatedCamera
from simulation.store import Store

CONFIG = """
[cameras.floor]
device = "sim:"
model = "simulated_people_320x180_int8"
masks = [[[0.0, 0.0], [0.3, 0.0], [0.3, 1.0], [0.0, 1.0]]]
[lines.door]
camera = "floor"
points = POINTS
"""
DOOR = load(Path(__file__).parents[2] / "examples" / "store.toml").lines["door"].points
SEED, BEGIN, END, FPS = 8, 28.0, 47.0, 8


def asked(**question: object) -> dict[str, object]:
    return {"ask": "door", "camera": "floor", "minutes": 1.0, **question}


class Shop:
    """A box with a camera, and its door."""

    def __init__(self) -> None:
        config = parse(CONFIG.replace("POINTS", str([list(point) for point in DOOR])))
        clock = BoxClock()
        self.noted: list[str] = []
        self.vitals = Vitals(Sensor.CAMERA, "floor", "sim:")
        self.reporter = Reporter(Windows(60), Gate(), clock, [self.vitals], lambda: 1)
        self.door = Door(config, clock)
        self.door.write = self.noted.append
        self.thread = ThreadPoolExecutor(1)
        box = Box(config, clock, Gate(), Tokeniser(), self.reporter, self.thread, [], Planogram(()), self.door)
        count(box)
        self.perceiver = Perceiver(
            detector("simulated_people_320x180_int8", Path()), private=config.cameras["floor"].masks
        )

    async def watch(self, frames: AsyncIterator[Frame]) -> dict[str, Any]:
        """Look at the pictures, and what was counted in them."""
        turns = Turns(self.thread)
        await look(frames, self.perceiver, turns, FPS, self.vitals, self.reporter, lambda at: 0.0, self.door.show)
        (line,) = self.reporter.report(END).lines
        return {"in": line.in_, "out": line.out, "counts": dict(self.vitals.counts)}


@cache
def camera() -> SimulatedCamera:
    return SimulatedCamera(Store(seed=SEED, hour=12.0, hours=0.1), name="floor", clock=BoxClock(), fps=FPS)


async def pictures() -> AsyncIterator[Frame]:
    for number in range(int((END - BEGIN) * FPS)):
        yield camera().frame(BEGIN + number / FPS, number)
        await asyncio.sleep(0)


async def test_the_same_is_counted_whether_somebody_looks_or_not() -> None:
    shut = await Shop().watch(pictures())
    shop, items = Shop(), list[dict[str, Any]]()

    async def looking() -> None:
        async with aclosing(shop.door.watch(asked())) as seen:
            async for item in seen:
                items.append(json.loads(json.dumps(item)))

    viewer = asyncio.create_task(looking())
    await asyncio.sleep(0)
    opened = await shop.watch(pictures())
    viewer.cancel()
    await asyncio.gather(viewer, return_exceptions=True)
    assert opened == shut
    store = camera()._store
    lines = [line for line in store.plan.lines if line.name == "door"]
    over = [one for person in store.people for line in lines for one in person.walk.crossings(line)]
    truth = [one for one in over if BEGIN + 1 < one.at < END - 1]
    assert len(truth) >= 2
    assert shut["in"] + shut["out"] == len(truth)
    crossings = [crossing for item in items for crossing in item.get("crossings", [])]
    assert [one["way"] for one in crossings].count("in") == shut["in"]
    (right, _), (left, height) = DOOR
    assert all(left < one["x"] < right and abs(one["y"] - height) < 0.05 for one in crossings)
    shown = [item for item in items if "picture" in item]
    assert shown
    assert max(len(item["tracks"]) for item in shown) >= 2
    assert [note.partition(" for ")[0] for note in shop.noted] == [
        "the door to camera floor's pictures is opened",
        "the door to camera floor's pictures is shut",
    ]


async def test_pictures_are_jpeg_small_without_private_regions_and_five_a_second_at_most() -> None:
    shop = Shop()
    loop = asyncio.get_running_loop()
    bright = Frame(1.0, "floor", 0, *(np.full(size, 200, np.uint8) for size in ((720, 1280), (360, 640), (360, 640))))
    bright.y.flags.writeable = False
    percept = Percept(1.0, "floor", ())
    async with aclosing(shop.door.watch(asked())) as seen:
        assert (await anext(seen))["open"] == "floor"
        began, shown = loop.time(), list[dict[str, Any]]()
        while loop.time() - began < 5 * PERIOD_S:
            shop.door.show(bright, percept)
            await asyncio.sleep(0.01)
            if shop.door._item:
                shown.append(await anext(seen))
    pictures = [item["picture"] for item in shown if "picture" in item]
    assert 2 <= len(pictures) <= 6
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(pictures[0]), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (360, 640, 3)
    assert picture[:, :188].max() < 40
    assert picture[:, 200:].max() > 150
    assert bright.y.min() == 200


async def test_what_the_other_sensors_tell_is_strength_role_and_sku() -> None:
    shop = Shop()
    shop.door.heard("box", -40)
    async with aclosing(shop.door.watch(asked())) as seen:
        await anext(seen)
        for rssi in (-40, -40, -71, None):
            shop.door.heard("box", rssi)
        shop.door.feed(1.0, DeviceSighting(1.0, "counter", 1, 0xABCDEF, 7, -60, True))
        for rssi in (-66, -52, -58):
            shop.door.feed(1.0, BadgeSighting(1.0, "counter", 1, 0xABCDEF, "staff", rssi))
        goods = (GoodsRead(1, "oolong"), GoodsRead(2, "oolong"), GoodsRead(3, "assam"))
        shop.door.feed(1.0, GoodsSighting(1.0, 0.5, "tea", 1, goods))
        item = await anext(seen)
    assert item["signals"] == {"box": {-40: 2, -71: 1}, "counter": {-60: 1}}
    assert item["badges"] == {"counter staff": -52}
    assert item["goods"] == {"tea:1": {"oolong": 2, "assam": 1}}
    assert set(item) == {"now", "signals", "badges", "goods"}
    assert str(0xABCDEF) not in json.dumps(item)
    assert not shop.door.open


async def test_one_viewer_a_bounded_time_and_no_door_without_its_entry_in_the_ledger() -> None:
    shop = Shop()
    for wrong, why in (
        ({"camera": "attic"}, "camera 'attic' is not configured; there is floor"),
        ({"minutes": 0}, "minutes 0 must be more than 0 and at most 120"),
        ({"minutes": True}, "minutes True must be"),
        ({"minutes": "long"}, "minutes 'long' must be"),
    ):
        with pytest.raises(ValueError, match=why):
            await anext(shop.door.watch(asked(**wrong)))
    async with aclosing(shop.door.watch(asked(minutes=0.02))) as seen:
        await anext(seen)
        with pytest.raises(ValueError, match="open already"):
            await anext(shop.door.watch(asked()))
        *_, last = [item async for item in seen]
    assert last == {"closed": "the time is over"}
    assert len(shop.noted) == 2

    def full(what: str) -> None:
        raise OSError(28, "No space left on device")

    shop.door.write = full
    with pytest.raises(ValueError, match=r"ledger cannot be written \(No space left on device\): the door stays shut"):
        await anext(shop.door.watch(asked()))
    assert not shop.door.open
