"""`python -m tests.rig.alone FOLDER`: the devices of a box that boots, until it has reported; then its status."""

import asyncio
import os
import sys
from contextlib import ExitStack
from pathlib import Path

from simulation.reader.field import Field, stocked
from simulation.reader.yrm100 import Yrm100
from tests.rig.devices import bluetooth, camera, reader, wifi
from tests.rig.firmware import firmware

NEARBY = bytes.fromhex("02011a0aff4c0010050a1c2b3c4d")


async def main(folder: Path) -> None:
    """Plug four sensors in beside a box that boots, wait for its first report, and ask it how it is."""
    with ExitStack() as plugged:
        plugged.enter_context(camera.camera())
        plugged.enter_context(wifi.monitor())
        plugged.enter_context(bluetooth.adapter()).advertise("4A:00:00:00:00:01", NEARBY, -50, per_second=2)
        async with firmware(plugged.enter_context(reader.reader()), Yrm100(Field(stocked(5, 1, rate=0.9)))):
            while not (folder / "report").exists():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.2)
            (folder / "status").write_bytes(await _status())
            os._exit(0)  # the daemon holds the devices; they go with the machine


async def _status() -> bytes:
    """When all sensors run, or what there is after asking so often."""
    said = b""
    for _ in range(20):
        child = await asyncio.create_subprocess_exec(
            "passerby", "status", "--json", stdout=-1, env={"PATH": "/usr/bin"}
        )
        said, _error = await child.communicate()
        if said.count(b'"state": "running"') >= 4:
            break
        await asyncio.sleep(1)
    return said


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
