"""The rig's side of pytest: which tests run where, and the devices as fixtures.

A test marked `rig` runs inside the machine (`make test-rig`) and is skipped elsewhere; one marked `boots` starts the
machine, the container or the foreign root from outside and is skipped unless `make test-rig` runs it.
"""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.rig.devices.power import CUTS_VARIABLE, POWER_CUTS, Power

if TYPE_CHECKING:
    from tests.rig.arm64 import Arm64
    from tests.rig.container import Container
    from tests.rig.devices import Adapter, Camera, Disk, LoggedDisk, Monitor, Reader, UsbCamera

PLACE = os.environ.get("PASSERBY_RIG", "")


def pytest_configure(config: pytest.Config) -> None:
    """Generated examples are the same at every run and may take as long as they need, however busy the machine is;
    under emulation they are fewer. `--hypothesis-profile=new` looks for others."""
    if not find_spec("hypothesis"):
        return
    from hypothesis import HealthCheck, settings

    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    patient: dict[str, Any] = {"deadline": None, "suppress_health_check": slow}
    if PLACE in ("inside", "arm64"):
        patient["max_examples"] = 20
    settings.register_profile("same", **patient, derandomize=True)
    settings.register_profile("new", **patient, derandomize=False)
    settings.load_profile(config.getoption("--hypothesis-profile", None) or "same")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what belongs elsewhere; inside, keep the power cuts for sessions of their own."""
    for item in items:
        rigged = item.get_closest_marker("rig") is not None
        if rigged and PLACE != "inside":
            item.add_marker(pytest.mark.skip(reason="runs in the rig: make test-rig"))
        elif item.get_closest_marker("boots") is not None and PLACE != "outside":
            item.add_marker(pytest.mark.skip(reason="boots the rig: make test-rig"))
    if PLACE == "inside" and CUTS_VARIABLE not in os.environ:
        _keep_for_later(config, items)


def _keep_for_later(config: pytest.Config, items: list[pytest.Item]) -> None:
    later = [item for item in items if "power" in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if item not in later]
    config.hook.pytest_deselected(items=later)
    text = "".join(f"{item.nodeid}\n" for item in later)
    (Path(os.environ["PASSERBY_RIG_RESULTS"]) / POWER_CUTS).write_text(text, encoding="utf-8")


@pytest.fixture
def camera() -> "Iterator[Camera]":
    """A USB camera (`camera.path`) that can be unplugged."""
    from tests.rig.devices import camera

    with camera.camera() as device:
        yield device


@pytest.fixture
def usb_camera() -> "Iterator[UsbCamera]":
    """A USB camera that gives motion JPEG (`usb_camera.path`), whose cable can be pulled: its node goes with it."""
    from tests.rig.devices import usb_camera

    with usb_camera.usb_camera() as device:
        yield device


@pytest.fixture
def monitor() -> "Iterator[Monitor]":
    """A WiFi interface in monitor mode (`monitor.interface`), a phone that probes and a radio that sends any frame."""
    from tests.rig.devices import wifi

    with wifi.monitor() as device:
        yield device


@pytest.fixture
def adapter() -> "Iterator[Adapter]":
    """A Bluetooth adapter (`adapter.name`) that hears what `adapter.advertise` says; bluetoothd is running."""
    from tests.rig.devices import bluetooth

    with bluetooth.adapter() as device:
        yield device


@pytest.fixture
def second_adapter(adapter: "Adapter") -> "Iterator[Adapter]":
    """Another Bluetooth adapter, which hears what it is told itself."""
    from tests.rig.devices import bluetooth

    with bluetooth.second_adapter() as device:
        yield device


@pytest.fixture
def stick() -> "Iterator[Adapter]":
    """A Bluetooth adapter on USB: `unplug`, `replug`, and everything that can be done to a USB device."""
    from tests.rig.devices import bluetooth

    with bluetooth.stick() as device:
        yield device


@pytest.fixture
def reader() -> "Iterator[Reader]":
    """A USB serial reader (`reader.path`); the test plays its firmware with `write` and `read`."""
    from tests.rig.devices import reader

    with reader.reader() as device:
        yield device


@pytest.fixture
def container() -> "Iterator[Container]":
    """Real systemd at native speed; for tests marked `boots`."""
    from tests.rig.container import container
    from tests.rig.missing import Missing
    from tests.rig.root import root

    try:
        with container(root()) as booted:
            yield booted
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session", params=["bookworm", "trixie"])
def arm64(request: pytest.FixtureRequest) -> "Arm64":
    """A root of the product's architecture, with Python 3.11 and with 3.13; for tests marked `boots`."""
    from tests.rig.arm64 import arm64
    from tests.rig.missing import Missing

    try:
        return arm64(request.param)
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def power() -> Power:
    """The mains switch; the test is run again after each `power.cut()`."""
    return Power(Path(os.environ["PASSERBY_RIG_RESULTS"]), int(os.environ[CUTS_VARIABLE]))


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> "Iterator[Disk]":
    """A folder on a card that forgets what was not synced; with `power`, it is the same card after the cut."""
    from tests.rig.devices import disk

    cuts = request.getfixturevalue("power").cuts if "power" in request.fixturenames else 0
    with disk.disk(fresh=cuts == 0) as card:
        yield card


@pytest.fixture
def logged_disk() -> "Iterator[LoggedDisk]":
    """A folder on a card that shows every moment at which its power could have been cut."""
    from tests.rig.devices import log

    with log.logged_disk() as card:
        yield card
