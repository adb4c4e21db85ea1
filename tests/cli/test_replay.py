"""`passerby replay` through a real broker, to a pipe, and against everything that can be wrong."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.replay import replay
from mqtt.judge import judge
from tests.mqtt.backend import Backend
from tests.mqtt.mosquitto import Mosquitto, free_port
from tests.mqtt.test_recording import BEGAN, day, line, report


def run(*argv: object) -> Result:
    return CliRunner().invoke(replay, [str(one) for one in argv])


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "day.jsonl.gz"
    more = b"\n".join(line("report", report(seq)) for seq in range(3, 300))
    file.write_bytes(gzip.compress(day() + b"\n" + more))
    return file


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path / "mosquitto")
    broker.start()
    yield broker
    broker.kill()


@pytest.mark.broker
def test_a_broker_gets_every_document_once_in_order_and_as_its_box_said_it(
    mosquitto: Mosquitto, recording: Path
) -> None:
    with Backend(mosquitto.port) as backend:
        done = run(recording, "--broker", f"mqtt://127.0.0.1:{mosquitto.port}", "--speed", 0)
        assert done.exit_code == 0, done.output
        assert backend.until(lambda: len(backend.of("report")) >= 299)
        assert backend.arrivals() == [("first", seq) for seq in range(1, 300)]
        assert len(backend.of("alert")) == 1
        assert backend.documents("state") == [{"state": "online", "session": 1}]
        assert backend.documents("report")[0]["start"] == BEGAN + 300
    with Backend(mosquitto.port) as late:
        assert late.until(lambda: bool(late.of("state")))
        assert all(retained for topic, _, retained in late.messages if topic.endswith("state"))


@pytest.mark.broker
def test_a_configuration_brings_its_certificates(mosquitto: Mosquitto, recording: Path, tmp_path: Path) -> None:
    tls = mosquitto.broker
    config = tmp_path / "box.toml"
    config.write_text(
        f'[mqtt]\nbroker = "mqtts://localhost:{tls.port}"\nca = "{tls.ca}"\n'
        f'certificate = "{tls.certificate}"\nkey = "{tls.key}"\n'
    )
    with Backend(mosquitto.port) as backend:
        done = run(recording, "--config", config, "--speed", 0, "--now")
        assert done.exit_code == 0, done.output
        assert backend.until(lambda: len(backend.of("report")) >= 299)
        assert {seq for _, seq in backend.arrivals()} == set(range(1, 300))
        assert backend.documents("report")[-1]["start"] > BEGAN - 10**9
        assert "first" not in {store for store, _ in backend.arrivals()}


def test_without_a_broker_it_is_the_same_recording(recording: Path) -> None:
    done = run(recording, "--speed", 0)
    assert done.exit_code == 0
    assert not judge(done.stdout.encode()).violations
    documents = [json.loads(one)["payload"] for one in done.stdout.splitlines()]
    assert documents[1] == report(1)
    assert len(documents) == 301


def test_what_is_wrong_is_said_with_its_exit_status(recording: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(day() + b"\n" + line("report", report(3, mac="02:c0:ff:ee:12:34")))
    done = run(bad)
    assert done.exit_code == 65
    assert "line 6: $.mac: not a field of Report" in done.output
    assert run(recording, "--broker", f"mqtt://127.0.0.1:{free_port()}").exit_code == 69
    done = run(recording, "--broker", "mqtt://example.org")
    assert done.exit_code == 78
    assert "write mqtts://" in done.output
    assert run(recording, "--broker", "mqtt://127.0.0.1", "--config", bad).exit_code == 2
