"""The manifest's models: resumed when a download breaks off, and refused when a single bit differs."""

import json
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from cli.models import models as command
from inference import download
from inference.models import Model, ModelRefused, Tensor, checked, manifest, model, models_folder
from tests.assets import MODELS

CONTENT = bytes(range(256)) * 2000


class Source(BaseHTTPRequestHandler):
    """A file server that understands Range and can hang up half-way."""

    hang_up_after = len(CONTENT)
    ranges = True
    content = CONTENT
    asked: list[str]

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "") if self.ranges else ""
        self.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(self.content) - start))
        self.end_headers()
        self.wfile.write(self.content[start : start + self.hang_up_after])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def source() -> Iterator[tuple[type[Source], str]]:
    handler = type("Handler", (Source,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, name="source")
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_address[1]}/model"
    server.shutdown()
    thread.join()
    server.server_close()


def wanted(url: str) -> Model:
    blank = Tensor("uint8", (1,))
    digest = sha256(CONTENT).hexdigest()
    return Model("m", "person", "ssd", url, len(CONTENT), digest, "MIT", "nobody", blank, (blank,), {})


def progress_into(seen: list[int]) -> download.Progress:
    return lambda done, total: seen.append(done) if total == len(CONTENT) else None


def test_a_download_that_breaks_off_is_resumed_where_it_was(tmp_path: Path, source: tuple[type[Source], str]) -> None:
    handler, url = source
    handler.hang_up_after = 300_000
    seen: list[int] = []
    with pytest.raises(download.DownloadFailed, match="300000 of 512000"):
        download.install(wanted(url), tmp_path, progress_into(seen))
    assert [file.name for file in tmp_path.iterdir()] == ["m.tflite.part"]
    download.install(wanted(url), tmp_path, progress_into(seen))
    assert handler.asked == ["", "bytes=300000-"]
    assert checked(wanted(url), tmp_path) == CONTENT
    assert seen == sorted(seen)
    assert seen[-1] == len(CONTENT)
    assert [file.name for file in tmp_path.iterdir()] == ["m.tflite"]


def test_a_source_without_ranges_starts_again(tmp_path: Path, source: tuple[type[Source], str]) -> None:
    handler, url = source
    handler.ranges = False
    (tmp_path / "m.tflite.part").write_bytes(CONTENT[:1000])
    download.install(wanted(url), tmp_path, progress_into([]))
    assert checked(wanted(url), tmp_path) == CONTENT


def test_what_is_there_and_right_is_not_fetched_again(tmp_path: Path, source: tuple[type[Source], str]) -> None:
    handler, url = source
    for _ in range(2):
        download.install(wanted(url), tmp_path, progress_into([]))
    assert len(handler.asked) == 1


def test_other_bytes_are_refused_and_removed(tmp_path: Path, source: tuple[type[Source], str]) -> None:
    handler, url = source
    handler.content = CONTENT[:-1] + b"!"
    with pytest.raises(ModelRefused) as refusal:
        download.install(wanted(url), tmp_path, progress_into([]))
    assert refusal.value.code == "wrong_hash"
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_is_away_is_a_failure_to_retry(tmp_path: Path) -> None:
    with pytest.raises(download.DownloadFailed):
        download.install(wanted("http://127.0.0.1:9/none"), tmp_path, progress_into([]))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (CONTENT[:-7], "truncated"),
        (CONTENT + b"x", "wrong_size"),
        (b"x" + CONTENT[1:], "wrong_hash"),
        (b"", "truncated"),
    ],
)
def test_a_file_that_differs_is_refused_by_how(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "m.tflite").write_bytes(content)
    with pytest.raises(ModelRefused) as refusal:
        checked(wanted(""), tmp_path)
    assert refusal.value.code == code
    assert "passerby models install" in refusal.value.reason


def test_every_row_of_the_manifest_is_whole() -> None:
    for row in manifest().values():
        assert row.bundled or row.url.startswith("https://raw.githubusercontent.com/")
        assert len(row.sha256) == 64
        assert row.licence in ("Apache-2.0", "MIT")
        assert row.finds in ("person", "face", "pose")
    with pytest.raises(ModelRefused, match="ssd_mobilenet"):
        model("nonesuch")


def test_the_folder_is_the_configured_one_or_the_environment_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_MODELS", str(tmp_path / "env"))
    assert models_folder(tmp_path) == tmp_path
    assert models_folder() == tmp_path / "env"
    monkeypatch.delenv("PASSERBY_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert models_folder() in (tmp_path / "passerby" / "models", Path("/var/lib/passerby/models"))


def run(*arguments: str) -> tuple[int, dict[str, str]]:
    result = CliRunner().invoke(command, [*arguments, "--json"])
    answer = json.loads(result.output)
    return result.exit_code, {each["model"]: each["verdict"] for each in answer["models"]}


@pytest.mark.assets
def test_installing_from_a_folder_then_breaking_models_in_every_way(tmp_path: Path) -> None:
    names = list(manifest())
    assert run("install", "--from", str(MODELS), "--models", str(tmp_path)) == (0, dict.fromkeys(names, "ok"))
    assert run("verify", "--models", str(tmp_path)) == (0, dict.fromkeys(names, "ok"))
    (tmp_path / f"{names[0]}.tflite").write_bytes((MODELS / f"{names[0]}.tflite").read_bytes()[:1_000_000])
    (tmp_path / f"{names[1]}.tflite").unlink()
    flipped = bytearray((MODELS / f"{names[2]}.tflite").read_bytes())
    flipped[-1] ^= 1
    (tmp_path / f"{names[2]}.tflite").write_bytes(flipped)
    (tmp_path / "stranger.tflite").write_bytes((MODELS / "bad_customop_fake.tflite").read_bytes())
    code, verdicts = run("verify", "--models", str(tmp_path))
    assert code == 1
    verdict = ["truncated", "missing", "wrong_hash", *["ok"] * (len(names) - 3), "unknown_ops"]
    assert verdicts == dict(zip([*names, "stranger"], verdict, strict=True))


@pytest.mark.assets
def test_another_model_under_a_known_name_is_named_for_what_it_is(tmp_path: Path) -> None:
    classifier = (MODELS / "mobilenet_v1_0.25_128_quant.tflite").read_bytes()
    (tmp_path / "yolo_fastest_face_320_int8.tflite").write_bytes(classifier)
    result = CliRunner().invoke(command, ["verify", "yolo_fastest_face_320_int8", "--models", str(tmp_path)])
    assert result.exit_code == 1
    assert "uint8[1, 128, 128, 3]" in result.output


def test_an_unknown_name_is_a_usage_error_that_names_the_known() -> None:
    result = CliRunner().invoke(command, ["install", "nonesuch"])
    assert result.exit_code == 2
    assert "ssd_mobilenet" in result.output
