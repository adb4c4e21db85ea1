"""Network cameras: `rtsp://host/path` decoded by an ffmpeg that is told user and password where nobody can look.

The address goes into the child's standard input as a playlist, never into its arguments or environment.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import quote

from drivers.base import Clock, Device, DriverMisconfigured
from drivers.camera.ffmpeg import decoding
from drivers.camera.live import OPENING_S, live, stall_seconds, taken
from observations import Frame

_PROTOCOLS = "pipe,fd,rtsp,rtsps,rtp,srtp,tcp,udp,tls,crypto"
_INPUT = ("-protocol_whitelist", _PROTOCOLS, "-safe", "0", "-f", "concat", "-i", "pipe:0")
_OPTIONS = {
    "rtsp_flags": "prefer_tcp",  # and UDP where the camera has no TCP
    "allowed_media_types": "video",
    "timeout": str(int(OPENING_S * 1e6)),  # microseconds without a byte
    "fflags": "nobuffer",
    "fpsprobesize": "0",  # otherwise two more seconds before the first picture
}


class RtspDriver:
    """A network camera that gives at most `fps` pictures a second.

    `secret` is a file with one line USER:PASSWORD, read anew at each opening; it goes in front of the host, or to where
    the address says {user} and {password}. `decode` is `all`, or `keys` for the
    pictures that need no other: a fraction of the work, at the camera's key frame rate.
    """

    def __init__(
        self,
        device: Device,
        *,
        name: str,
        clock: Clock,
        fps: float,
        secret: Path | None = None,
        decode: str = "all",
    ) -> None:
        address = device.target + (f"?{device.query}" if device.query else "")
        if "@" in address:
            raise DriverMisconfigured(
                "secret_in_device", "a device string is shown: put USER:PASSWORD into a file and name it in `secret`"
            )
        if not address.startswith("//") or any(ord(letter) < 33 for letter in address):
            raise DriverMisconfigured("bad_device", f"write {device.scheme}://host/path")
        self._scheme, self._address = device.scheme, address.removeprefix("//")
        self._name, self._clock, self._fps, self._secret, self._keys = name, clock, fps, secret, decode == "keys"

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Frame]]:
        """Ask the camera for its stream. Raises DriverUnavailable, DriverMisconfigured for an unusable secret."""
        told = playlist(self._url())
        pictures = decoding(
            ["-flags", "low_delay", "-threads", "1", *(("-skip_frame", "nokey") if self._keys else ()), *_INPUT],
            told=told,
            fps=self._fps,
            opening=OPENING_S,
            stall=OPENING_S if self._keys else stall_seconds(self._fps),
        )
        return live(self._name, taken(pictures, self._clock))

    def _url(self) -> str:
        """The address with the secret in front of the host, or where the camera wants it in its path."""
        user, password = ("", "") if self._secret is None else credentials(self._secret)
        if "{password}" in self._address:
            path = self._address.replace("{user}", user).replace("{password}", password)
            return f"{self._scheme}://{path}"
        return f"{self._scheme}://{user}:{password}@{self._address}" if user else f"{self._scheme}://{self._address}"


def playlist(url: str) -> bytes:
    """An ffconcat file of one entry, with the options of its demuxer."""
    quoted = url.replace("'", r"'\''")
    options = "".join(f"option {key} {value}\n" for key, value in _OPTIONS.items())
    return f"ffconcat version 1.0\nfile '{quoted}'\n{options}".encode()


def credentials(secret: Path) -> tuple[str, str]:
    """User and password as a URL takes them. Raises DriverMisconfigured without a word of what the file holds."""
    try:
        if secret.stat().st_mode & 0o007:  # its group may: so systemd shows credentials
            raise DriverMisconfigured("secret_readable", "others may read the camera's secret: chmod 600")
        user, colon, password = secret.read_text(encoding="utf-8").strip().partition(":")
    except (OSError, UnicodeDecodeError):
        raise DriverMisconfigured("secret_unreadable", "the camera's secret cannot be read") from None
    if not colon or not user or any(not letter.isprintable() for letter in user + password):
        raise DriverMisconfigured("secret_unreadable", "the camera's secret is not one line USER:PASSWORD")
    return quote(user, safe=""), quote(password, safe="")
