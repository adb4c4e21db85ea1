"""The three things we ask of nl80211: what an interface is, that it be a monitor, and which channel it listens to.

No library: the one that is licence-clean costs 23 MB of RAM and has no call for the channel (decision 0052).
Source: linux/genetlink.h, linux/nl80211.h.
"""

import os
import socket
import struct
from collections.abc import Iterator

NETLINK_GENERIC = 16
NLM_F_REQUEST, NLM_F_ACK = 1, 4
NLMSG_ERROR = 2
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
CMD_SET_WIPHY, CMD_GET_INTERFACE, CMD_SET_INTERFACE = 2, 5, 6
ATTR_WIPHY, ATTR_IFINDEX, ATTR_IFTYPE, ATTR_WIPHY_FREQ, ATTR_CHANNEL_TYPE = 1, 3, 5, 38, 39
IFTYPE_MONITOR = 6
NO_HT = 0
NLA_TYPE = 0x3FFF
ANSWER_SECONDS = 5.0

Attributes = dict[int, bytes]


class Nl80211:
    """A generic netlink socket with its family resolved. Every call raises OSError with the kernel's own errno."""

    def __init__(self, family: str = "nl80211") -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_GENERIC)
        try:
            self._socket.settimeout(ANSWER_SECONDS)
            self._socket.bind((0, 0))
            self._sequence = 0
            self.family = self.resolve(family)
        except OSError:
            self._socket.close()
            raise

    def resolve(self, name: str) -> int:
        """The number of a generic netlink family; ENOENT if the kernel has none of that name."""
        request = {CTRL_ATTR_FAMILY_NAME: name.encode() + b"\0"}
        told = self._ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, request)
        return int.from_bytes(told[CTRL_ATTR_FAMILY_ID], "little")

    def interface_type(self, index: int) -> int:
        """What an interface is (nl80211_iftype)."""
        told = self._ask(self.family, CMD_GET_INTERFACE, {ATTR_IFINDEX: word(index)})
        return int.from_bytes(told[ATTR_IFTYPE], "little")

    def set_monitor(self, index: int) -> None:
        """Make an interface that is down a monitor."""
        self._ask(self.family, CMD_SET_INTERFACE, {ATTR_IFINDEX: word(index), ATTR_IFTYPE: word(IFTYPE_MONITOR)})

    def set_channel(self, index: int, frequency_mhz: int) -> None:
        """Tune a monitor, 20 MHz wide. EBUSY: another interface of the same radio holds the channel."""
        tune = {ATTR_IFINDEX: word(index), ATTR_WIPHY_FREQ: word(frequency_mhz), ATTR_CHANNEL_TYPE: word(NO_HT)}
        self._ask(self.family, CMD_SET_WIPHY, tune)

    def close(self) -> None:
        self._socket.close()

    def _ask(self, family: int, command: int, attributes: Attributes) -> Attributes:
        """Send one command; answer the attributes of the reply, which are none for a command without one."""
        self._sequence += 1
        self._socket.send(message(family, command, attributes, self._sequence))
        told: Attributes = {}
        while True:
            for kind, sequence, body in messages(self._socket.recv(1 << 16)):
                if sequence != self._sequence:
                    continue
                if kind != NLMSG_ERROR:
                    told = parse(body[4:])
                    continue
                code = -struct.unpack_from("<i", body)[0]
                if code:
                    raise OSError(code, os.strerror(code))
                return told


def word(value: int) -> bytes:
    """A 32-bit attribute."""
    return struct.pack("<I", value)


def message(family: int, command: int, attributes: Attributes, sequence: int) -> bytes:
    """One generic netlink message that asks for an acknowledgement."""
    body = struct.pack("<BBH", command, 1, 0)
    for kind, value in attributes.items():
        body += struct.pack("<HH", 4 + len(value), kind) + value + b"\0" * (-len(value) % 4)
    return struct.pack("<IHHII", 16 + len(body), family, NLM_F_REQUEST | NLM_F_ACK, sequence, 0) + body


def messages(received: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(type, sequence, body) of every whole message of a datagram."""
    here = 0
    while here + 16 <= len(received):
        length, kind, _, sequence, _ = struct.unpack_from("<IHHII", received, here)
        if length < 16 or here + length > len(received):
            return
        yield kind, sequence, received[here + 16 : here + length]
        here += -(-length // 4) * 4


def parse(body: bytes) -> Attributes:
    """The top-level attributes of a message body; the last of each kind, up to the first that is torn."""
    found: Attributes = {}
    here = 0
    while here + 4 <= len(body):
        length, kind = struct.unpack_from("<HH", body, here)
        if length < 4 or here + length > len(body):
            break
        found[kind & NLA_TYPE] = body[here + 4 : here + length]
        here += -(-length // 4) * 4
    return found
