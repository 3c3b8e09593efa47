"""Letters and their ways in words: who is told, how, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.control.messages.letters import LetterNow, LettersAnswer
from hotline.control.messages.status import StatusAnswer
from hotline.routing.office import Office, Person
from hotline_web.languages import _
from hotline_web.words import phone

TOO_LONG = timedelta(hours=1)  # for a letter to wait; the first page tells it then


def undelivered(status: StatusAnswer | None, now: datetime) -> int:
    """How many letters wait, once the oldest has for too long."""
    since = status.unsent_since if status else None
    return status.unsent if status and since and now - since > TOO_LONG else 0


@dataclass(frozen=True)
class Told:
    """A row of "who hears of what". how: by which ways, each with who it is."""

    what: str
    how: tuple[str, ...]


def kind_words(kind: str) -> str:
    """A kind of messenger."""
    return {
        "telegram": "Telegram",
        "ntfy": "ntfy",
        "gotify": "Gotify",
        "webhook": _("Your own web address"),
    }.get(kind, _("Another service"))


def letter_to(letter: LetterNow, people: Sequence[Person]) -> str:
    """To whom it goes, and how."""
    if letter.way == "email":
        return _("E-mail to %(address)s", address=letter.recipient)
    if letter.way == "sms":
        names = [p.name for p in people if letter.recipient in (p.number, p.unconfirmed)]
        to = f"{', '.join(names)} {phone(letter.recipient)}".strip()
        return _("Text to %(who)s", who=to)
    return _("Messenger %(name)s", name=letter.recipient)


def letter_level(letter: LetterNow) -> str:
    """good, wait or bad."""
    if letter.state in ("sent", "delivered"):
        return "good"
    return "bad" if letter.state == "failed" or letter.attempts else "wait"


def letter_state(letter: LetterNow) -> str:
    """What became of it."""
    if letter.state == "delivered":
        return _("It is on the telephone")
    if letter.state == "sent":
        return {
            "email": _("The mail server took it"),
            "sms": _("The network took it"),
        }.get(letter.way, _("The service took it"))
    if letter.state == "failed":
        return _("Given up")
    return _("Not delivered yet") if letter.attempts else _("It is leaving now")


def who_is_told(office: Office, answer: LettersAnswer) -> list[Told]:
    """Of what the office hears, and how; as routing/office.py and calls/notices.py have it."""
    letters = [_("E-mail to %(address)s", address=address) for address in office.notify_to]
    letters += [_("Messenger %(name)s", name=one.name) for one in answer.messengers]
    watcher = office.person(office.supervisor)
    texted = answer.can_text and watcher is not None and bool(watcher.number or watcher.unconfirmed)
    to_watcher = [_("Text to %(who)s", who=watcher.name)] if watcher and texted else []
    on_duty = [_("Text to whoever is on duty")] if answer.can_text and office.text_staff else []
    rows = [
        Told(_("Complaints, messages, wishes to be called back"), (*letters, *on_duty)),
        Told(_("Missed callers"), (*letters, *on_duty)),
        Told(_("Texts that come in"), tuple(letters)),
        Told(_("Holes in the plan"), (*letters, *to_watcher)),
        Told(_("Who still waits in the evening"), (*letters, *to_watcher)),
        Told(_("Minutes used up, refused numbers, wrong PINs"), tuple(letters)),
    ]
    if answer.can_text and office.text_caller:
        rows.append(Told(_("The number of a caller"), (_("Text to whoever takes the call"),)))
    if answer.can_text and office.text_missed:
        rows.append(Told(_("“We will call you back”"), (_("Text to the missed caller"),)))
    return rows
