"""What the page says: calls, cases and times in the visitor's language. No word of technology."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal

from hotline.control.messages.lines import LineCheck, LineNetwork, LineSelfCall
from hotline.control.messages.people import OnDuty
from hotline.inbox.case import Case, CaseKind, CaseState
from hotline.inbox.deadlines import overdue
from hotline.inbox.outcome import Outcome
from hotline.inbox.waiting import Tried
from hotline.numbering import shown
from hotline.options import FROM_THE_PAGE
from hotline.routing.reasons import Reason
from hotline.said import parts_of
from hotline.storage.calls import Call
from hotline_web.languages import _, ngettext, spoken
from hotline_web.said import N_

ANYWHERE = "ZZ"  # no country of our own: always with its country code
JUST_NOW = timedelta(minutes=1)
RELATIVE = timedelta(hours=1)


def say(text: str) -> str:
    """Sentences of the daemon in the visitor's language; as they are if no catalogue has them."""
    return " ".join(_(part.text, **part.values) for part in parts_of(text))


def beside(text: str) -> str:
    """The same beside a field, where what it is said of stands already: as a whole sentence."""
    said = say(text)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?", "!")) else ".")


def phone(number: str) -> str:
    """A number as people read it: +373 22 000 000. What is no number stays as it was sent."""
    return shown(number, ANYWHERE)


