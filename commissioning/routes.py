"""What the page can ask, one method a question; whoever has not entered is told so and nothing else."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from commissioning.drawings import Drawing, drawing_of, drawn, written
from commissioning.guard import Guard
from commissioning.link import Away, Declined, Link
from commissioning.versions import Versions
from commissioning.visit import Visit
from commissioning.web import Refused, Request, Response, Stream, told
from config import Config, ConfigError
from config.load import parse
from drivers.camera.optics import Mount, aimed, lens_degrees
from drivers.camera.survey import Figures
from drivers.camera.verdict import NEAR_M, remarks, verdicts

PAGE = Path(__file__).parent / "page"
KINDS = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
AUDIT = ("do", "line", "way", "ago", "claim")
DAEMON_AWAY = "The daemon does not answer: it may be starting. Try again in a moment."


class Routes:
    """The answers of one page."""

    def __init__(self, guard: Guard, visit: Visit, link: Link, versions: Versions) -> None:
        self._guard, self._visit, self._link, self._versions = guard, visit, link, versions
        self._files = {f"/{file.name}": file for file in PAGE.iterdir() if file.suffix in KINDS}
        self._files["/"] = PAGE / "index.html"
        self._certificate: dict[str, Any] | None = None
        self._gets: dict[str, Callable[[], Response | Stream | Awaitable[Response]]] = {
            "/state": self._state,
            "/live": self._live,
            "/walked": lambda: told(visit.walked.heat()),
            "/suggest": self._suggest,
            "/sensed": self._sensed,
            "/certificate.json": self._certificate_json,
            "/certificate.pdf": self._certificate_pdf,
        }
        self._posts: dict[str, Callable[[dict[str, Any]], Awaitable[Response]]] = {
            "/camera": self._choose,
            "/check": self._check,
            "/save": self._save,
            "/undo": self._undo,
            "/mount": self._mount,
            "/audit": self._audit,
        }

    async def answer(self, request: Request) -> Response | Stream:
        """One request. Raises Refused."""
        self._guard.own(request)
        if request.method == "GET" and request.path in self._files:
            file = self._files[request.path]
            return Response(kind=KINDS[file.suffix], body=file.read_bytes())
        if request.method == "POST" and request.path == "/enter":
            return told({}, headers=(self._guard.enter(str(request.document().get("token"))),))
        self._guard.known(request.headers)
        try:
            if request.method == "GET" and request.path in self._gets:
                found = self._gets[request.path]()
                return await found if isinstance(found, Awaitable) else found
            if request.method == "POST" and request.path in self._posts:
                return await self._posts[request.path](request.document())
        except Away:
            raise Refused(503, DAEMON_AWAY) from None
        except Declined as reason:
            raise Refused(409, str(reason)) from None
        except ConfigError as error:
            return told({"problems": [asdict(one) for one in error.problems]}, 422)
        except ValueError as error:
            raise Refused(422, str(error)) from None
        except OSError as error:
            raise Refused(500, f"{error.filename}: {error.strerror}. Start passerby commission with sudo.") from None
        raise Refused(404, "The page has nothing there.")

    def _live(self) -> Stream:
        if not self._visit.left:
            raise Refused(410, "The page has ended.")
        return self._visit.tab()

    def _state(self) -> Response:
        text = self._versions.read()
        config = parse(text)
        return told(
            {
                "camera": self._visit.camera,
                "cameras": list(config.cameras),
                "left": round(self._visit.left),
                "file": str(self._versions.file),
                "digest": self._versions.digest(),
                "previous": self._versions.previous,
                "drawing": asdict(drawn(text, self._visit.camera)),
                "radios": _radios(config),
                "lines": {name: line.camera for name, line in config.lines.items()},
            }
        )

    async def _choose(self, asked: dict[str, Any]) -> Response:
        cameras = parse(self._versions.read()).cameras
        if asked.get("camera") not in cameras:
            raise ValueError(f"camera {asked.get('camera')!r} is not configured; there is {', '.join(cameras)}")
        self._visit.camera = asked["camera"]
        return self._state()

    async def _check(self, asked: dict[str, Any]) -> Response:
        self._would_be(drawing_of(asked))
        return told({"problems": []})

    def _would_be(self, drawing: Drawing) -> str:
        text = written(self._versions.read(), drawing)
        parse(text)
        return text

    async def _save(self, asked: dict[str, Any]) -> Response:
        self._unchanged(asked)
        self._versions.save(self._would_be(drawing_of(asked)))
        return await self._apply()

    async def _undo(self, asked: dict[str, Any]) -> Response:
        self._unchanged(asked)
        if not self._versions.previous:
            raise ValueError("nothing was saved before: there is nothing to take back")
        self._versions.back()
        return await self._apply()

    def _unchanged(self, asked: dict[str, Any]) -> None:
        if asked.get("digest") != self._versions.digest():
            raise Refused(409, "The file was changed meanwhile, by another hand. Load this page again to see it.")

    async def _apply(self) -> Response:
        """Let the daemon read the file; what it refuses is taken back."""
        try:
            await self._link.reread()
        except Declined:
            self._versions.back()
            raise
        except Away:
            pass  # it reads the file when it starts
        return self._state()

    def _suggest(self) -> Response:
        found = [asdict(one) for one in self._visit.walked.suggest()]
        return told({"suggestions": found, "ways": self._visit.walked.heat()["ways"]})

    async def _sensed(self) -> Response:
        status = await self._link.ask({"ask": "status"})
        return told({**self._visit.sensed.document(self._visit.now()), "health": status})

    async def _mount(self, asked: dict[str, Any]) -> Response:
        """What the camera serves where it hangs: `height` in m, `lens` as `passerby camera qualify` takes it."""
        measured = self._visit.sensed.figures
        if not measured:
            raise ValueError("the camera is still being measured: wait a few seconds")
        figures, height = Figures(**measured), asked.get("height")
        if not isinstance(height, int | float) or not 0.5 <= height <= 20:
            raise ValueError(f"height {height!r}: from 0.5 to 20 metres")
        across = lens_degrees(str(asked.get("lens", "70")))
        mount = Mount(float(height), aimed(float(height), NEAR_M), across, (figures.width, figures.height))
        judged = [one._asdict() for one in verdicts(mount, figures)]
        return told({"serves": judged, "advice": remarks(mount, figures), "figures": measured})

    async def _audit(self, asked: dict[str, Any]) -> Response:
        question = {"ask": "audit"} | {key: value for key, value in asked.items() if key in AUDIT}
        try:
            found = await self._link.ask(question)
        except Declined:
            if question.get("do") != "look":
                raise
            return told({"line": None})
        if asked.get("do") == "certify":
            self._certificate = found
        for missed in found.get("missed", []) if isinstance(found.get("missed"), list) else []:
            missed["feet"] = self._visit.where(found["now"] - missed["at"])
        return told(found)

    def _certificate_json(self) -> Response:
        return _download("json", "application/json", json.dumps(self._signed(), indent=1).encode())

    def _certificate_pdf(self) -> Response:
        try:
            from commissioning.paper import paper
        except ImportError:
            raise Refused(501, "Paper needs two more libraries: pip install 'passerby[provision]'.") from None
        return _download("pdf", "application/pdf", paper(self._signed()))

    def _signed(self) -> dict[str, Any]:
        if self._certificate is None:
            raise Refused(404, "No line has been certified yet.")
        return self._certificate


def _download(suffix: str, kind: str, body: bytes) -> Response:
    name = f'attachment; filename="certificate.{suffix}"'
    return Response(kind=kind, body=body, headers=(("Content-Disposition", name),))


def _radios(config: Config) -> dict[str, dict[str, Any]]:
    """The gates in force, defaults included."""
    wifi = {
        name: {"kind": "wifi", "gate_dbm": one.gate_dbm, "inside_dbm": one.inside_dbm, "near_dbm": one.near_dbm}
        for name, one in config.wifi.items()
    }
    ble = {
        name: {"kind": "ble", "enter_dbm": one.enter_dbm, "leave_dbm": one.leave_dbm}
        for name, one in config.ble.items()
    }
    return wifi | ble
