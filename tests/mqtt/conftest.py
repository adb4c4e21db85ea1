"""Real brokers for the tests that are marked `broker`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mqtt.backend import Backend
from tests.mqtt.mosquitto import Mosquitto


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running mosquitto with mutual TLS."""
    broker = Mosquitto(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def backend(mosquitto: Mosquitto) -> Iterator[Backend]:
    """A subscriber to everything."""
    with Backend(mosquitto.port) as subscriber:
        yield subscriber
