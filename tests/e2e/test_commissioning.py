"""A technician with a real browser: sees, draws, walks, audits and leaves with a certificate; and who may not."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from config import load
from provisioning.signing import check
from simulation.store import Store
from tests.commissioning.browser import page as served
from tests.e2e.commissioned import Browser, box, chromium, commission, needs_chromium

pytestmark = [needs_chromium, pytest.mark.timeout(180)]

SEED, HOUR, SPEED = 3, 12.0, 6.0
CROSSINGS = 4
STORE = f"""# a shop without a line
[box]
state = "{{folder}}/state"
run = "{{folder}}/run"
speed = {SPEED}
[mqtt]
start_spread = 0
protocol = "3.1.1"
[cameras.floor]
device = "sim:?seed={SEED}&hour={HOUR}&hours=1&begins=BEGINS"
model = "simulated_people_320x180_int8"
fps = 8.0
"""
DOOR = load(Path(__file__).parents[2] / "examples" / "store.toml").lines["door"].points
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one
        assert one.hosts <= {"127.0.0.1", "localhost", "shop.example", None}


async def entered(browser: Browser, link: str, **options: Any) -> Any:
    """The page with its first picture."""
    page = await (await browser.context(**options)).new_page()
    await page.goto(link)
    await page.wait_for_selector("#waiting", state="hidden")
    return page


async def at(page: Any, x: float, y: float) -> tuple[float, float]:
    """Where on the screen a relative point of the picture is."""
    found = await page.locator("#shapes").bounding_box()
    return found["x"] + x * found["width"], found["y"] + y * found["height"]


async def saved(page: Any) -> None:
    await page.click("#save")
    await page.locator("#save", has_text="Saved").wait_for()


async def look(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(
        """fetch("/audit", {method: "POST", body: '{"do":"look"}'}).then((answer) => answer.json())"""
    )
    return found


async def until(page: Any, moment: float) -> dict[str, Any]:
    """The audit, once the box's clock has come to `moment`, which may be slower than ours."""
    while (found := await look(page))["now"] < moment:  # noqa: ASYNC110 - the clock of another process
        await asyncio.sleep(0.05)
    return found


async def test_draw_a_line_walk_audit_and_leave_with_a_certificate(tmp_path: Path, browser: Browser) -> None:
    begins = int(time.time()) + 1
    store = Store(seed=SEED, hour=HOUR, hours=1, origin=float(begins))
    (line,) = (line for line in store.plan.lines if line.name == "door")
    truth = sorted((c.at, "in" if c.inwards else "out") for p in store.people for c in p.walk.crossings(line))
    async with box(tmp_path, STORE.replace("BEGINS", str(begins))) as shop, commission(shop) as link:
        page = await entered(browser, link)
        await page.click("[data-new=lines]")
        for x, y in DOOR:
            await page.mouse.click(*await at(page, x, y))
        await page.click("#done")
        await page.fill("#chosen input", "door")
        await page.locator("#chosen input").blur()
        await saved(page)
        assert np.abs(np.array(load(shop.file).lines["door"].points) - DOOR).max() < 0.003
        assert "# a shop without a line" in shop.file.read_text()

        await page.click("[data-panel=audit]")
        await page.get_by_role("button", name="Begin").click()
        await page.wait_for_selector("#tap-in")
        start = (await look(page))["start"]
        coming = [(moment, way) for moment, way in truth if moment > start + 1][:CROSSINGS]
        for moment, way in coming:
            await until(page, moment)
            await page.click(f"#tap-{way}")
        found = await until(page, coming[-1][0] + 4)
        tapped = {way: sum(one == way for _, one in coming) for way in ("in", "out")}
        assert found["true"] == found["told"] == tapped
        assert (found["recall"], found["precision"], found["net_error"]) == (1.0, 1.0, 0.0)
        assert (await shop.ask("status"))["door"] is True

        await page.get_by_role("button", name="Certificate").click()
        async with page.expect_download() as download:
            await page.click("a[href='/certificate.json']")
        certificate = json.loads(Path(await (await download.value).path()).read_text())
        check(certificate)
        assert (certificate["line"], certificate["true_in"], certificate["missed"]) == ("door", tapped["in"], 0)
        async with page.expect_download() as download:
            await page.click("a[href='/certificate.pdf']")
        assert Path(await (await download.value).path()).read_bytes().startswith(b"%PDF")
        assert browser.complaints == []
        await page.close()
        notes = [entry["note"] for entry in (await shop.ask("privacy"))["last"] if "note" in entry]
        assert "is opened for 30 minutes at most" in notes[0]


