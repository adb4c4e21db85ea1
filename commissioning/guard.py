"""Who may use the page: one browser, which brought the token of the printed link; and only the page's own requests."""

import secrets
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from commissioning.web import Refused, Request

LINK_S = 600.0
"""Seconds for which the printed link can be opened."""
TRIES = 10
"""Wrong tokens after which no link can be opened any more."""
HOSTS = ("127.0.0.1", "localhost")
AGAIN = "Run `passerby commission` on the box again and open the new link."


class Guard:
    """The token and the session of one page. `now` are monotonic seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.token = secrets.token_urlsafe(18)
        self._now, self._ends = now, now() + LINK_S
        self._session: str | None = None
        self._cookie = f"passerby-{secrets.token_hex(3)}"
        self._wrong = 0

    def own(self, request: Request) -> None:
        """Refuse what does not come from the page itself: another host's name (DNS rebinding), another page."""
        host = request.headers.get("host", "")
        if urlsplit(f"//{host}").hostname not in HOSTS:
            raise Refused(421, "This page answers to localhost only.")
        origin = request.headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            raise Refused(403, "Another page asked for this: it is refused.")
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Refused(403, "Another page asked for this: it is refused.")
        if request.method != "GET" and origin is None:
            raise Refused(403, "A change comes from the page itself, which says so.")

    def enter(self, token: str) -> tuple[str, str]:
        """The session's cookie as a header, for who brings the token; it works once. Raises Refused."""
        if self._wrong >= TRIES:
            raise Refused(403, f"Too many wrong links were tried: this page is locked. {AGAIN}")
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            self._wrong += 1
            raise Refused(403, f"This is not the link that the box printed. {AGAIN}")
        if self._session is not None:
            raise Refused(403, f"This link was opened in another browser already, and works once. {AGAIN}")
        if self._now() > self._ends:
            raise Refused(403, f"This link is older than {LINK_S / 60:.0f} minutes. {AGAIN}")
        self._session = secrets.token_urlsafe(24)
        return "Set-Cookie", f"{self._cookie}={self._session}; HttpOnly; SameSite=Strict; Path=/"

    def known(self, headers: Mapping[str, str]) -> None:
        """Refuse who has not entered."""
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            morsel = None
        if self._session is None or morsel is None or not secrets.compare_digest(morsel.value, self._session):
            raise Refused(401, f"This browser has not opened the link yet. {AGAIN}")
