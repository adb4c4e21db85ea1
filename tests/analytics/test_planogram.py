"""A shop's spreadsheet: what can be used is used, and the rest is named by its line."""

import random

import pytest

from analytics.planogram import Place, parse

GOOD = b"gtin,sku,antenna,shelf\n80614141123458,shirt-red,1,wall\n4006381333931,pen,2,desk\n"


def test_rows_in_their_order() -> None:
    plan = parse(GOOD)
    assert plan.problems == ()
    assert plan.places == (
        Place("80614141123458", "shirt-red", 1, "", "wall"),
        Place("04006381333931", "pen", 2, "", "desk"),
    )
    assert plan.skus == {"80614141123458": "shirt-red", "04006381333931": "pen"}
    assert [place.sku for place in plan.before("any", 2)] == ["pen"]


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace(b",", b";"),
        GOOD.replace(b",", b"\t"),
        b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"gtin,sku", b"GTIN,SKU").replace(b"pen", b'"pen"'),
        b"\n\n" + GOOD + b"\n;;;\n",
    ],
)
def test_what_spreadsheets_make_of_it(content: bytes) -> None:
    assert [place.sku for place in parse(content).places] == ["shirt-red", "pen"]


def test_zeros_that_a_spreadsheet_took_away_are_given_back() -> None:
    plan = parse(b"gtin,sku,antenna\n12345670,a,1\n614141123452,b,1\n")
    assert [place.gtin for place in plan.places] == ["00000012345670", "00614141123452"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"4,00638E+12;pen;1", "rounded"),
        (b"4006381333932;pen;1", "check digit"),
        (b"pen;pen;1", "digits"),
        (b"4006381333931;pen;left", "port"),
        (b"4006381333931;;1", "sku"),
        (b"4006381333931;p\xe9n \xff;1", "sku"),
        (b"80614141123458;blue;2", "shirt-red"),
        (b"80614141123458;shirt-red;1", "already"),
        (b"4006381333931", "port"),
        (b'4006381333931;"pen;1', "port"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_the_rest_loads(row: bytes, reason: str) -> None:
    plan = parse(b"gtin;sku;antenna\n80614141123458;shirt-red;1\n" + row + b"\n12345670;last;3\n")
    assert [place.sku for place in plan.places] == ["shirt-red", "last"]
    assert [problem.line for problem in plan.problems] == [3]
    assert reason in plan.problems[0].reason


@pytest.mark.parametrize("content", [b"", b"\n\n", b"sku,antenna\nx,1\n", b"\0\0"])
def test_a_file_without_a_header_says_so(content: bytes) -> None:
    plan = parse(content)
    assert plan.places == ()
    assert len(plan.problems) == 1


def test_any_bytes_are_a_plan() -> None:
    rng = random.Random(1)
    for _ in range(2000):
        content = bytearray(GOOD)
        for _ in range(rng.randrange(1, 8)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        parse(bytes(content))
        parse(rng.randbytes(rng.randrange(200)))
