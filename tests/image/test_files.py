"""The image's files, as far as they can be judged without the tools that use them."""

import configparser
import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from cli.main import main
from image.deb.build import PLACES, TREE, requirements
from image.deb.papers import completion, manual
from image.sbom import closure, document, licence, refused
from tests.cli.test_help import LEAVES

IMAGE = TREE / "image"
LAYER = (IMAGE / "rpi/layer/passerby.yaml").read_text(encoding="utf-8")


def hook(name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(IMAGE / "rauc/hooks" / name), *arguments]
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def test_the_layer_names_files_that_exist() -> None:
    for line in LAYER.splitlines():
        if "copy-in" in line:
            source = line.split("copy-in ")[1].split()[0]
            assert (IMAGE / source).is_file(), line
    assert LAYER.count("\t") == 0


def test_a_slot_can_be_called_good() -> None:
    assert "    - rauc-service\n" in LAYER, "rauc alone has no D-Bus service, and every rauc status mark-good fails"


def test_what_lasts_is_shared_between_the_slots() -> None:
    lines = (IMAGE / "rpi/slot-shared.d/passerby.conf").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Version=1"
    assert {"Path=/var/lib/passerby", "Path=/etc/passerby", "Path=/etc/credstore"} <= set(lines)


def test_raucs_configuration_is_complete() -> None:
    config = configparser.ConfigParser()
    config.read(IMAGE / "rauc/system.conf", encoding="utf-8")
    assert config["system"]["bootloader"] == "custom"
    slots = [config[name] for name in config.sections() if name.startswith("slot.rootfs.")]
    assert [slot["bootname"] for slot in slots] == ["A", "B"]
    for handler in config["handlers"].values():
        assert (IMAGE / "rauc/hooks" / Path(handler).name).exists()


def test_the_boot_does_not_wait_for_the_slot_to_be_called_good() -> None:
    unit = configparser.ConfigParser()
    unit.read(IMAGE / "rauc/passerby-good.service", encoding="utf-8")
    assert unit["Service"]["Type"] == "exec", "a oneshot holds multi-user.target until it has ended"
    assert unit["Unit"]["Requires"] == "passerby.service"


def test_a_new_slot_is_tried_once_and_kept_only_when_good(tmp_path: Path) -> None:
    folders = {"PASSERBY_BOOT": str(tmp_path), "PASSERBY_SLOTS": str(tmp_path / "slots")}
    (tmp_path / "autoboot.txt").write_text("[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n")
    assert hook("rauc-tryboot", "get-primary", **folders).stdout == "A\n"
    assert hook("rauc-tryboot", "set-primary", "B", **folders).returncode == 0
    assert hook("rauc-tryboot", "get-primary", **folders).stdout == "B\n"
    assert "[all]\ntryboot_a_b=1\nboot_partition=2" in (tmp_path / "autoboot.txt").read_text(), (
        "a cut boots the old one"
    )
    assert hook("rauc-tryboot", "set-state", "B", "good", **folders).returncode == 0
    assert (
        "[all]\ntryboot_a_b=1\nboot_partition=3\n[tryboot]\nboot_partition=2" in (tmp_path / "autoboot.txt").read_text()
    )
    assert hook("rauc-tryboot", "set-state", "A", "bad", **folders).returncode == 0
    assert hook("rauc-tryboot", "get-state", "A", **folders).stdout == "bad\n"
    assert hook("rauc-tryboot", "get-state", "B", **folders).stdout == "good\n"
    assert hook("rauc-tryboot", "set-primary", "C", **folders).returncode == 1
    assert hook("rauc-tryboot", "explode", **folders).returncode == 1
    (tmp_path / "cmdline").write_text("console=tty1 passerby.slot=B quiet\n")
    current = hook("rauc-tryboot", "get-current", **folders, PASSERBY_CMDLINE=str(tmp_path / "cmdline"))
    assert current.stdout == "B\n"


@pytest.mark.skipif(not shutil.which("dpkg"), reason="needs dpkg")
@pytest.mark.parametrize(("offered", "code"), [("0.1.0+deb13", 0), ("0.2.0", 0), ("0.0.9", 1)])
def test_an_older_version_is_refused(offered: str, code: int) -> None:
    done = hook("rauc-pre-install", RAUC_MF_VERSION=offered, PASSERBY_RUNNING="0.1.0+deb13")
    assert done.returncode == code, done.stderr


def test_the_first_boot_sets_no_password() -> None:
    text = (IMAGE / "cloud-init/user-data").read_text(encoding="utf-8")
    assert text.startswith("#cloud-config\n")
    assert "ssh_pwauth: false" in text
    assert "passwd" not in text.replace("ssh_pwauth", "")


def test_the_package_has_everything_that_its_units_need() -> None:
    assert all((TREE / "systemd" / source).exists() for source in PLACES)
    assert any(line.startswith("dbus-fast") for line in requirements())
    assert not any(line.startswith(("pytest", "torch", "bumble")) for line in requirements())


def test_the_manual_has_every_command_as_its_help_says_it() -> None:
    text = gzip.decompress(manual()).decode()
    assert {line.partition(" [")[0].replace("\\-", "-") for line in re.findall(r"^\.SS\n(.+)", text, re.M)} == set(
        LEAVES
    )
    assert text.count("\nExit status: ") == len(LEAVES)
    assert text.count("\\fI\\-h, \\-\\-help\\fR") == 1
    assert not re.search(r"^ (?!  *tcpdump)", text, re.M), "a line that begins with a space is set as it stands"


def test_every_command_is_completed() -> None:
    assert "complete -o nosort -F _passerby_completion passerby" in completion()
    shell = BashComplete(main, {}, "passerby", "_PASSERBY_COMPLETE")
    for path in LEAVES:
        _, *before, last = path.split()
        assert last in [one.value for one in shell.get_completions(before, last[:-1])], path


def test_the_bill_of_materials_is_whole_and_free_of_refused_licences() -> None:
    from importlib.metadata import distributions

    components = closure("passerby", distributions())
    names = {one.metadata["Name"].lower() for one in components}
    assert {"numpy", "paho-mqtt", "cryptography", "ai-edge-litert"} <= names
    assert "pytest" not in names
    assert refused(components) == []
    told = document(components)
    assert told["bomFormat"] == "CycloneDX"
    assert len({one["bom-ref"] for one in told["components"]}) == len(components)


class Licensed:
    def __init__(self, said: str) -> None:
        self.metadata = FakeMetadata({"Name": "x", "License-Expression": said})


class FakeMetadata(dict[str, str]):
    def get_all(self, name: str) -> list[str]:
        return [self[name]] if self.get(name) else []


@pytest.mark.parametrize(("said", "bad"), [("GPL-3.0-only", 1), ("AGPL-3.0", 1), ("LGPL-3.0", 0), ("MIT", 0), ("", 1)])
def test_a_licence_is_judged(said: str, bad: int) -> None:
    one = Licensed(said)
    assert licence(one) == said  # type: ignore[arg-type]
    assert len(refused([one])) == bad  # type: ignore[list-item]
