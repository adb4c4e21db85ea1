"""python -m bench ble: an advert's cost, errors of occupancy and of staff at a door, how soon a dead radio is noticed.

`--rig` runs the part that needs a real kernel and bluetoothd in the virtual machine first (minutes); without it the
figures of the last such run are shown.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import mean, median

from analytics.devices import Devices
from bench._ble_failures import failures
from bench._crowd import adverts, inside, phones
from bench._machine import show
from bench._passages import passages
from drivers.base import Device
from drivers.ble.driver import BleDriver
from drivers.ble.host import Host
from drivers.ble.kernel import KernelSource
from drivers.ble.roster import Match
from drivers.ble.source import Adapter, Heard, SourceName
from observations import DeviceSighting
from privacy.tokens import Tokeniser
from simulation.kernel import Kernel
from tests.fakes.clock import FastClock
from tests.fakes.org_bluez import private_bus

TREE = Path(__file__).parents[1]
RIG_TESTS = [f"tests/drivers/ble/{name}.py" for name in ("test_rig", "test_rig_adapters")]
WINDOW = 300.0
RUNS = 5
BATCH, BATCHES = 100, 100
IPHONE = bytes.fromhex("02011a0aff4c0010050a1c2b3c4d")
UUID = "e2c56db5-dffb-48d2-b060-d0f5a71096e0"
IRKS = [f"irk:{number:032x}" for number in range(1, 11)]
HCI0 = Adapter(0, bytes(6), True)

Errors = list[tuple[float, float]]
"""Each window's error and the truth that it is an error of, in devices."""


