"""WiFi radios in one room of air: the kernel's mac80211_hwsim, one radio listening, one that speaks, and a phone.

A radio hears the others only while it is tuned to their channel. Every frame arrives with -50 dBm; frames that need a
chosen strength are injected with their own radiotap header through a TAP interface (tests/drivers/wifi).
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rig.devices._kernel import command, eventually, load, unload

ETH_P_ALL = 3
INJECTED = bytes.fromhex("0000080000000000")  # the shortest radiotap header: nothing asked of the sender


@dataclass(slots=True)
class Monitor:
    """`interface` is up, in monitor mode and tuned to channel 6; `phone` is a radio for programs that join networks."""

    interface: str
    phone: str
    speaker: str

    @property
    def device(self) -> str:
        """As the configuration names it."""
        return f"mon:{self.interface}"

    def tune(self, frequency_mhz: int) -> None:
        """Listen on another channel."""
        command("iw", "dev", self.interface, "set", "freq", str(frequency_mhz))

    def probe(self, ssid: str, frequency_mhz: int, *, random_address: bool = True) -> None:
        """One scan of the phone: genuine probe requests for `ssid` and for anybody, on one channel."""
        command("ip", "link", "set", self.phone, "up")
        randomise = ["randomize"] if random_address else []
        scan = ["iw", "dev", self.phone, "scan", "trigger", "freq", str(frequency_mhz), *randomise, "ssid", ssid]
        command(*scan, seconds=10)

    def transmit(self, frame: bytes, frequency_mhz: int) -> None:
        """Put one 802.11 frame (without FCS) on the air as it is, whatever it claims to be."""
        command("iw", "dev", self.speaker, "set", "freq", str(frequency_mhz))
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, ETH_P_ALL) as air:
            air.bind((self.speaker, 0))
            air.send(INJECTED + frame)

    def unplug(self) -> None:
        """All radios vanish, as a USB stick does."""
        unload("mac80211_hwsim")

    def replug(self) -> None:
        """They come back under their old names; the monitor is tuned to channel 6 again."""
        add_radios()


def add_radios() -> Monitor:
    """Three radios: wlan0 the phone, wlan1 the speaker, wlan2 the monitor."""
    load("mac80211_hwsim", radios=3)
    phone, speaker, ears = "wlan0", "wlan1", "wlan2"
    for name in (phone, speaker, ears):
        eventually(f"the radio {name}", lambda name=name: Path("/sys/class/net", name).exists())  # type: ignore[misc]
    for name in (speaker, ears):
        command("ip", "link", "set", name, "down")
        command("iw", "dev", name, "set", "type", "monitor")
        command("ip", "link", "set", name, "up")
        command("iw", "dev", name, "set", "freq", "2437")
    return Monitor(ears, phone, speaker)


@contextmanager
def monitor() -> Iterator[Monitor]:
    """Three radios for one test."""
    radios = add_radios()
    try:
        yield radios
    finally:
        unload("mac80211_hwsim")
