"""The process in which scapy listens: `python -m drivers.wifi.sniffer wlan1` writes a pcap stream, and nothing else."""

import struct
import sys

from drivers.wifi.pcap import LINK_RADIOTAP
from drivers.wifi.sniffed import NO_INTERFACE, NO_SCAPY, NOT_ALLOWED

BUFFER = 4 << 20
"""Bytes of the kernel that wait for scapy, as for our own socket."""
_HEAD = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, LINK_RADIOTAP)


def main(interface: str) -> int:
    """Write every frame of `interface` until the reader is gone; the exit status says why it did not."""
    try:
        from scapy.config import conf
    except ImportError:
        return NO_SCAPY
    import scapy.arch  # noqa: F401 - it puts the sockets into conf

    out = sys.stdout.buffer
    try:
        conf.bufsize = BUFFER
        heard = conf.L2listen(iface=interface)
        out.write(_HEAD)
        out.flush()
        while True:
            _, frame, _ = heard.recv_raw(1 << 16)
            if frame is not None:
                out.write(struct.pack("=IIII", 0, 0, len(frame), len(frame)) + frame)
                out.flush()
    except BrokenPipeError:
        return 0
    except PermissionError:
        return NOT_ALLOWED
    except (OSError, ValueError):
        return NO_INTERFACE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
