"""Codec throughput, and what a reader that reads 1,000 tags a second costs the whole way to the shelf's metric.

`python -m bench._frames READS_PER_S` is that reader: it prints its terminal's path and reads until its input ends.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from analytics.planogram import Planogram, parse
from analytics.shelf import Shelves
from bench._machine import timed
from drivers.base import Device
from drivers.rfid.codec import a0, chafon, thingmagic, yrm100
from drivers.rfid.codec.framing import Deframer, Framing
from drivers.rfid.driver import ReaderDriver
from privacy.tokens import Tokeniser
from simulation.reader.field import Field, stocked
from simulation.reader.thingmagic import ThingMagic
from simulation.reader.wire import plugged

FRAMES = 20_000
READS_PER_S = 1000
SECONDS = 5.0
RUNS = 5


def throughput() -> dict[str, object]:
    """Frames a second of each family, cut and decoded to tags on one core; the share of a core at 1,000 reads/s."""
    shares, reads = zip(*(asyncio.run(_share()) for _ in range(RUNS)), strict=True)
    return {
        "codec frames/s": {name: round(FRAMES / timed(_decode(*family))) for name, family in _families().items()},
        "share of a core (%)": round(100 * median(shares), 2),
        "at reads/s": round(median(reads)),
    }


def _families() -> dict[str, tuple[Framing[Any], Callable[[Any], object], bytes]]:
    """Each family's framing, what reads a tag of it, and a stream of so many frames as its emulator sends them."""
    epc = stocked(1, 1)[0].epc
    row = b"\x01\x01" + bytes((len(epc),)) + epc + b"\x60"
    body = bytes.fromhex("10001B01FF0101C4110E16400000012700000500000F0080") + b"\x30\x00" + epc + b"\xe9\x4a"
    frames: dict[str, tuple[Framing[Any], Callable[[Any], object], bytes]] = {
        "yrm100": (
            yrm100.Framing(),
            yrm100.tag,
            yrm100.encode(yrm100.Frame(yrm100.NOTICE, yrm100.POLL, b"\xc9\x30\x00" + epc + b"\x3a\x76")),
        ),
        "chafon": (
            chafon.Framing(),
            lambda reply: list(chafon.tags(reply, with_rssi=True)),
            chafon.encode(chafon.Reply(chafon.INVENTORY, chafon.MORE, row)),
        ),
        "a0": (a0.Framing(), a0.row, a0.encode(a0.Frame(a0.INVENTORY, b"\x14\x30\x00" + epc + b"\x40"))),
        "thingmagic": (
            thingmagic.Framing(),
            thingmagic.tag,
            thingmagic.encode(thingmagic.Reply(thingmagic.READ, thingmagic.OK, body)),
        ),
    }
    return frames


def _decode(framing: Framing[Any], interpret: Callable[[Any], object], frame: bytes) -> Callable[[], None]:
    stream = frame * FRAMES
    chunks = [stream[at : at + 4096] for at in range(0, len(stream), 4096)]

    def run() -> None:
        deframer: Deframer[Any] = Deframer(framing)
        count = 0
        for chunk in chunks:
            for found in deframer.feed(chunk):
                interpret(found)
                count += 1
        assert count == FRAMES

    return run


async def _share() -> tuple[float, float]:
    """CPU seconds a second of driver, tokeniser and shelf, and how many reads a second there really were."""
    items = stocked(40, 5, rate=0.9)
    plan = _plan([item.gtin for item in items])
    tokeniser = Tokeniser(skus=plan.skus)
    shelves = Shelves("bench", plan)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench._frames", str(READS_PER_S)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    path = (await child.stdout.readline()).decode().strip()
    device = Device.parse(f"serial:{path}?protocol=thingmagic&baud=115200&region=eu")
    reads, cpu, began, until = 0, time.process_time(), time.monotonic(), float("inf")
    async with ReaderDriver(device, name="bench", clock=Wall()).open() as inventories:
        async for inventory in inventories:
            if until == float("inf"):
                cpu, began, until = time.process_time(), time.monotonic(), time.monotonic() + SECONDS
                continue
            reads += sum(read.count for read in inventory.reads)
            shelves.feed(inventory.at, tokeniser.tokenise(inventory))
            if time.monotonic() >= until:
                break
        used, wall = time.process_time() - cpu, time.monotonic() - began
    child.stdin.close()
    await child.wait()
    return used / wall, reads / wall


class Wall:
    """The machine's clock."""

    def now(self) -> float:
        return time.monotonic()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))


def _plan(gtins: list[str]) -> Planogram:
    rows = "".join(f"{gtin},{gtin[8:13]},1\n" for gtin in dict.fromkeys(gtins))
    return parse(f"gtin,sku,antenna\n{rows}".encode())


async def _serve(reads_per_s: int) -> None:
    with plugged(ThingMagic(Field(stocked(40, 5, rate=0.9)), reads_per_s)) as wire:
        print(wire.path, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
