"""Where the arrows are: what each sensor senses becomes what is counted. Nothing else connects the packages.

sensor -> driver -> Frame -> Perceiver -> Percept ------> Reporter (metrics, windows, gate) -> Report -> delivery
                 Advertisement -> Tokeniser -> DeviceSighting, BadgeSighting -^
                 Inventory -> Tokeniser -> GoodsSighting -^
                 Receipt, Pulse --------------------------^
"""

from collections.abc import AsyncIterator, Callable
from functools import partial
from time import perf_counter
from typing import Protocol

from daemon.reporter import Reporter
from daemon.turns import Turns
from daemon.vitals import Vitals
from observations import Advertisement, BadgeSighting, DeviceSighting, Frame, Inventory, Percept, Pulse, Receipt
from privacy.tokens import Tokeniser

SPARE = 0.2
"""Share of a frame's period by which a frame may come early and still be looked at."""

STALE = 2.0
"""Seconds (of the machine) after which a picture that still waits is dropped."""

BADGES = "badges"
"""What badges say goes to the metrics of this source, whichever radio heard them."""


class Perceiver(Protocol):
    """What turns a picture into tracks; called from one thread only."""

    looks: int

    def perceive(self, frame: Frame) -> Percept: ...


async def look(
    frames: AsyncIterator[Frame],
    perceiver: Perceiver,
    turns: Turns,
    fps: float,
    vitals: Vitals,
    reporter: Reporter,
    age: Callable[[float], float],
    show: Callable[[Frame, Percept], None] = lambda frame, percept: None,
) -> None:
    """A camera: pictures become percepts in its `turns` of the thread, at most `fps` a second, and die there. `age`
    tells how many seconds ago a time was: what is older than STALE when its turn comes says nothing of now. `show` is
    the door, which is shut unless a technician has opened it."""
    due, sequence = float("-inf"), -1
    async for frame in frames:
        vitals.count("skipped", max(0, frame.sequence - sequence - 1))
        sequence = frame.sequence
        if frame.at < due:
            continue
        due = frame.at + (1 - SPARE) / fps
        vitals.mourn(frame.y)
        percept = await turns.take(vitals.name, partial(_perceived, perceiver, frame, age, vitals))
        if percept is None:
            vitals.count("stale")
            continue
        show(frame, percept)
        del frame
        vitals.count("frames")
        vitals.counts["looks"] = perceiver.looks
        reporter.see(vitals.name, percept.at, percept)
        vitals.live(percept.at, percept.view)


def _perceived(perceiver: Perceiver, frame: Frame, age: Callable[[float], float], vitals: Vitals) -> Percept | None:
    if age(frame.at) > STALE:
        return None
    began = perf_counter()
    percept = perceiver.perceive(frame)
    vitals.spent.add(perf_counter() - began)
    return percept


async def take_stock(
    inventories: AsyncIterator[Inventory], tokeniser: Tokeniser, vitals: Vitals, reporter: Reporter
) -> None:
    """A reader of goods: serials and foreign tags die in the tokeniser; an empty inventory is its heartbeat."""
    async for inventory in inventories:
        goods = tokeniser.tokenise(inventory)
        vitals.count("reads", len(inventory.reads))
        vitals.count("unknown", inventory.unknown)
        vitals.count("foreign", goods.foreign)
        del inventory
        reporter.see(f"reader {vitals.name}", goods.at, goods)
        vitals.live(goods.at)


async def ring(receipts: AsyncIterator[Receipt], vitals: Vitals, reporter: Reporter) -> None:
    """A till: every end of a receipt, and a sign of life while its line is up."""
    async for receipt in receipts:
        if receipt.kind != "idle":
            vitals.count("receipts")
            reporter.see(f"till {vitals.name}", receipt.at, receipt)
        vitals.live(receipt.at)


async def pass_by(pulses: AsyncIterator[Pulse], vitals: Vitals, reporter: Reporter) -> None:
    """A gate or a beam: every pulse, and a sign of life while its line is up."""
    async for pulse in pulses:
        if pulse.count:
            vitals.count("pulses", pulse.count)
            reporter.see(f"gate {vitals.name}", pulse.at, pulse)
        vitals.live(pulse.at)


async def overhear(
    adverts: AsyncIterator[Advertisement], tokeniser: Tokeniser, vitals: Vitals, reporter: Reporter
) -> None:
    """A Bluetooth radio: addresses die in the tokeniser; what is neither a phone nor a badge is nobody's count."""
    async for advert in adverts:
        vitals.count("frames")
        sighting = tokeniser.tokenise(advert)
        if isinstance(sighting, DeviceSighting):
            reporter.see(f"ble {vitals.name}", advert.at, sighting)
        elif isinstance(sighting, BadgeSighting):
            reporter.see(BADGES, advert.at, sighting)
        vitals.live(advert.at)
