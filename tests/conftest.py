"""Tests that need what this machine does not have are skipped, and say why."""

import pytest

from tests.assets import ASSETS

pytest_plugins = ["tests.rig.plugin"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip `assets` tests where the folder of models and clips is absent."""
    if ASSETS.is_dir():
        return
    for item in items:
        if item.get_closest_marker("assets"):
            item.add_marker(pytest.mark.skip(reason="no ../shared/assets beside the repository"))
