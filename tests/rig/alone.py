"""`python -m tests.rig.alone FOLDER`: the devices of a box that boots, and a file for each first thing it publishes."""

import asyncio
import os
import sys
from contextlib import ExitStack
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from simulation.reader.field import Field, stocked
from simulation.reader.yrm100 import Yrm100
from tests.rig.devices import bluetooth, camera, reader, wifi
from tests.rig.firmware import firmware

NEARBY = bytes.fromhex("02011a0aff4c0010050a1c2b3c4d")
KINDS = ("birth", "report")


async def main(folder: Path) -> None:
    """Plug four sensors in, as a box finds them at its start, and wait for its first report."""
    reported = asyncio.create_task(_reported(folder))
    with ExitStack() as plugged:
        plugged.enter_context(camera.camera())
        plugged.enter_context(wifi.monitor())
        plugged.enter_context(bluetooth.adapter()).advertise("4A:00:00:00:00:01", NEARBY, -50, per_second=2)
        async with firmware(plugged.enter_context(reader.reader()), Yrm100(Field(stocked(5, 1, rate=0.9)))):
            await reported
            (folder / "status").write_bytes(await _status())
            os._exit(0)  # the daemon holds the devices; they go with the machine


async def _reported(folder: Path) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()

    def heard(_client: Client, _data: object, message: MQTTMessage) -> None:
        kind = message.topic.rsplit("/", 1)[-1]
        if kind in KINDS and not message.retain and not (folder / kind).exists():
            (folder / kind).write_bytes(message.payload)
            if kind == KINDS[-1]:
                loop.call_soon_threadsafe(told.set)

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = heard
    client.on_connect = lambda client, *_: client.subscribe("passerby/#")
    client.connect_async("127.0.0.1")
    client.loop_start()
    await told.wait()
    client.loop_stop()


async def _status() -> bytes:
    """When all sensors run, or what there is after a minute of asking."""
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
