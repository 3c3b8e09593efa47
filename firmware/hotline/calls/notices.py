"""What people outside the box are told of a call, or of a text."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from hotline.errors import HotlineError
from hotline.inbox.case import Case, CaseKind
from hotline.inbox.deadlines import due_at
from hotline.inbox.waiting import Callee
from hotline.notify.outbox import Outbox
from hotline.notify.trialwords import about_trial
from hotline.notify.words import (
    About,
    Words,
    about_case,
    about_given_up,
    about_missed,
    about_text,
    text_about_case,
    text_about_missed,
    text_about_talk,
    text_to_call_back,
    text_to_missed,
)
from hotline.numbering import can_be_texted
from hotline.routing.office import Office, Person
from hotline.routing.presence import Absent, Why
from hotline.routing.rules import on_duty
from hotline.said import say
from hotline.storage.calls import Call as CallRow
from hotline.storage.files import recording_name

if TYPE_CHECKING:
    from hotline.calls.call import Call

HOUR = timedelta(hours=1)
TEXTS_TOLD_AN_HOUR = 30  # the others stand in the records all the same


@dataclass
class Texting:
    """A line of the box can send texts. told: when each missed caller was last sent one.

    room: how many more may be written today, those that wait counted. reserve: so many are kept
    for who is on duty. What nobody could send today would come in days, before the news of then.
    """

    country: str
    room: Callable[[], int]
    reserve: int = 0
    told: dict[str, date] = field(default_factory=dict)

    def may_tell(self, number: str, today: date) -> bool:
        """Once a day, and only mobiles of the country: anybody can call under any number."""
        for other in [other for other, day in self.told.items() if day != today]:
            del self.told[other]
        mobile = can_be_texted(number, self.country)
        return mobile and number not in self.told and self.room() > self.reserve


class Notices:
    """Writes letters and puts them into the outbox; never waits.

    messengers: names of the apprise targets; each gets every letter. texting: None where no line
    can send a text. away: who of the staff is; attached by `Attendance`.
    """

    def __init__(
        self, outbox: Outbox, messengers: tuple[str, ...], texting: Texting | None = None
    ) -> None:
        self._outbox, self.messengers, self.texting = outbox, messengers, texting
        self._told_texts: deque[datetime] = deque()
        self.away: Callable[[], Absent] = dict

    def try_out(self, office: Office, way: str, recipient: str, letter_id: str) -> Future[None]:
        """A letter that says nothing but that it arrived; done when it is on the disk."""
        words = about_trial(about_office(office))
        return self._outbox.add(way, recipient, words.subject, words.body, letter_id=letter_id)

    def case_filed(
        self,
        call: Call,
        case_number: int,
        kind: CaseKind,
        seconds: float = 0.0,
        *,
        to_do: bool = True,
        number: str | None = None,
    ) -> None:
        """A message, complaint or wish to be called back was filed.

        to_do False: the box deals with it by itself, so nobody on duty is sent a text. number: to
        be called, if it is not the one that was shown.
        """
        now = call.exchange.clock.now()
        case = Case(
            number=case_number,
            kind=kind,
            created=now,
            due=due_at(now),
            topic=call.ending.topic or "",
            caller_number=number or call.caller.number,
            caller_name=call.caller.name,
            call_id=call.id,
            language=call.language,
            recording=recording_name(case_number, kind) if seconds else None,
            seconds=seconds,
        )
        self._case(call.office, case, now, to_do=to_do)

    def missed(self, call: Call) -> None:
        """A caller left with nothing."""
        caller, now = call.caller, call.exchange.clock.now()
        self._missed(call.office, caller.number, caller.name, call.started_at, now)
        if caller.number:
            self._text_to_missed(call.office, caller.number, call.language, now)

    def given_up(
        self, office: Office, number: str, came: datetime, case: int, now: datetime
    ) -> None:
        """The box does not call this caller back any more: who is on duty has to.

        Where nobody is, whoever watches the plan hears of it. came: when they called.
        """
        words = about_given_up(number, came, case, _about(office, now))
        self._send(office, words, case)
        self._text_staff(office, words.subject, now, case)
        watcher = office.person(office.supervisor)
        if office.text_staff and watcher and not on_duty(office, now):
            self.text_person(watcher, words.subject)

    def taken(self, call: Call, person: Person) -> None:
        """The person talks with the caller, whose number no telephone of the staff can show."""
        office, number = call.office, call.caller.number
        if not office.text_caller or not number:
            return
        topic = office.topic(call.ending.topic or "")
        name = topic.name.get(office.language, topic.id) if topic else ""
        about = about_office(office)
        self.text_person(person, text_about_talk(number, call.caller.name, name, about))

    def text_callee(
        self, office: Office, person: Person, number: str, callee: Callee, now: datetime
    ) -> None:
        """Send a person the number of a caller to call back. Raises HotlineError."""
        if self.texting is None:
            raise HotlineError(say("No line of the box can send texts."))
        if person.number is None or not can_be_texted(person.number):
            raise HotlineError(say("%(person)s has no mobile telephone.", person=person.name))
        if self.texting.room() <= 0:
            raise HotlineError(say("Today's texts are used up."), say("Call from the box instead."))
        about = _about(office, now)
        text = text_to_call_back(number, callee.name, callee.came, callee.case_number, about)
        self._outbox.add("sms", person.number, text, "", case_number=callee.case_number)

    def text_came(self, office: Office, number: str, text: str, now: datetime) -> None:
        """Somebody sent a text. Whoever floods the SIM card does not flood the office's mail."""
        while self._told_texts and now - self._told_texts[0] > HOUR:
            self._told_texts.popleft()
        if len(self._told_texts) < TEXTS_TOLD_AN_HOUR:
            self._told_texts.append(now)
            self._send(office, about_text(number, text, now, _about(office, now)))

    def text_person(self, person: Person, text: str) -> bool:
        """Text one of the staff; False where no line can, or they have no mobile."""
        number = person.number or person.unconfirmed
        if self.texting is None or number is None or not can_be_texted(number):
            return False
        if self.texting.room() <= 0:
            return False
        self._outbox.add("sms", number, text, "")
        return True

    def supervisor(self, office: Office, text: str) -> None:
        """Something about the plan that somebody has to know: in a text to them, and by letter."""
        if watcher := office.person(office.supervisor):
            self.text_person(watcher, text)
        self._send(office, Words(text, f"{text}\n\n{office.name}\n"))

    def after_restart(
        self, office: Office, cases: Iterable[Case], missed: Iterable[CallRow], now: datetime
    ) -> None:
        """What the last run filed or missed and could not tell any more."""
        for case in cases:
            self._case(office, case, now)
        for call in missed:
            self._missed(office, call.caller_number, call.caller_name, call.started_at, now)

    def tell(self, office: Office, words: Words, *, supervisor: bool = False) -> None:
        """Something about the box that is no call's. supervisor: whoever watches gets a text, too.

        That person gets nothing where no line can send texts.
        """
        self._send(office, words)
        watching = office.person(office.supervisor) if supervisor else None
        number = (watching.number or watching.unconfirmed) if watching else ""
        if self.texting and can_be_texted(number) and self.texting.room() > 0:
            self._outbox.add("sms", number, words.subject, "")

    def evening_recipients(self, office: Office) -> list[tuple[str, str]]:
        """Ways and recipients of the evening letter; the supervisor gets a text where one can go.

        Like all texts it waits for its turn: a supervisor with no mobile has the letter.
        """
        to = [("email", address) for address in office.notify_to]
        to += [("apprise", name) for name in self.messengers]
        supervisor = office.person(office.supervisor)
        number = supervisor.number if supervisor else None
        if self.texting is not None and number and can_be_texted(number):
            to += [("sms", number)] if self.texting.room() > 0 else []
        return list(dict.fromkeys(to))

    def about(self, office: Office, now: datetime) -> About:
        """What every letter needs to know."""
        return _about(office, now)

    def _case(self, office: Office, case: Case, now: datetime, *, to_do: bool = True) -> None:
        topic = office.topic(case.topic)
        name = topic.name.get(office.language, case.topic) if topic else case.topic
        about = _about(office, now)
        self._send(office, about_case(case, name, about), case.number)
        if to_do:
            self._text_staff(office, text_about_case(case, name, about), now, case.number)

    def _missed(
        self, office: Office, number: str | None, name: str, began: datetime, now: datetime
    ) -> None:
        about = _about(office, now)
        self._send(office, about_missed(number, name, began, about))
        self._text_staff(office, text_about_missed(number, name, began, about), now)

    def _text_staff(
        self, office: Office, text: str, now: datetime, case: int | None = None
    ) -> None:
        """Who is on duty now and has a mobile; two people with one telephone get one text.

        Who went home is left in peace, unless everybody did.
        """
        if self.texting is None or not office.text_staff:
            return
        away, there = self.away(), on_duty(office, now)
        home = {one.person for one in away.values() if one.why is Why.OFF}
        told = [person for person in there if person.id not in home] or there
        # A text costs little and dials nobody: whoever is not confirmed yet is told all the same.
        numbers = dict.fromkeys(p.number or p.unconfirmed for p in told)
        for number in filter(can_be_texted, numbers):
            if self.texting.room() > 0:
                self._outbox.add("sms", number, text, "", case_number=case)

    def _text_to_missed(self, office: Office, number: str, language: str, now: datetime) -> None:
        if self.texting is None or not office.text_missed:
            return
        today = now.astimezone(office.zone).date()
        if self.texting.may_tell(number, today):
            self.texting.told[number] = today
            self._outbox.add("sms", number, text_to_missed(office.name, language), "")

    def _send(self, office: Office, words: Words, case: int | None = None) -> None:
        for address in office.notify_to:
            self._outbox.add("email", address, words.subject, words.body, case_number=case)
        for name in self.messengers:
            self._outbox.add("apprise", name, words.subject, words.body, case_number=case)


def about_office(office: Office) -> About:
    """Of letters in which nobody's duty counts."""
    return About(office.name, office.zone, office.language)


def _about(office: Office, now: datetime) -> About:
    names = tuple(person.name for person in on_duty(office, now))
    return About(office.name, office.zone, office.language, names)
