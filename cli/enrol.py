"""`passerby box`: what runs on a box, as root: it takes its seed, makes its key, gets and renews its certificate."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import cycle
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config.load import ConfigError
from config.load import parse as parse_config
from drivers.led.codes import blinks
from drivers.led.sysfs import Light, light
from provisioning import est, identity, places
from provisioning.seed import Seed, SeedError, configuration, read

CREDENTIALS = Path("/etc/credstore")
CONFIGURATION = Path("/etc/passerby")
LOOK_S = 5.0
EX_DATAERR, EX_TEMPFAIL, EX_CONFIG, NO_SEED = 65, 75, 78, 3

_credentials = click.option(
    "--credentials",
    type=click.Path(path_type=Path),
    default=CREDENTIALS,
    show_default=True,
    help="Of key and certificate.",
)
_configuration = click.option(
    "--configuration", type=click.Path(path_type=Path), default=CONFIGURATION, show_default=True, help="Of the box."
)


@click.group()
def box() -> None:
    """Provision this box, renew its certificate, show its code."""


@box.command()
@_configuration
def code(configuration: Path) -> None:
    """Print the code of a box that has no name yet.

    Exit status: 0.
    """
    click.echo(places.code_of(configuration))


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is nothing yet: the light's word, the exit status, the text, and seconds until it is worth a look."""

    word: str
    status: int
    text: str
    patience: float = 60.0


@box.command()
@click.option(
    "--from", "sources", multiple=True, help="A folder, or - for standard input; default: boot partition, stick."
)
@click.option("--wait", default=0.0, show_default=True, help="Seconds to try for.")
@_credentials
@_configuration
def provision(sources: tuple[str, ...], wait: float, credentials: Path, configuration: Path) -> None:
    """Turn a seed into this box's key, certificate and configuration.

    Without a place to enrol in the seed, the certificate request is left beside it as NAME.csr; put NAME.crt there.
    While it waits, the box's light blinks what is missing (the operators' table of words).

    Exit status: 0 done, 3 no seed, 65 the seed cannot be used, 75 no certificate yet (try again), 78 wrong sensors.
    """
    until, lamp, said = time.monotonic() + wait, light(), ""
    while (trouble := _trouble(sources, credentials, configuration)) is not None:
        left = until - time.monotonic()
        if trouble.status == NO_SEED and not said:
            _ask_for_a_seed(configuration)
        if trouble.text != said and (trouble.status != NO_SEED or left <= 0):
            click.echo(trouble.text, err=True)
        said = trouble.text
        if left <= 0:
            raise SystemExit(trouble.status)
        _blink(lamp, trouble.word, min(left, trouble.patience))
    if lamp is not None:
        lamp.give_back("default-on")


def _trouble(sources: tuple[str, ...], credentials: Path, configuration: Path) -> Trouble | None:
    """One attempt: what is in the way, or None when the box is provisioned."""
    try:
        with _seed(sources, configuration) as found:
            if isinstance(found, Trouble):
                return found
            _provision(*found, credentials, configuration)
    except SeedError as error:
        return Trouble("bad_seed", EX_DATAERR, str(error))
    except est.Refused as refusal:
        return Trouble("no_certificate", EX_TEMPFAIL, f"no certificate yet: {refusal}")
    except ConfigError as error:
        return Trouble("bad_sensors", EX_CONFIG, f"the seed's sensors: {error}")
    return None


def _ask_for_a_seed(configuration: Path) -> None:
    own = places.code_of(configuration)
    click.echo(f"this box waits for its seed; its code is {own[:4]}-{own[4:]}")
    click.echo("put box.toml on the boot partition or on a stick named PASSERBY, or type:")
    click.echo("  passerby box provision --from -")


def _blink(lamp: Light | None, word: str, seconds: float) -> None:
    """Show the word for so long, or only wait where there is no light."""
    until = time.monotonic() + seconds
    for on, lasting in cycle(blinks([word])):
        left = until - time.monotonic()
        if left <= 0:
            return
        if lamp is not None:
            with suppress(OSError):
                lamp.switch(on=on)
        time.sleep(min(lasting, left))


@contextmanager
def _seed(sources: tuple[str, ...], folder: Path) -> Iterator[tuple[Path | None, Seed] | Trouble]:
    if sources == ("-",):
        yield None, read(sys.stdin.read(), datetime.now(UTC))
        return
    with _stick() as stick:
        folders = [Path(source) for source in sources] or [*places.FOLDERS, *stick]
        found = places.found(folders, places.code_of(folder), datetime.now(UTC))
        yield found or Trouble("no_seed", NO_SEED, f"no seed in {', '.join(map(str, folders))}", LOOK_S)


@contextmanager
def _stick() -> Iterator[list[Path]]:
    """The stick, mounted for as long as the body; nothing where there is none."""
    device, folder = Path("/dev/disk/by-label") / places.STICK, Path("/run/passerby-stick")
    if not device.exists():
        yield []
        return
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["/bin/mount", "-o", "nosuid,nodev,noexec,sync", str(device), str(folder)], check=False)
    try:
        yield [folder] if done.returncode == 0 else []
    finally:
        if done.returncode == 0:
            subprocess.run(["/bin/umount", str(folder)], check=False)


