"""Components with a known vulnerability are named, by our list and by the service, and its silence is told."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import Distribution
from threading import Thread
from typing import Any

import pytest

from image.audit import Finding, Unreachable, asked, listed, main


class Installed(Distribution):
    """A distribution that is not there."""

    def __init__(self, name: str, version: str) -> None:
        self._text = f"Name: {name}\nVersion: {version}\n"

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Any:
        raise FileNotFoundError


COMPONENTS = [Installed("cbor2", "5.7.0"), Installed("H11", "0.16.0"), Installed("numpy", "2.4.6")]


class Service(HTTPServer):
    """An advisory service on loopback."""

    answer: bytes = b""
    heard: Any = None


class Answering(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        self.server.heard = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def service() -> Iterator[Service]:
    with Service(("127.0.0.1", 0), Answering) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def url(service: Service) -> str:
    return f"http://127.0.0.1:{service.server_port}/v1/querybatch"


def test_our_own_list_needs_no_network() -> None:
    fixed = {"cbor2": {"CVE-1": "5.8.0", "CVE-2": "5.6.2"}, "h11": {"CVE-3": "0.16.0"}}
    assert list(listed(COMPONENTS, fixed)) == [Finding("cbor2", "5.7.0", "CVE-1", "fixed in 5.8.0")]


def test_the_service_is_told_names_and_versions_and_its_findings_are_ours(service: Service) -> None:
    service.answer = json.dumps({"results": [{"vulns": [{"id": "GHSA-x"}]}, {}, {}]}).encode()
    assert asked(list(COMPONENTS), url(service)) == [Finding("cbor2", "5.7.0", "GHSA-x")]
    assert [one["package"]["purl"] for one in service.heard["queries"]] == [
        "pkg:pypi/cbor2@5.7.0",
        "pkg:pypi/h11@0.16.0",
        "pkg:pypi/numpy@2.4.6",
    ]


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"results": [{}]}', b'{"results": [1, 2, 3]}'])
def test_an_answer_that_is_none_is_silence(service: Service, answer: bytes) -> None:
    service.answer = answer
    with pytest.raises(Unreachable):
        asked(list(COMPONENTS), url(service))


def test_silence_is_said_and_only_a_release_cannot_bear_it(capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = ["--service", "http://127.0.0.1:9/"]
    assert main(nowhere) == 0
    said = capsys.readouterr().out
    assert "OSV was not reached" in said
    assert said.endswith(": 0 findings\n")
    assert main([*nowhere, "--must-answer"]) == 2
