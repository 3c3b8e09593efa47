"""Who of the staff is there: what they ask for, what the box does about missed rings, who is told.

The rules are those of routing/presence.py; every turn is in the trail.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from hotline.calls.exchange import Exchange
from hotline.calls.watching import StaffWatch
from hotline.notify.staffwords import (
    Told,
    about_alone_and_missing,
    about_back_again,
    about_decision,
    about_nobody_left,
)
from hotline.routing.office import Office, Person
from hotline.routing.presence import (
    Absent,
    Decision,
    Verdict,
    ask_break,
    ask_off,
    ask_on,
    ask_pause,
    ringable,
    uncovered,
)
from hotline.routing.rules import Opening, opening_at
from hotline.storage.presence import Presences, StaffTrail

LOOK_S = 5.0
THE_BOX = "the box"


class Attendance(StaffWatch):
    """Decides and remembers who is away. Lives on the loop; nothing here waits."""

    def __init__(self, exchange: Exchange, presences: Presences, trail: StaffTrail) -> None:
        self._exchange, self._presences, self._trail = exchange, presences, trail
        self._missed: dict[str, int] = {}
        self._told_alone: set[str] = set()
        exchange.board.staff = self
        exchange.notices.away = self.away
        # What the last run found uncovered it has told.
        self._uncovered = uncovered(exchange.office(), self._now(), self.away())

    def away(self) -> Absent:
        """Who is away now, by id."""
        return self._presences.holding(self._now())

    def away_at(self, at: datetime) -> Absent:
        """Who, as far as is known now, is away at another instant."""
        return self._presences.holding(at)

    # -- what people ask for ---------------------------------------------------------------------

    def take_break(self, person: Person, minutes: int, by: str, asked: str = "") -> Decision:
        """BREAK. by, asked: who says so and in which words, for the trail."""
        decision = ask_break(self._office(), person, minutes, self._now(), self.away())
        return self._decided(person, decision, by, asked or f"break {minutes}")

    def off(self, person: Person, by: str, asked: str = "") -> Decision:
        """OFF."""
        decision = ask_off(self._office(), person, self._now())
        return self._decided(person, decision, by, asked or "off")

    def on(self, person: Person, by: str, asked: str = "") -> Decision:
        """ON: the end of every absence, also of one the plan has outlived."""
        decision = ask_on(self._office(), person, self._now())
        self._missed.pop(person.id, None)
        self._presences.back(person.id, self._now())
        return self._decided(person, decision, by, asked or "on")

    def _decided(self, person: Person, decision: Decision, by: str, asked: str) -> Decision:
        if decision.away is not None:
            self._presences.leave(decision.away)
        told = about_decision(decision, self._told(person), self._missed.get(person.id, 0))
        self._trail.note(self._now(), person.id, by, asked, told)
        if decision.changes:
            self._look_at_cover()
            self._exchange.board.tell_changed()
        return decision

    # -- what the box sees -----------------------------------------------------------------------

    def rung(self, person: Person, taken: bool) -> None:
        """Somebody was rung to the end: taken with key 1, or nobody was there."""
        if taken:
            self._took(person)
            return
        missed = self._missed[person.id] = self._missed.get(person.id, 0) + 1
        most = self._office().pause_after
        if most and missed >= most:
            self._pause(person, missed)

    def _took(self, person: Person) -> None:
        self._missed.pop(person.id, None)
        self._told_alone.discard(person.id)
        if person.id in self.away():
            self.on(person, THE_BOX, "took a call")

    def _pause(self, person: Person, missed: int) -> None:
        if person.id in self.away():
            return
        office, now = self._office(), self._now()
        decision = ask_pause(office, person, now, self.away())
        if decision.verdict is Verdict.LAST and person.id not in self._told_alone:
            self._told_alone.add(person.id)
            words = about_alone_and_missing(person.name, missed, self._told_supervisor(office))
            self._exchange.notices.supervisor(office, words)
            self._trail.note(now, person.id, THE_BOX, f"missed {missed} calls", words)
        if decision.verdict is Verdict.PAUSED:
            self._decided(person, decision, THE_BOX, f"missed {missed} calls")
            self._exchange.notices.text_person(
                person, about_decision(decision, self._told(person), missed)
            )

    def had_a_hard_call(self, person: Person) -> None:
        """A break, where the office wants it and others can be rung; a text tells when it ends."""
        office, now = self._office(), self._now()
        if not office.pause_after_hard or person.id in self.away():
            return
        decision = ask_break(office, person, office.pause_after_hard, now, self.away())
        self._decided(person, decision, THE_BOX, "had a hard call")
        if decision.changes:
            words = about_decision(decision, self._told(person))
            self._exchange.notices.text_person(person, words)

    # -- ends ------------------------------------------------------------------------------------

    async def keep(self) -> None:
        """End what is over, for ever."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """Forget the absences that are over, and tell who waits for it."""
        for over in self._presences.end_over(self._now()):
            self._missed.pop(over.person, None)
            self._exchange.board.tell_changed()
        self._look_at_cover()

    def _look_at_cover(self) -> None:
        """The supervisor hears once that the last one went, and once that somebody is back."""
        office, now, away = self._office(), self._now(), self.away()
        bare, before = uncovered(office, now, away), self._uncovered
        self._uncovered = bare
        if bare == before:
            return
        told = self._told_supervisor(office)
        if bare:
            gone = [(p.name, away[p.id]) for p in office.people if p.id in away]
            self._exchange.notices.supervisor(office, about_nobody_left(gone, told))
        elif opening_at(office, now)[0] is Opening.OPEN and (there := ringable(office, now, away)):
            names = [person.name for person in there]
            self._exchange.notices.supervisor(office, about_back_again(names, told))

    # -- at hand ---------------------------------------------------------------------------------

    def _told(self, person: Person | None) -> Told:
        return Told.to(person, self._office(), self._now())

    def _told_supervisor(self, office: Office) -> Told:
        return self._told(office.person(office.supervisor))

    def _office(self) -> Office:
        return self._exchange.office()

    def _now(self) -> datetime:
        return self._exchange.clock.now()
