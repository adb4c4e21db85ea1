"""A certificate of accuracy on paper: one page for people, and a QR code that holds the signed document itself."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from provisioning import qr

MM: float = mm
LEFT: float = 22 * MM
WIDE: float = A4[0] - 44 * MM
INK, FAINT, GOOD, SHORT = HexColor(0x1B2A33), HexColor(0x6B7A85), HexColor(0x1F7A4D), HexColor(0xB4560F)
QR: float = 62 * MM


def paper(certificate: Mapping[str, Any]) -> bytes:
    """The PDF of a signed certificate (events.Certificate as a JSON document). Raises KeyError for a missing field."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    canvas.setTitle(f"Accuracy of line {certificate['line']}")
    top = _head(canvas, certificate)
    top = _figures(canvas, certificate, top - 14 * MM)
    top = _text(canvas, top - 10 * MM, sentence(certificate), "Helvetica", 11)
    top = _gauge(canvas, certificate, top - 12 * MM)
    _table(canvas, certificate, top - 16 * MM)
    _code(canvas, certificate)
    canvas.save()
    return out.getvalue()


def sentence(certificate: Mapping[str, Any]) -> str:
    """What the figures mean, in words."""
    true = certificate["true_in"] + certificate["true_out"]
    told = certificate["counted_in"] + certificate["counted_out"]
    proved = f"at most {_percent(certificate['claim'])} of the persons who go over this line are counted wrongly"
    verdict = (
        f"This proves, with 95 % confidence, that {proved}."
        if not certificate["more"]
        else f"With 95 % confidence at most {_percent(certificate['bound'])} are counted wrongly. To prove that"
        f" {proved}, {certificate['more']} more persons must be counted without an error."
    )
    return (
        f"{true} persons went over the line while somebody stood beside it and tapped; the box counted {told}."
        f" Missed: {certificate['missed']}; counted falsely: {certificate['false']}. {verdict}"
    )


def _head(canvas: Canvas, certificate: Mapping[str, Any]) -> float:
    top: float = A4[1] - 30 * MM
    canvas.setFillColor(INK)
    canvas.setFont("Helvetica-Bold", 22)
    canvas.drawString(LEFT, top, "Certificate of accuracy")
    canvas.setFont("Helvetica", 12)
    canvas.setFillColor(FAINT)
    began = datetime.fromtimestamp(certificate["start"], UTC)
    minutes = max(1, round(certificate["seconds"] / 60))
    where = f"Line {certificate['line']}, camera {certificate['camera']}, site {certificate['site']}"
    canvas.drawString(LEFT, top - 7 * MM, where)
    canvas.drawString(LEFT, top - 13 * MM, f"{began:%Y-%m-%d %H:%M} UTC, {minutes} minutes")
    return top - 13 * MM


def _figures(canvas: Canvas, certificate: Mapping[str, Any], top: float) -> float:
    shown = (
        ("net error", _percent(certificate["net_error"], sign=True)),
        ("absolute error", _percent(certificate["absolute_error"])),
        ("precision", _percent(certificate["precision"])),
        ("recall", _percent(certificate["recall"])),
    )
    for number, (name, value) in enumerate(shown):
        x = LEFT + number * WIDE / len(shown)
        canvas.setFillColor(INK)
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(x, top - 8 * MM, value)
        canvas.setFillColor(FAINT)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(x, top - 13 * MM, name)
    return top - 13 * MM


def _gauge(canvas: Canvas, certificate: Mapping[str, Any], top: float) -> float:
    """The bound beside the claim, on one scale."""
    bound, claim = certificate["bound"], certificate["claim"]
    scale = WIDE / max(bound, claim, 0.01) / 1.15
    colour = SHORT if certificate["more"] else GOOD
    _bar(canvas, top, bound * scale, colour, f"95 % bound {_percent(bound)}")
    _bar(canvas, top - 9 * MM, claim * scale, FAINT, f"claim {_percent(claim)}")
    return top - 9 * MM


def _bar(canvas: Canvas, y: float, length: float, colour: Color, text: str) -> None:
    canvas.setFillColor(colour)
    canvas.rect(LEFT, y - 2 * MM, max(length, 0.5), 2 * MM, stroke=0, fill=1)
    canvas.setFillColor(INK)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(LEFT, y + 1 * MM, text)


def _table(canvas: Canvas, certificate: Mapping[str, Any], top: float) -> None:
    rows = (
        ("persons in, out", f"{certificate['true_in']}, {certificate['true_out']}"),
        ("counted in, out", f"{certificate['counted_in']}, {certificate['counted_out']}"),
        ("missed, false", f"{certificate['missed']}, {certificate['false']}"),
        ("box", certificate["box"]),
        ("software", certificate["version"]),
        ("person model", certificate["model"]),
        ("configuration", certificate["config"]),
    )
    for number, (name, value) in enumerate(rows):
        y = top - number * 6 * MM
        canvas.setFillColor(FAINT)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(LEFT, y, name)
        canvas.setFillColor(INK)
        canvas.drawString(LEFT + 40 * MM, y, str(value))


def _code(canvas: Canvas, certificate: Mapping[str, Any]) -> None:
    """The whole document, so that a scan of the paper can be checked: `passerby certificate check`."""
    code = segno.make(json.dumps(dict(certificate), separators=(",", ":")), error="l", micro=False, boost_error=False)
    bottom = 24 * MM
    canvas.setFillColor(INK)
    qr.draw(canvas, code, LEFT, bottom, QR)
    words = (
        "The code holds this certificate with the signature of the box; whoever scans it can check it: passerby"
        " certificate check FILE. No picture was taken: taps and counts were compared in time, on the box."
    )
    canvas.setFillColor(FAINT)
    for number, line in enumerate(simpleSplit(words, "Helvetica", 9, WIDE - QR - 8 * MM)):
        canvas.setFont("Helvetica", 9)
        canvas.drawString(LEFT + QR + 8 * MM, bottom + QR - 4 * MM - number * 4.5 * MM, line)


def _text(canvas: Canvas, top: float, words: str, font: str, size: int) -> float:
    canvas.setFillColor(INK)
    for line in simpleSplit(words, font, size, WIDE):
        canvas.setFont(font, size)
        canvas.drawString(LEFT, top, line)
        top -= 1.4 * size
    return top


def _percent(share: float | None, *, sign: bool = False) -> str:
    if share is None:
        return "not known"
    return f"{100 * share:+.1f} %" if sign and share else f"{100 * share:.1f} %"
