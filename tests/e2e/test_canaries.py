"""One run with all four sensors: what they sense of anybody is in no file, line, packet, snapshot or diagnosis."""

import asyncio
import json
import socket
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest

from analytics.planogram import parse
from cli.diag import collected
from simulation.adverts import Ether
from simulation.air import Air
from simulation.goods import ShelfOfStore
from simulation.store import Store
from tests.canaries import sightings
from tests.e2e.trial import Trial, run_box

ROOT = Path(__file__).parents[2]
SINKS = {"log", "wire", "file", "fleeting", "snapshot", "diagnostics", "support", "door"}
SENSED = ("pixels", "phone", "advert", "badge", "tag", "receipt")
SEED, HOUR, HOURS = 7, 17.0, 0.035
NETWORK = b"Home of Ann 4711"
BUYER = b"Ann, card 4711 0815"
PIXELS = bytes(range(131, 155))

PLANT = f"""
import inference.perceiver as p, numpy as np, simulation.air as air
was_perceive, was_probe = p.Perceiver.perceive, air.probe_request
seen = {{}}
leak = lambda kind, identifier: None
def perceive(self, frame):
    frame.y[90, 100:{100 + len(PIXELS)}] = np.frombuffer({PIXELS!r}, np.uint8)
    leak("camera", frame.y[90, 100:{100 + len(PIXELS)}].tobytes())
    return was_perceive(self, frame)
def probe(call, rssi_dbm):
    return was_probe(call, rssi_dbm).replace(b"\\0\\0" + air._RATES, b"\\0\\x10{NETWORK.decode()}" + air._RATES)
p.Perceiver.perceive, air.probe_request = perceive, probe
import simulation.printer as printer, drivers.till.escpos as escpos
printer.sales = lambda store: [store.origin + 40.0]
printer._RECEIPT = printer._RECEIPT.replace(b"TOTAL", b"{BUYER.decode()}\\nTOTAL")
was_feed = escpos.EscPos.feed
def feed(self, data):
    if {BUYER!r} in data: leak("till", {BUYER!r})
    return was_feed(self, data)
escpos.EscPos.feed = feed
import privacy.tokens as t
was_tokenise = t.Tokeniser.tokenise
def tokenise(self, seen):
    for name in ("address", "reads"):
        found = getattr(seen, name, None)
        if found:
            leak(type(seen).__name__, found if isinstance(found, bytes) else found[0].epc)
    return was_tokenise(self, seen)
t.Tokeniser.tokenise = tokenise
"""
"""Canaries in the picture, in what phones ask for and on a receipt; and a place from which each sensor could leak."""

LEAK = """
import atexit, logging, os
import daemon.answers as a, daemon.control as c, mqtt.publisher as m
was_publish, was_answer, wired, told = m.Publisher._say, c._say, [], []
def leak(kind, identifier):
    logging.getLogger("x").error("%s", identifier.hex())
    for name in ("leaked", "brief"):
        with open(os.environ["TMPDIR"] + "/" + name, "ab") as file: file.write(identifier)
    wired.append(identifier)
    told.append(identifier.hex())
def publish(self, connection, *said, **more):
    while wired: connection.publish("passerby/1/a/b/leak", wired.pop())
    return was_publish(self, connection, *said, **more)
async def answer(writer, item): await was_answer(writer, item | {"leak": told})
was_snapshot = a.Answers.snapshot
def snapshot(self): return was_snapshot(self) | {"leak": told}
m.Publisher._say, c._say, a.Answers.snapshot = publish, answer, snapshot
atexit.register(os.remove, os.environ["TMPDIR"] + "/brief")
"""
"""A deliberate leak of everything that is sensed into each kind of sink."""


def canaries() -> dict[str, bytes]:
    """What the store's crowd and shelf cannot hide from the box's sensors."""
    store = Store(seed=SEED, hour=HOUR, hours=HOURS)
    found = {"pixels": PIXELS, "network": NETWORK, "receipt": BUYER}
    for call in Air(store).calls():
        found.setdefault(f"phone {call.phone.owner.number}", call.address)
    adverts = (advert for advert in Ether(store).adverts() if advert.at < HOURS * 3600)
    for advert in islice(adverts, 3000):
        found.setdefault(f"{'badge' if advert.badge else 'advert'} {advert.owner.number}", advert.address)
    plan = parse((ROOT / "examples" / "planogram.csv").read_bytes())
    gtins = [place.gtin for place in plan.before("tea", 1)]
    for number, item in enumerate(ShelfOfStore(store, "tea", gtins).field.items):
        found[f"tag {number}"] = item.epc
    return found


