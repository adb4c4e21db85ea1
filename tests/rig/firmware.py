"""An emulated reader at the far end of the rig's USB cable."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from simulation.reader.device import Device
from tests.rig.devices import Reader


@asynccontextmanager
async def firmware(reader: Reader, device: Device) -> AsyncIterator[asyncio.Task[None]]:
    """`device` at the far end of the cable, until the context ends or the task is cancelled."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        while True:
            if heard := reader.read(0.0):
                device.hear(heard, loop.time())
            for frame in device.speak(loop.time()):
                reader.write(frame)
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(run(), name="firmware")
        yield task
        task.cancel()