async def test_a_phone_and_a_keyboard_draw_as_well(tmp_path: Path, browser: Browser) -> None:
    async with box(tmp_path, STORE.replace("BEGINS", str(int(time.time())))) as shop, commission(shop) as link:
        page = await entered(browser, link, **PHONE)
        wide = "document.documentElement.scrollWidth"
        for panel in ("health", "radio", "goods", "audit", "draw"):
            await page.tap(f"[data-panel={panel}]")
            assert await page.evaluate(wide) == 320, panel
        await page.tap("[data-new=zones]")
        for x, y in ((0.3, 0.5), (0.6, 0.5), (0.6, 0.9), (0.3, 0.9)):
            await page.touchscreen.tap(*await at(page, x, y))
        await page.tap("#done")
        assert await page.evaluate(wide) == 320
        await page.locator("#save").scroll_into_view_if_needed()
        await page.tap("#save")
        await page.locator("#save", has_text="Saved").wait_for()
        corners = load(shop.file).zones["zone1"].corners
        assert np.abs(np.array(corners) - [(0.3, 0.5), (0.6, 0.5), (0.6, 0.9), (0.3, 0.9)]).max() < 0.01

        await page.locator("#stage").scroll_into_view_if_needed()
        finger = await page.context.new_cdp_session(page)
        for kind, x, y in (("Start", 0.3, 0.5), ("Move", 0.3, 0.55), ("Move", 0.2, 0.6), ("End", 0, 0)):
            (left, top), ended = await at(page, x, y), kind == "End"
            points = [] if ended else [{"x": left, "y": top}]
            await finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        await saved(page)
        assert np.abs(np.array(load(shop.file).zones["zone1"].corners[0]) - (0.2, 0.6)).max() < 0.01

        await page.locator("[data-new=lines]").focus()
        for key in ("Enter", "Enter", *["ArrowDown"] * 4, "Shift+ArrowLeft"):
            await page.keyboard.press(key)
        assert "point 1 of 2: 25 % across, 62 % down" in await page.evaluate("document.activeElement.ariaLabel")
        await page.locator("#save").press("Enter")
        await page.locator("#save", has_text="Saved").wait_for()
        assert load(shop.file).lines["line1"].points[0] == (0.25, 0.62)
        await page.locator("#undo").press("Enter")
        await page.locator("#list button", has_text="line1").wait_for(state="detached")
        assert not load(shop.file).lines


async def test_a_daemon_that_is_started_anew_is_found_again(tmp_path: Path, browser: Browser) -> None:
    async with box(tmp_path, STORE.replace("BEGINS", str(int(time.time())))) as shop, commission(shop) as link:
        page = await entered(browser, link)
        await shop.stop()
        await page.locator("#notice", has_text="starts anew").wait_for()
        await page.evaluate("document.querySelector('#waiting').hidden = false")
        await shop.start()
        await page.wait_for_selector("#waiting", state="hidden")
        await page.wait_for_selector("#notice", state="hidden")


def picture() -> dict[str, object]:
    done, coded = cv2.imencode(".jpg", np.full((90, 160, 3), 90, np.uint8))
    assert done
    shown = {"picture": base64.b64encode(coded.tobytes()).decode(), "at": 1.0, "aspect": 1.6, "tracks": [], "view": ""}
    return {"now": 1.0, **shown}


