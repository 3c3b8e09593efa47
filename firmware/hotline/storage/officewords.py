"""Days, times and breaks as people write them in an office file, both ways.

Readers raise ValueError with words for the owner; what a writer writes its reader reads back.
"""

from __future__ import annotations

import re

from hotline.routing.office import MINUTES_PER_DAY, Break, WallTime
from hotline.said import say

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = frozenset(range(7))
_SHORTEST_NAME = 3

_DURATION = re.compile(r"(?:(\d{1,2})h)?\s*(?:(\d{1,4})m(?:in)?)?")


def read_weekday(word: str) -> int:
    """0 for `mon` or `monday`."""
    name = word.strip().lower()
    if len(name) >= _SHORTEST_NAME:
        for number, day in enumerate(DAYS):
            if day.startswith(name):
                return number
    raise ValueError(
        say("`%(word)s` is no weekday: write mon, tue, wed, thu, fri, sat or sun", word=word)
    )


def write_weekday(day: int) -> str:
    """`mon` for 0."""
    return DAYS[day][:_SHORTEST_NAME]


def read_days(words: str) -> frozenset[int]:
    """`mon-fri`, `sat, sun`, `fri-mon`, `every day`."""
    if words.strip().lower() in {"every day", "daily", "always"}:
        return EVERY_DAY
    days: set[int] = set()
    for part in words.split(","):
        first, dash, last = part.partition("-")
        start = read_weekday(first)
        end = read_weekday(last) if dash else start
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(days)


def write_days(days: frozenset[int]) -> str:
    """The shortest of these: three days or more in a row become a range."""
    if days == EVERY_DAY:
        return "every day"
    parts: list[str] = []
    for run in _runs(sorted(days)):
        names = [write_weekday(day) for day in run]
        parts += [f"{names[0]}-{names[-1]}"] if len(run) > 2 else names
    return ", ".join(parts)


def _runs(days: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def read_wall_time(word: str) -> WallTime:
    """`09:00`, `9:00`, `24:00`."""
    found = re.fullmatch(r"(\d{1,2}):([0-5]\d)", word.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else MINUTES_PER_DAY + 1
    if minutes > MINUTES_PER_DAY:
        raise ValueError(
            say("`%(word)s` is no time of day: write it like 09:00, up to 24:00", word=word.strip())
        )
    return WallTime(minutes)


def read_duration(word: str) -> int:
    """Minutes of `24h`, `15m`, `1h30m`."""
    found = _DURATION.fullmatch(word.strip())
    if found is None or not (found[1] or found[2]):
        raise ValueError(
            say("`+%(word)s` is no length: write it like +15m, +24h or +1h30m", word=word.strip())
        )
    return int(found[1] or 0) * 60 + int(found[2] or 0)


def write_duration(minutes: int) -> str:
    """`24h`, `15m`, `1h30m`."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}h" * (hours > 0) + f"{rest}m" * (rest > 0 or hours == 0)


def read_shift_time(words: str) -> tuple[WallTime, WallTime, int | None]:
    """Start, end and nominal minutes of `09:00-14:00` (no minutes) or `08:00 +24h`."""
    if "+" in words:
        start, minutes = _start_and_length(words)
        if minutes > MINUTES_PER_DAY:
            raise ValueError(say("a shift is 24 hours at most: write one for each day"))
        return start, WallTime((start.minutes + minutes) % MINUTES_PER_DAY), minutes
    start, end = _two_times(words)
    if start == end:
        raise ValueError(
            say(
                "it starts and ends at %(time)s: for the whole day write `%(time)s +24h`",
                time=start,
            )
        )
    return start, end, None


def write_shift_time(start: WallTime, end: WallTime, minutes: int | None) -> str:
    """The inverse of `read_shift_time`."""
    return f"{start}-{end}" if minutes is None else f"{start} +{write_duration(minutes)}"


def read_open_time(words: str) -> tuple[WallTime, WallTime]:
    """Start and end of `09:00-18:00`."""
    start, end = _two_times(words)
    if start == end:
        raise ValueError(
            say(
                "it opens and closes at %(time)s: write 00:00-24:00,"
                " or `hours: always` for every day",
                time=start,
            )
        )
    return start, end


def read_break(words: str) -> Break:
    """`11:00 +15m`, or `13:00-14:00`."""
    if "+" in words:
        start, minutes = _start_and_length(words)
    else:
        start, end = _two_times(words)
        minutes = (end.minutes - start.minutes) % MINUTES_PER_DAY
        if minutes == 0:
            raise ValueError(say("the break starts and ends at %(time)s", time=start))
    if minutes > MINUTES_PER_DAY // 2:
        raise ValueError(say("a break is 12 hours at most: write two shifts instead"))
    return Break(start, minutes)


def write_break(pause: Break) -> str:
    """The inverse of `read_break`."""
    return f"{pause.start} +{write_duration(pause.minutes)}"


def _start_and_length(words: str) -> tuple[WallTime, int]:
    first, _, length = words.partition("+")
    start, minutes = _start(first), read_duration(length)
    if minutes == 0:
        raise ValueError(say("the length is zero"))
    return start, minutes


def _two_times(words: str) -> tuple[WallTime, WallTime]:
    first, dash, last = words.replace("–", "-").partition("-")
    if not dash:
        raise ValueError(
            say("`%(words)s` is no span of time: write it like 09:00-18:00", words=words)
        )
    return _start(first), read_wall_time(last)


def _start(word: str) -> WallTime:
    start = read_wall_time(word)
    if start.minutes == MINUTES_PER_DAY:
        raise ValueError(say("24:00 is only an end: the day starts at 00:00"))
    return start
