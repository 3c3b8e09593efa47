"""A flyer: office, number, hours, and a code that puts them into a caller's telephone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import segno

from hotline.storage.officesections import sections_of
from hotline_web.desk import Desk
from hotline_web.languages import _
from hotline_web.passport import hours_rows, numbers_of
from hotline_web.words import phone

SIZES = ("a6", "a5", "a4", "sticker")
KINDS = ("card", "call")
LONGEST_LINE, LONGEST_PLACE = 80, 120


@dataclass(frozen=True)
class Flyer:
    """What was chosen, and what comes of it. numbers: of the lines, by name. code: in the QR code.

    kind: "card" puts office and number among the contacts, "call" dials.
    """

    size: str
    kind: str
    name: str
    number: str
    line: str
    address: str
    web: str
    with_hours: bool
    hours: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]
    code: str

    @property
    def shown(self) -> str:
        """The number as people read it."""
        return phone(self.number)


def asked(given: Mapping[str, str], here: Desk) -> Flyer:
    """What stands in the form; what is wrong in it is as if nothing stood there."""
    office = sections_of(here.control.office_get())
    numbers = tuple(numbers_of(here))
    known = [number for _name, number in numbers]
    chosen = given.get("number", "")
    number = chosen if chosen in known else next(iter(known), "")
    size, kind = given.get("size", ""), given.get("kind", "")
    name = _plain(str(office["name"]), LONGEST_PLACE)
    kind = kind if kind in KINDS else KINDS[0]
    address = _plain(given.get("address", ""), LONGEST_PLACE)
    web = _plain(given.get("web", ""), LONGEST_PLACE)
    rows = hours_rows(office)
    with_hours = "size" not in given or "hours" in given
    return Flyer(
        size=size if size in SIZES else SIZES[0],
        kind=kind,
        name=name,
        number=number,
        line=_plain(given.get("line", _("Call us")), LONGEST_LINE),
        address=address,
        web=web,
        with_hours=with_hours,
        hours=tuple(" ".join(filter(None, row)) for row in rows) if with_hours else (),
        numbers=numbers,
        code=f"tel:{number}" if kind == "call" else vcard(name, number, address, web),
    )


def vcard(name: str, number: str, address: str, web: str) -> str:
    """A contact (RFC 6350), in which no text can be taken for another line of it."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{_escaped(name)};;;;", f"FN:{_escaped(name)}"]
    lines += [f"ORG:{_escaped(name)}", f"TEL;TYPE=WORK,VOICE:{number}"]
    if address:
        lines.append(f"ADR;TYPE=WORK:;;{_escaped(address)};;;;")
    if web:
        lines.append(f"URL:{_escaped(web)}")
    return "\r\n".join([*lines, "END:VCARD", ""])


def picture(code: str) -> bytes:
    """The code as SVG."""
    drawn = io.BytesIO()
    segno.make(code, error="m", micro=False).save(
        drawn, kind="svg", scale=8, border=4, light="#fff", svgclass=None, lineclass=None
    )
    return drawn.getvalue()


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text


def _plain(text: str, longest: int) -> str:
    """One line of what can be seen: no control signs, none that turn the reading direction."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(seen.split())[:longest]
