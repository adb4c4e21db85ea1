"""`passerby ble survey` on a scripted kernel, and on a machine without Bluetooth."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.ble import survey, surveyed
from cli.main import main
from drivers.ble.host import Host
from drivers.ble.kernel import KernelSource
from drivers.ble.roster import Match
from drivers.ble.source import SourceName
from simulation.kernel import Kernel

VISITOR = "4a:00:00:00:00:01"
IPHONE = bytes.fromhex("02011a0aff4c0010050a1c2b3c4d")
BADGE = bytes.fromhex("0201061aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010002c5")


async def test_a_survey_says_how_the_radio_hears_what_kinds_how_loud_and_which_badges() -> None:
    kernel = Kernel()
    badges = [Match.parse("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0", "sales")]
    async with asyncio.TaskGroup() as tasks:

        async def advertise() -> None:
            while True:
                kernel.advert(VISITOR, IPHONE, rssi_dbm=-63)
                kernel.advert("c0:00:00:00:00:02", BADGE, rssi_dbm=-45)
                await asyncio.sleep(0.01)

        crowd = tasks.create_task(advertise(), name="crowd")
        (one,) = await surveyed(
            Host(kernel.connect, Path("/nowhere")),
            badges,
            1.0,
            sources={SourceName.MANAGEMENT: lambda: KernelSource(kernel.connect)},
        )
        crowd.cancel()
    kernel.close()
    assert (one["adapter"], one["source"], one["badges"]) == ("hci0", "management", {"sales": 1})
    levels, carriers, rate = one["rssi_dbm"], one["carriers"], one["adverts_per_second"]
    assert isinstance(levels, dict)
    assert isinstance(carriers, dict)
    assert isinstance(rate, float)
    assert (set(levels), set(carriers)) == ({"-70", "-50"}, {"beacon", "phone"})
    assert rate > 20
    said = json.dumps(one).lower()
    assert not any(word in said for word in ("4a:00", "4a0000", "c0:00", "e2c56db5"))


@pytest.mark.skipif(Path("/sys/class/bluetooth").exists(), reason="this machine has Bluetooth")
def test_without_a_radio_it_says_so_and_exits_3() -> None:
    result = CliRunner().invoke(main, ["ble", "survey", "--seconds", "1", "--json"])
    assert result.exit_code == 3
    (radio,) = json.loads(result.output)["radios"]
    assert radio["failed"] == "no_bluetooth"


def test_a_configuration_that_is_wrong_exits_2(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text("[box]\nsite = 3\n")
    result = CliRunner().invoke(survey, ["--config", str(tmp_path / "box.toml")])
    assert result.exit_code == 2
    assert "box.site" in result.output
