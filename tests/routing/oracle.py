"""The routing's rules a second time, by brute force: every minute of some days is looked at.

Written from the rules alone; it shares no helper with the product. A wall time is looked up in the
list of what the clock on the wall showed at each minute, so gaps and repeated hours need no rule of
their own here.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from hotline.routing.office import Office, Shift

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1)


class Stretch:
    """Every minute from `first` (UTC) on; `wall` is what the office's clock shows, in minutes."""

    def __init__(self, zone: ZoneInfo, first: datetime, minutes: int) -> None:
        self.first = first
        self.minutes = minutes
        walls = [(first + n * MINUTE).astimezone(zone).replace(tzinfo=None) for n in range(minutes)]
        self.wall = np.array([(w - EPOCH) // MINUTE for w in walls])
        self.dates = [w.date() for w in walls]

    def starts(self, wall: int) -> int:
        """The first minute at which the clock shows this time or a later one."""
        shown = self.wall >= wall
        return int(np.argmax(shown)) if shown.any() else self.minutes

    def ends(self, wall: int) -> int:
        """The last minute at which the clock shows just this, else the first of a later time."""
        shown = np.flatnonzero(self.wall == wall)
        return int(shown[-1]) if len(shown) else self.starts(wall)

    def index(self, instant: datetime) -> int:
        return (instant - self.first) // MINUTE

    def instant(self, index: int) -> datetime:
        return self.first + index * MINUTE

    def none(self) -> np.ndarray:
        return np.zeros(self.minutes, dtype=bool)


def wall_of(day: date, minutes: int) -> int:
    return (datetime(day.year, day.month, day.day) - EPOCH) // MINUTE + minutes


class Oracle:
    """Answers for every minute of a stretch that has three days to spare at both ends."""

    def __init__(self, office: Office, stretch: Stretch) -> None:
        self.office = office
        self.stretch = stretch
        self.days = sorted(set(stretch.dates))
        self._there: dict[date, dict[str, np.ndarray]] = {}
        self._gone: dict[str, np.ndarray] = {}
        self.open = self._open()
        self.closed_day = self._closed_day()

    def without(self, off: Iterable[tuple[str, datetime, datetime]]) -> Oracle:
        """The same, where these have gone against the plan: breaks are granted without them."""
        other = copy(self)
        other._there, other._gone = {}, {}
        for person, begin, end in off:
            gone = other._gone.setdefault(person, self.stretch.none())
            gone[self.stretch.index(begin) : self.stretch.index(end)] = True
        return other

    # --- the line

    def _weekday(self, day: date) -> int:
        works_as = {moved.day: moved.as_weekday for moved in reversed(self.office.moved_days)}
        return works_as.get(day, day.isoweekday() - 1)

    def _closed(self, day: date) -> bool:
        if any(moved.day == day for moved in self.office.moved_days):
            return False
        for closure in self.office.closures:
            years = (day.year - 1, day.year) if closure.yearly else (closure.first.year,)
            for year in years:
                shut = closure.first.replace(year=year)
                last = (closure.last.month, closure.last.day)
                while shut != day and (shut.month, shut.day) != last:
                    shut += timedelta(days=1)
                if shut == day:
                    return True
        return False

    def _closed_day(self) -> np.ndarray:
        closed = {day: self._closed(day) for day in self.days}
        return np.array([closed[day] for day in self.stretch.dates])

    def _open(self) -> np.ndarray:
        if not self.office.hours:
            return ~self._closed_day()
        hours = self.stretch.none()
        for day in self.days:
            for interval in self.office.hours:
                if self._weekday(day) in interval.days:
                    over = 1440 if interval.end.minutes <= interval.start.minutes else 0
                    start = self.stretch.starts(wall_of(day, interval.start.minutes))
                    end = self.stretch.ends(wall_of(day, interval.end.minutes + over))
                    hours[start:end] = True
        return hours & ~self._closed_day()

    # --- the people

    def _works(self, shift: Shift, day: date) -> bool:
        if self._weekday(day) not in shift.days:
            return False
        if shift.valid_from and day < shift.valid_from:
            return False
        if shift.valid_to and day > shift.valid_to:
            return False
        for absence in self.office.absences:
            if absence.person == self._worker(shift, day) and absence.first <= day <= absence.last:
                return False
        return shift.anchor is None or self._turn(shift, day)

    def _worker(self, shift: Shift, day: date) -> str:
        """Who works what was planned for the shift's person."""
        for swap in self.office.swaps:
            if swap.day == day and swap.one == shift.person:
                return swap.other
            if swap.day == day and swap.other == shift.person:
                return swap.one
        return shift.person

    def _turn(self, shift: Shift, day: date) -> bool:
        """Walks from the anchor to the day, one day after another."""
        at, turn = shift.anchor, 0
        step = 1 if day >= shift.anchor else -1
        while at != day:
            at += timedelta(days=step)
            turn = (turn + step) % (shift.on + shift.off)
        return turn < shift.on

    def _duties(self, days: list[date]) -> list[tuple[str, int, int, list[tuple[int, int]]]]:
        """(person, first minute, end minute, [(due minute, length)])."""
        duties = []
        known = {person.id for person in self.office.people}
        for day in days:
            for shift in self.office.shifts:
                if self._worker(shift, day) not in known or not self._works(shift, day):
                    continue
                begin, finish = shift.start.minutes, shift.end.minutes
                if shift.minutes is not None:
                    finish = begin + shift.minutes
                elif finish <= begin:
                    finish += 1440
                start = self.stretch.starts(wall_of(day, begin))
                end = self.stretch.ends(wall_of(day, finish))
                pauses = []
                for pause in shift.breaks:
                    after = 1440 if pause.start.minutes < begin else 0
                    due = self.stretch.starts(wall_of(day, pause.start.minutes + after))
                    if due < end:
                        pauses.append((due, min(pause.minutes, end - due)))
                duties.append((self._worker(shift, day), start, end, pauses))
        return duties

    def there(self, day: date) -> dict[str, np.ndarray]:
        """Per person the minutes of `day` (others are meaningless) at which they are on duty."""
        if day not in self._there:
            self._there[day] = self._enumerate(day)
        return self._there[day]

    def _enumerate(self, day: date) -> dict[str, np.ndarray]:
        if not self.office.shifts:
            return {
                person.id: self.open
                & (
                    not any(
                        a.person == person.id and a.first <= day <= a.last
                        for a in self.office.absences
                    )
                )
                for person in self.office.people
            }
        duties = self._duties([day + timedelta(days=n) for n in (-1, 0, 1)])
        present = []
        for _, start, end, pauses in duties:
            minutes = self.stretch.none()
            minutes[start:end] = True
            if self.office.least_on_duty <= 0:
                for due, length in pauses:
                    minutes[due : due + length] = False
            present.append(minutes)
        if self.office.least_on_duty > 0:
            self._hold_back(day, duties, present)
        there = {person.id: self.stretch.none() for person in self.office.people}
        for (person, *_), minutes in zip(duties, present, strict=True):
            there[person] = there[person] | minutes
        return there

    def _hold_back(self, day: date, duties: list, present: list[np.ndarray]) -> None:
        """Minute after minute: whoever waits for a break takes it if enough stay all through it."""
        order = [person.id for person in self.office.people]
        rung = {person.id for person in self.office.people if person.number is not None}
        last = max(n for n, shown in enumerate(self.stretch.dates) if shown == day)
        wishes = sorted(
            (due, order.index(person), n, length)
            for n, (person, _, _, pauses) in enumerate(duties)
            for due, length in pauses
        )
        wishes = [wish for wish in wishes if wish[0] <= last]
        if not wishes:
            return
        for minute in range(wishes[0][0], self.stretch.minutes):
            for wish in [w for w in wishes if w[0] <= minute]:
                _, _, n, length = wish
                person, _, end, _ = duties[n]
                if minute >= end:
                    wishes.remove(wish)
                    continue
                until = min(minute + length, end)
                if person not in rung or self._enough(duties, present, rung, n, minute, until):
                    present[n][minute:until] = False
                    wishes.remove(wish)
            if not wishes:
                return

    def _enough(self, duties, present, rung, leaver, start, end) -> bool:
        heads = {person: np.zeros(end - start, dtype=bool) for person in rung}
        for n, (person, *_) in enumerate(duties):
            if n != leaver and person in rung:
                there = present[n] & ~self._gone[person] if person in self._gone else present[n]
                heads[person] = heads[person] | there[start:end]
        stay = sum((there.astype(int) for there in heads.values()), np.zeros(end - start, int))
        return bool((stay >= self.office.least_on_duty).all())

    # --- the answers

    def on_duty(self, instant: datetime) -> list[str]:
        index = self.stretch.index(instant)
        there = self.there(self.stretch.dates[index])
        return [person.id for person in self.office.people if there[person.id][index]]

    def opening(self, instant: datetime) -> str:
        index = self.stretch.index(instant)
        if self.closed_day[index]:
            return "closed today"
        return "open" if self.open[index] else "closed by hours"

    def next_answer(self, instant: datetime, until: int) -> datetime | None:
        """The first instant from now on at which the line is open and someone can be rung."""
        rung = [person.id for person in self.office.people if person.number is not None]
        index = self.stretch.index(instant)
        for at in range(index, until):
            if self.open[at] and any(self.there(self.stretch.dates[at])[p][at] for p in rung):
                return instant if at == index else self.stretch.instant(at)
        return None


def changes(zone: ZoneInfo, first: int, last: int) -> list[datetime]:
    """Every instant (UTC) of these years at which the zone's offset changes, to the minute."""
    found = []
    hour = datetime(first, 1, 1, tzinfo=UTC)
    while hour.year <= last:
        after = hour + timedelta(hours=1)
        if hour.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            minute = hour
            while minute.astimezone(zone).utcoffset() == hour.astimezone(zone).utcoffset():
                minute += MINUTE
            found.append(minute)
        hour = after
    return found
