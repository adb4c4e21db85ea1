"""sd_notify(3): tells systemd that the daemon is up, how it is, and that it makes progress."""

import os
import socket


def notify(**fields: str | int) -> bool:
    """Send fields such as READY=1, STATUS="..." to the service manager; False when there is none."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    text = "\n".join(f"{name}={value}" for name, value in fields.items())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        sock.sendto(text.encode(), address)
    return True


def watchdog_seconds() -> float | None:
    """How often the service manager wants to hear from this process, or None when it does not watch."""
    microseconds = os.environ.get("WATCHDOG_USEC")
    if not microseconds or os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(microseconds) / 1e6
