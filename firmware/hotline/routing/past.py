"""What of the plan is over so long that nothing tells of its time any more. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hotline.routing.office import Office
from hotline.routing.shifts import day_of


def without_past(office: Office, before: datetime) -> Office:
    """The office without swaps, and shifts with a last day, of the days before this instant's.

    For changes from day to day, which leave such pieces behind. An office that could lose its last
    shift keeps them all: without any, everybody is on duty.
    """
    first = day_of(office, before)
    shifts = tuple(s for s in office.shifts if s.valid_to is None or s.valid_to >= first)
    swaps = tuple(swap for swap in office.swaps if swap.day >= first)
    return replace(office, shifts=shifts or office.shifts, swaps=swaps)
