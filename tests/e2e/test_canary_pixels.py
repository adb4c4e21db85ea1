"""Pixels planted in every picture of a run are in no file, log line or packet that the box leaves behind."""

import asyncio
import base64
import os
import re
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.canaries import sightings
from tests.commissioning.browser import Client
from tests.e2e.trial import Trial, run_box

SIZE = (180, 320)
CANARY = 24
"""Bytes of a canary: so many neighbouring pixels of noise stand nowhere by chance."""

CONFIG = """
[box]
log = "debug"
[window]
seconds = 1
checkpoint = 0.5
[cameras.door]
device = "images:{0}"
model = "simulated_people_320x180_int8"
[lines.door]
camera = "door"
points = [[0.1, 0.5], [0.9, 0.5]]
"""

LEAKS = {
    "log": """
import logging
def leak(frame): logging.getLogger("x").warning("%s", frame.y[90, 100:140].tobytes().hex())
""",
    "wire": """
import mqtt.publisher as m
was_say, kept = m.Publisher._say, [b""]
def say(self, connection, *said, **more):
    connection.publish("passerby/1/a/b/leak", kept[0])
    return was_say(self, connection, *said, **more)
m.Publisher._say = say
def leak(frame): kept[0] = frame.u[40, 20:60].tobytes()
""",
    "file": """
import os
def leak(frame): open(os.environ["TMPDIR"] + "/crop.bin", "ab").write(frame.y[90, 100:140].tobytes())
""",
}
"""One deliberate leak per kind of output: `leak(frame)` is called for every frame."""

HOOK = """
import inference.perceiver as p
was_perceive = p.Perceiver.perceive
def perceive(self, frame):
    leak(frame)
    return was_perceive(self, frame)
p.Perceiver.perceive = perceive
"""


def plant(folder: Path) -> dict[str, bytes]:
    """Ten pictures of noise; canaries from all over their planes, as the box has them in its memory."""
    folder.mkdir()
    draw = np.random.default_rng(7)
    canaries: dict[str, bytes] = {}
    for number in range(10):
        picture = draw.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number:02}.png"), picture)
        yuv = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).reshape(-1)
        luma, chroma = yuv[: SIZE[0] * SIZE[1]].reshape(SIZE), yuv[SIZE[0] * SIZE[1] :].reshape(-1, SIZE[1] // 2)
        canaries[f"luma {number}"] = luma[90, 100 : 100 + CANARY].tobytes()
        canaries[f"chroma {number}"] = chroma[40, 20 : 20 + CANARY].tobytes()
        canaries[f"colour {number}"] = picture[30, 50 : 50 + CANARY // 3].tobytes()
    return canaries


async def run(folder: Path, prelude: str = "") -> tuple[Trial, dict[str, bytes]]:
    canaries = plant(folder / "pictures")
    config = folder / "box.toml"
    config.write_text(CONFIG.format(f"{folder / 'pictures'}?fps=10"))
    trial = await run_box(config, folder / "box", prelude)
    assert trial.code == 0, trial.printed.decode()
    assert trial.of("report")
    return trial, canaries


@pytest.fixture(autouse=True)
def room(tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()


async def test_no_pixel_leaves(tmp_path: Path) -> None:
    trial, canaries = await run(tmp_path)
    assert list(sightings(canaries, trial.outputs(tmp_path / "box"))) == []


@pytest.mark.parametrize("kind", LEAKS)
async def test_a_planted_leak_is_seen(tmp_path: Path, kind: str) -> None:
    trial, canaries = await run(tmp_path, LEAKS[kind] + HOOK)
    assert any(f" in {kind}" in found for found in sightings(canaries, trial.outputs(tmp_path / "box")))


DOOR_LEAK = """
import logging, os, daemon.door as d
was_coded = d.jpeg
def jpeg(*frame):
    coded = was_coded(*frame)
    logging.getLogger("x").warning("%s", coded.hex())
    open(os.environ["TMPDIR"] + "/shown.jpg", "ab").write(coded)
    return coded
d.jpeg = jpeg
"""


async def commissioned(folder: Path, prelude: str = "") -> tuple[list[tuple[str, bytes]], dict[str, bytes]]:
    """Everything that came out of the box and of the page's process, but to the browser; and what that was shown."""
    canaries = plant(folder / "pictures")
    config = folder / "box.toml"
    config.write_text(CONFIG.format(f"{folder / 'pictures'}?fps=10&loop=1"))
    looking = asyncio.create_task(_looked(folder / "box", canaries))
    trial = await run_box(config, folder / "box", prelude, 10.0)
    printed = await looking
    assert trial.code == 0, trial.printed.decode()
    return [*trial.outputs(folder / "box"), ("page", printed)], canaries


async def _looked(folder: Path, canaries: dict[str, bytes]) -> bytes:
    """`passerby commission` and a browser before it; the shown pictures become canaries."""
    while not (folder / "run" / "control.sock").exists():  # noqa: ASYNC110 - a file that another process makes
        await asyncio.sleep(0.05)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", "commission", "--run", str(folder / "run")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"TMPDIR": str(folder), "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(Path.cwd())},
        cwd=folder,
    )
    assert child.stdout is not None
    printed = b""
    while not (link := re.search(rb"http://127.0.0.1:(\d+)/#(\S+)", printed)):
        printed += await child.stdout.readline()
    client = Client(int(link[1]))
    await client.bring(link[2].decode())
    live, shown = client.live(), 0
    async for message in live:
        if "picture" in message:
            coded = base64.b64decode(message["picture"])
            middle = len(coded) // 2
            canaries[f"shown {shown}"] = coded[middle : middle + CANARY]
            shown += 1
        if shown == 5:
            break
    await live.aclose()
    child.terminate()
    rest, _ = await child.communicate()
    return printed + rest


async def test_what_the_door_shows_reaches_the_browser_and_nothing_else(tmp_path: Path) -> None:
    outputs, canaries = await commissioned(tmp_path)
    assert len([name for name in canaries if name.startswith("shown")]) == 5
    assert {"log", "wire", "page", "file ledger.jsonl"} <= {name for name, content in outputs if content}
    assert b"pictures is opened" in dict(outputs)["file ledger.jsonl"]
    assert list(sightings(canaries, outputs)) == []


async def test_a_leak_that_is_planted_in_the_door_is_seen(tmp_path: Path) -> None:
    outputs, canaries = await commissioned(tmp_path, DOOR_LEAK)
    found = [one for one in sightings(canaries, outputs) if one.startswith("shown")]
    assert any(" in log" in one for one in found)
    assert any(" in file shown.jpg" in one for one in found)
