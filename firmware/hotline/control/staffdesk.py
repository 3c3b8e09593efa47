"""What the page and the commands ask about people: who is away; have them leave or come back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from hotline.calls.attendance import Attendance
from hotline.control.messages.people import OnDuty, StaffAsk, StaffSaid
from hotline.control.staffwords import away_words
from hotline.errors import HotlineError
from hotline.routing.office import Office, Person
from hotline.routing.presence import Absent, Away, Decision, Verdict, off_duty
from hotline.routing.rules import on_duty
from hotline.routing.shifts import duty_ends
from hotline.routing.staffwords import people_called
from hotline.said import Said, say


@dataclass(frozen=True)
class StaffDesk:
    """office: the one in force. computers: ids of who takes calls in a browser now."""

    attendance: Attendance
    office: Callable[[], Office]
    computers: Callable[[], Collection[str]] = frozenset

    def on_duty(self, now: datetime) -> tuple[OnDuty, ...]:
        """Everybody on duty, and who of them is away."""
        office, away, there = self.office(), self.away_at(now), self.computers()
        return tuple(
            _on_duty(
                person, duty_ends(office, person, now), away.get(person.id), person.id in there
            )
            for person in on_duty(office, now, off_duty(away.values()))
        )

    def away_at(self, at: datetime) -> Absent:
        """Who, as far as is known, is away at an instant."""
        return self.attendance.away_at(at)

    def ask(self, ask: StaffAsk) -> StaffSaid:
        """Have somebody leave or come back. Raises HotlineError where nobody is called so."""
        person, who = self.person(ask.person), self.attendance
        match ask.what:
            case "break":
                decision = who.take_break(person, ask.minutes, ask.by)
            case "off":
                decision = who.off(person, ask.by)
            case "on":
                decision = who.on(person, ask.by)
        words = decision_words(decision, person, self.office())
        return StaffSaid(done=decision.changes, words=words)

    def person(self, name: str) -> Person:
        """By id or by name, as far as that is clear; raises HotlineError where it is not."""
        office = self.office()
        found = office.person(name)
        meant = (found,) if found else people_called(office, name)
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise HotlineError(
                say("Several are called %(name)s.", name=name), say("Write the whole name.")
            )
        raise HotlineError(
            say("Nobody here is called %(name)s.", name=name),
            say("There are: %(names)s.", names=", ".join(p.id for p in office.people) or "–"),
        )


def decision_words(decision: Decision, person: Person, office: Office) -> Said:
    """What became of it, for whoever asked in the person's stead."""
    name = person.name
    if decision.away is not None:
        return away_words(decision.away, office)
    time = f"{decision.until.astimezone(office.zone):%d.%m %H:%M}" if decision.until else ""
    match decision.verdict:
        case Verdict.LAST:
            return say("Break denied: %(name)s is the last one.", name=name)
        case Verdict.FEW:
            return say("Break denied: too few people would stay.")
        case Verdict.NOT_ON_DUTY if time:
            return say("%(name)s is not on duty now, but from %(time)s.", name=name, time=time)
        case Verdict.NOT_ON_DUTY:
            return say("%(name)s is not on duty in the weeks to come.", name=name)
        case _:
            return say("%(name)s is rung again.", name=name)


def _on_duty(
    person: Person, until: datetime | None, away: Away | None, at_computer: bool
) -> OnDuty:
    return OnDuty(
        person=person.id,
        name=person.name,
        until=until,
        away=away.why.value if away else None,
        away_until=away.until if away else None,
        at_computer=at_computer,
    )
