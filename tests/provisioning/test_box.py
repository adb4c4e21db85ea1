"""From a seed to a configured box: by token over EST, by a request on a stick, by hand; and what goes wrong."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cli.enrol import box
from config.load import load
from drivers.led.sysfs import light
from provisioning import identity
from provisioning.places import code_of, found
from provisioning.seed import Seed, SeedError, fresh, random_name, read, write
from tests.drivers.led.test_sysfs import led
from tests.provisioning.authority import Est, est
from tests.rig.devices._kernel import eventually

SENSORS = '[cameras.door]\ndevice = "sim:"\nmodel = "simulated_people_320x180_int8"\n'
NOW = datetime.now(UTC)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Est]:
    with est(tmp_path / "ca") as running:
        yield running


class Bench:
    """A box that is not one: folders for its stick, its credentials and its configuration."""

    def __init__(self, folder: Path) -> None:
        self.stick, self.credentials, self.configuration = (folder / name for name in ("stick", "credstore", "etc"))
        self.stick.mkdir()

    def seed(self, seed: Seed) -> None:
        (self.stick / "box.toml").write_text(write(seed))

    def run(self, *command: str, stdin: str | None = None) -> Result:
        folders = ["--credentials", str(self.credentials), "--configuration", str(self.configuration)]
        return CliRunner().invoke(box, [*command, *folders], input=stdin)

    def provision(self) -> Result:
        return self.run("provision", "--from", str(self.stick))

    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.credentials / "passerby.crt").read_bytes())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def for_est(server: Est) -> Seed:
    more = {"enrol": server.url, "ca": server.authority.ca.read_text(), "sensors": SENSORS, "timezone": "Europe/Berlin"}
    seed = fresh("berlin-1", "mqtts://localhost:8883", more)
    assert seed.token
    server.tokens[seed.box] = seed.token
    return seed


def test_a_token_buys_a_certificate_once(bench: Bench, server: Est) -> None:
    seed = for_est(server)
    bench.seed(seed)
    done = bench.provision()
    assert done.exit_code == 0, done.output
    key = identity.key_of(bench.credentials)
    assert identity.matches(bench.certificate(), key)
    assert (bench.credentials / "passerby.key").stat().st_mode & 0o777 == 0o600
    config = load(bench.configuration / "config.toml")
    assert (config.box.site, config.box.id, config.box.timezone) == ("berlin-1", seed.box, "Europe/Berlin")
    assert (config.mqtt.key, config.mqtt.ca) == ("credential:passerby.key", "credential:passerby.ca")
    assert list(config.cameras) == ["door"]
    assert not (bench.stick / "box.toml").exists(), "its token is spent"
    everything = b"".join(file.read_bytes() for file in bench.configuration.rglob("*") if file.is_file())
    assert str(seed.token).encode() not in everything
    (born,) = bench.stick.glob("*.born.json")
    assert json.loads(born.read_text())["box"] == seed.box

    (bench.credentials / "passerby.crt").unlink()
    bench.seed(seed)
    again = bench.provision()
    assert again.exit_code == 75
    assert "the token is spent" in again.output


def test_the_key_survives_a_second_attempt(bench: Bench, server: Est) -> None:
    seed = for_est(server)
    bench.seed(seed)
    server.tokens.clear()
    assert bench.provision().exit_code == 75
    key = (bench.credentials / "passerby.key").read_bytes()
    server.tokens[seed.box] = str(seed.token)
    assert bench.provision().exit_code == 0
    assert (bench.credentials / "passerby.key").read_bytes() == key


def test_a_server_that_another_authority_vouches_for_is_not_asked(bench: Bench, server: Est, tmp_path: Path) -> None:
    from tests.mqtt.authority import Authority

    stranger = Authority(tmp_path / "stranger").ca.read_text()
    seed = for_est(server)
    bench.seed(seed.model_copy(update={"ca": stranger}))
    done = bench.provision()
    assert done.exit_code == 75
    assert "certificate verify failed" in done.output
    assert server.asked == []
    assert seed.box in server.tokens, "the token has not been shown"


def test_without_an_authority_online_a_request_is_left_on_the_stick(bench: Bench, server: Est) -> None:
    seed = fresh("kiel", "mqtts://localhost:8883", {"sensors": SENSORS})
    bench.seed(seed)
    first = bench.provision()
    assert first.exit_code == 75
    request = x509.load_pem_x509_csr((bench.stick / f"{seed.box}.csr").read_bytes())
    pem = server.sign(request).public_bytes(Encoding.PEM)
    (bench.stick / f"{seed.box}.crt").write_bytes(pem)
    assert bench.provision().exit_code == 0
    assert identity.matches(bench.certificate(), identity.key_of(bench.credentials))


def test_a_certificate_of_another_key_is_refused(bench: Bench, server: Est) -> None:
    seed = fresh("kiel", "mqtts://localhost:8883", {})
    bench.seed(seed)
    (bench.stick / f"{seed.box}.crt").write_bytes(server.authority.issue("other")[0].read_bytes())
    done = bench.provision()
    assert done.exit_code == 75
    assert "not this box's" in done.output
    assert not (bench.configuration / "config.toml").exists()


def test_a_seed_by_hand(bench: Bench) -> None:
    seed = fresh("kiel", "mqtt://127.0.0.1:1883", {"sensors": SENSORS})
    done = bench.run("provision", "--from", "-", stdin=write(seed))
    assert done.exit_code == 0, done.output
    assert load(bench.configuration / "config.toml").box.id == seed.box


def test_without_a_seed_the_box_shows_a_code_and_keeps_it(bench: Bench) -> None:
    done = bench.provision()
    assert done.exit_code == 3
    code = code_of(bench.configuration)
    assert f"its code is {code[:4]}-{code[4:]}" in done.output
    assert re.fullmatch("[A-Z2-7]{8}", code)
    assert bench.run("code").exit_code == 2, "it has no credentials"
    assert code_of(bench.configuration) == code


@pytest.mark.parametrize("text", ["", "version = 9\n", "x" * 300_000, "site = [", "\x00"])
def test_what_is_no_seed_is_refused_with_a_reason(text: str, bench: Bench) -> None:
    (bench.stick / "box.toml").write_text(text)
    done = bench.provision()
    assert done.exit_code == 65
    assert "box.toml" in done.output
    assert not bench.configuration.joinpath("config.toml").exists()


def test_wrong_sensors_are_refused_before_anything_is_made(bench: Bench) -> None:
    bench.seed(fresh("kiel", "mqtt://127.0.0.1", {"sensors": "[cameras.door]\nfps = -1\n"}))
    done = bench.provision()
    assert done.exit_code == 78
    assert "cameras.door.fps" in done.output
    assert not bench.credentials.exists()


def test_a_seed_ages_and_says_everything_that_is_wrong() -> None:
    seed = fresh("kiel", "mqtts://host", {"enrol": "https://ca"})
    with pytest.raises(SeedError, match="it is over"):
        read(write(seed), NOW + timedelta(days=15))
    text = write(seed).replace('"kiel"', '"kiel 1"').replace('"mqtts://host"', '"mqtt://host"')
    with pytest.raises(SeedError) as refused:
        read(text, NOW)
    assert "site = 'kiel 1'" in str(refused.value)
    assert "broker = 'mqtt://host'" in str(refused.value)
    short = write(seed).replace(str(seed.token), "short")
    with pytest.raises(SeedError) as refused:
        read(short, NOW)
    assert "short" not in str(refused.value).partition(";")[0], "a token is not shown"


def test_a_stick_for_many_boxes(tmp_path: Path) -> None:
    (tmp_path / "passerby").mkdir()
    seeds = {code: fresh("shop", "mqtts://host", {"code": code}) for code in ("AAAABBBB", "CCCCDDDD")}
    for code, seed in seeds.items():
        (tmp_path / "passerby" / f"{code}.toml").write_text(write(seed))
    picked = found([tmp_path], "CCCCDDDD", NOW)
    assert picked
    assert picked[1] == seeds["CCCCDDDD"]
    assert found([tmp_path], "EEEEFFFF", NOW) is None
    for name in ("one", "two"):
        (tmp_path / "passerby" / f"{name}.toml").write_text(write(fresh("shop", "mqtts://host", {})))
    with pytest.raises(SeedError, match="2 seeds and none with code EEEEFFFF"):
        found([tmp_path], "EEEEFFFF", NOW)


def test_a_waiting_box_blinks_what_is_missing_until_it_has_it(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamp, seen = led(tmp_path), []
    monkeypatch.setattr("cli.enrol.light", partial(light, leds=tmp_path))
    monkeypatch.setattr("cli.enrol.LOOK_S", 0.2)
    waiting = Thread(target=lambda: seen.append(bench.run("provision", "--from", str(bench.stick), "--wait", "20")))
    waiting.start()
    eventually("it blinks", lambda: (lamp / "brightness").read_text() == "255", 10)
    assert (lamp / "trigger").read_text() == "none"
    bench.seed(fresh("shop", "mqtt://127.0.0.1", {"sensors": SENSORS}))
    waiting.join(10)
    assert seen[0].exit_code == 0, seen[0].output
    assert seen[0].output.count("this box waits for its seed; its code is") == 1
    assert (lamp / "trigger").read_text() == "default-on"


def test_what_is_wrong_with_a_seed_is_said_once_and_blinked(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("cli.enrol._blink", lambda lamp, word, seconds: shown.append(word))
    (bench.stick / "box.toml").write_text("site = 1")
    done = bench.run("provision", "--from", str(bench.stick), "--wait", "0.05")
    assert done.exit_code == 65
    assert done.output.count("site = 1:") == 1
    assert set(shown) == {"bad_seed"}


def test_names_are_random() -> None:
    names = {random_name() for _ in range(100)}
    assert len(names) == 100
    assert {len(name) for name in names} == {16}


def test_a_certificate_is_renewed_when_it_is_due(bench: Bench, server: Est) -> None:
    bench.seed(for_est(server))
    assert bench.provision().exit_code == 0
    old = bench.certificate()
    early = bench.run("renew")
    assert early.exit_code == 0
    assert "not due before" in early.output
    place = bench.configuration / "enrol"
    place.write_text(place.read_text() + "\n")  # as an editor leaves it
    done = bench.run("renew", "--now")
    assert (done.exit_code, done.output) == (0, "renewed\n")
    assert bench.certificate().serial_number != old.serial_number
    assert [path.rpartition("/")[2] for path in server.asked] == ["simpleenroll", "simplereenroll"]


def test_a_renewal_that_fails_keeps_the_old_certificate(bench: Bench, server: Est) -> None:
    bench.seed(for_est(server))
    assert bench.provision().exit_code == 0
    old = (bench.credentials / "passerby.crt").read_bytes()
    (bench.configuration / "enrol").write_text("https://localhost:9")
    done = bench.run("renew", "--now")
    assert done.exit_code == 75
    assert "the old one is good until" in done.output
    assert (bench.credentials / "passerby.crt").read_bytes() == old


def test_renewals_begin_after_two_thirds_and_are_spread(server: Est, tmp_path: Path) -> None:
    request = identity.request(identity.key_of(tmp_path), "box")
    shares = []
    for _ in range(60):
        certificate = server.sign(request)
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        shares.append((identity.renewal_at(certificate) - begins) / (ends - begins))
        assert identity.renewal_at(certificate) == identity.renewal_at(certificate)
    assert 2 / 3 <= min(shares) < max(shares) <= 2 / 3 + 1 / 20
    assert max(shares) - min(shares) > 0.02
