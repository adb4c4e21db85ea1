"""Labels to print: A4, 24 to a sheet, each with site, name and a QR code that holds nothing secret."""

from collections.abc import Iterable
from pathlib import Path

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from provisioning import qr

ACROSS, DOWN = 3, 8
WIDTH, HEIGHT, TOP = 70 * mm, 37 * mm, 0.5 * mm
QR = 30 * mm


def content(box: str) -> str:
    """What the QR code says: an app or a backend knows by it which box this is, and nobody else anything."""
    return f"passerby:{box}"


def sheet(file: Path, labels: Iterable[tuple[str, str, str]]) -> int:
    """Write the PDF for (box, site, label) of every box; the number of pages. Raises OSError."""
    canvas = Canvas(str(file), pagesize=A4)
    canvas.setTitle("Passerby boxes")
    page = number = 0
    for number, (box, site, label) in enumerate(labels):
        place = number % (ACROSS * DOWN)
        if number and not place:
            canvas.showPage()
        page = number // (ACROSS * DOWN) + 1
        column, row = place % ACROSS, place // ACROSS
        _one(canvas, column * WIDTH, A4[1] - TOP - (row + 1) * HEIGHT, box, site, label)
    canvas.save()
    return page


def _one(canvas: Canvas, x: float, y: float, box: str, site: str, label: str) -> None:
    code = segno.make(content(box), error="m", micro=False, boost_error=False)
    qr.draw(canvas, code, x + 3 * mm, y + (HEIGHT - QR) / 2, QR)
    text = x + 35 * mm
    canvas.setFont("Helvetica-Bold", 9)
    canvas.drawString(text, y + HEIGHT - 11 * mm, site[:18])
    canvas.setFont("Helvetica", 8)
    canvas.drawString(text, y + HEIGHT - 16 * mm, label[:20])
    canvas.setFont("Courier", 8)
    for line, part in enumerate((box[:8], box[8:16], box[16:])):
        canvas.drawString(text, y + HEIGHT - (22 + 4 * line) * mm, part)
