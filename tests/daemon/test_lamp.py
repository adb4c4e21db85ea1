"""The light follows what is wrong, flickers when asked, and is the kernel's again afterwards."""

import asyncio
from pathlib import Path

from daemon.lamp import Lamp
from drivers.led.sysfs import light
from tests.drivers.led.test_sysfs import led


async def watched(folder: Path, seconds: float) -> str:
    """What the light did, looked at every 20 ms: # on, . off."""
    seen = []
    for _ in range(int(seconds / 0.02)):
        await asyncio.sleep(0.02)
        seen.append("." if (folder / "brightness").read_text() == "0" else "#")
    return "".join(seen)


def flashes(seen: str) -> int:
    return len([run for run in seen.split(".") if run])


async def test_it_shows_what_is_wrong_and_is_given_back(tmp_path: Path) -> None:
    folder, wrong = led(tmp_path), list[str]()
    lamp = Lamp(light(leds=tmp_path))
    task = asyncio.create_task(lamp.run(lambda: wrong))
    assert "." not in (await watched(folder, 0.3))[2:], "steady: nothing is wrong"
    wrong.append("gone")
    await asyncio.sleep(0.9)
    assert flashes(await watched(folder, 4.2)) in (3, 4), "2-1 in a round of 4.6 s"
    assert lamp.identify()
    await asyncio.sleep(0.6)
    assert flashes(await watched(folder, 1.0)) >= 4
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (folder / "trigger").read_text() == "mmc0"


async def test_no_light_and_an_unplugged_one_harm_nobody(tmp_path: Path) -> None:
    dark = Lamp(None)
    await dark.run(list)
    assert not dark.identify()
    folder = led(tmp_path)
    lamp = Lamp(light(leds=tmp_path))
    (folder / "brightness").unlink()
    (folder / "brightness").mkdir()
    await asyncio.wait_for(lamp.run(list), 1.0)
    assert not lamp.identify()
