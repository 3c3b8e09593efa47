"""Address cards as telephones and mail programs export them: vCard 2.1, 3.0 and 4.0.

Read by hand: the libraries there are stumble over 2.1, which many telephones still write. Only the
name and the numbers are looked at; pictures and all else are passed over.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN = re.compile(r"^\s*BEGIN\s*:\s*VCARD\s*$", re.I | re.M)
# A name, perhaps of a group, and parameters whose values may be quoted, as far as the colon.
_CONTENT = re.compile(r'(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^":])*)?):(.*)', re.S)
_PARAMETER = re.compile(r';((?:"[^"]*"|[^";])*)')
_ESCAPED = re.compile(r"\\(.)", re.S)
_MOBILE = frozenset({"CELL", "MOBILE", "IPHONE"})
_NOBODY = frozenset({"FAX", "PAGER", "MODEM", "BBS"})


@dataclass(frozen=True)
class Card:
    """Whose card it is, and the numbers on it: mobiles first, then as the card has them."""

    name: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class _Line:
    """kind: such as TEL. words: its parameters and the values of TYPE, in capitals."""

    kind: str
    words: frozenset[str]
    value: str


def are_cards(text: str) -> bool:
    """Does any card begin in this text?"""
    return _BEGIN.search(text) is not None


def read_cards(text: str) -> Iterator[Card]:
    """Every card, also the last one if its end is missing; nothing here is ever refused."""
    lines: list[_Line] = []
    depth = 0
    for one in _lines(text):
        word = one.value.strip().upper()
        if one.kind == "BEGIN" and word == "VCARD":
            if depth == 1 and lines and not _unfinished(lines):
                yield _card(lines)
                lines, depth = [], 0
            depth += 1
        elif one.kind == "END" and word == "VCARD" and depth:
            depth -= 1
            if depth == 0:
                yield _card(lines)
                lines = []
        elif depth == 1:  # what is deeper is the card of somebody's secretary
            lines.append(one)
    if depth:
        yield _card(lines)


def _unfinished(lines: list[_Line]) -> bool:
    """A card inside a card follows the line AGENT."""
    return lines[-1].kind == "AGENT"


def _lines(text: str) -> Iterator[_Line]:
    for written in _whole(text):
        found = _CONTENT.fullmatch(written)
        if found is None:
            continue
        given = [word.strip().upper() for word in _PARAMETER.findall(found[2])]
        words = frozenset(
            part.strip(' "') for word in given for part in word.removeprefix("TYPE=").split(",")
        )
        yield _Line(found[1].upper(), words, _value(found[3], given))


def _whole(text: str) -> Iterator[str]:
    """Lines put together again, each way of breaking them."""
    gathered: list[str] = []
    quoted = False
    for line in re.split(r"\r\n|\r|\n", text):
        if quoted and gathered[-1].endswith("="):
            gathered[-1] = gathered[-1][:-1]
            gathered.append(line)
        elif gathered and line[:1] in (" ", "\t"):
            gathered.append(line[1:])
        else:
            yield "".join(gathered)
            gathered = [line]
            quoted = "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
    yield "".join(gathered)


def _value(written: str, given: list[str]) -> str:
    if any("QUOTED-PRINTABLE" in word for word in given):
        raw = quopri.decodestring(written.encode(errors="replace"))
        named = next((w.removeprefix("CHARSET=") for w in given if w.startswith("CHARSET=")), "")
        return _decoded(raw, named or "UTF-8")
    return written


def _decoded(raw: bytes, charset: str) -> str:
    for one in (charset, "UTF-8"):
        try:
            return raw.decode(one)
        except (LookupError, ValueError):
            continue
    return raw.decode("cp1251", errors="replace")


def _card(lines: list[_Line]) -> Card:
    return Card(_name(lines), tuple(_numbers(lines)))


def _name(lines: list[_Line]) -> str:
    """As the card shows it, else given and family name, else the firm's."""
    values = {one.kind: one.value for one in reversed(lines)}
    if shown := _plain(values.get("FN", "")):
        return shown
    parts = [_plain(part) for part in re.split(r"(?<!\\);", values.get("N", ""))]
    named = " ".join(filter(None, (*parts[1:2], *parts[:1])))
    return named or " ".join(_plain(values.get("ORG", "")).replace(";", " ").split())


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value).strip()


def _numbers(lines: list[_Line]) -> Iterator[str]:
    told = [one for one in lines if one.kind == "TEL"]
    for one in sorted(told, key=_rank):
        number = _plain(one.value).removeprefix("tel:").removeprefix("TEL:")
        if number := number.partition(";")[0].strip():
            yield number


def _rank(line: _Line) -> int:
    if line.words & _NOBODY:
        return 3
    return 0 if line.words & _MOBILE else 1 if line.words & {"PREF", "PREF=1"} else 2
