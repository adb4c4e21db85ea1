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

    `secret` is a file with one line USER:PASSWORD, read anew at each opening. `decode` is `all`, or `keys` for the
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
        if "@" in address.removeprefix("//").partition("/")[0]:
            raise DriverMisconfigured(
                "secret_in_device", "a device string is shown: put USER:PASSWORD into a file and name it in `secret`"
            )
        if not address.startswith("//") or any(ord(letter) < 33 for letter in address):
            raise DriverMisconfigured("bad_device", f"write {device.scheme}://host/path")
        self._scheme, self._address = device.scheme, address.removeprefix("//")
        self._name, self._clock, self._fps, self._secret, self._keys = name, clock, fps, secret, decode == "keys"

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Frame]]:
        """Ask the camera for its stream. Raises DriverUnavailable, DriverMisconfigured for an unusable secret."""
        told = playlist(f"{self._scheme}://{credentials(self._secret)}{self._address}")
        pictures = decoding(
            ["-flags", "low_delay", "-threads", "1", *(("-skip_frame", "nokey") if self._keys else ()), *_INPUT],
            told=told,
            fps=self._fps,
            opening=OPENING_S,
            stall=OPENING_S if self._keys else stall_seconds(self._fps),
        )
        return live(self._name, taken(pictures, self._clock))


def playlist(url: str) -> bytes:
    """An ffconcat file of one entry, with the options of its demuxer."""
    quoted = url.replace("'", r"'\''")
    options = "".join(f"option {key} {value}\n" for key, value in _OPTIONS.items())
    return f"ffconcat version 1.0\nfile '{quoted}'\n{options}".encode()


def credentials(secret: Path | None) -> str:
    """`user:password@` of a URL. Raises DriverMisconfigured without a word of what the file holds."""
    if secret is None:
        return ""
    try:
        if secret.stat().st_mode & 0o077:
            raise DriverMisconfigured("secret_readable", "others may read the camera's secret: chmod 600")
        user, colon, password = secret.read_text(encoding="utf-8").strip().partition(":")
    except (OSError, UnicodeDecodeError):
        raise DriverMisconfigured("secret_unreadable", "the camera's secret cannot be read") from None
    if not colon or not user or any(not letter.isprintable() for letter in user + password):
        raise DriverMisconfigured("secret_unreadable", "the camera's secret is not one line USER:PASSWORD")
    return f"{quote(user, safe='')}:{quote(password, safe='')}@"