def main(argv: list[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench ble", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rig", action="store_true", help="measure in the virtual machine first")
    parsed = parser.parse_args(argv)
    if parsed.rig:
        subprocess.run([sys.executable, "-m", "tests.rig", "test", *RIG_TESTS], check=False)
    show(
        {
            "cost": asyncio.run(cost()),
            "crowds": {"note": "simulation, not accuracy on people", **{str(n): crowd(n) for n in (5, 20, 80)}},
            "staff_at_the_door": {
                "note": "simulation; lost to a body: at most so many dB",
                **{f"{body_db:g}_db": passages(body_db) for body_db in (0.0, 9.0, 15.0)},
            },
            "failures": asyncio.run(failures()),
            "rig": _rig(),
        },
        parsed.json,
    )
    return 0


def _rig() -> object:
    results = TREE / "build" / "rig" / "ble.json"
    if not results.exists():
        return "not measured here: python -m bench ble --rig"
    return json.loads(results.read_text(encoding="utf-8"))


# -- what one advert costs


async def cost() -> dict[str, object]:
    """CPU of one advert from the socket to the count, and how many of them 5 % of a core carries; bleak beside it."""
    ours = median([await _kernel_cost() for _ in range(RUNS)])
    with tempfile.TemporaryDirectory(prefix="ble") as folder:
        async with private_bus(Path(folder)) as bus:
            peers = median([await _bleak_cost(bus.address) for _ in range(RUNS)])
    return {
        "microseconds_per_advert": round(1e6 * ours, 2),
        "adverts_per_second_at_5_percent": round(0.05 / ours),
        "bleak_microseconds_per_advert": round(1e6 * peers, 2),
        "bleak_adverts_per_second_at_5_percent": round(0.05 / peers),
        "ratio": round(peers / ours, 1),
        "of": "ours: socket, parser, 10 beacon and 10 rotating badges, token, count; bleak: its callback alone",
    }


async def _kernel_cost() -> float:
    kernel = Kernel()
    badges = [Match.parse(f"ibeacon:{UUID}/{n}", "sales") for n in range(10)] + [Match.parse(k, "sales") for k in IRKS]
    driver = BleDriver(
        Device.parse("hci:0"),
        name="bench",
        clock=FastClock(),
        badges=badges,
        host=Host(kernel.connect, Path("/nowhere")),
        sources={SourceName.MANAGEMENT: lambda: KernelSource(kernel.connect)},
        probe_s=0.0,
    )
    tokeniser, devices, spent, counted = Tokeniser(), Devices("bench"), 0.0, 0
    async with driver.open() as heard:
        for batch in range(BATCHES):
            for number in range(BATCH):
                kernel.advert(f"4a:00:00:00:{batch % 4:02x}:{number % 256:02x}", IPHONE)
            before = time.process_time()
            for _ in range(BATCH):
                advert = await anext(heard)
                sighting = tokeniser.tokenise(advert)
                if isinstance(sighting, DeviceSighting):
                    devices.feed(advert.at, sighting)
                    counted += 1
            spent += time.process_time() - before
    kernel.close()
    assert counted == BATCH * BATCHES
    return spent / counted


_FLOOD = """
import asyncio, sys
from tests.fakes.org_bluez import FakeBluez
async def main():
    async with FakeBluez.run(sys.argv[1]) as bluez:
        print("ready", flush=True)
        while not bluez.discovering:
            await asyncio.sleep(0.01)
        for n in range(int(sys.argv[2])):
            await bluez.advert(f"4A:00:00:00:00:{n % 100:02X}", bytes.fromhex(sys.argv[3]), rssi_dbm=-40 - n % 50)
            await asyncio.sleep(0.01 if n % 20 == 0 else 0)
        await asyncio.sleep(2)
asyncio.run(main())
"""


async def _bleak_cost(address: str) -> float:
    from drivers.ble.bluez import BluezSource

    many, heard, done = 2000, 0, asyncio.Event()

    def hear(_: Heard) -> None:
        nonlocal heard
        heard += 1
        if heard >= many:
            done.set()

    command = [sys.executable, "-c", _FLOOD, address, str(many), IPHONE.hex()]
    bluez = await asyncio.create_subprocess_exec(*command, cwd=TREE, stdout=asyncio.subprocess.PIPE)
    assert bluez.stdout is not None
    assert await bluez.stdout.readline() == b"ready\n"
    async with BluezSource("active").listen(HCI0, hear, lambda error: None):
        before = time.process_time()
        async with asyncio.timeout(60):
            await done.wait()
        spent = time.process_time() - before
    await bluez.wait()
    return spent / many


# -- how wrong the count is, on crowds that are simulated


def crowd(size: int) -> dict[str, object]:
    """Mean absolute error against the phones inside, beside counting the addresses of each window."""
    ours: Errors = []
    naive: Errors = []
    hours: list[float] = []
    for seed in range(RUNS):
        draw = Random(f"{size}/{seed}")
        there = phones(size, draw)
        devices, addresses, everyone = Devices("bench"), set[int](), set[int]()
        window = 0.0
        for at, address, rssi_dbm in adverts(there, draw):
            while at >= window + WINDOW:
                _judge(devices, addresses, inside(there, window, window + WINDOW), window, ours, naive)
                window += WINDOW
            devices.feed(at, DeviceSighting(at, "bench", 0, address, 0, rssi_dbm, True))
            if rssi_dbm >= -82:
                addresses.add(address)
                everyone.add(address)
        visitors = sum(phone.inside and phone.end > 0 for phone in there)
        hours.append(len(everyone) / visitors)
    return {
        "occupancy_error_devices": round(mean(abs(e) for e, _ in ours), 2),
        "occupancy_error_percent": round(100 * mean(abs(e) / truth for e, truth in ours), 1),
        "occupancy_bias_percent": round(100 * mean(e / truth for e, truth in ours), 1),
        "naive_addresses_error_percent": round(100 * mean(abs(e) / truth for e, truth in naive), 1),
        "naive_addresses_of_an_hour_over_visitors": round(mean(hours), 2),
    }


def _judge(devices: Devices, addresses: set[int], truth: float, window: float, ours: Errors, naive: Errors) -> None:
    (tally,) = devices.tallies(window, window + WINDOW)
    occupancy = tally.values["occupancy"]
    if window > 0 and truth > 0.5 and isinstance(occupancy, float):
        ours.append((occupancy - truth, truth))
        naive.append((len(addresses) - truth, truth))
    devices.restart(window + WINDOW)
    addresses.clear()
