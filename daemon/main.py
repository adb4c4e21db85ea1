"""`passerbyd`: puts one box together and runs it until it is told to stop or its recordings have ended."""

import argparse
import asyncio
import ctypes
import logging
import os
import resource
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from analytics.window import Windows
from config import ConfigError, load
from daemon.assembly import sensors
from daemon.box import Box
from daemon.clock import BoxClock
from daemon.door import Door
from daemon.goods import planogram
from daemon.journal import handler
from daemon.remote import Remote
from daemon.reporter import Reporter
from daemon.service import serve
from daemon.vitals import Vitals
from daemon.voice import broker
from drivers.led.sysfs import light
from privacy.gate import Gate
from privacy.returning import Week
from privacy.tokens import Preset, Tokeniser

EX_CONFIG = 78
EX_CANTCREAT = 73
PR_SET_DUMPABLE = 4

log = logging.getLogger(__name__)


def main() -> None:
    """Parse the command line, validate the configuration, run."""
    uncored()
    parser = argparse.ArgumentParser(
        prog="passerbyd",
        description="The Passerby daemon. Exit status: 0 stopped or recordings ended, 73 its directories cannot be"
        " used, 78 the configuration is wrong (do not restart).",
    )
    parser.add_argument("config", type=Path, help="configuration file (TOML)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="replace one key of it")
    arguments = parser.parse_args()
    try:
        sets: dict[str, str] = dict(pair.partition("=")[::2] for pair in arguments.set)
        config = load(arguments.config, dict(sets))
        broker(config)
    except (ConfigError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        blink()
        sys.exit(EX_CONFIG)
    logging.basicConfig(level=config.box.log.upper(), handlers=[handler()])
    try:
        sys.exit(asyncio.run(run(Remote(arguments.config, sets, config))))
    except OSError as error:
        sys.stderr.write(f"the box's directories cannot be used: {error.strerror}: {error.filename}\n")
        sys.exit(EX_CANTCREAT)


def blink() -> None:
    """Let the kernel blink for a daemon that will not run: nobody restarts it before the configuration changes."""
    lamp = light()
    if lamp is not None:
        lamp.give_back("timer")


def uncored() -> None:
    """Let no crash write this process's memory anywhere, whatever the kernel's core pattern is (prctl(2))."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


async def run(remote: Remote) -> int:
    """Run one box, anew with each configuration that it is told; 0 when it was stopped or all its recordings ended."""
    os.umask(0o077)
    state = Path(remote.config.box.state)
    state.mkdir(parents=True, exist_ok=True)
    clock = BoxClock(remote.config.box.timezone, remote.config.box.speed)
    stopped = asyncio.Event()
    while not stopped.is_set():
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, _stop, stopped, stop)
        if not await once(remote, clock, stop):
            return 0
    return 0


def _stop(*events: asyncio.Event) -> None:
    for event in events:
        event.set()


async def once(remote: Remote, clock: BoxClock, stop: asyncio.Event) -> bool:
    """Run the box with one configuration; True when it is to start anew with another."""
    config = remote.begin()
    gate = Gate(config.privacy.floor)
    plan = planogram(config)
    gates = {name: radio.gate_dbm for name, radio in config.wifi.items()}
    tokeniser = Tokeniser(
        Preset(config.privacy.preset),
        skus=plan.skus,
        gate_dbm=gates,
        returning=Week() if config.privacy.returning else None,
    )
    vitals: list[Vitals] = []
    reporter = Reporter(Windows(config.window.seconds), gate, clock, vitals, lambda: tokeniser.epoch)
    with ThreadPoolExecutor(1, thread_name_prefix="perception") as thread:
        box = Box(config, clock, gate, tokeniser, reporter, thread, vitals, plan, Door(config, clock))
        return await serve(box, sensors(box), remote, stop)


if __name__ == "__main__":
    main()
