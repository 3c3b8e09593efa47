"""What the page and the commands ask about numbers and minutes: who is rung, what is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hotline.calls.alarms import Alarms
from hotline.calls.confirming import UNDER_WAY, Confirming
from hotline.calls.exchange import Exchange
from hotline.control.messages import (
    CapsResume,
    Done,
    Meter,
    Named,
    NumberCode,
    NumberConfirm,
    NumberForget,
    NumbersAnswer,
    NumberState,
    Used,
    Words,
)
from hotline.numbering import mask
from hotline.routing.confirmed import numbers_of, waiting
from hotline.routing.office import Office, Person

ONE_PERSON = "{name}'s number is not confirmed yet: {name} is not rung."
HOW = "Confirm it on the page People, or with: hotline numbers confirm {id}"


@dataclass(frozen=True)
class NumberDesk:
    """Part of the front desk."""

    exchange: Exchange
    confirming: Confirming
    alarms: Alarms

    def all(self) -> NumbersAnswer:
        """Everybody, and the numbers that nobody has now."""
        office = self.exchange.office()
        numbers = numbers_of(office)
        former = (one.number for one in self.confirming.confirmed.all())
        return NumbersAnswer(
            people=tuple(self._state(person) for person in office.people),
            former=tuple(mask(number) for number in former if number not in numbers),
        )

    async def confirm(self, ask: NumberConfirm) -> NumberCode:
        """Ring, and tell the code."""
        attempt = self.confirming.begin(ask.person, ask.by)
        return NumberCode(code=attempt.code, number=mask(attempt.number), line=attempt.line)

    async def forget(self, ask: NumberForget) -> Done:
        """Take a number back."""
        await self.confirming.forget(ask.number, ask.by)
        return Done()

    async def resume(self, ask: CapsResume) -> Words:
        """Some more minutes."""
        minutes = self.alarms.resume(ask.by)
        return Words(words=f"{minutes:.0f} more minutes of forwarded calls are allowed today.")

    def unconfirmed(self) -> tuple[Named, ...]:
        """Who is not rung because of the number."""
        return tuple(Named(id=p.id, name=p.name) for p in waiting(self.exchange.office()))

    def meter(self) -> Meter:
        """What is used, and by whom."""
        board, office = self.exchange.board, self.exchange.office()
        caps, now = board.caps, board.clock.steady()
        used, allowed = caps.used(now), caps.allowance(now)
        users = caps.users(now).items()
        return Meter(
            minutes=used / 60,
            allowed=allowed / 60,
            forwarding=caps.forwarding,
            concurrent=caps.limits.concurrent,
            breach=used >= allowed,
            may_resume=caps.may_resume(now),
            users=tuple(Used(name=_name(office, who), minutes=s / 60) for who, s in users),
        )

    def _state(self, person: Person) -> NumberState:
        number = person.number or person.unconfirmed
        held = self.confirming.confirmed.of(number)
        attempt = self.confirming.attempts.get(number)
        state: Literal["confirmed", "unconfirmed", "asking", "missing"] = (
            "missing"
            if not number
            else "confirmed"
            if held
            else "asking"
            if attempt and attempt.state in UNDER_WAY
            else "unconfirmed"
        )
        return NumberState(
            person=person.id,
            name=person.name,
            number=mask(number) if number else "",
            state=state,
            tried=attempt.state if attempt else "",
            line=attempt.line if attempt else "",
            at=held.at if held else None,
            by=held.by if held else "",
            topics=tuple(sorted(person.topics)),
            languages=person.languages,
            level=person.level,
        )


def _name(office: Office, number: str) -> str:
    """Whose number it is, else the number itself, hidden: of a test, or of who has left."""
    names = (p.name for p in office.people if number in (p.number, p.unconfirmed))
    return next(names, mask(number))


def unconfirmed_words(office: Office) -> tuple[str, ...]:
    """Who is not rung, each in a sentence with the one action."""
    return tuple(f"{ONE_PERSON.format(name=p.name)} {HOW.format(id=p.id)}" for p in waiting(office))
