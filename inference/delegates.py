"""Accelerators by name (`cpu`, `edgetpu`, `edgetpu:usb`): those that help are loaded, others refused with why."""

from ctypes import CDLL

from inference.interpreter import runtime
from inference.models import ModelRefused

_EDGETPU = "libedgetpu.so.1"
_REFUSED = {
    "gpu": "the GPU of these boards is ten times slower than their CPU for such models: use cpu",
    "hailo": "a Hailo runs its own compiled models (.hef), not TFLite: use cpu",
    "nnapi": "NNAPI is Android's: use cpu",
}


def delegates(accelerator: str) -> list[object]:
    """What the interpreter is to be loaded with; nothing for the CPU, which brings XNNPACK by itself.

    Raises ModelRefused (`no_delegate`) with the reason.
    """
    kind, _, device = accelerator.partition(":")
    if kind == "cpu" and not device:
        return []
    if kind == "edgetpu":
        return [_edgetpu(device)]
    known = f"there are cpu, edgetpu, edgetpu:usb, edgetpu:pci; {accelerator!r} is none of them"
    raise ModelRefused("no_delegate", _REFUSED.get(kind, known))


def _edgetpu(device: str) -> object:
    try:
        CDLL(_EDGETPU)  # the runtime's own loader leaves half an object behind when there is no library
        loaded: object = runtime().load_delegate(_EDGETPU, {"device": device} if device else {})
    except (ValueError, OSError):
        reason = f"no Edge TPU, or no {_EDGETPU}: plug it in, and sudo apt install libedgetpu1-std"
        raise ModelRefused("no_delegate", reason) from None
    return loaded
