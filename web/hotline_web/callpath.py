"""The way of a call in a few stations: where it came in, whom it reached, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hotline.storage.calls import Step
from hotline_web.languages import _

MOST = 8


@dataclass(frozen=True)
class Station:
    """level: good, wait or bad. person: an id, "" where the station is about nobody."""

    words: str
    level: str = "good"
    person: str = ""


def path_of(steps: Sequence[Step], outcome: str, level: str) -> list[Station]:
    """outcome: how it ended, in words; the last station. What lies far back is left out."""
    way: list[Station] = []
    for step in steps:
        person = str(step.facts.get("person", ""))
        if step.what in _RINGS and person:
            rung = Station(_("is rung"), "wait", person)
            if rung not in way:  # at the computer first, then on the telephone
                way.append(rung)
        elif step.what in _came() and person:
            _settle(way, person, *_came()[step.what])
        elif step.what == "key" and step.facts.get("key"):
            way.append(Station(_("Key %(key)s", key=step.facts["key"])))
        elif step.what in _places():
            station = _places()[step.what]
            if station not in way[-1:]:
                way.append(station)
    end = Station(outcome, level)
    if len(way) < MOST:
        return [*way, end]
    return [*way[:2], Station("…"), *way[3 - MOST :], end]


_RINGS = ("ringing", "held")


def _settle(way: list[Station], person: str, words: str, level: str) -> None:
    """What came of ringing this person stands where they were rung."""
    for at in reversed(range(len(way))):
        if way[at].person == person and way[at].level == "wait":
            way[at] = replace(way[at], words=words, level=level)
            return
    way.append(Station(words, level, person))


def _came() -> dict[str, tuple[str, str]]:
    return {
        "joined": (_("took the call"), "good"),
        "not_reached": (_("no answer"), "bad"),
        "no_press": (_("nobody pressed 1"), "bad"),
        "declined": (_("cannot now"), "bad"),
        "not_dialled": (_("cannot be rung"), "bad"),
        "not_joined": (_("not connected"), "bad"),
        "unconfirmed": (_("the number is not confirmed"), "bad"),
    }


def _places() -> dict[str, Station]:
    return {
        "answered": Station(_("The box answers")),
        "greeting_closed": Station(_("closed"), "wait"),
        "waiting": Station(_("waits"), "wait"),
        "nobody": Station(_("nobody there"), "bad"),
        "cap": Station(_("no more calls allowed"), "bad"),
        "information": Station(_("hears information")),
        "message": Station(_("asked for a message"), "wait"),
        "complaint": Station(_("asked for a complaint"), "wait"),
        "line_failed": Station(_("the line fails"), "bad"),
        "fault": Station(_("a mistake of the box"), "bad"),
        "restart": Station(_("The box restarted"), "bad"),
    }
