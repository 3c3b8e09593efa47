"""What the staff wrote, against what was done about it and what they were answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.month.seen import Finding
from tests.month.staff import Texted, Wish
from tests.month.world import Diary

if TYPE_CHECKING:
    from tests.month.turns import Duty

CYRILLIC = re.compile("[а-яіїєґ]", re.IGNORECASE)
NAMES_IN_TEXT = 3  # more make it too long
WRITTEN_SO = {"ru", "uk"}


class Texts:
    """All that was written."""

    def __init__(self, diary: Diary, duty: Duty) -> None:
        self.diary, self.duty = diary, duty
        self.people = {person.id: person for person in diary.office.people}

    def findings(self) -> Iterator[Finding]:
        """All there is to say."""
        for one in self.diary.texted:
            name = self.people[one.person].name
            for words in (*self._done(one), *self._answered(one)):
                yield Finding(one.at, f"{name} wrote «{one.text}» {words}")
        for wish in self.diary.wishes:
            for at, words in self._swapped(wish):
                yield Finding(at, f"{self.people[wish.one].name}'s wish to swap {words}")

    def _done(self, one: Texted) -> Iterator[str]:
        if one.what not in ("break", "off", "on"):
            return
        meant = (one.at, one.person, one.what, one.minutes)
        if meant not in [(a.at, a.person, a.what, a.minutes) for a in self.diary.asked]:
            yield "and nothing was done about it"

    def _answered(self, one: Texted) -> Iterator[str]:
        told = [t.text for t in self.diary.told if (t.at, t.person) == (one.at, one.person)]
        if not told:
            yield "and was not answered"
        person = self.people[one.person]
        language = (person.languages or self.diary.office.languages)[0]
        for text in told:
            if bool(CYRILLIC.search(text)) is not (language in WRITTEN_SO):
                yield f"and was answered «{text}», which is not {language}"
        if one.what == "who" and told:
            there = self.duty.there(self.diary.office_at(one.at), int(one.at // 60))
            names = [p.name for p in self.people.values() if p.id in there][:NAMES_IN_TEXT]
            for name in names:
                if name not in told[0]:
                    yield f"and was not told of {name}"

    def _swapped(self, wish: Wish) -> Iterator[tuple[float, str]]:
        """In force from the answer on, if that was yes; with both of them told of it."""
        at = wish.answered_at
        if wish.agrees is None:
            return
        both = {wish.one, wish.other}
        in_force = [s for s in self.diary.office_at(at).swaps if {s.one, s.other} == both]
        before = [s for s in self.diary.office_at(wish.at).swaps if s.day == wish.day]
        taken = any(both & {s.one, s.other} for s in before) or self._another(wish)
        is_there = any(s.day == wish.day for s in in_force)
        if wish.agrees and not is_there and not taken:
            yield at, f"on {wish.day} was agreed to and is not in force"
        if not wish.agrees and is_there and not taken:
            yield at, f"on {wish.day} was refused and is in force"
        if not any((t.at, t.person) == (at, wish.one) for t in self.diary.told):
            yield at, "was answered, and nobody said so"

    def _another(self, wish: Wish) -> bool:
        """Did one of the two agree with somebody else on that day meanwhile?"""
        both = {wish.one, wish.other}
        return any(
            other is not wish and other.agrees and other.day == wish.day
            and both & {other.one, other.other}
            and other.answered_at <= wish.answered_at
            for other in self.diary.wishes
        )  # fmt: skip
