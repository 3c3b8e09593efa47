"""What the page says of people and their telephones, in the visitor's language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hotline.control.messages.people import NumberState
from hotline.routing.adherence import EDGE, Rang, Record
from hotline.routing.presence import Why
from hotline_web.languages import _


def number_words(person: NumberState) -> str:
    """Is this telephone rung?"""
    return {
        "confirmed": _("Is rung"),
        "unconfirmed": _("Not confirmed, not rung"),
        "asking": _("Is being asked"),
        "missing": _("No number, not rung"),
    }[person.state]


def number_level(person: NumberState) -> str:
    """good, wait or bad."""
    return {"confirmed": "good", "asking": "wait"}.get(person.state, "bad")


def tried_words(tried: str) -> str:
    """How the last call for the code came out; "" for an unknown word."""
    return {
        "wrong": _("The right code was not pressed."),
        "silent": _("Nothing was pressed; a voicemail, perhaps."),
        "not reached": _("Nobody picked up."),
        "not called": _("Nobody called the line in time and pressed 1."),
        "failed": _("No line could make the call."),
    }.get(tried, "")


def level_words(level: int) -> str:
    """1 is who is rung first."""
    return {1: "", 2: _("expert"), 3: _("manager")}.get(level, "")


def found_words(check: str) -> str:
    """What the weekly check found last; "" for an unknown word."""
    return {
        "key": _("the key was pressed"),
        "no key": _("picked up, no key pressed; a voicemail, perhaps"),
        "no answer": _("no answer"),
        "busy": _("busy"),
        "declined": _("declined"),
        "unreachable": _("not reachable"),
        "dead": _("no such number"),
        "unknown": _("could not be seen"),
    }.get(check, "")


def voicemail_words(person: NumberState) -> str:
    """When the voicemail answers, and what follows from it."""
    if person.voicemail_at is None:
        return _("It is not known when a voicemail answers here.")
    if person.voicemail is None:
        return _("No voicemail answered for a minute.")
    return _(
        "A voicemail answers after %(after)d seconds; the box rings for %(seconds)d.",
        after=person.voicemail,
        seconds=person.ring_seconds,
    )


def measured_words(measuring: str) -> str:
    """Why the last measuring showed nothing; "" where it did, or there was none."""
    return {
        "picked up": _("Somebody picked up. Let it ring, and measure again."),
        "hung up": _("The call was ended too soon to tell what answered. Measure again."),
        "not reached": _("This telephone could not be rung."),
        "failed": _("No line could make the call."),
    }.get(measuring, "")


def record_words(record: Record) -> Iterator[str]:
    """How calls were taken by one person, in some lines."""
    rings, minutes = record.rings, EDGE // timedelta(minutes=1)
    if record.duty:
        yield _("Planned: %(time)s", time=_time(record.duty))
    yield _(
        "Rung %(all)d, taken %(taken)d, missed %(missed)d",
        all=sum(rings.values()),
        taken=rings[Rang.TAKEN],
        missed=rings[Rang.MISSED],
    )
    yield _(
        "Declined %(declined)d, on the telephone %(busy)d, not reachable %(gone)d",
        declined=rings[Rang.DECLINED],
        busy=rings[Rang.BUSY],
        gone=rings[Rang.UNREACHABLE],
    )
    if count := record.at_start:
        told = _("Missed in the first %(minutes)d minutes of a duty: %(count)d")
        yield told % {"minutes": minutes, "count": count}
    if count := record.after_break:
        told = _("Missed in the first %(minutes)d minutes after a break: %(count)d")
        yield told % {"minutes": minutes, "count": count}
    talked = _time(record.talked)
    yield _("Talks %(talks)d, calls back %(backs)d", talks=record.talks, backs=record.backs)
    yield _("Talked: %(time)s", time=talked)
    for why, (times, length) in record.away.items():
        if times:
            named = {
                Why.BREAK: _("Breaks asked for: %(count)d, %(time)s"),
                Why.OFF: _("Times off: %(count)d, %(time)s"),
                Why.PAUSED: _("Pauses by the box: %(count)d, %(time)s"),
            }
            yield named[why] % {"count": times, "time": _time(length)}


def _time(length: timedelta) -> str:
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    return _("%(hours)d h %(minutes)d min", hours=hours, minutes=minutes)
