"""Tests that need what this machine does not have are skipped, and say why."""

import pytest

from tests.assets import ASSETS

pytest_plugins = ["tests.rig.plugin"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip `assets` tests without the folder of models and clips, and long faults unless somebody asks for them."""
    skipped = {} if ASSETS.is_dir() else {"assets": "no ../shared/assets beside the repository"}
    if "faults" not in str(config.getoption("markexpr")):
        skipped["faults"] = "long fault injection: make test-faults"
    for item in items:
        for marker, reason in skipped.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
