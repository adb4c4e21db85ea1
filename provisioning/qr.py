"""A QR code as one path on a page; the quiet zone is the paper's own white."""

import segno
from reportlab.pdfgen.canvas import Canvas


def draw(canvas: Canvas, code: segno.QRCode, x: float, y: float, size: float) -> None:
    """The dark modules in the current colour, `size` points wide and high from its lower left corner."""
    rows = [list(row) for row in code.matrix]
    side = size / len(rows)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                path.rect(x + across * side, y + size - (down + 1) * side, side, side)
    canvas.drawPath(path, stroke=0, fill=1)
