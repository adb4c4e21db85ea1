"""The container: real systemd watches a real service, restarts it when it hangs, and holds it in its sandbox."""

import pytest

from tests.rig.container import Container
from tests.rig.devices._kernel import eventually

pytestmark = pytest.mark.boots

SERVICE = """
import os, socket, sys, time

def say(text):
    address = os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(text.encode(), address)

time.sleep(0.3)
say("READY=1\\nSTATUS=counting")
for _ in range(3):
    time.sleep(0.3)
    say("WATCHDOG=1")
say("STATUS=hung")
time.sleep(3600)
"""

UNIT = """
[Service]
Type=notify
ExecStart=/usr/bin/python3 /opt/service.py
WatchdogSec=1
Restart=always
RestartSec=0
DynamicUser=yes
StateDirectory=boxed
ProtectSystem=strict
LimitCORE=0
"""


def test_systemd_waits_for_ready_and_restarts_what_hangs(container: Container) -> None:
    container.write("/opt/service.py", SERVICE)
    container.write("/etc/systemd/system/boxed.service", UNIT)
    container.run("systemctl", "daemon-reload")

    container.run("systemctl", "start", "boxed.service")
    assert container.shown("boxed.service", "StatusText") in ("counting", "hung")
    first = container.shown("boxed.service", "MainPID")

    eventually("the watchdog's restart", lambda: container.shown("boxed.service", "NRestarts") != "0", 20)
    eventually("the service is back", lambda: container.shown("boxed.service", "ActiveState") == "active", 20)
    assert container.shown("boxed.service", "MainPID") != first
    assert "Watchdog timeout" in container.run("journalctl", "--unit", "boxed.service", "--no-pager")


def test_the_sandbox_holds(container: Container) -> None:
    sandboxed = ["systemd-run", "--wait", "--pipe", "--quiet", "--property=DynamicUser=yes"]
    sandboxed += ["--property=StateDirectory=boxed", "--property=ProtectSystem=strict"]

    container.run(*sandboxed, "sh", "-c", "echo kept > /var/lib/boxed/file")
    assert container.run("cat", "/var/lib/private/boxed/file") == "kept\n"
    with pytest.raises(RuntimeError, match="Read-only file system"):
        container.run(*sandboxed, "sh", "-c", "echo escaped > /etc/escaped")


def test_every_container_is_new(container: Container) -> None:
    assert container.run("ls", "/opt") == "tests\n", "no more than the tests' interpreter"
    assert container.run("ls", "/var/lib/private") == ""
