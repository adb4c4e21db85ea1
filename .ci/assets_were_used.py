"""Fails when the models and clips are there but a test that needs them was skipped for want of them."""

import sys
from xml.etree import ElementTree

skipped = [
    f"{case.get('classname')}::{case.get('name')}: {skip.get('message')}"
    for case in ElementTree.parse(sys.argv[1]).iter("testcase")  # noqa: S314 - our own file
    for skip in case.iter("skipped")
    if "../shared/assets" in (skip.get("message") or "")
]
sys.stdout.write(
    "\n".join(["skipped although the assets are there:", *skipped, ""]) if skipped else "assets: all used\n"
)
sys.exit(1 if skipped else 0)
