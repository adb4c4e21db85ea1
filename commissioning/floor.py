"""The shop floor for a manager's browser on the local network: outlines, the figures of this moment, no more."""

import ipaddress
import socket
from pathlib import Path
from urllib.parse import urlsplit

from commissioning.link import Away, Declined, Link
from commissioning.web import Refused, Request, Response, told

PAGE = Path(__file__).with_name("floor_page")
FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/floor.css": ("floor.css", "text/css; charset=utf-8"),
    "/floor.js": ("floor.js", "text/javascript; charset=utf-8"),
}


class Floor:
    """What a browser may ask; `link` is the daemon, `names` are what the box is called besides its addresses."""

    def __init__(self, link: Link, names: frozenset[str]) -> None:
        self._link, self._names = link, names

    async def answer(self, request: Request) -> Response:
        """The page, its two files, and `/floor.json`. Raises Refused."""
        self._near(request)
        path = urlsplit(request.path).path
        if request.method != "GET":
            raise Refused(405, "This page is for looking only.")
        if path == "/floor.json":
            return told(await self._figures())
        if path not in FILES:
            raise Refused(404, "There is nothing here but the shop floor.")
        name, kind = FILES[path]
        return Response(kind=kind, body=(PAGE / name).read_bytes())

    def _near(self, request: Request) -> None:
        """Refuse who is not on a local network, and pages elsewhere that borrow this address (DNS rebinding)."""
        peer = ipaddress.ip_address(request.peer.partition("%")[0])
        peer = getattr(peer, "ipv4_mapped", None) or peer
        if not (peer.is_private or peer.is_link_local or peer.is_loopback):
            raise Refused(403, "The shop floor is shown on the local network only.")
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if host not in self._names and not _address(host):
            raise Refused(421, "Open this page by the address of the box.")

    async def _figures(self) -> dict[str, object]:
        try:
            return await self._link.ask({"ask": "floor"})
        except (Away, Declined):
            raise Refused(503, "the box is not running") from None


def own_names() -> frozenset[str]:
    """What this machine is called in its network."""
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, f"{name}.local"})


def _address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
