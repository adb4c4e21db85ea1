"""A configuration file is replaced whole, keeps its mode, and says again what it said before, a few versions back."""

from pathlib import Path

import pytest

from commissioning.versions import KEPT, Versions


def test_versions_are_had_back_in_their_order_and_are_bounded(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text("0")
    file.chmod(0o640)
    versions = Versions(file)
    digests = {versions.digest()}
    for number in range(1, KEPT + 4):
        versions.save(str(number))
        digests.add(versions.digest())
    assert len(digests) == KEPT + 4
    assert len(list(tmp_path.iterdir())) == KEPT + 1
    assert versions.previous == KEPT
    assert [versions.back() for _ in range(KEPT)] == [str(number) for number in range(KEPT + 2, 2, -1)]
    assert versions.previous == 0
    assert file.read_text() == "3"
    assert file.stat().st_mode & 0o777 == 0o640
    with pytest.raises(FileNotFoundError):
        versions.back()
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "box.toml"
    file.write_text("before")
    versions = Versions(file)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        versions.save("after")
    assert file.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
