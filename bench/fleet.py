"""A fleet on one machine: a thousand connections publishing real reports, and who comes back when after an outage."""

import argparse
import asyncio
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

import psutil

from bench._machine import show
from bench.wire import day
from mqtt.broker import Broker
from mqtt.codec import Form, encode
from mqtt.connection import Connection, Hello
from mqtt.dial import connect
from mqtt.pace import Pace

PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
OUTAGE_S = 600.0
HORIZON_S = 7200.0


async def _box(number: int, broker: Broker, gate: asyncio.Semaphore) -> Connection:
    hello = Hello(
        client_id=f"box{number}",
        will_topic=f"passerby/1/site/box{number}/state",
        will=b"{}",
        content_type=Form.JSON.value,
    )
    async with gate:
        return await connect(broker, hello, five=True, on_ack=lambda *_: None, on_message=lambda _: None)


async def _load(boxes: int, broker: Broker, process: psutil.Process) -> dict[str, float]:
    gate = asyncio.Semaphore(50)
    report = day(1)[174]
    start = time.perf_counter()
    fleet = await asyncio.gather(*(_box(number, broker, gate) for number in range(boxes)))
    connected = time.perf_counter() - start
    start = time.perf_counter()
    for turn in range(5):
        for number, one in enumerate(fleet):
            one.publish(f"passerby/1/site/box{number}/report", encode(report, Form.JSON, f"store{number}", turn + 1))
        while any(one._client.want_write() or one._client._out_messages for one in fleet):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    published = time.perf_counter() - start
    memory = process.memory_info().rss
    await asyncio.gather(*(one.close() for one in fleet))
    return {
        "boxes": boxes,
        "connects_per_s": round(boxes / connected, 1),
        "reports_per_s": round(5 * boxes / published, 1),
        "broker_rss_mib": round(memory / 2**20, 1),
        "our_cpu_s": round(time.process_time(), 1),
    }


def storm(boxes: int, accepts: float, ours: bool, chance: random.Random) -> dict[str, float]:
    """When boxes come back after ten minutes' outage of a broker that accepts `accepts` connections a second.

    Everybody loses the broker at 0. Ours waits a full-jitter time; paho doubles 1..120 s without jitter.
    """
    pace = Pace()
    attempts: Counter[int] = Counter()
    queue: list[tuple[float, int]] = [(pace.jitter(1) if ours else 1.0, 1) for _ in range(boxes)]
    accepted: Counter[int] = Counter()
    back: list[float] = []
    while queue:
        later: list[tuple[float, int]] = []
        chance.shuffle(queue)
        for at, attempt in sorted(queue, key=lambda one: int(one[0])):
            second = int(at)
            if at >= OUTAGE_S:
                attempts[second] += 1
                if accepted[second] < accepts:
                    accepted[second] += 1
                    back.append(at - OUTAGE_S)
                    continue
            if at < HORIZON_S:
                later.append((at + (pace.jitter(attempt + 1) if ours else min(120.0, 2.0**attempt)), attempt + 1))
        queue = later
    back.sort()
    return {
        "peak_attempts_per_s": max(attempts.values()),
        "attempts_per_box": round(sum(attempts.values()) / boxes, 2),
        "recovered": round(len(back) / boxes, 4),
        "median_back_s": round(median(back), 1) if back else -1.0,
        "p99_back_s": round(back[int(0.99 * len(back)) - 1], 1) if len(back) >= 0.99 * boxes else -1.0,
    }


def main(argv: list[str]) -> int:
    """Exit 2 without mosquitto. The storm is a simulation; its peer is paho's own delay."""
    parser = argparse.ArgumentParser(prog="bench fleet")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--boxes", type=int, default=1000)
    options = parser.parse_args(argv)
    if PROGRAM is None:
        print("no mosquitto here: sudo apt install mosquitto")
        return 2
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        config = Path(folder) / "m.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_connections -1\nuser root\n")
        process = subprocess.Popen([PROGRAM, "-c", str(config)], stderr=subprocess.DEVNULL)
        time.sleep(1.0)
        try:
            broker = Broker.of_url(f"mqtt://127.0.0.1:{port}")
            load = asyncio.run(_load(options.boxes, broker, psutil.Process(process.pid)))
        finally:
            process.kill()
            process.wait()
    chance = random.Random(1)
    show(
        {
            **load,
            "storm_assumes": "30,000,000 boxes as 30,000; a broker that takes 90 (90,000) connections a second",
            "storm_ours": storm(30_000, 90, ours=True, chance=chance),
            "storm_paho_default": storm(30_000, 90, ours=False, chance=chance),
            "fleet_reports_per_s": 30_000_000 / 300,
        },
        options.json,
    )
    return 0
