"""The one step of Bluetooth that needs a privilege: opens a management socket and hands it to whoever asked.

systemd starts it for one connection, which is its standard input; it reads nothing from it and ends.
"""

import socket

from drivers.base import DriverUnavailable
from drivers.ble.management import own_socket


def main() -> None:
    """Answer with the socket, or with the word and the reason for having none."""
    with socket.socket(fileno=0) as asking:
        try:
            with own_socket() as opened:
                socket.send_fds(asking, [b"opened"], [opened.fileno()])
        except DriverUnavailable as refusal:
            asking.send(f"{refusal.code}\n{refusal.reason}".encode())


if __name__ == "__main__":
    main()
