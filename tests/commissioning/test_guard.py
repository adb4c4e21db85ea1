"""Only the browser that brought the link sees anything, and only the page itself asks: every other way is refused."""

import asyncio
from pathlib import Path

import pytest

from commissioning.guard import LINK_S, TRIES, Guard
from commissioning.web import LONGEST, Refused
from tests.commissioning.browser import page

QUESTIONS = ("/state", "/live", "/walked", "/suggest", "/sensed", "/certificate.json", "/certificate.pdf")
CHANGES = ("/camera", "/check", "/save", "/undo", "/mount", "/audit")


async def test_nothing_but_the_bare_page_is_served_without_the_link(tmp_path: Path) -> None:
    async with page(tmp_path) as one:
        replies = [await one.ask(path) for path in QUESTIONS] + [await one.ask(path, {}) for path in CHANGES]
        assert {reply.status for reply in replies} == {401}
        assert {reply.document["error"].partition(".")[0] for reply in replies} == {
            "This browser has not opened the link yet"
        }
        one.cookie = f"passerby=x; {one.guard._cookie}=guess"
        assert (await one.ask("/state")).status == 401
        bare = await one.ask("/")
        assert bare.status == 200
        assert b"<script>" not in bare.body
        assert one.daemon.asked == []


async def test_the_link_works_once_and_the_cookie_is_the_pages_own(tmp_path: Path) -> None:
    async with page(tmp_path) as one:
        entered = await one.enter()
        said = entered.headers["set-cookie"].lower()
        assert all(word in said for word in ("httponly", "samesite=strict", "path=/"))
        assert (await one.ask("/state")).document["camera"] == "floor"
        again = await one.ask("/enter", {"token": one.guard.token})
        assert (again.status, "opened in another browser already" in again.document["error"]) == (403, True)


async def test_wrong_links_are_told_so_and_lock_the_page_in_the_end(tmp_path: Path) -> None:
    async with page(tmp_path) as one:
        for token in ["", "x" * 24, 7, None, *["again"] * (TRIES - 4)]:
            reply = await one.ask("/enter", {"token": token})
            assert reply.status == 403
            assert reply.document["error"].startswith("This is not the link that the box printed. Run `passerby")
        assert "locked" in (await one.enter()).document["error"]


def test_a_link_that_nobody_opened_grows_old() -> None:
    now = [0.0]
    guard = Guard(lambda: now[0])
    now[0] = LINK_S + 1
    with pytest.raises(Refused, match="This link is older than 10 minutes"):
        guard.enter(guard.token)


@pytest.mark.parametrize(
    "host", ["shop.example", "shop.example:80", "127.0.0.1.shop.example", "[::1]:1", "10.0.0.7", ""]
)
async def test_a_name_that_was_rebound_to_loopback_is_refused(tmp_path: Path, host: str) -> None:
    async with page(tmp_path) as one:
        await one.enter()
        for reply in (await one.send("GET", "/", Host=host), await one.send("GET", "/state", Host=host)):
            assert reply.status == (421 if host else 400)
        assert (await one.send("GET", "/state", Host="localhost:9")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://shop.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
async def test_another_page_changes_nothing(tmp_path: Path, headers: dict[str, str]) -> None:
    async with page(tmp_path) as one:
        await one.enter()
        for path in (*CHANGES, "/enter"):
            assert (await one.send("POST", path, b"{}", **headers)).status == 403
        if headers.get("Origin"):
            assert (await one.send("GET", "/live", **headers)).status == 403
        assert one.daemon.asked == []


async def test_every_answer_forbids_scripts_frames_and_caches(tmp_path: Path) -> None:
    async with page(tmp_path) as one:
        for reply in (await one.ask("/"), await one.ask("/main.js"), await one.ask("/state"), await one.enter()):
            policy = reply.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert reply.headers["cache-control"] == "no-store"
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert "server" not in reply.headers


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /../guard.py HTTP/1.1\r\nHost: localhost\r\n\r\n", 401),
        (b"GET /page.css/../../guard.py HTTP/1.1\r\nHost: localhost\r\n\r\n", 401),
        (b"DELETE / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\r\n", 401),
        (b"POST /enter HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nContent-Length: 3\r\n\r\n{]}", 400),
        (
            b"POST /enter HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (LONGEST + 1)
            + b"x" * LONGEST
            + b"y",
            413,
        ),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000, 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
async def test_what_is_no_good_request_is_refused_and_the_page_lives_on(
    tmp_path: Path, request_: bytes, status: int
) -> None:
    async with page(tmp_path) as one, asyncio.timeout(10):
        assert (
            await one.raw(request_.replace(b"Host: localhost\r\n", b"Host: localhost\r\nConnection: close\r\n"))
        ).status == status
        assert (await one.ask("/")).status == 200
