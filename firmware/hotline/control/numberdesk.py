"""What the page and the commands ask about numbers and minutes: who is rung, what is used."""

from __future__ import annotations

from collections.abc import Callable
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
from hotline.routing.confirmed import numbers_of, waiting
from hotline.routing.office import Office, Person
from hotline.routing.voicemail import caught_by_voicemail, ring_time
from hotline.said import Said, say

ONE_PERSON = "{name}'s number is not confirmed yet: {name} is not rung."
HOW = "Confirm it on the page People, or with: hotline numbers confirm {id}"


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


def unconfirmed_words(office: Office) -> tuple[str, ...]:
    """Who is not rung, each in a sentence with the one action."""
    return tuple(f"{ONE_PERSON.format(name=p.name)} {HOW.format(id=p.id)}" for p in waiting(office))


def voicemail_words(person: Person) -> Said:
    """Why somebody is rung for a shorter time than the office says."""
    return say(
        "%(person)s is rung for %(seconds)s seconds only: a voicemail answers after %(after)s.",
        person=person.name,
        seconds=ring_time(person),
        after=person.voicemail_after,
    )


def voicemail_doubts(office: Office, measured: Callable[[str], bool]) -> tuple[str, ...]:
    """Whose voicemail would answer before the ringing is over; and once, whose is not known.

    office: with what was measured. measured: was this number?
    """
    told = [
        f"{p.name}: a voicemail answers after {p.voicemail_after} s, but ring_seconds is"
        f" {p.ring_seconds}. The box rings for {ring_time(p)} s."
        for p in office.people
        if caught_by_voicemail(p)
    ]
    unknown = [p for p in office.people if p.number and not measured(p.number)]
    if unknown:
        names = ", ".join(person.name for person in unknown)
        told.append(
            f"When the voicemail answers is not known of: {names}."
            " Measure it on the page People, or with: hotline numbers measure NAME"
        )
    return tuple(told)
