"""Why nobody was spoken with, in plain words, and the one thing that mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from hotline.inbox.hindrance import Hindrance
from hotline_web.languages import _
from hotline_web.plan import weekday

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Hindered:
    """A call that nobody took. at, now: on the office's wall. person: who was to take it, by name.

    person_id: "" where nobody is named.
    """

    at: datetime
    now: datetime
    person: str = ""
    person_id: str = ""

    @property
    def coming(self) -> date:
        """The next day on which it is this weekday."""
        day, today = self.at.date(), self.now.date()
        return day if day > today else day + WEEK * ((today - day).days // 7 + 1)


@dataclass(frozen=True)
class Fix:
    """words: what happened. action: what is on the button, "" where there is nothing to mend.

    confirm: the id of a person whose number the button confirms at once.
    """

    words: str
    action: str = ""
    address: str = ""
    confirm: str = ""


def fix_of(why: Hindrance, call: Hindered) -> Fix:
    """For this call."""
    return FIXES[why](call)


def _box(words: str) -> Fix:
    return Fix(words, _("See how the box is"), url_for("home.home"))


def _lines(words: str) -> Fix:
    return Fix(words, _("See the lines"), url_for("lines.lines"))


def _people(words: str, action: str) -> Fix:
    return Fix(words, action, url_for("people.people"))


def _plan(words: str, call: Hindered) -> Fix:
    action = _("Plan somebody for %(day)s", day=weekday(call.coming))
    return Fix(words, action, url_for("shifts.board", day=call.coming.isoformat()))


def _who(words: str, call: Hindered) -> Fix:
    at = call.at.strftime("%Y-%m-%dT%H:%M")
    return Fix(words, _("See who is rung at such a time"), url_for("duty.duty", at=at))


def _again(words: str) -> Fix:
    return Fix(words, _("Call again"), url_for("calls.listing", show="missed"))


def _heard(words: str) -> Fix:
    return Fix(words, _("Listen to what callers hear"), url_for("prompts.prompts"))


def _unconfirmed(call: Hindered) -> Fix:
    words = _("Somebody on duty was not rung: the number is not confirmed.")
    if call.person:
        words = _(
            "%(person)s was on duty and not rung: the number is not confirmed.", person=call.person
        )
    return Fix(words, _("Confirm the number"), url_for("people.people"), call.person_id)


def _closed(_call: Hindered) -> Fix:
    return Fix(_("The office was closed."), _("Opening hours"), url_for("hours.hours"))


FIXES: dict[Hindrance, Callable[[Hindered], Fix]] = {
    Hindrance.FAULT: lambda _c: _box(_("The box made a mistake in this call.")),
    Hindrance.RESTART: lambda _c: _box(_("The box restarted during this call.")),
    Hindrance.LINE_FAILED: lambda _c: _lines(_("The line failed during this call.")),
    Hindrance.DISK_TROUBLE: lambda _c: _box(_("The disk did not take the message in time")),
    Hindrance.CAP: lambda _c: _people(
        _("As many calls were connected with your people as you allow."),
        _("See what calls may cost"),
    ),
    Hindrance.UNCONFIRMED: _unconfirmed,
    Hindrance.NOT_DIALLED: lambda _c: _lines(_("The box could not ring your people.")),
    Hindrance.NOT_JOINED: lambda _c: _lines(
        _("The network did not connect the caller with your people.")
    ),
    Hindrance.STAFF_SHUT: lambda _c: _people(
        _("The staff's menu was shut: too many PINs were wrong."), _("Open it again")
    ),
    Hindrance.HELD_TOO_LONG: lambda _c: Fix(_("The caller was on hold for as long as may be")),
    Hindrance.LEFT_WAITING: lambda _c: Fix(_("Whoever spoke with the caller left them waiting.")),
    Hindrance.QUEUE_FULL: lambda c: _plan(_("Too many callers were waiting already."), c),
    Hindrance.MACHINE: lambda _c: _again(_("Only a machine answered.")),
    Hindrance.NOT_CALLED: lambda _c: _again(_("The caller was not reached.")),
    Hindrance.NO_PRESS: lambda _c: _people(
        _("A telephone was picked up, but nobody pressed 1. A voicemail, perhaps."),
        _("Measure the voicemail"),
    ),
    Hindrance.DECLINED: lambda c: _who(_("Whoever was rung could not take it just then."), c),
    Hindrance.NOT_REACHED: lambda c: _who(_("Whoever was rung did not answer."), c),
    Hindrance.DEADLINE: lambda c: _who(_("Nobody took the call in time."), c),
    Hindrance.WAITING: lambda c: _plan(_("Everybody was busy, and the caller waited in vain."), c),
    Hindrance.NOBODY: lambda c: _plan(_("Nobody was there who could take the call."), c),
    Hindrance.CLOSED: _closed,
    Hindrance.STAFF_WRONG: lambda _c: _people(
        _("A number or a PIN for the staff's menu was wrong."), _("See the people and their PINs")
    ),
    Hindrance.MESSAGE_EMPTY: lambda _c: _heard(_("Nothing was said after the tone.")),
    Hindrance.RINGING: lambda c: _who(_("The caller hung up while somebody was being rung."), c),
    Hindrance.CALLER_GONE: lambda _c: _heard(_("The caller hung up.")),
}
