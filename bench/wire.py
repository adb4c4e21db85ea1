"""Bytes of a day on the wire: a busy door with 3 lines, 6 zones and a queue; JSON, CBOR, windows alone and together."""

import argparse
import asyncio
import random
import zlib
from collections.abc import Sequence
from dataclasses import replace

from bench import _metered
from bench._door import real_windows
from bench._machine import show
from events import ClockState, LineCount, Name, Quality, QueueCount, Report, Sensor, ZoneCount
from mqtt.codec import Envelope, Form, encode, encode_many

WINDOWS = 29
DAY = 288
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


def sizes(windows: Sequence[Envelope]) -> dict[str, int]:
    """Bytes of some windows in each form."""
    return {
        "windows": len(windows),
        "json": sum(len(encode(one.event, Form.JSON, one.store, one.seq)) for one in windows),
        "columns_together": len(encode_many(windows, Form.COLUMNS)),
        "cbor_alone": sum(len(encode_many([one])) for one in windows),
        "cbor_together": len(encode_many(windows)),
    }


def _of_places(one: Envelope) -> Envelope:
    """A window with what lines, zones and the queue counted, and nothing about ways between zones."""
    assert isinstance(one.event, Report)
    return replace(one, event=replace(one.event, flows=(), routes=()))


def main(argv: list[str]) -> int:
    """Bytes of the 29 busiest windows and of the day; the peer is deflated JSON of the same windows."""
    parser = argparse.ArgumentParser(prog="bench wire")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--real", action="store_true", help="also 29 windows of a box in the simulated store at ten times real time"
    )
    parser.add_argument("--seconds", type=int, default=300, help="of a real window; 300: 15 minutes, 60: 3")
    parser.add_argument("--day", action="store_true", help="also a day of four sensors in CBOR, from an hour's run")
    options = parser.parse_args(argv)
    reports = [Envelope(report, "kq3x7m2a9d5f1h8j", 1000 + n) for n, report in enumerate(day(1))]
    noon = reports[160 : 160 + WINDOWS]
    jsons = [encode(one.event, Form.JSON, one.store, one.seq) for one in reports]
    together = len(encode_many(noon))
    peer = len(zlib.compress(b"\n".join(jsons[160 : 160 + WINDOWS]), 9))
    hours = sum(len(encode_many(reports[n : n + 12])) + _MQTT_AND_TLS for n in range(0, DAY, 12))
    figures: dict[str, object] = {
        "windows": WINDOWS,
        "json_bytes": sum(map(len, jsons[160 : 160 + WINDOWS])),
        "json_columns_together_bytes": len(encode_many(noon, Form.COLUMNS)),
        "json_goal": 14 * 1024,
        "cbor_alone_bytes": sum(len(encode_many([one])) for one in noon),
        "cbor_together_bytes": together,
        "cbor_goal": 4096,
        "peer_deflated_json_bytes": peer,
        "ratio_to_peer": round(together / peer, 2),
        "day_json_with_overhead_bytes": sum(map(len, jsons)) + DAY * _MQTT_AND_TLS,
        "day_cbor_hourly_with_overhead_bytes": hours,
        "day_goal": 100_000,
    }
    if options.real:
        windows = asyncio.run(real_windows(WINDOWS, options.seconds))
        figures["real_run"] = sizes(windows)
        figures["real_run_without_flows_and_routes"] = sizes([_of_places(one) for one in windows])
    if options.day:
        figures["day_of_four_sensors"] = _metered.figures(asyncio.run(_metered.hours(1)))
    show(figures, options.json)
    return 0
