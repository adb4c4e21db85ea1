"""The light follows what is wrong, flickers when asked, and is the kernel's again afterwards."""

import asyncio
from pathlib import Path

from daemon.lamp import Lamp
from drivers.led.codes import FLICKER, STEADY, Step, blinks
from drivers.led.sysfs import light
from tests.drivers.led.test_sysfs import led


class Watcher:
    """Looks at the light whenever the lamp sleeps, and lets it sleep no longer than that."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "brightness"
        self.seen: list[Step] = []

    async def sleep(self, seconds: float) -> None:
        self.seen.append(Step(self._file.read_text() != "0", seconds))
        await asyncio.sleep(0)

    async def shows(self, round_: tuple[Step, ...]) -> bool:
        """Whether these steps come next, after what is being shown still."""
        self.seen.clear()
        while len(self.seen) < 60:  # noqa: ASYNC110 - as many steps as it takes
            await asyncio.sleep(0)
        steps = self.seen
        return any(tuple(steps[at : at + len(round_)]) == round_ for at in range(len(steps) - len(round_)))


async def test_it_shows_what_is_wrong_and_is_given_back(tmp_path: Path) -> None:
    folder, wrong = led(tmp_path), list[str]()
    watcher = Watcher(folder)
    lamp = Lamp(light(leds=tmp_path), watcher.sleep)
    task = asyncio.create_task(lamp.run(lambda: wrong))
    assert await watcher.shows(STEADY * 3)
    wrong += ["gone", "too_hot"]
    assert await watcher.shows(blinks(wrong))
    assert lamp.identify()
    assert await watcher.shows(FLICKER * 2)
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
    await asyncio.wait_for(lamp.run(list), 5.0)
    assert not lamp.identify()
