"""A shop in Bucharest that the routing's tests change a little each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hotline.routing.office import Office, OpenInterval, Person, Shift, Topic, WallTime
from hotline.storage.officewords import read_break, read_days, read_open_time, read_shift_time

# Its rule has been the same for decades; that of Chisinau changed between releases of tzdata.
BUCHAREST = ZoneInfo("Europe/Bucharest")


def person(name: str, **changes: Any) -> Person:
    number = f"+3736900{sum(name.encode()) % 10_000:04d}"
    return replace(Person(name.lower(), name, number), **changes)


def shift(person_id: str, days: str, time: str, *breaks: str, **changes: Any) -> Shift:
    start, end, minutes = read_shift_time(time)
    pauses = tuple(read_break(words) for words in breaks)
    made = Shift(person_id, read_days(days), start, end, minutes, pauses)
    return replace(made, **changes)


def hours(days: str, time: str) -> OpenInterval:
    return OpenInterval(read_days(days), *read_open_time(time))


def office(*people: Person, **changes: Any) -> Office:
    made = Office("Floarea", BUCHAREST, "MD", ("ro", "ru", "en"), people=people)
    return replace(made, **changes)


def topic(name: str, **changes: Any) -> Topic:
    return replace(Topic(name, {"en": name}), **changes)


def at(words: str) -> datetime:
    """An instant by the clock of the shop, `2026-11-23 09:00`; the first one if it comes twice."""
    return datetime.fromisoformat(words).replace(tzinfo=BUCHAREST)


def time(words: str) -> WallTime:
    hour, minute = words.split(":")
    return WallTime(int(hour) * 60 + int(minute))
