"""Tells the office, once, of what somebody tried at its expense, and of what ran out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from hotline.calls.caps import Caps, MinutesUsed, NotConfirmed, Waits
from hotline.calls.notices import Notices, about_office
from hotline.calls.watching import NumberWatch
from hotline.clock import Clock
from hotline.errors import NumberRefused
from hotline.inbox.label import label
from hotline.notify.alarmwords import (
    about_breach,
    about_loop,
    about_not_rung,
    about_refused,
    about_resumed,
    about_staff_shut,
)
from hotline.notify.words import Words
from hotline.numbering import mask
from hotline.routing.office import Office, Person
from hotline.storage.audit import Act, Audit, Entry
from hotline.storage.uses import DAY, Use, What

log = logging.getLogger(__name__)
TOLD_A_DAY = 20  # whoever tries number after number does not flood the office's mail
LONGEST = 40
BREACH = ""  # in place of a number


@dataclass
class Alarms(NumberWatch):
    """told: when the office was told last, by number. Lives on the loop."""

    caps: Caps
    notices: Notices
    audit: Audit
    clock: Clock
    office: Callable[[], Office]
    told: dict[str, datetime] = field(default_factory=dict)

    def refused(self, number: str, why: NumberRefused) -> None:
        """The first time of a number and day is told, and written down."""
        if isinstance(why, Waits):
            return
        if isinstance(why, MinutesUsed):
            self._breach()
        elif self._first(label(number, LONGEST)):
            self._tell_refused(number, why)

    def loop(self, person: Person) -> None:
        """Told once a day of each person."""
        if self._first(f"loop {person.id}"):
            office = self.office()
            words = about_loop(person.name or person.id, about_office(office))
            self.notices.tell(office, words, supervisor=True)

    def resume(self, by: str) -> float:
        """Some more minutes for today; returns how many. Raises HotlineError."""
        minutes = self.caps.resume(self.clock.steady())
        self.told.pop(BREACH, None)
        self._note(Act.RESUMED, by=by)
        log.warning("%s allowed %.0f more minutes of forwarded calls", by, minutes)
        office = self.office()
        self.notices.tell(office, about_resumed(minutes, by, about_office(office)))
        return minutes

    def staff_shut(self) -> None:
        """Too many PINs were wrong: told each time the staff's menu shuts, which is once."""
        log.warning("the staff's menu is shut: too many PINs were wrong")
        self._note(Act.STAFF_SHUT)
        office = self.office()
        self.notices.tell(office, about_staff_shut(about_office(office)), supervisor=True)

    def _breach(self) -> None:
        if not self._first(BREACH):
            return
        self._note(Act.BREACH)
        minutes, office = self.caps.allowance(self.clock.steady()) / 60, self.office()
        log.warning("the %.0f minutes of forwarded calls are used up", minutes)
        self.notices.tell(office, about_breach(minutes, about_office(office)), supervisor=True)

    def _tell_refused(self, number: str, why: NumberRefused) -> None:
        log.warning("not dialled: %s: %s", mask(number), why.cause)
        office = self.office()
        person = next((p for p in office.people if p.unconfirmed == number), None)
        self._note(Act.REFUSED, label(number, LONGEST), person.name if person else "")
        words: Words
        if person is not None and isinstance(why, NotConfirmed):
            words = about_not_rung(number, person.name, about_office(office))
        else:
            words = about_refused(number, about_office(office))
        self.notices.tell(office, words)

    def _first(self, about: str) -> bool:
        """Was the office not told of it within a day?"""
        now = self.clock.steady()
        self.told = {one: at for one, at in self.told.items() if now - at < DAY}
        if about in self.told or (about != BREACH and len(self.told) >= TOLD_A_DAY):
            return False
        self.told[about] = now
        self.caps.on_use(Use(now, What.TOLD, about))
        return True

    def _note(self, what: Act, number: str = "", person: str = "", by: str = "") -> None:
        self.audit.note(Entry(self.clock.now(), what, number, person, by))
