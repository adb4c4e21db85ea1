"""Goods end to end: an emulated reader on a terminal, a till on loopback, a box beside them, a broker behind it."""

import asyncio
import os
from pathlib import Path

import pytest

from simulation.reader.field import Field, stocked
from simulation.reader.thingmagic import ThingMagic
from simulation.reader.wire import plugged
from tests.e2e.trial import run_box

CONFIG = """
[window]
seconds = 10

[goods]
planogram = "{plan}"

[readers.wall]
device = "serial:{reader}?protocol=thingmagic&baud=115200&region=eu&epoch_ms=250"

[tills.front]
device = "till-tcp:127.0.0.1:{port}"
mode = "text"
end = "^thank you"
"""


def canaries(epc: bytes) -> list[bytes]:
    """A serial in the shapes in which it could leak."""
    text = epc.hex()
    return [epc, text.encode(), text.upper().encode(), str(int.from_bytes(epc, "big")).encode(), epc[::-1]]


@pytest.mark.timeout(120)
async def test_goods_and_sales_are_told_and_no_serial_is(tmp_path: Path) -> None:
    items = stocked(3, 4, rate=0.9)
    guest = stocked(1, 1, antenna=9, rate=0.9)
    for item in guest:
        item.antenna = 1
    plan = tmp_path / "planogram.csv"
    rows = dict.fromkeys(item.gtin for item in items)
    plan.write_text("gtin;sku;antenna;shelf\n" + "".join(f"{gtin};{gtin[8:13]};1;wall\n" for gtin in rows))
    port = 20_000 + os.getpid() % 20_000
    field = Field([*items, *guest])
    with plugged(ThingMagic(field)) as wire:
        config = tmp_path / "goods.toml"
        config.write_text(CONFIG.format(plan=plan, reader=wire.path, port=port))
        loop = asyncio.get_running_loop()
        loop.call_later(13, lambda: field.take(items[5], loop.time()))
        async with asyncio.TaskGroup() as group:
            buying = group.create_task(buy(port))
            trial = await run_box(config, tmp_path, "", 43.0)
            buying.cancel()
    assert trial.code == 0, trial.printed.decode()
    rows_told = [row for report in trial.of("report") for row in report.get("shelves", [])]  # type: ignore[attr-defined]
    assert {row["sku"] for row in rows_told} == {gtin[8:13] for gtin in rows}
    assert sum(row["picked"] for row in rows_told) == 1
    last = [row["stock"] for row in rows_told if row["sku"] == items[5].gtin[8:13]][-1]
    assert last == 3
    sold = [row["transactions"] for report in trial.of("report") for row in report["tills"]]  # type: ignore[attr-defined]
    assert sum(sold) == 2
    left = trial.sent + trial.printed + b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert [item for item in [*items, *guest] for shape in canaries(item.epc) if shape in left] == []
    assert b"secret milk" not in left


async def buy(port: int) -> None:
    """Two receipts, once the till is listened to."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except OSError:
            await asyncio.sleep(0.2)
    try:
        for _ in range(2):
            await asyncio.sleep(4)
            writer.write(b"secret milk 1.20\nTHANK YOU\n")
        await asyncio.sleep(60)
    finally:
        writer.close()
