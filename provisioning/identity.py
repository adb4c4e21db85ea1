"""The box's key, made on the box and never leaving it, and what is asked of an authority with it."""

import os
import random
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SHARE = 2 / 3
JITTER = 1 / 20
"""Of a certificate's life: when it is renewed, and how much later at most, so that a fleet does not ask at once."""


def key_of(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The key of `folder`, made when there is none: P-256, in a file that only its owner reads. Raises OSError."""
    file = folder / "passerby.key"
    if file.exists():
        key = serialization.load_pem_private_key(file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    place(file, pem)
    return key


def request(key: ec.EllipticCurvePrivateKey, box: str) -> x509.CertificateSigningRequest:
    """A certificate signing request for a box's name."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, box)])
    return x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())


def place(file: Path, content: bytes) -> None:
    """Write a secret whole or not at all, readable by its owner only, and on the medium before this returns."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)


def matches(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bool:
    """Whether the certificate is this key's."""
    return certificate.public_key() == key.public_key()


def renewal_at(certificate: x509.Certificate) -> datetime:
    """When the certificate is to be renewed: the same moment at every look, another for every certificate."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    spread = random.Random(certificate.serial_number).random() * JITTER
    return begins + (ends - begins) * (SHARE + spread)


def life_left(certificate: x509.Certificate, now: datetime) -> timedelta:
    """How long it is still good for."""
    return certificate.not_valid_after_utc - now
