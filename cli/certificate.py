"""`passerby certificate`: whether a certificate of accuracy is what a box signed, and its page on paper."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from commissioning.paper import paper, sentence
from events import Certificate
from mqtt.codec import CodecError, Form, decode, document
from provisioning.signing import SignatureError, check, public

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def certificate() -> None:
    """Check or print a certificate of accuracy.

    The commissioning page hands them out, and a box publishes them. FILE is the JSON document, or what a scan of
    the printed code gives.
    """


@certificate.command("check")
@_file
@click.option(
    "--of",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="PEM certificate or public key of the box that must have signed it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_(file: Path, of: Path | None, as_json: bool) -> None:
    """Check who signed the certificate in FILE.

    Exit status: 0 right, 1 changed, unsigned or another box's, 2 wrong usage.
    """
    shown = _read(file)
    try:
        signer = public(check(shown))
        if of is not None and signer != _public(of):
            raise SignatureError(f"key: not that of {of.name}, another box signed")
    except SignatureError as error:
        _tell({"valid": False, "problem": str(error)}, f"not valid: {error}", as_json)
        raise SystemExit(1) from None
    whose = "the key of --of" if of else "the key in the document; --of says whether it is the box's"
    text = f"valid: signed with {whose}\n{shown['line']} at {shown['site']}: {sentence(shown)}"
    _tell({"valid": True, "of": None if of is None else str(of), "certificate": shown}, text, as_json)


@certificate.command("print")
@_file
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The PDF; by default beside FILE.")
def print_(file: Path, out: Path | None) -> None:
    """Write the certificate in FILE as one page of PDF.

    Exit status: 0 written, 1 FILE is none, 2 wrong usage.
    """
    target = out or file.with_suffix(".pdf")
    target.write_bytes(paper(_read(file)))
    click.echo(f"wrote {target}")


def _read(file: Path) -> dict[str, Any]:
    try:
        (envelope,) = decode(Certificate, file.read_bytes(), Form.JSON)
    except CodecError as error:
        raise click.ClickException(f"{file}: no certificate: {error}") from None
    return document(envelope)


def _public(file: Path) -> str:
    content = file.read_bytes()
    with suppress(ValueError):
        certified = b"BEGIN CERTIFICATE" in content
        key = (
            x509.load_pem_x509_certificate(content).public_key()
            if certified
            else serialization.load_pem_public_key(content)
        )
        if isinstance(key, EllipticCurvePublicKey):
            return public(key)
    raise click.ClickException(f"{file}: neither a PEM certificate nor a PEM public key of a box (P-256)")


def _tell(shown: dict[str, Any], text: str, as_json: bool) -> None:
    click.echo(json.dumps(shown) if as_json else text)
