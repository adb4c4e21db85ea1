"""Readers, tills and what is joined with the cameras, from the configuration to sensors that can be run."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

from analytics.attendance import Attendance
from analytics.goods_funnel import goods_funnel
from analytics.planogram import Planogram, parse
from analytics.portal import Portal
from analytics.sales import TillCounter, Trade, sales_conversion
from analytics.shelf import Shelves
from config import Config
from config.goods import Reader, Till
from daemon.box import Box, Running
from daemon.pipeline import ring, take_stock
from daemon.reporter import Join
from daemon.simulated import simulated_reader, simulated_till
from daemon.supervisor import supervise
from daemon.vitals import Vitals
from drivers.base import Device, Driver, DriverMisconfigured
from drivers.registry import driver
from events import Sensor
from observations import Inventory, Receipt, Tally

log = logging.getLogger(__name__)


def planogram(config: Config) -> Planogram:
    """The shelf plan; lines that cannot be used are logged by number, a file that cannot be read is an empty plan."""
    path = config.goods.planogram
    if path is None:
        return Planogram(())
    try:
        plan = parse(Path(path).read_bytes())
    except OSError as error:
        log.error("the planogram cannot be read: %s", error.strerror)
        return Planogram(())
    for problem in plan.problems:
        log.warning("planogram line %d is left out: %s", problem.line, problem.reason)
    return plan


def readers(box: Box) -> Iterator[Running]:
    """The RFID readers: shelves count what lies before them, portals what leaves."""
    watched = _watched(box)
    for name, reader in box.config.readers.items():
        vitals = box.sensor(Vitals(Sensor.RFID, name, reader.device.partition("?")[0]))
        if reader.role == "portal":
            tills = [_antenna(text) for text in reader.tills]
            portal = Portal(name, tills)
            for source in dict.fromkeys((name, *(other for other, _ in tills))):
                box.reporter.attach(f"reader {source}", [portal])
        else:
            box.reporter.attach(f"reader {name}", [Shelves(name, box.plan, watched=watched)])
        yield Running(vitals, partial(_read, box, reader, vitals))


def _watched(box: Box) -> dict[str, Attendance]:
    """The zones before shelves, by the shelf: a funnel joins them."""
    watched: dict[str, Attendance] = {}
    for funnel in box.config.funnels.values():
        zone = box.config.zones[funnel.zone]
        attendance = Attendance(zone.drawn(funnel.zone))
        box.reporter.attach(zone.camera, [attendance])
        watched |= dict.fromkeys(funnel.shelves, attendance)
    return watched


async def _read(box: Box, reader: Reader, vitals: Vitals) -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[AsyncIterator[Inventory]]:
        if not box.plan.places:
            raise DriverMisconfigured("no_planogram", "[goods] planogram names no file with usable rows")
        source = _source(box, Device.parse(reader.device), vitals.name)
        async with source.open() as inventories:
            yield inventories

    async def consume(inventories: AsyncIterator[Inventory]) -> None:
        await take_stock(inventories, box.tokeniser, vitals, box.reporter)

    await supervise(vitals, opened, consume, box.clock)


def _source(box: Box, device: Device, name: str) -> Driver[Inventory]:
    if device.scheme == "sim":
        return simulated_reader(device, name=name, clock=box.clock, plan=box.plan)
    return driver(device, name=name, clock=box.clock)


def tills(box: Box) -> Iterator[Running]:
    """The tills."""
    for name, till in box.config.tills.items():
        vitals = box.sensor(Vitals(Sensor.TILL, name, till.device.partition("?")[0]))
        box.reporter.attach(f"till {name}", [TillCounter(name)])
        yield Running(vitals, partial(_listen, box, till, vitals))


async def _listen(box: Box, till: Till, vitals: Vitals) -> None:
    def opened() -> AbstractAsyncContextManager[AsyncIterator[Receipt]]:
        patterns = {name: getattr(till, name) for name in ("start", "end", "void", "refund", "reprint", "report")}
        device = Device.parse(till.device)
        make: Callable[..., Driver[Receipt]] = simulated_till if device.scheme == "sim" else driver
        source = make(device, name=vitals.name, clock=box.clock, mode=till.mode, merge_s=till.merge, patterns=patterns)
        return source.open()

    async def consume(receipts: AsyncIterator[Receipt]) -> None:
        await ring(receipts, vitals, box.reporter)

    await supervise(vitals, opened, consume, box.clock)


def joins(box: Box) -> Iterator[Join]:
    """What is made of several sensors' tallies at a window's end: goods funnels and sales per visitor."""
    for funnel in box.config.funnels.values():
        yield partial(_funnel, funnel.zone, funnel.shelves)
    for area, sales in box.config.sales.items():
        yield partial(_sales, box, Trade(area, sales.tills, sales.queues, sales.lines))


def _funnel(zone: str, shelves: Sequence[str], tallies: Sequence[Tally], seconds: int) -> list[Tally]:
    return goods_funnel(zone, shelves, tallies)


def _sales(box: Box, trade: Trade, tallies: Sequence[Tally], seconds: int) -> list[Tally]:
    cameras = {name: box.config.lines[name].camera for name in trade.lines}
    cameras |= {name: box.config.queues[name].camera for name in trade.queues}
    seen = {till: box.seen(Sensor.TILL, till, seconds) for till in trade.tills}
    seen |= {name: box.seen(Sensor.CAMERA, camera, seconds) for name, camera in cameras.items()}
    return sales_conversion(trade, tallies, seen)


def _antenna(text: str) -> tuple[str, int]:
    reader, _, antenna = text.rpartition(":")
    return (reader, int(antenna)) if antenna.isdecimal() else (text, 1)
