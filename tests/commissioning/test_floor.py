"""The shop floor, served from a control socket as a browser gets it: figures and outlines, to those nearby only."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from commissioning.floor import FILES, Floor
from commissioning.link import Link
from commissioning.web import Refused, Request, listening
from daemon.box import Box
from daemon.control import serve
from daemon.floor import floor
from daemon.vitals import Stage, Vitals
from events import Sensor
from tests.analytics.scene import Scene
from tests.daemon.test_counting import DRAWN, drawn, told
from tests.daemon.test_live import IN_QUEUE
from tests.e2e.commissioned import chromium, needs_chromium

NAMES = frozenset({"localhost", "box.local"})


@pytest.fixture
def box() -> Iterator[Box]:
    """Two persons wait in the queue of a shop with everything drawn."""
    with drawn(DRAWN) as made:
        camera = made.sensor(Vitals(Sensor.CAMERA, "shop", "file:clip.mp4"))
        told(made, Scene(IN_QUEUE, fps=5, until=20).percepts(), 20)
        camera.enter(Stage.RUNNING, made.clock.now())
        camera.live(made.clock.now())
        yield made


@asynccontextmanager
async def running(run: Path, box: Box) -> AsyncIterator[None]:
    async with serve(run / "control.sock", {"floor": partial(floor, box)}, {}):
        yield


async def get(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    status, *lines = head.decode().split("\r\n")
    return int(status.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


async def test_a_browser_gets_the_page_and_the_figures_of_this_moment(tmp_path: Path, box: Box) -> None:
    async with running(tmp_path, box), listening(Floor(Link(tmp_path), NAMES).answer, 0) as server:
        port = server.sockets[0].getsockname()[1]
        for path, (_, kind) in FILES.items():
            status, headers, body = await get(port, path)
            assert (status, headers["content-type"]) == (200, kind)
            assert "script-src 'self'" in headers["content-security-policy"]
            assert body
        status, _, body = await get(port, "/floor.json")
        figures: dict[str, Any] = json.loads(body)
        assert status == 200
        (camera,), (area,) = figures["cameras"], figures["areas"]
        assert [(queue["name"], queue["persons"]) for queue in camera["queues"]] == [("till", 2)]
        assert {zone["name"]: zone["persons"] for zone in camera["zones"]} == {"left": 2, "right": 0}
        assert {line["name"] for line in camera["lines"]} == {"door", "tills"}
        assert area == {"name": "sales", "persons": 2}


@needs_chromium
async def test_a_real_browser_draws_it_and_says_when_the_box_is_gone(tmp_path: Path, box: Box) -> None:
    async with chromium() as browser, listening(Floor(Link(tmp_path), NAMES).answer, 0) as server:
        page = await (await browser.context(viewport={"width": 320, "height": 640})).new_page()
        async with running(tmp_path, box):
            await page.goto(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
            await page.locator("#figures .card", has_text="waiting").locator("b", has_text="2").wait_for()
            assert await page.locator("svg polygon.queue").count() == 1
            assert await page.locator("svg").get_attribute("aria-label") == "left: 2, right: 0, till: 2"
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        await page.locator("#age", has_text="no answer for").wait_for()
        assert browser.hosts == {"127.0.0.1"}


async def test_without_the_daemon_the_page_says_so(tmp_path: Path) -> None:
    async with listening(Floor(Link(tmp_path), NAMES).answer, 0) as server:
        status, _, body = await get(server.sockets[0].getsockname()[1], "/floor.json")
        assert (status, json.loads(body)) == (503, {"error": "the box is not running"})


@pytest.mark.parametrize(
    ("peer", "host", "status"),
    [
        ("192.168.7.20", "192.168.7.2:8480", None),
        ("fe80::1%eth0", "[fe80::2]:8480", None),
        ("::ffff:10.0.0.9", "box.local:8480", None),
        ("127.0.0.1", "localhost", None),
        ("93.184.216.34", "192.168.7.2:8480", 403),
        ("::ffff:93.184.216.34", "192.168.7.2:8480", 403),
        ("192.168.7.20", "evil.example", 421),
        ("192.168.7.20", "", 421),
    ],
)
async def test_it_is_for_the_local_network_and_by_the_box_s_own_name(
    tmp_path: Path, peer: str, host: str, status: int | None
) -> None:
    request = Request("GET", "/", {"host": host}, peer=peer)
    answer = Floor(Link(tmp_path), NAMES).answer(request)
    if status is None:
        assert (await answer).status == 200
        return
    with pytest.raises(Refused) as refused:
        await answer
    assert refused.value.status == status


@pytest.mark.parametrize(("method", "path", "status"), [("POST", "/", 405), ("GET", "/../../etc/passwd", 404)])
async def test_there_is_nothing_else_to_get_or_to_change(tmp_path: Path, method: str, path: str, status: int) -> None:
    with pytest.raises(Refused) as refused:
        await Floor(Link(tmp_path), NAMES).answer(Request(method, path, {"host": "localhost"}, peer="127.0.0.1"))
    assert refused.value.status == status


def test_who_stops_the_page_has_stopped_it() -> None:
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from cli.main import main; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, "floor", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True
    ) as page:
        assert page.stdout is not None
        assert page.stdout.readline().startswith("the shop floor is at http://127.0.0.1:")
        page.send_signal(signal.SIGINT)
        assert (page.wait(timeout=30), page.stdout.read()) == (0, "")
