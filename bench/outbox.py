"""The outbox: messages stored and drained a second, bytes written to the medium for each, at batches of 1 and 60."""

import argparse
import asyncio
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import psutil

from bench._machine import show
from mqtt.outbox import Put, open_outbox

PAYLOAD = b"x" * 90


async def _run(folder: Path, batch: int, count: int) -> dict[str, float]:
    put = Put("report", lambda store, seq: PAYLOAD)
    async with open_outbox(folder / f"{batch}.db", group_s=0.0 if batch == 1 else 1.0) as outbox:
        await asyncio.gather(*(outbox.put(put) for _ in range(64)))
        outbox.done(await outbox.batch(64))
        await asyncio.sleep(1.1)
        written = outbox.stats().written
        start = perf_counter()
        for _ in range(0, count, batch):
            puts = [asyncio.ensure_future(outbox.put(put)) for _ in range(batch)]
            await asyncio.sleep(0)
            if batch > 1:
                await outbox.again()
            await asyncio.gather(*puts)
        stored = perf_counter() - start
        start, left = perf_counter(), count
        while left:
            rows = await outbox.batch(batch)
            outbox.done(rows)
            left -= len(rows)
        await outbox.again()
        drained = perf_counter() - start
        await outbox.save(b"")
        return {
            "stored_per_s": count / stored,
            "drained_per_s": count / drained,
            "bytes_per_event": (outbox.stats().written - written) / count,
        }


async def _full(folder: Path, quota: int) -> dict[str, float]:
    put = Put("report", lambda store, seq: b"x" * 1000)
    async with open_outbox(folder / "full.db", quota=quota) as outbox:
        while outbox.stats().dropped == 0:
            await asyncio.gather(*(outbox.put(put) for _ in range(2048)))
        rows = outbox.stats().rows
    start = perf_counter()
    async with open_outbox(folder / "full.db", quota=quota) as outbox:
        opened = perf_counter() - start
        await outbox.batch(20)
        first = perf_counter() - start
    return {
        "rows": rows,
        "open_ms": 1000 * opened,
        "first_batch_ms": 1000 * first,
        "rss_mib": psutil.Process().memory_info().rss / 2**20,
    }


def main(argv: list[str]) -> int:
    """Five runs of each batch; the peer is the same SQLite committed one message at a time."""
    parser = argparse.ArgumentParser(prog="bench outbox")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--count", type=int, default=1200, help="messages of 90 bytes a run")
    parser.add_argument("--folder", type=Path, help="where to store; a temporary folder when absent")
    options = parser.parse_args(argv)
    figures: dict[str, object] = {"payload_bytes": len(PAYLOAD), "count": options.count}
    medians: dict[int, dict[str, float]] = {}
    for batch in (1, 60):
        runs = []
        for _ in range(5):
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                runs.append(asyncio.run(_run(Path(folder), batch, options.count)))
        medians[batch] = {name: round(median(run[name] for run in runs), 1) for name in runs[0]}
        figures[f"batch_{batch}"] = medians[batch]
    figures["ratio_bytes_1_to_60"] = round(medians[1]["bytes_per_event"] / max(1.0, medians[60]["bytes_per_event"]), 1)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        full = asyncio.run(_full(Path(folder), 64 << 20))
        figures["at_quota_64_mib"] = {name: round(value, 1) for name, value in full.items()}
    show(figures, options.json)
    return 0
