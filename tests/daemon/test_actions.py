"""What a backend may ask is done, answered, and done once however often the box restarts."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analytics.planogram import Planogram
from config import Config
from config.load import parse
from daemon.actions import Actions
from daemon.box import Box
from daemon.door import Door
from daemon.health import health
from daemon.lamp import Lamp
from drivers.led.sysfs import light
from events import Action, ActionKind, Code, Result
from mqtt.codec import Form, encode
from mqtt.outbox import Stats
from privacy.tokens import Preset, Tokeniser
from tests.daemon.test_reporter import NOON, Hands, Shop
from tests.drivers.led.test_sysfs import led


class Asked:
    """A box in a shop where one person came in, and what it is asked."""

    def __init__(self, folder: Path) -> None:
        config: Config = parse(f'[box]\nstate = "{folder}"')
        self.shop = Shop(Hands(NOON))
        self.shop.enter(10.0)
        self.box = Box(
            config,
            self.shop.clock,
            self.shop.reporter._gate,
            Tokeniser(Preset.STRICT),
            self.shop.reporter,
            ThreadPoolExecutor(1),
            [self.shop.vitals],
            Planogram(()),
            Door(config, self.shop.clock),
        )
        self.leds = folder / "leds"
        self.start()

    def start(self) -> None:
        """The daemon starts, perhaps again."""
        self.leds.mkdir(exist_ok=True)
        self.actions = Actions(self.box, lambda: health(self.box, 0.0, 0, Stats()), Lamp(light(leds=self.leds)))

    def ask(self, kind: ActionKind, number: str = "1") -> tuple[Result, str | None]:
        action = Action(id=Code(number), action=kind, expires=NOON + 3600)
        reply = self.actions.answer(encode(action, Form.JSON), retained=False)
        return reply.result, reply.reason


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


def test_an_action_is_done_once_whatever_restarts(asked: Asked) -> None:
    assert asked.ask(ActionKind.RESET_TOTALS) == (Result.DONE, None)
    asked.shop.enter(20.0)
    assert asked.ask(ActionKind.RESET_TOTALS) == (Result.REFUSED, "replayed")
    asked.start()
    assert asked.ask(ActionKind.RESET_TOTALS) == (Result.REFUSED, "replayed")
    asked.shop.reporter.close(100.0)
    assert asked.shop.counted()[0][1:] == (2, 1)


def test_an_action_whose_number_cannot_be_kept_is_not_done(asked: Asked, tmp_path: Path) -> None:
    (tmp_path / "actions.json.part").mkdir()
    assert asked.ask(ActionKind.RESET_TOTALS) == (Result.REFUSED, "disk")
    asked.shop.reporter.close(100.0)
    assert asked.shop.counted()[0][2] == 1


async def test_a_box_shows_which_one_it_is(asked: Asked) -> None:
    assert asked.ask(ActionKind.IDENTIFY, "1") == (Result.FAILED, "no_light")
    led(asked.leds)
    asked.start()
    assert asked.ask(ActionKind.IDENTIFY, "2") == (Result.DONE, None)
