"""The search for canaries finds a leak of every shape, and nothing where nothing is."""

import os

import pytest

from tests.canaries import shapes, sightings

MAC = bytes.fromhex("02c0ffee1234")


@pytest.mark.parametrize("shape", shapes(MAC))
def test_a_leak_is_found_whatever_stands_around_it(shape: str) -> None:
    for before in (b"", b"x", b"xy"):
        content = before + shapes(MAC)[shape] + b"after"
        assert any(f"mac as {shape}" in found for found in sightings({"mac": MAC}, [("log", content)]))


def test_base64_is_found_at_every_offset() -> None:
    import base64

    long = bytes(range(40, 60))
    for shift in range(6):
        content = base64.b64encode(os.urandom(shift) + long + os.urandom(5))
        assert list(sightings({"pixels": long}, [("wire", content)])), shift


def test_noise_betrays_nobody() -> None:
    assert not list(
        sightings({"mac": MAC}, [("noise", os.urandom(200_000)), ("hex", os.urandom(100_000).hex().encode())])
    )
