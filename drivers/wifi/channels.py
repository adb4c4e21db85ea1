"""Which channel is listened to and for how long, and how to tune it. What it set it believes only from radiotap."""

import errno
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from drivers.base import DriverMisconfigured, DriverUnavailable
from drivers.wifi.netlink import Nl80211

SETTLE_SECONDS = 0.25
"""Frames of the old channel still come out of the driver's queue for so long after a change."""
MOST_STRAY = 0.8
FEWEST_FRAMES = 50
NO_WIRELESS = (errno.ENOENT, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT, errno.EOPNOTSUPP)


def frequency_mhz(channel: int) -> int:
    """The centre of a 20 MHz channel of the 2.4 GHz (1-14) or 5 GHz (32-177) band; ValueError for any other."""
    if channel == 14:
        return 2484
    if 1 <= channel <= 13:
        return 2407 + 5 * channel
    if 32 <= channel <= 177:
        return 5000 + 5 * channel
    raise ValueError(f"there is no WiFi channel {channel} in the 2.4 and 5 GHz bands")


def channel_of(mhz: int) -> int:
    """The channel of a frequency, 0 if it is none."""
    if mhz == 2484:
        return 14
    base, least, most = (2407, 1, 13) if mhz < 2500 else (5000, 32, 177)
    channel, rest = divmod(mhz - base, 5)
    return channel if rest == 0 and least <= channel <= most else 0


@dataclass(slots=True)
class Duty:
    """Seconds spent on each channel, and frames heard there by the frames' own word. Since the driver was opened."""

    seconds: dict[int, float] = field(default_factory=dict)
    frames: Counter[int] = field(default_factory=Counter)
    stray: int = 0
    settled: int = 0
    _channel: int = 0
    _tuned_at: float = 0.0
    _counted_to: float = 0.0

    @classmethod
    def of(cls, several: Iterable["Duty"]) -> "Duty":
        """The seconds and frames of several dongles in sum."""
        whole = cls()
        for one in several:
            whole.frames.update(one.frames)
            for channel, seconds in one.seconds.items():
                whole.seconds[channel] = whole.seconds.get(channel, 0.0) + seconds
        return whole

    def tuned(self, at: float, channel: int) -> None:
        """The radio was told to go to `channel`, 0 for wherever it is."""
        self.spent(at)
        self._channel, self._tuned_at, self._counted_to = channel, at, at

    def spent(self, at: float) -> None:
        """Account for the time until `at`."""
        if self._channel:
            self.seconds[self._channel] = self.seconds.get(self._channel, 0.0) + at - self._counted_to
        self._counted_to = at

    def heard(self, at: float, mhz: int) -> None:
        """A frame said that it came on `mhz`."""
        channel = channel_of(mhz)
        self.frames[channel] += 1
        if self._channel and at >= self._tuned_at + SETTLE_SECONDS:
            self.settled += 1
            self.stray += channel != self._channel

    def check(self) -> None:
        """Raise DriverUnavailable `stuck` if nearly all frames come on channels the radio should not be on."""
        settled, stray = self.settled, self.stray
        if settled >= FEWEST_FRAMES:
            self.settled = self.stray = 0
            if stray > MOST_STRAY * settled:
                raise DriverUnavailable("stuck", "the radio says it changes channels and does not")


class Tuner:
    """Tunes one monitor interface through nl80211, or through `iw` where netlink is refused."""

    def __init__(self, interface: str, index: int) -> None:
        self._interface, self._index = interface, index
        self._iw = shutil.which("iw")
        self._netlink: Nl80211 | None = None
        try:
            self._netlink = Nl80211()
        except OSError:
            if self._iw is None:
                raise DriverUnavailable("no_nl80211", "the kernel has no nl80211 and there is no iw") from None

    def tune(self, channel: int) -> None:
        """Go to `channel`. Blocks for as long as the radio takes; raises what the supervisor has to do."""
        if self._netlink is None:
            self._spare(channel)
            return
        try:
            self._netlink.set_channel(self._index, frequency_mhz(channel))
        except OSError as error:
            if error.errno in NO_WIRELESS and self._iw is not None:
                self._spare(channel)
                return
            raise refused(error) from None

    def close(self) -> None:
        if self._netlink is not None:
            self._netlink.close()

    def _spare(self, channel: int) -> None:
        argv = [self._iw or "iw", "dev", self._interface, "set", "freq", str(frequency_mhz(channel))]
        done = subprocess.run(argv, capture_output=True, check=False, timeout=10)
        if done.returncode:
            # iw exits with 256 minus the errno of the kernel
            raise refused(OSError(256 - done.returncode, "iw"))


def refused(error: OSError) -> DriverUnavailable | DriverMisconfigured:
    """What the supervisor should do about the errno of a channel or type change."""
    match error.errno:
        case errno.EPERM | errno.EACCES:
            return DriverMisconfigured("no_permission", "tuning needs CAP_NET_ADMIN: the service unit grants it")
        case errno.EBUSY:
            return DriverUnavailable("busy", "another interface of this radio holds the channel: take it down")
        case errno.ENODEV | errno.ENXIO:
            return DriverUnavailable("gone", "the radio was unplugged")
        case errno.ENETDOWN:
            return DriverUnavailable("down", "the interface was taken down")
        case errno.EINVAL | errno.ERANGE:
            return DriverMisconfigured("bad_channel", "the radio or its country's rules refuse a configured channel")
        case code:
            return DriverUnavailable(
                "failed", f"the radio refuses to tune: {errno.errorcode.get(code or 0, 'unknown')}"
            )
