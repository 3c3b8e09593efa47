"""When the office's day is over, and it is told who still waits for a call."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hotline.routing.office import Office
from hotline.routing.rules import Opening, open_spans, opening_at
from hotline.routing.shifts import DAY, day_of, day_span, first_instant

EVENING = 18 * 60  # local, of an office that does not close
LATE = timedelta(hours=3)  # a box that was off in the evening still tells so long
_MOMENT = timedelta(microseconds=1)


def evening_of(office: Office, now: datetime) -> date | None:
    """The day that is over at `now`, for not more than three hours; None at any other time."""
    today = day_of(office, now)
    for day in (today, today - DAY):
        end = day_ends(office, day)
        if end is not None and end <= now < end + LATE:
            return day
    return None


def day_ends(office: Office, day: date) -> datetime | None:
    """The last open instant of the office's day, also where that is after midnight, UTC.

    None for a day on which it does not open. One that does not close ends at 18:00.
    """
    midnight, next_midnight = day_span(office, day)
    spans = list(open_spans(office, day))
    if (midnight, next_midnight) in spans:
        return first_instant(day, EVENING, office.zone)
    # What reaches into the day belongs to the day before.
    own = [end for start, end in spans if start > midnight or not _open(office, start - _MOMENT)]
    if not own:
        return None
    last = max(own)
    return last if last < next_midnight else _over_midnight(office, day, next_midnight)


def _over_midnight(office: Office, day: date, midnight: datetime) -> datetime:
    """The end of what is open until this midnight at least."""
    ends = [end for start, end in open_spans(office, day + DAY) if start == midnight]
    if not ends:
        return midnight
    if max(ends) == day_span(office, day + DAY)[1]:
        return first_instant(day, EVENING, office.zone)
    return max(ends)


def _open(office: Office, at: datetime) -> bool:
    return opening_at(office, at)[0] is Opening.OPEN