async def test_wrong_used_and_old_links_are_told_plainly(tmp_path: Path, browser: Browser) -> None:
    async with served(tmp_path) as one:
        one.daemon.lines = [picture()]
        url = f"http://127.0.0.1:{one.port}/"

        async def told(link: str) -> str:
            page = await (await browser.context()).new_page()
            await page.goto(link)
            await page.wait_for_selector("#notice:not([hidden])")
            assert await page.locator("#main").is_hidden()
            return str(await page.inner_text("#notice p"))

        assert "has not opened the link" in await told(url)
        assert "not the link that the box printed" in await told(f"{url}#wrong")
        one.guard._ends -= 600
        assert "older than 10 minutes" in await told(f"{url}#{one.guard.token}")
        one.guard._ends += 600
        page = await entered(browser, f"{url}#{one.guard.token}")
        assert page.url == url
        assert "opened in another browser already" in await told(f"{url}#{one.guard.token}")
        await page.reload()
        await page.wait_for_selector("#main:not([hidden])")
        assert await page.evaluate("document.cookie") == ""


async def test_two_tabs_and_a_page_that_is_left_open(tmp_path: Path, browser: Browser) -> None:
    async with served(tmp_path, minutes=5 / 60) as one:
        one.daemon.lines = [picture()]
        first = await entered(browser, f"http://127.0.0.1:{one.port}/#{one.guard.token}")
        second = await first.context.new_page()
        await second.goto(f"http://127.0.0.1:{one.port}/")
        await first.locator("#notice", has_text="another tab").wait_for()
        await first.click("text=Use this one")
        await second.locator("#notice", has_text="another tab").wait_for()
        await first.locator("#notice", has_text="has ended").wait_for()
        await first.locator("#left", has_text="ended").wait_for()
        assert one.visit.left == 0


async def test_what_cannot_count_is_flagged_dragged_right_and_undone(tmp_path: Path, browser: Browser) -> None:
    async with served(tmp_path) as one:
        one.daemon.lines = [picture()]
        page = await entered(browser, f"http://127.0.0.1:{one.port}/#{one.guard.token}")
        flag = page.locator("#list .flag", has_text="nobody can cross it")

        async def drag(*way: tuple[float, float]) -> None:
            await page.mouse.move(*await at(page, *way[0]))
            await page.mouse.down()
            for point in way[1:]:
                await page.mouse.move(*await at(page, *point), steps=4)
            await page.mouse.up()

        await page.click("[data-new=lines]")
        for x in (0.1, 0.9):
            await page.mouse.click(*await at(page, x, 0.98))
        await page.click("#done")
        await flag.wait_for()
        await page.click("#save")
        await flag.wait_for()
        assert "line1" not in one.file.read_text()
        await drag((0.5, 0.98), (0.5, 0.7))
        await drag((0.1, 0.98), (0.1, 0.7))
        await drag((0.9, 0.98), (0.9, 0.7))
        await flag.wait_for(state="detached")
        await page.keyboard.press("Control+z")
        await page.click("#chosen >> text=Swap in and out")
        await saved(page)
        points = load(one.file).lines["line1"].points
        assert np.abs(np.array(points) - [(0.9, 0.98), (0.5, 0.7), (0.1, 0.7)]).max() < 0.01

        await page.click("[data-panel=radio]")
        gate = page.locator("#radio input").first
        await gate.focus()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowRight")
        await page.locator("#radio button").click()
        await page.locator("#hint", has_text="in force").wait_for()
        assert load(one.file).wifi["box"].gate_dbm == -78
        assert one.file.read_text().startswith("# our shop")


async def test_other_pages_and_other_names_are_refused(tmp_path: Path, browser: Browser) -> None:
    async with served(tmp_path) as one, served(tmp_path / "..", minutes=1) as other:
        one.daemon.lines = [picture()]
        page = await entered(browser, f"http://127.0.0.1:{one.port}/#{one.guard.token}")
        target = f"http://127.0.0.1:{one.port}"
        elsewhere = await page.context.new_page()
        await elsewhere.goto(f"http://shop.example:{one.port}/")
        assert "answers to localhost only" in await elsewhere.content()
        await elsewhere.goto(f"http://localhost:{other.port}/icon.svg")
        attempt = f"""fetch("{target}/save", {{method: "POST", mode: "no-cors", credentials: "include", body: "{{}}"}})
            .then((answer) => answer.type, () => "refused")"""
        before = one.file.read_text()
        assert await elsewhere.evaluate(attempt) in ("opaque", "refused")
        assert one.file.read_text() == before
        assert not [asked for asked in one.daemon.asked if asked["ask"] != "door"]
        assert any("Content Security Policy" in said or "Refused to connect" in said for said in browser.complaints)