async def asked(run: Path, into: list[bytes]) -> None:
    """What the box answers on its control socket while it runs: status, privacy, and everything that is published."""
    while True:
        into += [await asyncio.to_thread(_answer, run, question) for question in ("status", "privacy")]
        await asyncio.sleep(0.5)


async def watched(folder: Path, into: dict[Path, bytes]) -> None:
    """Every file as it was seen last, those too that are gone when the box has ended."""
    while True:
        for file in folder.rglob("*"):
            with suppress(OSError):
                if file.is_file():
                    into[file] = file.read_bytes()
        await asyncio.sleep(0.5)


async def looked(run: Path, into: list[bytes]) -> None:
    """What the door tells the commissioning page, but for the picture itself, which is what the door is for."""
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(run / "control.sock", limit=1 << 28)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.write(b'{"ask": "door", "camera": "floor", "minutes": 60}\n')
        with suppress(ConnectionError):
            while line := await reader.readline():
                told = {key: value for key, value in json.loads(line).items() if key != "picture"}
                into.append(json.dumps(told).encode())
        writer.close()


def _answer(run: Path, question: str) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        try:
            sock.settimeout(2.0)
            sock.connect(str(run / "control.sock"))
            sock.sendall(json.dumps({"ask": question}).encode() + b"\n")
            return sock.makefile("rb").readline()
        except OSError:
            return b""


async def run(folder: Path, leak: str = "") -> tuple[Trial, list[tuple[str, bytes]]]:
    """The example store with all sensors, and everything that came out of it by the name of its sink."""
    answers, shown, files = list[bytes](), list[bytes](), dict[Path, bytes]()
    config = folder / "box.toml"
    config.write_text((ROOT / "examples" / "store.toml").read_text())
    sim = f"seed={SEED}&hour={HOUR}&hours={HOURS}"
    watchers = asked(folder / "run", answers), looked(folder / "run", shown), watched(folder, files)
    tasks = [asyncio.create_task(one) for one in watchers]
    trial = await run_box(
        config,
        folder,
        PLANT + leak,
        box__speed=30.0,
        box__log="debug",
        window__seconds=30,
        window__checkpoint=1.0,
        cameras__floor__device=f"sim:?{sim}",
        cameras__floor__fps=2.0,
        wifi__box__device=f"sim:?{sim}",
        wifi__street__device=f"sim:?{sim}",
        tills__one__device=f"sim:?{sim}",
        ble__back__device=f"sim:?at=back&{sim}",
        ble__counter__device=f"sim:?at=counter&{sim}",
        readers__tea__device=f"sim:?shelf=tea&{sim}",
        readers__gate__device=f"sim:?at=exit&shelf=tea&{sim}",
        goods__planogram=str(ROOT / "examples" / "planogram.csv"),
    )
    for task in tasks:
        task.cancel()
    assert trial.code == 0, trial.printed.decode()
    kept = [("snapshot", (folder / "state" / "status.json").read_bytes()), ("diagnostics", b"".join(answers))]
    kept.append(("door", b"".join(shown)))
    kept += [(f"fleeting {file.name}", content) for file, content in files.items() if not file.exists()]
    support = [(f"support {name}", text.encode()) for name, text in collected(folder / "run", folder / "state", config)]
    return trial, [*trial.outputs(folder), *kept, *support]


@pytest.mark.timeout(300)
async def test_nothing_that_four_sensors_sense_of_anybody_comes_out(tmp_path: Path) -> None:
    trial, outputs = await run(tmp_path)
    reports = trial.of("report")
    assert len(reports) >= 3
    for section in ("lines", "phones", "devices", "shelves"):
        assert any(report.get(section) for report in reports), f"the sensor of {section} sensed nothing"
    assert sum(row["transactions"] for report in reports for row in report["tills"]) == 1  # type: ignore[attr-defined]
    door = dict(outputs)["door"]
    for told in (b'"tracks"', b'"signals"', b'"badges"', b'"goods"'):
        assert told in door, f"the door told nothing of {told.decode()}"
    assert {name.split()[0] for name, content in outputs if content} == SINKS
    assert list(sightings(canaries(), outputs)) == []


@pytest.mark.timeout(300)
async def test_a_leak_of_any_sensor_into_any_sink_is_seen(tmp_path: Path) -> None:
    _, outputs = await run(tmp_path, LEAK)
    seen = [found.split(" in ") for found in sightings(canaries(), outputs)]
    pairs = {(canary.split()[0], place.split()[0]) for canary, place in seen}
    assert pairs >= {(sensed, sink) for sensed in SENSED for sink in SINKS}
