"""How long a caller in the queue will probably wait: from talks that were, not from hope. Pure."""

from __future__ import annotations

import heapq
import math
import statistics
from collections.abc import Sequence

LEAST_TALKS = 3  # of fewer nothing can be learned, and nothing is told
MOST_MINUTES = 60  # nobody is held with a number like this; * and 9 are offered instead


def expected_wait(
    place: int, talking: Sequence[float], free: int, past: Sequence[float]
) -> float | None:
    """Seconds until the caller at this place of the queue, 1 for the next, comes to a person.

    talking: for how long each person of those they wait for has been taken by a call. free: how
    many of them are not. past: lengths of the last talks. None when nothing can be told honestly.
    """
    if len(past) < LEAST_TALKS or not (talking or free):
        return None
    usual = statistics.fmean(past)
    comes_free = [0.0] * free + [_left(elapsed, past, usual) for elapsed in talking]
    heapq.heapify(comes_free)
    for _ in range(place - 1):  # whoever is before takes the first who comes free
        heapq.heapreplace(comes_free, comes_free[0] + usual)
    return comes_free[0]


def in_minutes(seconds: float | None) -> int | None:
    """As it is told to the caller: whole minutes, upwards; None where it is better not told."""
    minutes = None if seconds is None else max(1, math.ceil(seconds / 60))
    return minutes if minutes is not None and minutes <= MOST_MINUTES else None


def _left(elapsed: float, past: Sequence[float], usual: float) -> float:
    """What is left of a talk, as it was with those that had come so far. One that is longer than
    all before is as good as new: long talks are the ones that do not end soon.
    """
    longer = [length - elapsed for length in past if length > elapsed]
    return statistics.fmean(longer) if longer else usual