def _provision(place: Path | None, seed: Seed, credentials: Path, folder: Path) -> None:
    parse_config(configuration(seed, credentials))
    key = identity.key_of(credentials)
    if seed.ca:
        identity.place(credentials / "passerby.ca", seed.ca.encode())
    if seed.broker.startswith("mqtts"):
        chain = _certificate(place, seed, key, credentials)
        identity.place(credentials / "passerby.crt", chain)
    if seed.enrol:
        identity.place(folder / "enrol", seed.enrol.encode())
    identity.place(folder / "config.toml", configuration(seed, credentials).encode())
    (folder / "config.toml").chmod(0o640)
    _own(folder / "config.toml")
    if place:
        _leave_record(place, seed, credentials)
    click.echo(f"{seed.site}/{seed.box}: provisioned")


def _certificate(place: Path | None, seed: Seed, key: ec.EllipticCurvePrivateKey, credentials: Path) -> bytes:
    request = identity.request(key, seed.box)
    if seed.enrol and seed.token:
        tls = est.context(credentials / "passerby.ca" if seed.ca else None)
        chain = est.enrol(seed.enrol, request, tls, user=seed.box, token=seed.token)
    else:
        chain = _by_file(place, seed, request)
    if not identity.matches(x509.load_pem_x509_certificates(chain)[0], key):
        raise est.Refused("the certificate is not this box's key's: sign the NAME.csr that this box has written")
    return chain


def _by_file(place: Path | None, seed: Seed, request: x509.CertificateSigningRequest) -> bytes:
    if place is None:
        raise est.Refused("the seed names no place to enrol, and there is no stick for a request")
    wanted, certificate = place.with_name(f"{seed.box}.csr"), place.with_name(f"{seed.box}.crt")
    if certificate.is_file():
        return certificate.read_bytes()
    wanted.write_bytes(request.public_bytes(serialization.Encoding.PEM))
    raise est.Refused(
        f"{wanted.name} is beside the seed: have it signed, put {certificate.name} beside it, start again"
    )


def _leave_record(place: Path, seed: Seed, credentials: Path) -> None:
    """What the technician's laptop reads back; and the token, which is spent, goes."""
    certificate = credentials / "passerby.crt"
    row = {"box": seed.box, "site": seed.site, "provisioned": datetime.now(UTC).isoformat(timespec="seconds")}
    if certificate.exists():
        row["certificate"] = sha256(certificate.read_bytes()).hexdigest()
    try:
        place.with_name(f"{seed.box}.born.json").write_text(json.dumps(row), encoding="utf-8")
        place.write_bytes(b"\0" * place.stat().st_size)
        place.unlink()
    except OSError as error:
        click.echo(f"{place}: {error.strerror}: its token is spent; delete it yourself", err=True)


def _own(file: Path) -> None:
    """Let the daemon read it; where there is no such user, as in a trial, it is left as it is."""
    import shutil

    try:
        shutil.chown(file, group="passerby")
    except (LookupError, PermissionError):
        click.echo(f"{file}: there is no group passerby here", err=True)


@box.command()
@click.option("--now", "at_once", is_flag=True, help="Even when it is not due.")
@_credentials
@_configuration
def renew(at_once: bool, credentials: Path, configuration: Path) -> None:
    """Renew the certificate when it is due.

    It is when two thirds of its life are over, plus a random part of a twentieth.

    Exit status: 0 renewed or not due, 75 refused (the old one stays; tried again tomorrow), 65 there is none.
    """
    certificate, key, place = credentials / "passerby.crt", credentials / "passerby.key", configuration / "enrol"
    if not certificate.exists() or not place.exists():
        _exit(EX_DATAERR, f"{certificate} or {place} is missing: this box was not enrolled; provision it")
    current = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    due = identity.renewal_at(current)
    if not at_once and datetime.now(UTC) < due:
        click.echo(f"not due before {due:%Y-%m-%d %H:%M} UTC")
        return
    ca = credentials / "passerby.ca"
    common_name = current.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    try:
        tls = est.context(ca if ca.exists() else None, certificate, key)
        own = identity.key_of(credentials)
        chain = est.renew(place.read_text(encoding="utf-8").strip(), identity.request(own, str(common_name)), tls)
        if not identity.matches(x509.load_pem_x509_certificates(chain)[0], own):
            raise est.Refused("the new certificate is not this key's")
    except (est.Refused, OSError) as refusal:
        _exit(EX_TEMPFAIL, f"not renewed: {refusal}; the old one is good until {current.not_valid_after_utc:%Y-%m-%d}")
    identity.place(certificate, chain)
    subprocess.run(
        ["/bin/systemctl", "--no-block", "try-restart", "passerby.service"], check=False, capture_output=True
    )
    click.echo("renewed")


def _exit(code: int, text: str) -> None:
    click.echo(text, err=True)
    raise SystemExit(code)
