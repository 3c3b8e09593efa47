"""The staff's telephones: what they text to the box, and what it texts to them.

As people write: in four languages, with typos; and they answer a colleague who wants to swap.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hotline.calls.attendance import THE_BOX, Attendance
from hotline.calls.notices import Notices
from hotline.routing.office import Office, Person
from hotline.routing.presence import Decision, Verdict
from hotline.storage.texts import Direction, Text, TextState
from tests.month.network import now

MINUTE_S = 60.0
# What is meant by what they write; of a break, for how many minutes.
BREAKS = {
    15: ("BREAK 15", "перерыв", "перрыв 15", "pauză", "pauzza de 15 minute", "перерва"),
    30: ("brake 30", "перерыв на 30 минут", "Перерва 30", "pauza 30 min", "pereryv 30"),
}
WORDS = {
    "off": ("OFF", "ушла", "plecatt", "пішла", "вимкк", "Off."),
    "on": ("ON", "revennit", "вернулас", "повернувся", "prezent!", "тут"),
    "who": ("WHO?", "кто", "хто?", "cine"),
}
SWAPS = ("SWAP {name} {day}", "обмен {name} {day}", "schimbb {name} {day}", "обмін {day} {name}")
WHAT = {"break": 42, "off": 14, "on": 26, "who": 9, "swap": 9}
SWAP_DAYS = 4
ANSWERS = 0.8  # of those who are asked to swap
AGREES = 0.7
ANSWERED_AFTER = (1, 50)  # minutes


@dataclass(frozen=True)
class Asked:
    """One of the staff asked to leave for so many minutes, or was paused; what they were told."""

    at: float
    person: str
    what: str  # break, off, on; or paused, hard
    verdict: str
    minutes: int = 0
    until: float | None = None  # where it was granted


@dataclass(frozen=True)
class Texted:
    """One of the staff wrote to the box, and meant this. what: also who, swap, yes, no."""

    at: float
    person: str
    text: str
    what: str
    minutes: int = 0


@dataclass(frozen=True)
class Told:
    """The box texted one of the staff."""

    at: float
    person: str
    text: str


@dataclass
class Wish:
    """`one` wants to swap a day with `other`. agrees: None while that is not answered."""

    at: float
    one: str
    other: str
    day: date
    answered_at: float = float("inf")
    agrees: bool | None = None


class Letters(Notices):
    """Texts arrive at once. What a supervisor is told is judged by what becomes of the plan."""

    on_text: Callable[[Person, str], None]
    on_given_up: Callable[[int], None]

    def text_person(self, person: Person, text: str) -> bool:
        self.on_text(person, text)
        return True

    def supervisor(self, office: Office, text: str) -> None: ...

    def given_up(
        self, office: Office, number: str, came: datetime, case: int, now: datetime
    ) -> None:
        self.on_given_up(case)


class Watched(Attendance):
    """Tells the diary what was decided, where it was not the box that asked."""

    note: Callable[[str, str, int, Decision], None]

    def _decided(self, person: Person, decision: Decision, by: str, asked: str) -> Decision:
        if by == THE_BOX and decision.verdict is Verdict.BREAK:  # after a hard call
            self.note(person.id, "hard", 0, decision)
        return super()._decided(person, decision, by, asked)

    def take_break(self, person: Person, minutes: int, by: str, asked: str = "") -> Decision:
        decision = super().take_break(person, minutes, by, asked)
        self.note(person.id, "break", minutes, decision)
        return decision

    def off(self, person: Person, by: str, asked: str = "") -> Decision:
        decision = super().off(person, by, asked)
        self.note(person.id, "off", 0, decision)
        return decision

    def on(self, person: Person, by: str, asked: str = "") -> Decision:
        decision = super().on(person, by, asked)
        if by != THE_BOX:
            self.note(person.id, "on", 0, decision)
        return decision


class Staff:
    """Who writes when. Lives on the loop; `diary` gets all of it."""

    def __init__(
        self,
        diary: Any,
        later: Callable[..., object],
        take: Callable[[Text], None],
        attendance: Attendance,
        office: Callable[[], Office],
    ) -> None:
        self.diary, self._later, self._take = diary, later, take
        self._attendance, self._office = attendance, office
        self._open: dict[str, Wish] = {}  # by who is to answer
        self._texts = 0

    def told(self, person: Person, text: str) -> None:
        """The box has texted them."""
        self.diary.told.append(Told(now(), person.id, text))

    def writes(self, who: str, chance: random.Random) -> None:
        """Something, drawn by chance."""
        person = self._office().person(who)
        if person is None or person.number is None:
            return  # who has not confirmed the number is not known by it
        what = chance.choices(list(WHAT), list(WHAT.values()))[0]
        if what == "swap":
            self._wants_to_swap(person, chance)
        elif what == "break":
            minutes = chance.choice([15, 15, 30])
            self._writes(person, chance.choice(BREAKS[minutes]), what, minutes)
        elif what == "on" and person.id in self._attendance.away() and person.id not in self._open:
            self._writes(person, "1", what)  # as the box proposes to whom it does not ring any more
        else:
            self._writes(person, chance.choice(WORDS[what]), what)

    def _writes(self, person: Person, text: str, what: str, minutes: int = 0) -> None:
        self._texts += 1
        at = self.diary.instant(now())
        self.diary.texted.append(Texted(now(), person.id, text, what, minutes))
        letter = Text(
            self._texts,
            Direction.IN,
            "mobile",
            person.number or "",
            text,
            at,
            at,
            TextState.RECEIVED,
            "",
            1,
        )
        self._take(letter)

    def _wants_to_swap(self, person: Person, chance: random.Random) -> None:
        others = [p for p in self._office().people if p.number and p.id not in self._open]
        other = chance.choice(others)
        if other.id == person.id or {person.id, other.id} & set(self._office().overflow):
            return
        day = self._today() + timedelta(days=chance.randint(1, SWAP_DAYS))
        words = chance.choice(SWAPS).format(name=other.name, day=f"{day.day}.{day.month}")
        self.diary.wishes.append(wish := Wish(now(), person.id, other.id, day))
        self._open[other.id] = wish
        self._writes(person, words, "swap")
        minutes, answers = chance.randint(*ANSWERED_AFTER), chance.random() < ANSWERS
        agrees = chance.random() < AGREES
        self._later(minutes * MINUTE_S, self._answers, wish, answers, agrees)

    def _answers(self, wish: Wish, answers: bool, agrees: bool) -> None:
        """Who was asked; not where a 1 would say that they are back."""
        del self._open[wish.other]
        asked = any(t.person == wish.other and t.at == wish.at for t in self.diary.told)
        person = self._office().person(wish.other)
        if not (asked and answers) or person is None or wish.other in self._attendance.away():
            return
        wish.answered_at, wish.agrees = now(), agrees
        self._writes(person, "1" if agrees else "2", "yes" if agrees else "no")

    def _today(self) -> date:
        at: datetime = self.diary.instant(now())
        return at.astimezone(self._office().zone).date()
