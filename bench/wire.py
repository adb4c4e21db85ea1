"""Bytes on the wire of a busy door with 3 lines, 6 zones and a queue: JSON, CBOR, windows alone and together."""

import argparse
import asyncio
import random
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import _metered
from bench._door import real_windows
from bench._machine import show
from events import ClockState, LineCount, Name, Quality, QueueCount, Report, Sensor, ZoneCount
from mqtt.codec import Envelope, Form, decode, encode, encode_many

WINDOWS = 29
DAY = 288
RECORDED = Path(__file__).with_name("door.jsonl")
_MQTT_AND_TLS = 53 + 27


def day(seed: int) -> list[Report]:
    """A day of 288 windows as a busy door sees it: counts follow the hour and chance."""
    chance = random.Random(seed)
    totals = {name: [0, 0] for name in ("front", "side", "stairs")}
    return [_window(n, chance, totals) for n in range(DAY)]


def _window(number: int, chance: random.Random, totals: dict[str, list[int]]) -> Report:
    busy = max(0.0, 1.0 - abs(number / 12 - 14.5) / 6.5)
    return Report(
        start=1_800_000_000 + 300 * number,
        seconds=300,
        clock=ClockState.SYNCED,
        epoch=1 + number,
        quality=(Quality(sensor=Sensor.CAMERA, name=Name("door"), seen=1.0),),
        lines=tuple(_line(name, busy, chance, total) for name, total in totals.items()),
        zones=tuple(_zone(f"zone{n}", busy, chance) for n in range(1, 7)),
        queues=(_queue(busy, chance),),
    )


def _some(busy: float, most: int, chance: random.Random) -> int:
    return round(chance.uniform(0.5, 1.0) * busy * most)


def _line(name: str, busy: float, chance: random.Random, total: list[int]) -> LineCount:
    inwards, out = _some(busy, 40, chance), _some(busy, 40, chance)
    total[0] += inwards
    total[1] += out
    return LineCount(line=Name(name), in_=inwards, out=out, day_in=total[0], day_out=total[1])


def _zone(name: str, busy: float, chance: random.Random) -> ZoneCount:
    views = _some(busy, 30, chance)
    enough = views >= 5
    return ZoneCount(
        zone=Name(name),
        views=views,
        stops=views // 3,
        occupancy_max=_some(busy, 8, chance),
        person_seconds=round(views * chance.uniform(8, 30), 1),
        dwell=tuple(_some(busy, 8, chance) for _ in range(8)) if enough else None,
    )


def _queue(busy: float, chance: random.Random) -> QueueCount:
    joined = _some(busy, 15, chance)
    return QueueCount(
        queue=Name("till"),
        joined=joined,
        served=max(0, joined - 1),
        abandoned=min(joined, 1),
        length_max=_some(busy, 6, chance),
        person_seconds=round(joined * chance.uniform(30, 90), 1),
        wait_median=round(chance.uniform(20, 90), 1) if joined >= 5 else None,
        wait_p90=round(chance.uniform(90, 200), 1) if joined >= 5 else None,
        waits=tuple(_some(busy, 5, chance) for _ in range(7)) if joined >= 5 else None,
    )


def sizes(windows: Sequence[Envelope]) -> dict[str, float]:
    """Bytes of some windows in each form; the peer is deflated JSON of the same windows."""
    jsons = [encode(one.event, Form.JSON, one.store, one.seq) for one in windows]
    together, peer = len(encode_many(windows)), len(zlib.compress(b"\n".join(jsons), 9))
    return {
        "windows": len(windows),
        "json_bytes": sum(map(len, jsons)),
        "columns_together_bytes": len(encode_many(windows, Form.COLUMNS)),
        "cbor_alone_bytes": sum(len(encode_many([one])) for one in windows),
        "cbor_together_bytes": together,
        "peer_deflated_json_bytes": peer,
        "ratio_to_peer": round(together / peer, 2),
    }


def counts_only(one: Envelope) -> Envelope:
    """A window with what lines, zones and the queue counted, and nothing about ways between zones."""
    assert isinstance(one.event, Report)
    return replace(one, event=replace(one.event, flows=(), routes=()))


def recorded() -> list[Envelope]:
    """29 windows of 300 s of a box in the simulated store, as `--real` got them."""
    return [decode(Report, line)[0] for line in RECORDED.read_bytes().splitlines()]


def main(argv: list[str]) -> int:
    """Bytes of 29 windows, recorded from a run or run anew, and of an invented day."""
    parser = argparse.ArgumentParser(prog="bench wire")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--real",
        action="store_true",
        help="run the box anew, at ten times real time; else a recorded run",
    )
    parser.add_argument("--seconds", type=int, default=300, help="of a window of that run; 300: 15 minutes, 60: 3")
    parser.add_argument("--day", action="store_true", help="also a recorded day of four sensors in CBOR")
    options = parser.parse_args(argv)
    door = asyncio.run(real_windows(WINDOWS, options.seconds)) if options.real else recorded()
    invented = [Envelope(report, "kq3x7m2a9d5f1h8j", 1000 + n) for n, report in enumerate(day(1))]
    json_day = sum(len(encode(one.event, Form.JSON, one.store, one.seq)) + _MQTT_AND_TLS for one in invented)
    figures: dict[str, object] = {
        "goals": {"json_bytes": 14 * 1024, "cbor_together_bytes": 4096, "day_bytes": 100_000},
        "three_lines_six_zones_a_queue": sizes([counts_only(one) for one in door]),
        "with_flows_and_routes": sizes(door),
        "invented_day_json_bytes": json_day,
        "invented_day_cbor_hourly_bytes": sum(
            len(encode_many(invented[n : n + 12])) + _MQTT_AND_TLS for n in range(0, DAY, 12)
        ),
    }
    if options.day:
        figures["day_of_four_sensors"] = _metered.figures(_metered.recorded(), asyncio.run(_metered.introduced()))
    show(figures, options.json)
    return 0
