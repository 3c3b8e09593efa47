"""What the staff may text to the box, in four languages, with typos forgiven. Pure.

A typo is forgiven only where it can mean one thing: a word that is as near to another command is
none at all. Short words (on, off, who) are not forgiven anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from hotline.routing.office import Office, Person
from hotline.routing.presence import USUAL_BREAK

SHORT = 3  # words of so many letters have to be right
APART = 3  # so many mistakes lie at least between a forgiven word and every other command
LONGEST = 100  # characters; whatever is longer is a letter, not a command


class Ask(StrEnum):
    """What somebody wants of the box."""

    BREAK = "break"
    ON = "on"
    OFF = "off"
    WHO = "who"
    YES = "yes"
    NO = "no"
    SWAP = "swap"
    BACK = "back"
    RECORD = "record"  # by telephone alone
    ANNOUNCE = "announce"  # the same


@dataclass(frozen=True)
class Order:
    """A command. minutes: of a BREAK. name, day: with whom to SWAP, and when, None for today.
    case: whom to call BACK.
    """

    ask: Ask
    minutes: int = 0
    name: str = ""
    day: DayWords | None = None
    case: int = 0


@dataclass(frozen=True)
class DayWords:
    """A day as people write it; year None where they leave it out."""

    day: int
    month: int
    year: int | None = None

    def after(self, today: date) -> date | None:
        """The day meant; without a year the next such one from today on. None for no day."""
        years = [self.year] if self.year else [today.year + n for n in range(9)]
        for year in years:
            try:
                found = date(year, self.month, self.day)
            except ValueError:
                continue  # the 29th of February
            if self.year or found >= today:
                return found
        return None


# English, Russian, Ukrainian, Romanian; and Russian as it is typed without its letters.
WORDS: dict[Ask, tuple[str, ...]] = {
    Ask.BREAK: ("break", "brake", "pause", "перерыв", "пауза", "перерва", "pauză", "pereryv"),
    Ask.ON: (
        "on",
        "тут",
        "вернулся",
        "вернулась",
        "повернувся",
        "повернулась",
        "revenit",
        "prezent",
    ),
    Ask.OFF: ("off", "ушел", "ушла", "выкл", "пішов", "пішла", "вимк", "plecat", "plecată"),
    Ask.WHO: ("who", "кто", "хто", "cine", "kto"),
    Ask.SWAP: ("swap", "обмен", "обмін", "schimb", "obmen"),
    Ask.BACK: ("back", "перезвонить", "передзвонити", "înapoi", "perezvonit"),
}
_DIGITS = {"1": Ask.YES, "2": Ask.NO}
_ALONE = frozenset({Ask.ON, Ask.OFF, Ask.WHO})
_MINUTES = frozenset(
    {"m", "min", "mins", "minute", "minutes", "м", "мин", "минут", "минуты", "хв", "хвилин", "for"}
    | {"на", "de"}
)
_TOKEN = re.compile(r"\d+(?:[./-]\d+)+|\d+|[^\W\d_]+(?:[-'’][^\W\d_]+)*|#\d+")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?")


def read(text: str) -> Order | None:
    """The command in a text; None if there is none, or it could be more than one."""
    words = _TOKEN.findall(plain(text)) if len(text) <= LONGEST else []
    if not words:
        return None
    if words[0] in _DIGITS and len(words) == 1:
        return Order(_DIGITS[words[0]])
    ask = _ask(words[0])
    return None if ask is None else _with_rest(ask, words[1:])


def plain(text: str) -> str:
    """Small letters without marks, as they are compared: `Pauză` and `pauza` are one word."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def people_called(office: Office, name: str) -> tuple[Person, ...]:
    """Who may be meant: those called exactly so; else those a typo away; several where unclear."""
    wanted = plain(name)
    exact = tuple(p for p in office.people if wanted in _names(p))
    if exact or len(wanted) <= SHORT:
        return exact
    return tuple(p for p in office.people if any(_distance(wanted, n) <= 1 for n in _names(p)))


def _names(person: Person) -> set[str]:
    """The whole name, its parts, and the id."""
    whole = plain(person.name)
    return {whole, plain(person.id), *whole.split()}


def _ask(word: str) -> Ask | None:
    """The command this word is, or is one typo away from and far from every other."""
    near = {ask: min(_distances(word, ask)) for ask in WORDS}
    best = min(near, key=lambda ask: near[ask])
    others = [distance for ask, distance in near.items() if ask is not best]
    if near[best] == 0:
        return best
    return best if near[best] == 1 and min(others) >= APART else None


def _distances(word: str, ask: Ask) -> Iterator[int]:
    for known in _plain_words(ask):
        distance = _distance(word, known)
        yield distance if distance == 0 or len(known) > SHORT else max(distance, 2)


@lru_cache
def _plain_words(ask: Ask) -> tuple[str, ...]:
    return tuple(map(plain, WORDS[ask]))


def _with_rest(ask: Ask, rest: list[str]) -> Order | None:
    """The command with what stands behind it; None if that does not belong there."""
    if ask in _ALONE:
        return None if rest else Order(ask)
    if ask is Ask.BREAK:
        return _break(rest)
    if ask is Ask.BACK:
        number = rest[0].lstrip("#") if len(rest) == 1 else ""
        return Order(ask, case=int(number)) if _is_number(number, 9) else None
    return _swap(rest)


def _break(rest: list[str]) -> Order | None:
    numbers = [word for word in rest if word.isdigit()]
    if any(word not in _MINUTES for word in rest if not word.isdigit()) or len(numbers) > 1:
        return None
    if numbers and not _is_number(numbers[0], 3):
        return None
    return Order(Ask.BREAK, minutes=int(numbers[0]) if numbers else USUAL_BREAK)


def _swap(rest: list[str]) -> Order | None:
    days = [day for day in map(_day, rest) if day]
    names = [word for word in rest if word[0].isalpha()]
    if not names or len(days) > 1 or len(days) + len(names) != len(rest):
        return None
    return Order(Ask.SWAP, name=" ".join(names), day=days[0] if days else None)


def _day(word: str) -> DayWords | None:
    if found := _YEAR_FIRST.fullmatch(word):
        year, month, day = map(int, found.groups())
        return DayWords(day, month, year)
    if found := _DAY_FIRST.fullmatch(word):
        return DayWords(int(found[1]), int(found[2]), _year(found[3]))
    return None


def _year(word: str | None) -> int | None:
    """27 is 2027."""
    return None if word is None else int(word) + (2000 if len(word) == 2 else 0)


def _is_number(word: str, most: int) -> bool:
    """A plain number of at most so many digits, above zero."""
    return word.isascii() and word.isdigit() and len(word) <= most and int(word) > 0


def _distance(one: str, other: str) -> int:
    """Letters to change, leave out, put in or exchange with their neighbour; 9 for far apart."""
    if abs(len(one) - len(other)) > APART:
        return 9
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]


def known_words() -> Iterable[tuple[Ask, str]]:
    """Every word with its command, as it is compared."""
    return [(ask, word) for ask in WORDS for word in _plain_words(ask)]
