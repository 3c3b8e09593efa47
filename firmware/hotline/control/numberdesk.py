"""What the page and the commands ask about numbers and minutes: who is rung, what is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from hotline.calls.alarms import Alarms
from hotline.calls.confirming import UNDER_WAY, Confirming
from hotline.calls.exchange import Exchange
from hotline.calls.measuring import Measuring
from hotline.calls.rollcall import RollCalls
from hotline.control.messages.people import (
    CapsResume,
    Meter,
    Named,
    NumberCode,
    NumberConfirm,
    NumberForget,
    NumberMeasure,
    NumbersAnswer,
    NumberState,
    Used,
)
from hotline.control.messages.wire import Done, Started, Words
from hotline.numbering import mask
from hotline.routing.confirmed import numbers_of
from hotline.routing.office import Office, Person
from hotline.routing.voicemail import ring_time
from hotline.said import say


@dataclass(frozen=True)
class NumberDesk:
    """Part of the front desk."""

    exchange: Exchange
    confirming: Confirming
    alarms: Alarms
    measuring: Measuring
    roll_calls: RollCalls

    def all(self) -> NumbersAnswer:
        """Everybody, the directory, and the numbers that nobody has now."""
        office = self.exchange.office()
        numbers = numbers_of(office)
        former = (one.number for one in self.confirming.confirmed.all())
        outside = (self._state(one, outside=True) for one in office.directory)
        return NumbersAnswer(
            people=(*(self._state(person) for person in office.people), *outside),
            former=tuple(mask(number) for number in former if number not in numbers),
        )

    async def confirm(self, ask: NumberConfirm) -> NumberCode:
        """Ring, and tell the code."""
        begin = self.confirming.begin_in_turn if ask.in_turn else self.confirming.begin
        attempt = begin(ask.person, ask.by)
        return NumberCode(code=attempt.code, number=mask(attempt.number), line=attempt.line)

    async def forget(self, ask: NumberForget) -> Done:
        """Take a number back."""
        await self.confirming.forget(ask.number, ask.by)
        return Done()

    def measure(self, ask: NumberMeasure) -> Started:
        """Ring until a voicemail answers."""
        person = self.measuring.begin(ask.person)
        words = say(
            "%(person)s is rung now: do not pick up, wait until it rings no more.",
            person=person.name,
        )
        return Started(words=words)

    async def resume(self, ask: CapsResume) -> Words:
        """Some more minutes."""
        minutes = self.alarms.resume(ask.by)
        return Words(words=f"{minutes:.0f} more minutes of forwarded calls are allowed today.")

    def unconfirmed(self) -> tuple[Named, ...]:
        """Who is not rung because of the number."""
        people = self.exchange.office().people
        return tuple(Named(id=p.id, name=p.name) for p in people if p.unconfirmed)

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

    def _state(self, person: Person, *, outside: bool = False) -> NumberState:
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
            **self._checked(number),
            ring_seconds=ring_time(person),
            topics=tuple(sorted(person.topics)),
            languages=person.languages,
            level=person.level,
            outside=outside,
        )

    def _checked(self, number: str) -> dict[str, Any]:
        """What was found of the number by ringing it."""
        checks = self.measuring.checks
        check, voicemail = checks.of(number), checks.voicemail(number)
        return {
            "check": check.result.value if check else "",
            "checked_at": check.at if check else None,
            "measuring": self.measuring.states.get(number, ""),
            "voicemail": voicemail.after if voicemail else None,
            "voicemail_at": voicemail.at if voicemail else None,
        }


def _name(office: Office, number: str) -> str:
    """Whose number it is, else the number itself, hidden: of a test, or of who has left."""
    known = (*office.people, *office.directory)
    names = (p.name for p in known if number in (p.number, p.unconfirmed))
    return next(names, mask(number))
