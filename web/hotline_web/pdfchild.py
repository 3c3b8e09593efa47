"""Draws the sheets: `python -m hotline_web.pdfchild`, JSON on stdin, the PDF on stdout.

The only importer of fpdf and of segno's pictures. Whoever starts it trusts nothing of the texts:
they are limited in what they may cost, and are never taken for markup.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
from fpdf import FPDF

from hotline.background import give_way

FONTS = Path("/usr/share/fonts/truetype/dejavu")
NO_FONT = 3
MEMORY = 512 << 20
CPU_SECONDS = 20
SIZES = {"a4": (210.0, 297.0), "a5": (148.0, 210.0), "a6": (105.0, 148.0), "sticker": (90.0, 50.0)}
_SOFT = (90, 90, 90)
_LONGEST_SHEET = 60  # pages


def passport(told: Mapping[str, Any]) -> FPDF:
    """Chapters with rows, on as many pages of A4 as they need."""
    pdf = _sheet("a4", told)
    pdf.set_margin(18)
    pdf.set_auto_page_break(auto=True, margin=18)
    pdf.add_page()
    _line(pdf, told["title"], 20, bold=True)
    _line(pdf, told["subtitle"], 11, soft=True)
    for chapter in told["chapters"]:
        pdf.ln(3)
        _line(pdf, chapter["title"], 12, bold=True)
        for what, of_it in chapter["rows"]:
            _row(pdf, what, of_it)
        if pdf.page_no() > _LONGEST_SHEET:
            break
    pdf.ln(4)
    _line(pdf, told["foot"], 9, soft=True)
    return pdf


def flyer(told: Mapping[str, Any]) -> FPDF:
    """Name, number and hours with a QR code, on one page of the chosen size."""
    size = told["size"]
    pdf = _sheet(size, told)
    width, height = SIZES[size]
    margin = width * 0.08
    pdf.set_margin(margin)
    pdf.set_auto_page_break(auto=False)
    pdf.add_page()
    if size == "sticker":
        side = height - 2 * margin
        _code(pdf, told["code"], width - margin - side, margin, side)
        pdf.set_right_margin(margin * 2 + side)
        pdf.set_y(margin)
    else:
        pdf.set_y(margin)
    unit = min(width, 2 * height) / 210 * 1.4
    room = pdf.epw
    for key, points, bold in (("name", 26, True), ("line", 16, False), ("number", 40, True)):
        if told[key]:
            _fitting(pdf, told[key], points * unit, room, bold=bold)
            pdf.ln(2 * unit)
    for row in told["hours"]:
        _fitting(pdf, row, 13 * unit, room)
    if size != "sticker":
        side = min(width * 0.45, height - pdf.get_y() - margin * 1.2)
        if side > 12:
            _code(pdf, told["code"], (width - side) / 2, height - margin - side, side)
    return pdf


def _sheet(size: str, told: Mapping[str, Any]) -> FPDF:
    pdf = FPDF(unit="mm", format=SIZES[size])
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        pdf.add_font("letters", style, FONTS / name)
    pdf.set_title(told["document"])
    pdf.set_lang(told["language"])
    pdf.set_creator("Hotline Box")
    pdf.set_creation_date(datetime.fromisoformat(told["at"]))
    return pdf


def _line(pdf: FPDF, text: str, points: float, *, bold: bool = False, soft: bool = False) -> None:
    pdf.set_font("letters", "B" if bold else "", points)
    pdf.set_text_color(*(_SOFT if soft else (0, 0, 0)))
    pdf.multi_cell(0, points * 0.5, text, new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(0, 0, 0)


def _row(pdf: FPDF, what: str, of_it: str) -> None:
    pdf.set_font("letters", "", 10)
    column = 58.0
    if not what or pdf.get_string_width(what) > column - 4:
        if what:
            pdf.set_font("letters", "B", 10)
            pdf.multi_cell(0, 5, what, new_x="LMARGIN", new_y="NEXT")
            pdf.set_font("letters", "", 10)
        pdf.multi_cell(0, 5, of_it, new_x="LMARGIN", new_y="NEXT")
        return
    if pdf.will_page_break(5):
        pdf.add_page()
    pdf.set_font("letters", "B", 10)
    pdf.cell(column, 5, what)
    pdf.set_font("letters", "", 10)
    pdf.multi_cell(0, 5, of_it, new_x="LMARGIN", new_y="NEXT")


def _fitting(pdf: FPDF, text: str, points: float, room: float, *, bold: bool = False) -> None:
    """On at most two lines, as large as fits."""
    size = points
    pdf.set_font("letters", "B" if bold else "", size)
    widest = max((pdf.get_string_width(word) for word in text.split()), default=0.0)
    while size > 5 and (pdf.get_string_width(text) > 1.8 * room or widest > room):
        size *= 0.92
        pdf.set_font_size(size)
        widest = max((pdf.get_string_width(word) for word in text.split()), default=0.0)
    pdf.multi_cell(room, size * 0.45, text, align="C", new_x="LMARGIN", new_y="NEXT")


def _code(pdf: FPDF, content: str, x: float, y: float, side: float) -> None:
    """Drawn as squares, with the quiet zone of four of them that ISO/IEC 18004 asks for."""
    rows = [bytes(row) for row in segno.make(content, error="m", micro=False).matrix]
    each = side / (len(rows) + 8)
    for down, row in enumerate(rows, start=4):
        for along, dark in enumerate(row, start=4):
            if dark:
                # A hair wider, so that no printer shows gaps between them.
                pdf.rect(x + along * each, y + down * each, each * 1.02, each * 1.02, style="F")


DRAWN: Mapping[str, Callable[[Mapping[str, Any]], FPDF]] = {"passport": passport, "flyer": flyer}


def _limit_self() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    give_way()


def _child() -> int:
    _limit_self()
    told = json.loads(sys.stdin.read())
    if not (FONTS / "DejaVuSans-Bold.ttf").exists():
        return NO_FONT
    sys.stdout.buffer.write(bytes(DRAWN[told["what"]](told).output()))
    return 0


if __name__ == "__main__":
    sys.exit(_child())
