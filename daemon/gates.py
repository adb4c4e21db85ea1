"""Gates and beams, from the configuration to sensors that can be run."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial

from config.gates import Gate
from daemon.box import Box, Running
from daemon.pipeline import pass_by
from daemon.supervisor import supervise
from daemon.vitals import Vitals
from drivers.base import Device, Driver
from drivers.registry import driver
from events import Sensor
from observations import Pulse


def gates(box: Box) -> Iterator[Running]:
    """The gates; what counts them hears their lines, too (`daemon.counting`)."""
    for name, gate in box.config.gates.items():
        vitals = box.sensor(Vitals(Sensor.GATE, name, gate.device.partition("?")[0]))
        yield Running(vitals, partial(_listen, box, gate, vitals))


async def _listen(box: Box, gate: Gate, vitals: Vitals) -> None:
    def opened() -> AbstractAsyncContextManager[AsyncIterator[Pulse]]:
        source: Driver[Pulse] = driver(Device.parse(gate.device), name=vitals.name, clock=box.clock, merge_s=gate.merge)
        return source.open()

    async def consume(pulses: AsyncIterator[Pulse]) -> None:
        await pass_by(pulses, vitals, box.reporter)

    await supervise(vitals, opened, consume, box.clock)
