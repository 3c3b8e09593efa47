"""What people outside the box are told of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.inbox.case import Case, CaseKind
from hotline.inbox.deadlines import due_at
from hotline.notify.outbox import Outbox
from hotline.notify.words import About, Words, about_case, about_missed
from hotline.routing.rules import on_duty

if TYPE_CHECKING:
    from hotline.calls.call import Call


class Notices:
    """Writes letters and puts them into the outbox; never waits.

    messengers: names of the apprise targets; each gets every letter.
    """

    def __init__(self, outbox: Outbox, messengers: tuple[str, ...]) -> None:
        self._outbox, self._messengers = outbox, messengers

    def case_filed(self, call: Call, number: int, kind: CaseKind, seconds: float = 0.0) -> None:
        """A message, complaint or wish to be called back was filed."""
        now = call.exchange.clock.now()
        case = Case(
            number=number,
            kind=kind,
            created=now,
            due=due_at(now),
            topic=call.ending.topic or "",
            caller_number=call.caller.number,
            caller_name=call.caller.name,
            call_id=call.id,
            language=call.language,
            seconds=seconds,
        )
        topic = call.office.topic(case.topic)
        name = topic.name.get(call.office.language, case.topic) if topic else case.topic
        self._send(call, about_case(case, name, _about(call)), number)

    def missed(self, call: Call) -> None:
        """A caller left with nothing."""
        caller = call.caller
        words = about_missed(caller.number, caller.name, call.started_at, _about(call))
        self._send(call, words)

    def _send(self, call: Call, words: Words, case: int | None = None) -> None:
        for address in call.office.notify_to:
            self._outbox.add("email", address, words.subject, words.body, case_number=case)
        for name in self._messengers:
            self._outbox.add("apprise", name, words.subject, words.body, case_number=case)


def _about(call: Call) -> About:
    office = call.office
    names = tuple(person.name for person in on_duty(office, call.exchange.clock.now()))
    return About(office.name, office.zone, office.language, names)