def bytes_words(size: int) -> str:
    """How large a file is: 3.4 MB."""
    if size >> 30:
        return _("%(n)s GB", n=_tenths(size / (1 << 30)))
    if size >> 20:
        return _("%(n)s MB", n=_tenths(size / (1 << 20)))
    return _("%(n)s KB", n=_tenths(-(-size // 1024)))


def _tenths(number: float) -> str:
    return str(format_decimal(round(number, 1), locale=spoken()))


def length(seconds: float) -> str:
    """Minutes and seconds: 0:42."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


# Calls ----------------------------------------------------------------------------------------


def call_outcome(call: Call, person: str) -> str:
    """How the call ended; `person` is the name behind call.person."""
    if call.outcome is None:
        return _("On the line now") if call.ended_at is None else _("Ended")
    if call.outcome is Outcome.TEST and from_the_page(call.line):
        return _("A try from the set-up page")
    if call.outcome is Outcome.SPOKEN and call.outgoing:
        return _("Called back by %(person)s", person=person)
    if call.outcome is Outcome.SPOKEN:
        return _("Spoke with %(person)s", person=person) if person else _("Spoke with a person")
    if call.outcome is Outcome.MISSED and call.returned_at:
        return _("Missed, called back by %(person)s", person=call.returned_by)
    return {
        Outcome.MESSAGE: _("Left a message"),
        Outcome.COMPLAINT: _("Left a complaint"),
        Outcome.SELF_SERVICE: _("Answered by the menu"),
        Outcome.CALLBACK: _("Asked to be called back"),
        Outcome.MISSED: _("Missed"),
        Outcome.NOT_REACHED: _("Called back, not reached"),
        Outcome.TEST: _("The box called its own line"),
    }[call.outcome]


def from_the_page(line: str) -> bool:
    """Was the call on this line made in a browser?"""
    return line == FROM_THE_PAGE


def call_level(call: Call) -> str:
    """good, wait or bad."""
    if call.outcome is None:
        return "wait"
    if call.outcome is Outcome.NOT_REACHED:
        return "wait"
    return "bad" if call.outcome is Outcome.MISSED and not call.returned_at else "good"


def tried(outcome: Tried) -> str:
    """What came of calling somebody back."""
    return {
        Tried.SPOKEN: _("spoken with"),
        Tried.NO_ANSWER: _("no answer"),
        Tried.BUSY: _("busy"),
        Tried.MACHINE: _("only a machine answered"),
        Tried.UNREACHABLE: _("not reachable"),
        Tried.FAILED: _("the call could not be made"),
        Tried.LEFT: _("answered, and was left waiting"),
    }[outcome]


@dataclass(frozen=True)
class StepWords:
    """One step of a call as the page shows it. level: bad where it stood in the caller's way."""

    at: datetime
    words: str
    level: str = "good"


def _round_words(facts: Mapping[str, Any]) -> str:
    """Whom the box rings, and why not the others."""
    reasons = {
        Reason.NO_NUMBER: _("no number"),
        Reason.UNCONFIRMED: _("the number is not confirmed"),
        Reason.GONE: _("off for now"),
        Reason.PAUSED: _("paused after missed calls"),
        Reason.CLOSED: _("the line is closed"),
        Reason.AWAY: _("away"),
        Reason.OFF_DUTY: _("not on duty"),
        Reason.PAUSING: _("in a break"),
        Reason.OWN_CALL: _("is calling"),
        Reason.UNASKED: _("not asked for this topic"),
        Reason.TOPIC: _("does not know the topic"),
        Reason.LANGUAGE: _("does not speak the language"),
        Reason.BUSY: _("on the telephone"),
        Reason.OVERFLOW: _("only if nobody else takes it"),
    }
    rung = ", ".join(facts.get("rung", ())) or _("nobody")
    told = _("Whom to ring: %(people)s", people=rung)
    by_name = {reason.name.lower(): words for reason, words in reasons.items()}
    for why, names in facts.get("others", {}).items():
        told += f"; {', '.join(names)}: {by_name.get(why, why)}"
    return told


# What happened in a call; "round" has words of its own.
STEPS: Mapping[str, str] = {
    "ringing_in": N_("It rings"),
    "campaign": N_("The caller reaches a hotline of its own"),
    "answered": N_("The box answers"),
    "announcement": N_("The announcement plays"),
    "greeting": N_("The greeting plays"),
    "greeting_closed": N_("The caller hears that the office is closed"),
    "menu": N_("The menu plays"),
    "language": N_("The caller chooses a language"),
    "information": N_("The caller hears information"),
    "answer_over": N_("The answer is past its day, so a person is asked"),
    "no_key": N_("The caller presses no key"),
    "wrong_key": N_("The caller presses a key the menu does not have"),
    "no_choice": N_("No choice was made, so a person is rung"),
    "staff_asked": N_("Somebody asks for the staff's menu"),
    "staff_shut": N_("The staff's menu is shut"),
    "staff_wrong": N_("The number or the PIN is not right"),
    "nobody": N_("Nobody can take the call now"),
    "waiting": N_("Everybody is busy; the caller waits"),
    "queue_full": N_("As many callers wait already as may wait"),
    "overflow": N_("Nobody took it so far; others are rung, too"),
    "deadline": N_("Nobody took the call in time"),
    "why_asked": N_("The caller is asked why they call"),
    "why_said": N_("The caller says why they call"),
    "caller_gone": N_("The caller hangs up"),
    "line_failed": N_("The line fails; the caller is lost"),
    "handed_on": N_("The caller was handed on; the box does not know how long they talk"),
    "elsewhere": N_("Another telephone on the line is picked up"),
    "callback": N_("The caller asks to be called back"),
    "callback_asked": N_("The caller is asked on which number"),
    "callback_keyed": N_("The caller keys another number"),
    "message_empty": N_("Nothing was said"),
    "message": N_("The caller is asked for a message"),
    "complaint": N_("The caller is asked for a complaint"),
    "filed": N_("The message is kept"),
    "recording": N_("The caller speaks after the beep"),
    "message_full": N_("The longest message is reached"),
    "disk_trouble": N_("The disk did not take the message in time"),
    "cap": N_("As many calls as allowed are being forwarded already"),
    "dropped": N_("Nobody on duty fits exactly; others are rung"),
    "fault": N_("The box makes a mistake"),
    "held_too_long": N_("The caller was on hold for as long as may be"),
    "hard_case": N_("A hard call becomes a case"),
    "leg_cost": N_("A telephone was connected for %(time)s"),
    "calling_back": N_("The caller is being called"),
    "back_answered": N_("The caller answers; the two talk"),
    "machine": N_("Only a machine answers"),
    "not_called": N_("The caller was not reached"),
    "self_call": N_("The box calls its own line, to see that callers get through"),
    "ended": N_("The call ends"),
    "restart": N_("The box restarted"),
}
STEPS_OF_PERSON: Mapping[str, str] = {
    "ringing": N_("Ringing %(person)s"),
    "not_reached": N_("%(person)s does not answer"),
    "whisper": N_("%(person)s is asked to press 1"),
    "declined": N_("%(person)s cannot now"),
    "no_press": N_("Nobody presses 1 on the phone of %(person)s"),
    "joined": N_("%(person)s and the caller talk"),
    "not_dialled": N_("%(person)s cannot be rung"),
    "other_line": N_("A line fails; %(person)s is rung over another"),
    "held": N_("The caller is on hold; %(person)s is rung over the same line"),
    "not_joined": N_("The network does not join the caller and %(person)s"),
    "unconfirmed": N_("%(person)s is on duty, but that number is not confirmed"),
    "too_late": N_("%(person)s presses 1 a moment too late"),
    "on_hold": N_("%(person)s puts the caller on hold"),
    "transfer": N_("%(person)s passes the caller on"),
    "consult": N_("%(person)s asks a colleague; the caller hears music"),
    "three_way": N_("%(person)s joins the talk"),
    "hard_call": N_("%(person)s asks a manager to take over a hard call"),
    "back_again": N_("%(person)s and the caller talk again"),
    "left_waiting": N_("%(person)s left while the caller waited; somebody is rung"),
    "staff_hung_up": N_("%(person)s leaves the call"),
    "return_asked": N_("%(person)s wants to call back and is rung"),
    "staff_in": N_("%(person)s is let into the staff's menu"),
    "staff_break": N_("%(person)s asks for a break"),
    "staff_gone": N_("%(person)s goes off"),
    "staff_on": N_("%(person)s is back"),
    "staff_who": N_("%(person)s asks who is on duty"),
    "staff_swap": N_("%(person)s asks for a swap or answers one"),
    "staff_recorded": N_("%(person)s records a sentence"),
    "staff_announced": N_("%(person)s changes the announcement"),
    "staff_back": N_("%(person)s calls somebody back"),
    "staff_over": N_("%(person)s was in the menu for too long"),
    "leg_cost": N_("The phone of %(person)s was connected for %(time)s"),
}

AT_COMPUTER: Mapping[str, str] = {
    "ringing": N_("Ringing %(person)s at the computer"),
    "joined": N_("%(person)s takes it at the computer; the two talk"),
}


def step_words(at: datetime, what: str, words: str, facts: Mapping[str, Any]) -> StepWords:
    """A step in the visitor's language; an unknown one in the daemon's own words."""
    person, key = facts.get("person"), facts.get("key")
    time = length(float(facts["seconds"])) if "seconds" in facts else ""
    if what in AT_COMPUTER and person and facts.get("where") == "computer":
        return StepWords(at, _(AT_COMPUTER[what], person=person))
    if what in STEPS_OF_PERSON and person:
        return StepWords(at, _(STEPS_OF_PERSON[what], person=person, time=time))
    if what == "round":
        return StepWords(at, _round_words(facts))
    if what == "survey" and facts.get("mark"):
        return StepWords(at, _("The caller gives %(mark)s of 5", mark=facts["mark"]))
    if what == "key" and key:
        return StepWords(at, _("The caller presses %(key)s", key=key))
    if what in STEPS:
        return StepWords(at, _(STEPS[what], time=time))
    return StepWords(at, say(words) or what)


# People ---------------------------------------------------------------------------------------


def away_words(person: OnDuty, times: Times) -> str:
    """Why somebody on duty is not rung, and until when."""
    time = times.until(person.away_until) if person.away_until else ""
    if person.away == "break":
        return _("on a break until %(time)s", time=time)
    if person.away == "off":
        return _("off until %(time)s", time=time)
    return _("missed calls; not rung until %(time)s", time=time)


def asked_by(by: str) -> str:
    """Who or what asked, as it stands in the trail."""
    if by == "text":
        return _("by text")
    if by == "telephone":
        return _("by telephone")
    if by == "the button of the box":
        return _("the button of the box")
    return _("the box itself") if by == "the box" else by.partition(": ")[2] or by


# Lines ----------------------------------------------------------------------------------------


def network_words(network: LineNetwork) -> str:
    """What a SIM card's line knows of its network, in one line."""
    parts = [network.operator, network.generation]
    if network.bars is not None:
        parts.append(_("signal %(bars)d of 4", bars=network.bars))
    if network.volte is False:
        parts.append(_("no calls over %(network)s", network="4G"))
    if network.roaming:
        parts.append(_("abroad"))
    return ", ".join(part for part in parts if part)


def check_words(check: LineCheck) -> str:
    """What a self-test found; an unknown check in the daemon's own words."""
    known = {
        ("up", "works"): _("The line is up"),
        ("up", "fails"): _("The line is down"),
        ("dials", "works"): _("Calls go out"),
        ("dials", "fails"): _("Calls do not go out"),
        ("dials", "unknown"): _("Whether calls go out was not seen"),
        ("hears", "works"): _("Callers are heard"),
        ("hears", "fails"): _("Callers are not heard"),
        ("speaks", "works"): _("Callers hear the box"),
        ("speaks", "fails"): _("Nobody pressed the key the box asked for"),
        ("keys", "works"): _("Keys arrive"),
        ("texts", "works"): _("Texts arrive"),
        ("texts", "fails"): _("Texts do not arrive"),
        ("texts", "unknown"): _("Whether texts arrive was not seen"),
        ("forwards", "unknown"): _("Connecting callers with a mobile was not tried"),
        ("transfers", "works"): _("The network joins callers with staff over this SIM card alone"),
        ("transfers", "fails"): _("The network does not join callers with staff"),
        ("transfers", "unknown"): _("Transfer by the network was not tried"),
    }
    return known.get((check.what, check.outcome)) or say(check.words)


def self_call_words(call: LineSelfCall) -> str:
    """Do callers get through, as far as the box saw by calling the line?"""
    if call.outcome == "works":
        return _("callers get through.")
    if call.outcome == "fails":
        return _("callers do not get through. Call this line from another telephone.")
    return _("it could not be seen; the box tries again tomorrow.")


def check_level(check: LineCheck) -> str:
    """good, wait or bad."""
    return {"works": "good", "fails": "bad", "unknown": "wait"}[check.outcome]


# Cases ----------------------------------------------------------------------------------------


def case_name(case: Case) -> str:
    """Complaint 104."""
    if case.kind is CaseKind.COMPLAINT:
        return _("Complaint %(number)d", number=case.number)
    if case.kind is CaseKind.CALLBACK:
        return _("Call-back %(number)d", number=case.number)
    return _("Message %(number)d", number=case.number)


def case_need(case: Case, now: datetime) -> str:
    """What is to be done with it, and until when."""
    if case.state is CaseState.DONE:
        return _("Done")
    if overdue(case, now):
        return _("Overdue")
    left = _time_left(case.due - now)
    return _("Not heard yet, %(left)s", left=left) if case.unheard else left


def case_level(case: Case, now: datetime) -> str:
    """good, wait or bad."""
    if case.state is CaseState.DONE:
        return "good"
    return "bad" if overdue(case, now) else "wait"


def _time_left(left: timedelta) -> str:
    if left >= timedelta(days=2):
        return ngettext("%(num)d day left", "%(num)d days left", left.days)
    if left >= timedelta(hours=1):
        return ngettext(
            "%(num)d hour left", "%(num)d hours left", int(left.total_seconds() // 3600)
        )
    return _("less than an hour left")


# Times ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Times:
    """Instants as the office's wall shows them, as seen at `now`."""

    now: datetime
    zone: ZoneInfo

    def when(self, at: datetime) -> str:
        """Near now relative, later absolute: 4 min ago, today 09:12, yesterday 18:47, 3 Dec."""
        past = self.now - at
        if timedelta(0) <= past < JUST_NOW:
            return _("just now")
        if timedelta(0) <= past < RELATIVE:
            ago: str = format_timedelta(-past, locale=spoken(), format="short", add_direction=True)
            return ago
        return self.day_and_time(at)

    def day_and_time(self, at: datetime) -> str:
        """today 09:12, yesterday 18:47, tomorrow 08:00, else the date and the time."""
        local, time = at.astimezone(self.zone), self.clock(at)
        days = (local.date() - self.now.astimezone(self.zone).date()).days
        if days == 0:
            return _("today %(time)s", time=time)
        if days == -1:
            return _("yesterday %(time)s", time=time)
        if days == 1:
            return _("tomorrow %(time)s", time=time)
        skeleton = "d MMM" if local.year == self.now.astimezone(self.zone).year else "d MMM y"
        return f"{format_date(local, skeleton, locale=spoken())}, {time}"

    def until(self, at: datetime) -> str:
        """14:00 if it is today, else with the day."""
        today = at.astimezone(self.zone).date() == self.now.astimezone(self.zone).date()
        return self.clock(at) if today else self.day_and_time(at)

    def clock(self, at: datetime) -> str:
        """Hours and minutes, 24 of them in every language."""
        shown: str = format_time(at.astimezone(self.zone), "HH:mm", locale=spoken())
        return shown

    def span(self, start: datetime, end: datetime) -> str:
        """Mon 7 Dec, 11:00-11:15; where it ends on another day, with that day."""
        first, last = start.astimezone(self.zone), end.astimezone(self.zone)
        day = format_date(first, "EEE d MMM", locale=spoken())
        until = self.clock(end)
        if last.date() != first.date():
            until = f"{format_date(last, 'EEE d MMM', locale=spoken())}, {until}"
        return f"{day}, {self.clock(start)}\N{EN DASH}{until}"

    def exactly(self, at: datetime) -> str:
        """Weekday, day and minute."""
        shown: str = format_datetime(
            at.astimezone(self.zone), "EEEE, d MMMM y, HH:mm", locale=spoken()
        )
        return shown
