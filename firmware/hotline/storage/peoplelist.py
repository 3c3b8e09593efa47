"""People brought as a list: pasted lines, a table of another program, or address cards.

It lies beside the reader of the office file: another way to write the same section. Nobody is
refused here and nothing is guessed silently: what was understood is shown before it is taken.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hotline.errors import HotlineError, NumberRefused
from hotline.inbox.label import label
from hotline.numbering import can_be_texted, dialable
from hotline.said import say
from hotline.storage.vcards import are_cards, read_cards

MOST = 100
NAME_LIMIT = 120  # of an office file
_NUMBER_LIMIT = 40
_SEPARATORS = "\t;,"
# Five digits and more, with whatever people put between them.
_NUMBER = re.compile(r"\(?\+?\(?\d(?:[ \u00a0\u202f().\u2010-\u2015/-]{0,3}\d){4,}")
_BULLET = re.compile(r"^\s*(?:\d{1,3}[.)]|[-–•*])\s+")
_AS_TEXT = re.compile(r'="([^"]*)"')  # how tables keep the leading 0 of a number
_BETWEEN = " \t,;:|/–—-"
_CYRILLIC_AND_LATIN = re.compile(r"[a-z][а-яё]|[а-яё][a-z]", re.I)

_WHOLE = {"name", "full name", "display name", "contact", "contact name", "numele"}
_WHOLE |= {"nume complet", "nume și prenume", "nume si prenume", "фио", "ф.и.о.", "контакт"}
_WHOLE |= {"имя и фамилия", "піб", "п.і.б.", "ім'я та прізвище"}
_GIVEN = {"first name", "given name", "prenume", "prenumele", "имя", "ім'я"}
_FAMILY = {"last name", "family name", "surname", "nume", "nume de familie", "фамилия", "прізвище"}
_APOSTROPHE = re.compile("[ʼ’`]")
_PHONE = re.compile(r"phone|mobil|\bcell|\btel\b|telefon|num[aă]r|number|телефон|моб|номер", re.I)
_MOBILE = re.compile(r"mobil|\bcell|моб", re.I)


@dataclass(frozen=True)
class Row:
    """Somebody of a list, as far as understood; "" is what was not there.

    others: numbers of theirs that were not chosen.
    """

    name: str
    number: str
    others: tuple[str, ...] = ()


def read_people(given: str | bytes, country: str) -> tuple[Row, ...]:
    """Who stands in this list, in its order. country: of the office, to tell mobiles.

    Raises HotlineError where there are more than can be looked through at once, or it is no list.
    """
    text = (given if isinstance(given, str) else decoded(given)).replace("\0", "")
    found: Iterable[tuple[str, Sequence[str]]]
    if are_cards(text):
        found = ((card.name, card.numbers) for card in read_cards(text))
    else:
        found = _lines(text.removeprefix("\ufeff"))
    rows: list[Row] = []
    for name, numbers in found:
        if len(rows) == MOST:
            raise too_many()
        number, others = _chosen([label(one, _NUMBER_LIMIT) for one in numbers], country)
        rows.append(Row(one_line(name), number, others))
    return tuple(rows)


def too_many() -> HotlineError:
    """More than can be looked through at once."""
    return HotlineError(
        say("There are more than %(most)s people in this list.", most=MOST),
        say("Bring at most %(most)s at once.", most=MOST),
    )


def one_line(name: str) -> str:
    """A name as the office file takes it: one line, nothing that cannot be seen."""
    return label("".join(c for c in label(name, 4 * NAME_LIMIT) if c.isprintable()), NAME_LIMIT)


def decoded(raw: bytes) -> str:
    """A file as text: Unicode by its mark or as it is, else the old tables of Windows.

    Raises HotlineError for what is no text, such as a whole workbook.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if b"\0" in raw:
        raise HotlineError(
            say("This file is no list that the box can read."),
            say("Save the table as text with commas, or paste the lines."),
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        cyrillic = raw.decode("cp1251", errors="replace")
        # No word mixes the two: then it is one of Central Europe, such as Mărioara.
        return (
            raw.decode("cp1250", errors="replace")
            if _CYRILLIC_AND_LATIN.search(cyrillic)
            else cyrillic
        )


def _chosen(numbers: Sequence[str], country: str) -> tuple[str, tuple[str, ...]]:
    """The first mobile that may be rung, else what may be rung, else the first; and the others."""
    numbers = list(dict.fromkeys(filter(None, numbers)))
    if not numbers:
        return "", ()
    best = min(numbers, key=lambda number: _worth(number, country))
    return best, tuple(one for one in numbers if one != best)


def _worth(number: str, country: str) -> int:
    try:
        return 0 if can_be_texted(dialable(number, country)) else 1
    except NumberRefused:
        return 2


def _lines(text: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Name and numbers of each line that says anything."""
    rows = _cells(text)
    first = next(rows, None)
    if first is None:
        return
    columns = _columns(first)
    if columns is None:
        yield _loose(first)
    for cells in rows:
        yield columns.read(cells) if columns else _loose(cells)


def _cells(text: str) -> Iterator[list[str]]:
    """The cells of each line that says anything; separated by what most lines have."""
    lines = [line for line in text.splitlines() if line.strip()]
    most = max(_SEPARATORS, key=lambda mark: sum(mark in line for line in lines))
    for row in _quoted(text, most) or (line.split(most) for line in lines):
        cells = [_AS_TEXT.sub(r"\1", cell.strip()) for cell in row]
        if any(cells):
            yield cells


def _quoted(text: str, mark: str) -> list[list[str]] | None:
    """None where quotes do not pair: such a table would swallow whole lines."""
    if text.count('"') % 2:
        return None
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error:
        return None


def _loose(cells: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Without a head the number tells which cell is which."""
    numbers: list[str] = []
    before, after = list[str](), list[str]()
    for cell in cells:
        if "@" in cell and " " not in cell:
            continue  # where mail goes is not asked
        left = _BULLET.sub("", cell)
        found = _NUMBER.findall(left)
        words = _NUMBER.sub(" ", left).strip(_BETWEEN)
        (after if numbers else before).append(" ".join(words.split()))
        numbers += found
    name = " ".join(filter(None, before)) or next(filter(None, after), "")
    return name.strip(_BETWEEN).rstrip("= "), numbers


@dataclass(frozen=True)
class _Columns:
    """Which columns of a table say what, the better ones first."""

    whole: tuple[int, ...]
    parts: tuple[int, ...]
    phones: tuple[int, ...]

    def read(self, cells: Sequence[str]) -> tuple[str, Sequence[str]]:
        """Name and numbers of one line of the table."""
        there = dict(enumerate(cells))
        names = [there.get(one, "") for one in self.whole]
        parts = " ".join(filter(None, (there.get(one, "") for one in self.parts)))
        told = [there.get(one, "") for one in self.phones]
        numbers = [number for cell in told for number in self._numbers(cell)]
        return next(filter(None, names), "") or parts, numbers

    @staticmethod
    def _numbers(cell: str) -> list[str]:
        """As it stands where no number is found in it, so that it is shown; but no mere word."""
        return _NUMBER.findall(cell) or ([cell] if any(c.isdigit() for c in cell) else [])


def _columns(head: Sequence[str]) -> _Columns | None:
    """What the first line says of the columns; None where it is somebody already."""
    if any(_NUMBER.search(cell) for cell in head):
        return None
    words = [" ".join(_APOSTROPHE.sub("'", cell.casefold()).split()) for cell in head]
    at = list(enumerate(words))
    whole = tuple(n for n, word in at if word in _WHOLE)
    given = [n for n, word in at if word in _GIVEN]
    family = [n for n, word in at if word in _FAMILY]
    named = {*whole, *given, *family}
    phones = [n for n, word in at if n not in named and _PHONE.search(word)]
    if not named or not phones:
        return None
    phones.sort(key=lambda n: not _MOBILE.search(words[n]))
    return _Columns(whole, (*given, *family), tuple(phones))
