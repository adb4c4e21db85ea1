"""An EST server over real TLS: tokens that are good once, mutual TLS for renewals."""

import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

from tests.mqtt.authority import Authority


class Est:
    """`tokens` maps a box's name to the token that it may spend; `asked` lists the paths that were asked."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.tokens: dict[str, str] = {}
        self.asked: list[str] = []
        self.url = ""

    def sign(self, request: x509.CertificateSigningRequest, days: float = 90) -> x509.Certificate:
        key = request.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert request.is_signature_valid
        now = datetime.now(UTC).replace(microsecond=0)
        builder = self.authority._builder(request.subject, key, now, now + timedelta(days=days))
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority._key.public_key())
        return builder.add_extension(issuer, critical=False).sign(self.authority._key, hashes.SHA256())

    def answer(self, path: str, authorization: str, has_certificate: bool, body: bytes) -> bytes | None:
        """The PKCS #7 of the answer, or None for a refusal."""
        self.asked.append(path)
        request = x509.load_der_x509_csr(base64.b64decode(body))
        name = str(request.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)
        if path.endswith("/simpleenroll"):
            user, _, token = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
            if user != name or self.tokens.pop(user, None) != token:
                return None
        elif not has_certificate:
            return None
        signed = pkcs7.serialize_certificates([self.sign(request)], serialization.Encoding.DER)
        return base64.encodebytes(signed)


class Server(ThreadingHTTPServer):
    """Who breaks off the handshake is no error of the server."""

    def handle_error(self, *_: object) -> None:
        return


@contextmanager
def est(folder: Path) -> Iterator[Est]:
    """The server, on loopback, until the end of the body."""
    service = Est(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            connection = self.connection
            assert isinstance(connection, ssl.SSLSocket)
            answer = service.answer(
                self.path, self.headers.get("Authorization", ""), bool(connection.getpeercert()), body
            )
            self.send_response(200 if answer else 401)
            self.send_header("Content-Length", str(len(answer or b"")))
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, *_: object) -> None:
            """A test's output is its own."""

    certificate, key = service.authority.issue("localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=service.authority.ca)
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_OPTIONAL
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        service.url = f"https://localhost:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
