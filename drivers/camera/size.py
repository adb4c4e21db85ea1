"""The `size` option of a device string: width and height of the pictures, even numbers."""

import re

from drivers.base import Device, DriverMisconfigured

_SIZE = re.compile(r"^(\d{2,4})x(\d{2,4})$")


def size_of(device: Device, default: tuple[int, int]) -> tuple[int, int]:
    """Pixels as the device string asks for them, else `default`. Raises DriverMisconfigured."""
    text = device.options.get("size")
    if text is None:
        return default
    found = _SIZE.match(text)
    if not found or int(found[1]) % 2 or int(found[2]) % 2:
        raise DriverMisconfigured("bad_option", f"size={text}: write two even numbers, as in 1280x720")
    return int(found[1]), int(found[2])
