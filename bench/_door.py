"""A real run for the sizes on the wire: the simulated store's door with 3 lines, 6 zones and a queue, through a box."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from cli.trial import embedded_broker
from events import Report
from mqtt.codec import Envelope, Form, decode
from mqtt.subscriber import subscribed

SPEED = 10
CONFIG = """
[box]
site = "bench"
state = "{state}"
run = "{state}/run"
speed = {speed}.0
log = "error"
[window]
seconds = {seconds}
[mqtt]
broker = "mqtt://127.0.0.1:{port}"
protocol = "3.1.1"
start_spread = 0
[cameras.door]
device = "sim:?hour=12"
model = "simulated_people_320x180_int8"
fps = 8.0
[lines.front]
camera = "door"
points = [[0.588, 0.496], [0.385, 0.496]]
[lines.side]
camera = "door"
points = [[0.332, 0.496], [0.224, 0.496]]
[lines.street]
camera = "door"
points = [[0.377, 0.445], [0.415, 0.278]]
[queues.till]
camera = "door"
corners = [[0.70, 0.55], [0.95, 0.55], [0.95, 0.80], [0.70, 0.80]]
counters = [{{ customer = [[0.70, 0.80], [0.95, 0.80], [0.95, 0.98], [0.70, 0.98]] }}]
"""
ZONE = '[zones.zone{n}]\ncamera = "door"\ncorners = [[{a}, {b}], [{c}, {b}], [{c}, {d}], [{a}, {d}]]\n'


def _zones() -> str:
    return "".join(
        ZONE.format(n=1 + column + 3 * row, a=column / 3, c=(column + 1) / 3, b=(row + 1) / 3, d=(row + 2) / 3)
        for row in range(2)
        for column in range(3)
    )


async def real_windows(count: int, seconds: int) -> list[Envelope]:
    """The first `count` whole windows of `seconds` of a box at ten times real time, as a subscriber gets them."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_broker() as port, subscribed("127.0.0.1", port, "passerby/#") as messages:
            config = Path(folder) / "box.toml"
            text = CONFIG.format(state=folder, port=port, speed=SPEED, seconds=seconds) + _zones()
            config.write_text(text, encoding="utf-8")
            child = await asyncio.create_subprocess_exec(sys.executable, "-m", "daemon.main", str(config))
            found: list[Envelope] = []
            try:
                async for message in messages:
                    if message.topic.endswith("/report"):
                        found += decode(Report, json.dumps(message.payload).encode(), Form.JSON)
                    if len(found) > count:
                        return found[1:]
            finally:
                child.terminate()
                await child.wait()
    return found
