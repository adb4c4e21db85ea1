"""`passerby rfid survey` as a technician runs it, against a reader that is not there."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from analytics.shelf_survey import window_epochs
from simulation.reader.field import Field, stocked
from simulation.reader.thingmagic import ThingMagic
from simulation.reader.wire import Wire, plugged
from tests.analytics.goods import sku_of


async def survey(wire: Wire, *options: str, region: str = "&region=eu") -> tuple[int | None, str, str]:
    device = f"serial:{wire.path}?protocol=thingmagic&baud=115200&epoch_ms=200{region}"
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", "rfid", "survey", device, "--seconds", "3", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await child.communicate()
    return child.returncode, out.decode(), err.decode()


async def test_a_survey_names_goods_rates_and_windows_and_no_serial(tmp_path: Path) -> None:
    items = stocked(2, 3, rate=0.9)
    plan = tmp_path / "plan.csv"
    plan.write_text(f"gtin,sku,antenna\n{items[0].gtin},{sku_of(items[0].gtin)},1\n123,bad,1\n")
    with plugged(ThingMagic(Field(items))) as wire:
        code, out, err = await survey(wire, "--planogram", str(plan), "--json")
        table = await survey(wire)
    told = json.loads(out)
    assert (code, told["family"]) == (0, "thingmagic")
    assert "line 3" in err
    assert {(row["sku"], row["planned"], row["tags"]) for row in told["rows"]} == {
        (sku_of(items[0].gtin), True, 3),
        (items[3].gtin, False, 3),
    }
    assert all(0.5 < row["read_rate"] <= 1.0 and row["window_s"] > 0 for row in told["rows"])
    assert told["noise"]["frames"] > 10
    assert table[0] == 0
    assert items[0].gtin in table[1]
    assert not any(item.epc.hex() in (out + table[1]).lower() for item in items)


async def test_a_survey_that_is_ended_early_tells_what_it_heard() -> None:
    device = ThingMagic(Field(stocked(2, 3, rate=0.9)))
    with plugged(device) as wire:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli.main", "rfid", "survey", "--seconds", "600", "--json"),
            f"serial:{wire.path}?protocol=thingmagic&baud=115200&epoch_ms=200&region=eu",
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(200):
            if device.streaming:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.5)
        child.send_signal(signal.SIGINT)
        out, _ = await asyncio.wait_for(child.communicate(), 30)
        stopped = not device.streaming
    assert (child.returncode, stopped) == (0, True)
    assert sum(row["tags"] for row in json.loads(out)["rows"]) == 6


async def test_exit_codes_say_what_happened() -> None:
    with plugged(ThingMagic(Field([]))) as wire:
        assert (await survey(wire, "--json"))[0] == 1
        code, _, err = await survey(wire, region="")
        assert (code, "region" in err) == (2, True)
    code, out, err = await survey(wire, "--json")
    assert (code, json.loads(out)["failed"]) == (3, "absent")
    assert err == f"serial:{wire.path}: absent: the serial device is not plugged in\n"


@pytest.mark.parametrize(("rate", "epochs"), [(0.5, 32), (0.65, 21), (0.8, 14), (0.0, 689), (1.0, 8)])
def test_the_window_follows_the_read_rate(rate: float, epochs: int) -> None:
    assert window_epochs(rate, 200) == epochs
