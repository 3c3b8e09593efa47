"""What the page says of one line: how it was, what it can do, what happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_date, format_timedelta

from hotline.control.messages.hardware import Ability
from hotline.storage.linetroubles import LineTrouble, open_now
from hotline_web.languages import _, spoken
from hotline_web.linechart import Stretch
from hotline_web.words import Times, say

DAY_S = 24 * 3600


@dataclass(frozen=True)
class Told:
    """One thing that happened. level: "good", "wait", "bad" or "" for what is only told."""

    at: datetime
    words: str
    level: str = ""


def lasting(seconds: float) -> str:
    """A length of time as people say it: 40 seconds, 3 hours."""
    said: str = format_timedelta(timedelta(seconds=max(1, round(seconds))), locale=spoken())
    return said


def down_words(seconds: float) -> str:
    """For how long no caller reached the line."""
    if seconds < 1:
        return _("Callers could reach this line all the time.")
    return _("Callers could not reach this line for %(time)s.", time=lasting(seconds))


def stretch_words(one: Stretch, seconds: int, times: Times) -> str:
    """Which row of the table it is."""
    if seconds < DAY_S:
        return times.span(one.at, one.at + timedelta(seconds=seconds))
    middle = (one.at + timedelta(seconds=seconds / 2)).astimezone(times.zone)
    said: str = format_date(middle, "EEE d MMM", locale=spoken())
    return said


def signal_words(one: Stretch) -> str:
    """How well it was heard."""
    if one.bars is None or one.weakest is None:
        return _("no signal known")
    if one.weakest < one.bars:
        return _("signal %(bars)d of 4, at worst %(least)d", bars=one.bars, least=one.weakest)
    return _("signal %(bars)d of 4", bars=one.bars)


def reach_words(one: Stretch) -> str:
    """Could callers reach it?"""
    if one.down < 1:
        return _("could be reached")
    return _("not reached for %(time)s", time=lasting(one.down))


# What happened ------------------------------------------------------------------------------------


def trouble_words(one: LineTrouble, now: datetime) -> str:
    """For how long, and whether it is over."""
    if one.stopped:
        return _("It lasted until the box was started anew.")
    if one.ended is None:
        time = lasting(open_now(one, now).seconds)
        return _("It goes on; callers cannot reach this line, for %(time)s so far.", time=time)
    return down_words(one.seconds)


def story(one: LineTrouble) -> Iterator[Told]:
    """What was seen and done, step by step; what says nothing new is left out."""
    last = ""
    for step in one.steps:
        seen = say(step.seen) if step.seen not in (one.why, last) else ""
        last = step.seen
        helped = _helped(bool(step.did), helped=step.helped, over=one.ended is not None)
        words = " ".join(part for part in (seen, say(step.did), helped) if part)
        if words:
            yield Told(step.at, words, "good" if step.helped else "")


def _helped(did: bool, *, helped: bool, over: bool) -> str:
    if not did:
        return _("Then it was there again.") if helped else ""
    if helped:
        return _("That helped.")
    return _("That did not help.") if over else ""


# What it can do -----------------------------------------------------------------------------------


def ability_name(one: Ability) -> str:
    """What it is about."""
    return {
        "answers": _("Answers callers"),
        "calls_out": _("Calls your people"),
        "connects": _("Connects callers with your people"),
        "both": _("A caller and a colleague over this line at once"),
        "keys": _("Hears the keys that callers press"),
        "records": _("Records messages"),
        "shows": _("Shows who calls"),
        "texts": _("Sends texts"),
        "hands_on": _("Hands callers on by the telephone network"),
        "conference": _("Three people talk together"),
    }[one.what]


def ability_words(one: Ability, times: Times) -> str:
    """Can it, and how is that known?"""
    if one.state == "proven":
        return _("yes, seen %(when)s", when=times.when(one.at)) if one.at else _("yes, it was seen")
    if one.state == "failed":
        return _("no, it did not work %(when)s", when=times.when(one.at)) if one.at else _("no")
    if one.state == "known":
        if one.over:
            return _("yes, with the line %(line)s; not seen yet", line=one.over)
        return _("yes; not seen yet")
    return _("no") if one.state == "no" else _("not known yet")


def ability_level(one: Ability) -> str:
    """good, wait, bad, or "" for what is only told."""
    return {"proven": "good", "known": "good", "failed": "bad", "no": "", "unknown": "wait"}[
        one.state
    ]
