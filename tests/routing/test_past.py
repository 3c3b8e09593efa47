"""What is long over leaves the plan with the next change, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hotline.routing.office import Swap
from hotline.routing.past import without_past
from tests.routing.shop import at, office, person, shift

LONG_AGO, BEFORE = date(2026, 6, 1), at("2026-06-02 12:00")
ALWAYS = shift("ana", "mon-fri", "09:00-18:00")
OVER, STILL = (replace(ALWAYS, valid_to=date(2026, 6, day)) for day in (1, 2))
SHOP = office(person("Ana"), person("Ion"))


def test_swaps_and_pieces_of_shifts_of_days_long_over_go() -> None:
    swaps = Swap(LONG_AGO, "ana", "ion"), Swap(date(2026, 6, 2), "ana", "ion")
    tidied = without_past(replace(SHOP, shifts=(OVER, ALWAYS, STILL), swaps=swaps), BEFORE)
    assert (tidied.shifts, tidied.swaps) == ((ALWAYS, STILL), swaps[1:])


def test_no_office_loses_its_last_shift_by_it() -> None:
    tidied = without_past(replace(SHOP, shifts=(OVER,)), BEFORE)
    assert tidied.by_shift
