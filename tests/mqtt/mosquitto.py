"""A real mosquitto for one test, with TLS and client certificates or without; it can be killed and started again."""

import shutil
import socket
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest

from mqtt.broker import Broker
from tests.mqtt.authority import DAY, Authority

PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")


class Mosquitto:
    """Started by `start`; `broker` is how a box reaches it over mutual TLS, `port` is open without TLS on loopback."""

    def __init__(
        self,
        folder: Path,
        *lines: str,
        server_hosts: tuple[str, ...] = ("localhost",),
        server_ends: timedelta = DAY,
        durable: bool = False,
    ) -> None:
        if PROGRAM is None:
            pytest.skip("no mosquitto here: sudo apt install mosquitto")
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.authority = Authority(folder / "ca")
        self.port, self.tls_port = free_port(), free_port()
        server, server_key = self.authority.issue("server", hosts=server_hosts, ends=server_ends)
        client, client_key = self.authority.issue("box")
        self.broker = Broker.of_url(
            f"mqtts://localhost:{self.tls_port}", ca=self.authority.ca, certificate=client, key=client_key
        )
        self.plain = Broker.of_url(f"mqtt://127.0.0.1:{self.port}")
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            "\n".join(
                [
                    "user root",
                    *(persistent(folder) if durable else ["persistence false"]),
                    "max_queued_messages 0",
                    *lines,
                    f"listener {self.port} 127.0.0.1",
                    "allow_anonymous true",
                    f"listener {self.tls_port} 127.0.0.1",
                    f"cafile {self.authority.ca}",
                    f"certfile {server}",
                    f"keyfile {server_key}",
                    "require_certificate true",
                    "allow_anonymous true",
                ]
            )
            + "\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return when it answers."""
        log = (self._folder / "mosquitto.log").open("ab")
        self._process = subprocess.Popen([str(PROGRAM), "-v", "-c", str(self._config)], stdout=log, stderr=log)
        log.close()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.tls_port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError(self.log())

    def log(self) -> str:
        """What it said."""
        return (self._folder / "mosquitto.log").read_text(errors="replace")

    def granted(self, client: str) -> int:
        """How many times it has granted a client's subscriptions."""
        return self.log().count(f"SUBACK to {client}\n")

    def kill(self) -> None:
        """Kill it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid


def persistent(folder: Path) -> list[str]:
    """What lets mosquitto remember over a kill what it acknowledged: its whole store is written at each change."""
    return ["persistence true", f"persistence_location {folder}/", "autosave_on_changes true", "autosave_interval 1"]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
