"""The product's architecture: its wheels load, its int8 models answer as here, its pure tests pass."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.assets import MODELS
from tests.rig.arm64 import Arm64
from tests.rig.wheels import TREE

pytestmark = [pytest.mark.boots, pytest.mark.timeout(3000)]

# Folders and kinds of modules that are pure: bytes and times in, values out.
PURE_FOLDERS = ("analytics", "events", "observations", "privacy")
PURE_MODULES = ("beacons", "channels", "codec", "epc", "framing", "mgmt", "outbox", "payload", "pcap", "vectors")
STATISTICS = "not (site_learns or two_hundred_items or overhears or truth_of_ways)"
"""Minutes of emulation for what hundreds of windows or goods add up to, which is no question of the processor."""
ELSEWHERE = "not (assets or broker or hardware or faults or rig or boots)"
OWN_MODEL = "inference/simulated_people_320x180_int8.tflite"


def pure_tests() -> list[str]:
    folders = [TREE / "tests" / folder for folder in PURE_FOLDERS]
    modules = [file for name in PURE_MODULES for file in TREE.glob(f"tests/**/test_{name}.py")]
    found = [path for path in (*folders, *modules) if path.exists() and not set(folders) & set(path.parents)]
    return sorted(str(path.relative_to(TREE)) for path in found)


def test_every_wheel_loads_on_arm64(arm64: Arm64) -> None:
    names = "numpy, cv2, ai_edge_litert.interpreter, cbor2, pydantic, paho.mqtt.client, sqlite3, ssl, ctypes, asyncio"
    done = arm64.run("python3", "-c", f"import sys, platform, {names}; print(platform.machine(), sys.version_info[:2])")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("aarch64 (3, 11)", "aarch64 (3, 13)")


@pytest.mark.parametrize(
    "processor",
    [
        "cortex-a72",
        pytest.param("cortex-a76", marks=pytest.mark.minutes),
        pytest.param("cortex-a57", marks=pytest.mark.minutes),
        pytest.param("cortex-a53", marks=pytest.mark.minutes),
    ],
)
def test_matrices_are_multiplied_as_python_adds_up(arm64: Arm64, processor: str) -> None:
    program = (
        "import ctypes\n"
        "from cli.preflight.arithmetic import arithmetic\n"
        "print('SVE' if ctypes.CDLL(None).getauxval(16) >> 22 & 1 else 'no SVE', arithmetic())"
    )
    done = arm64.run("env", f"QEMU_CPU={processor}", "python3", "-c", program)
    assert done.returncode == 0, done.stderr
    assert "PASS" in done.stdout
    assert "no SVE" in done.stdout, "no board of ours has it; the emulator was not told which processor to be"


@pytest.mark.parametrize(
    "model",
    [OWN_MODEL, pytest.param("ssd_slim_face_160x120_int8.tflite", marks=pytest.mark.assets)],
)
def test_an_int8_model_answers_as_on_this_machine(arm64: Arm64, model: str) -> None:
    inside = model if model == OWN_MODEL else f"/srv/shared/assets/models/{model}"
    outside = TREE / model if model == OWN_MODEL else MODELS / model
    there = arm64.run("python3", "-m", "tests.rig.inferred", inside)
    assert there.returncode == 0, there.stderr
    here = subprocess.run(
        [sys.executable, "-m", "tests.rig.inferred", str(outside)], cwd=TREE, capture_output=True, check=True
    )

    foreign, native = json.loads(there.stdout), json.loads(here.stdout)
    print(f"{model}: {foreign['milliseconds']} ms under qemu-user, {native['milliseconds']} ms here")
    assert foreign["machine"] == "aarch64"
    for ours, theirs in zip(native["outputs"], foreign["outputs"], strict=True):
        assert len(set(ours)) > 3, "an answer that says nothing proves nothing"
        np.testing.assert_allclose(theirs, ours, atol=1)


@pytest.mark.parametrize("arm64", ["bookworm", pytest.param("trixie", marks=pytest.mark.minutes)], indirect=True)
def test_the_pure_tests_pass_on_arm64(arm64: Arm64, tmp_path: Path) -> None:
    # Where this machine has another Python, wheels are compiled there, and some are careless with backslashes.
    options = [
        "-W",
        "ignore:invalid escape sequence",
        "-p",
        "no:cacheprovider",
        "--override-ini=timeout=600",
        "--junitxml=/srv/results/arm64.xml",
        "-m",
        ELSEWHERE,
        "-k",
        STATISTICS,
    ]
    done = arm64.run("python3", "-m", "pytest", *options, *pure_tests(), results=tmp_path, seconds=2700.0)
    assert done.returncode == 0, done.stdout + done.stderr
    suite = ElementTree.parse(tmp_path / "arm64.xml").getroot()[0]
    assert int(suite.get("tests", 0)) - int(suite.get("skipped", 0)) > 50
    print(f"{suite.get('tests')} pure tests in {suite.get('time')} s under qemu-user")
