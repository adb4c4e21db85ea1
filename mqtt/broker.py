"""Where the broker is and how it is trusted; there is no way to switch off its verification."""

import os
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

CREDENTIAL = "credential:"
DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker as configured. Without TLS it must be on the box itself: `of_url` refuses anything else.

    `five` False says that it is known not to speak MQTT 5, which saves finding out.
    """

    host: str
    port: int
    tls: bool
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    keepalive: int = 60
    session_expiry: int = 86_400
    five: bool = True

    @classmethod
    def of_url(
        cls,
        url: str,
        *,
        ca: Path | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
        keepalive: int = 60,
        five: bool = True,
    ) -> "Broker":
        """The broker at mqtts://host[:port], or mqtt:// on this machine. Raises ValueError with the remedy."""
        parts = urlsplit(url)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            raise ValueError(f"{url!r} is no broker: write mqtts://host:8883")
        if parts.username or parts.password:
            raise ValueError("a broker's address has no password in it: boxes are known by their certificates")
        if parts.scheme == "mqtt" and not _is_here(parts.hostname):
            raise ValueError(f"{url!r} is not encrypted and not on this machine: write mqtts://")
        if bool(certificate) is not bool(key):
            raise ValueError("a certificate and its key come together")
        return cls(
            host=parts.hostname,
            port=parts.port or DEFAULT_PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            ca=ca,
            certificate=certificate,
            key=key,
            keepalive=keepalive,
            five=five,
        )

    def context(self) -> ssl.SSLContext:
        """The TLS context, read anew so that a renewed certificate is used. Raises OSError or ssl.SSLError."""
        context = ssl.create_default_context(cafile=self.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.sslsocket_class = _ClosingSocket
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        return context


class _ClosingSocket(ssl.SSLSocket):
    """Closes itself when its handshake fails: paho keeps no hand on it then."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def file_of(name: str) -> Path:
    """The file that a path names, or that systemd (LoadCredential=NAME:...) has put there for `credential:NAME`.

    Raises ValueError with the remedy.
    """
    if not name.startswith(CREDENTIAL):
        return Path(name)
    credential, folder = name.removeprefix(CREDENTIAL), os.environ.get("CREDENTIALS_DIRECTORY")
    if not credential or "/" in credential or credential.startswith("."):
        raise ValueError(
            f"{name!r} names no credential: write credential:NAME as in the unit's LoadCredential=NAME:..."
        )
    if not folder:
        raise ValueError(f"{name!r} needs systemd: add LoadCredential={credential}:FILE to the unit, or write a path")
    return Path(folder) / credential


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
