"""Enrolment over secure transport (RFC 7030): a one-time token buys the first certificate, each buys the next."""

import base64
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

WAIT_S = 30.0
LARGEST = 64 * 1024
ENROL, RENEW = "simpleenroll", "simplereenroll"


class Refused(Exception):
    """The authority does not give a certificate; the text says why and what to do."""


def context(ca: Path | None, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
    """TLS that trusts `ca` alone, or the system's authorities; with a certificate it is mutual. Raises OSError."""
    made = ssl.create_default_context(cafile=ca)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        made.load_cert_chain(certificate, key)
    return made


def enrol(url: str, request: x509.CertificateSigningRequest, tls: ssl.SSLContext, *, user: str, token: str) -> bytes:
    """The first certificate and its chain (PEM), for a token that is good once. Raises Refused."""
    credentials = base64.b64encode(f"{user}:{token}".encode()).decode()
    return _asked(f"{_base(url)}/{ENROL}", request, tls, {"Authorization": f"Basic {credentials}"})


def renew(url: str, request: x509.CertificateSigningRequest, tls: ssl.SSLContext) -> bytes:
    """The next certificate and its chain (PEM), for the one that `tls` shows. Raises Refused."""
    return _asked(f"{_base(url)}/{RENEW}", request, tls, {})


def _base(url: str) -> str:
    if not url.startswith("https://"):
        raise Refused(f"{url!r} is not encrypted: write https://")
    return url.rstrip("/") if "/.well-known/est" in url else f"{url.rstrip('/')}/.well-known/est"


def _asked(url: str, request: x509.CertificateSigningRequest, tls: ssl.SSLContext, headers: dict[str, str]) -> bytes:
    body = base64.encodebytes(request.public_bytes(serialization.Encoding.DER))
    headers |= {"Content-Type": "application/pkcs10", "Content-Transfer-Encoding": "base64"}
    asked = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - _base has checked the scheme
    try:
        with urllib.request.urlopen(asked, timeout=WAIT_S, context=tls) as answer:  # noqa: S310
            if answer.status == 202:
                raise Refused("the authority wants a person to approve: it is asked again later")
            content = answer.read(LARGEST)
    except urllib.error.HTTPError as error:
        error.close()
        remedy = "the token is spent or wrong: make a new seed" if error.code in (401, 403) else "see its log"
        raise Refused(f"the authority answers {error.code}: {remedy}") from None
    except urllib.error.URLError as error:
        why = getattr(error.reason, "strerror", None) or error.reason
        raise Refused(f"the authority cannot be reached: {why}: check network, clock and enrol") from None
    except OSError as error:
        raise Refused(f"the authority does not answer: {error}") from None
    return chain(content)


def chain(content: bytes) -> bytes:
    """PEM of the certificates in an answer (base64 of certs-only PKCS #7). Raises Refused."""
    try:
        found = pkcs7.load_der_pkcs7_certificates(base64.b64decode(content))
    except ValueError:
        raise Refused("the authority's answer holds no certificate: is enrol an EST server?") from None
    if not found:
        raise Refused("the authority's answer holds no certificate: see its log")
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in found)
