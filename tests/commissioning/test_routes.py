"""What the page is told and what it changes: one tab, one file, one daemon that may go away and come back."""

import asyncio
import json
from pathlib import Path
from typing import Any

from config import load
from tests.commissioning.browser import CONFIG, Page, page


async def state(one: Page) -> dict[str, Any]:
    found: dict[str, Any] = (await one.ask("/state")).document
    return found


async def changed(one: Page, points: list[list[float]]) -> dict[str, Any]:
    now = await state(one)
    now["drawing"]["tables"]["lines"]["door"]["points"] = points
    return {**now["drawing"], "digest": now["digest"]}


async def test_saving_writes_the_file_tells_the_daemon_and_can_be_taken_back(tmp_path: Path) -> None:
    async with page(tmp_path) as one:
        await one.enter()
        saved = (await one.ask("/save", await changed(one, [[0.7, 0.5], [0.4, 0.5]]))).document
        assert saved["previous"] == 1
        assert load(one.file).lines["door"].points == ((0.7, 0.5), (0.4, 0.5))
        assert [asked["ask"] for asked in one.daemon.asked] == ["reread", "status"]
        assert "# the mat" in one.file.read_text()
        back = (await one.ask("/undo", {"digest": saved["digest"]})).document
        assert back["previous"] == 0
        assert one.file.read_text() == CONFIG
        assert (await one.ask("/undo", {"digest": back["digest"]})).status == 422


async def test_what_is_wrong_is_told_by_its_key_before_and_instead_of_saving(tmp_path: Path) -> None:
    async with page(tmp_path) as one:
        await one.enter()
        edge = await changed(one, [[0.1, 0.99], [0.9, 0.99]])
        for path in ("/check", "/save"):
            reply = await one.ask(path, edge)
            assert reply.status == 422
            (problem,) = reply.document["problems"]
            assert problem["key"] == "lines.door.points"
            assert "nobody can cross it" in problem["allowed"]
        assert one.file.read_text() == CONFIG
        assert (await one.ask("/check", await changed(one, [[0.6, 0.5], [0.4, 0.6]]))).document == {"problems": []}


async def test_a_file_that_another_hand_changed_is_not_overwritten(tmp_path: Path) -> None:
    async with page(tmp_path) as one:
        await one.enter()
        wanted = await changed(one, [[0.7, 0.5], [0.4, 0.5]])
        one.file.write_text(CONFIG + "\n# by hand\n")
        reply = await one.ask("/save", wanted)
        assert (reply.status, "changed meanwhile" in reply.document["error"]) == (409, True)
        assert one.file.read_text().endswith("# by hand\n")


async def test_what_the_daemon_refuses_is_taken_back(tmp_path: Path) -> None:
    async with page(tmp_path) as one:
        await one.enter()
        one.daemon.refuses = "lines.door is overruled"
        reply = await one.ask("/save", await changed(one, [[0.7, 0.5], [0.4, 0.5]]))
        assert (reply.status, reply.document["error"]) == (409, "lines.door is overruled")
        assert one.file.read_text() == CONFIG


async def test_the_newest_tab_has_the_page_and_one_door_is_open(tmp_path: Path) -> None:
    async with page(tmp_path) as one, asyncio.timeout(10):
        await one.enter()
        first, second = one.live(), one.live()
        assert (await anext(first))["open"] == "floor"
        assert "now" in await anext(second)
        rest = [message async for message in first]
        assert rest[-1] == {"elsewhere": True}
        assert "now" in await anext(second)
        assert len(one.daemon.asked) == 1
        asked = one.daemon.asked[0]
        assert (asked["ask"], asked["camera"]) == ("door", "floor")
        assert isinstance(asked["minutes"], float)
        assert 0.9 < asked["minutes"] <= 1.0
        await second.aclose()


async def test_another_camera_is_another_door(tmp_path: Path) -> None:
    async with page(tmp_path) as one, asyncio.timeout(10):
        await one.enter()
        live = one.live()
        assert (await anext(live))["open"] == "floor"
        assert (await one.ask("/camera", {"camera": "attic"})).status == 422
        assert (await one.ask("/camera", {"camera": "back"})).document["drawing"]["tables"]["lines"] == {}
        async for message in live:
            if message.get("open") == "back":
                break
        await live.aclose()


async def test_a_page_left_open_ends_by_itself_and_says_so(tmp_path: Path) -> None:
    async with page(tmp_path, minutes=0.5 / 60) as one, asyncio.timeout(10):
        await one.enter()
        told = [message async for message in one.live()]
        assert told[-1] == {"ended": True}
        assert (await one.ask("/live")).status == 410


async def test_a_daemon_that_is_away_or_unwilling_is_waited_for(tmp_path: Path) -> None:
    async with page(tmp_path) as one, asyncio.timeout(15):
        await one.enter()
        one.daemon.refuses = "the door is open already"
        live = one.live()
        assert await anext(live) == {"declined": "the door is open already"}
        one.daemon.refuses = ""
        assert (await anext(live))["open"] == "floor"
        (tmp_path / "control.sock").rename(tmp_path / "gone")
        assert (await one.ask("/sensed")).status == 503
        await live.aclose()


async def test_what_was_sensed_is_kept_for_the_visit_and_the_missed_are_dots(tmp_path: Path) -> None:
    async with page(tmp_path) as one, asyncio.timeout(10):
        one.daemon.lines = [
            {"now": 95.2, "at": 95.0, "aspect": 1.5, "tracks": [[1, 0.4, 0.1, 0.6, 0.8, False]], "picture": "AAAA"},
            {
                "now": 96.0,
                "signals": {"box": {"-60": 2}},
                "badges": {"counter staff": -50},
                "goods": {"tea:1": {"oolong": 2}},
            },
            {"now": 97.0, "signals": {"box": {"-60": 1}}},
        ]
        await one.enter()
        live = one.live()
        async for message in live:
            if message["now"] == 100.0:
                break
        sensed = (await one.ask("/sensed")).document
        assert sensed["signals"] == {"box": {"-60": 3}}
        assert [(badge["badge"], badge["rssi_dbm"]) for badge in sensed["badges"]] == [("counter staff", -50)]
        assert sensed["goods"] == {"tea:1": {"oolong": 2}}
        assert sum((await one.ask("/walked")).document["cells"]) == 1
        assert (await one.ask("/suggest")).document == {"suggestions": [], "ways": 0}
        looked = (await one.ask("/audit", {"do": "look", "shell": "rm"})).document
        assert looked["missed"] == [{"at": 95.0, "way": "in", "feet": [[0.5, 0.8]]}]
        assert one.daemon.asked[-1] == {"ask": "audit", "do": "look"}
        one.daemon.refuses = "no line is under audit: begin one"
        assert (await one.ask("/audit", {"do": "look"})).document == {"line": None}
        assert (await one.ask("/audit", {"do": "tap", "way": "in"})).status == 409
        await live.aclose()


async def test_a_certificate_is_had_as_json_once_there_is_one(tmp_path: Path) -> None:
    async with page(tmp_path) as one:
        await one.enter()
        assert (await one.ask("/certificate.json")).status == 404
        await one.ask("/audit", {"do": "certify"})
        reply = await one.ask("/certificate.json")
        assert reply.headers["content-disposition"] == 'attachment; filename="certificate.json"'
        assert json.loads(reply.body)["line"] == "door"
