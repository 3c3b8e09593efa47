"""A change of the plan is read the same on the terminal and on the page."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from hotline.routing.changes import Change, CopyWeek, MoveShift, StandIn, StayAway, SwapDay
from hotline.routing.changewords import longer, words_of
from hotline.routing.office import WallTime
from tests.routing.shop import office, person

SHOP = office(person("Ana"), person("Ion"))
DAY = date(2026, 12, 14)
NIGHT = tuple(datetime.fromisoformat(f"2026-12-{at}+02:00") for at in ("14 22:00", "15 06:00"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (SwapDay(DAY, "ana", "ion"), "14.12: Ana and Ion swap"),
        (SwapDay(DAY, "ana", "eva"), "14.12: Ana and eva swap"),  # who has left the office
        (StayAway("ana", DAY, DAY), "14.12: Ana, away"),
        (StayAway("ana", DAY, date(2026, 12, 18), "sick"), "14.12 – 18.12: Ana, sick"),
        (StandIn("ion", (NIGHT[0], NIGHT[1])), "14.12, 22:00–06:00: Ion stands in"),
        (
            MoveShift("ana", DAY, WallTime(540), "ion", DAY, WallTime(600), WallTime(960)),
            "14.12, 09:00, Ana → 14.12, 10:00–16:00, Ion",
        ),
        (
            CopyWeek(DAY, date(2026, 12, 23)),
            "The week from 21.12 on is as that from 14.12 on.",
        ),
    ],
)
def test_a_change_is_one_line(change: Change, words: str) -> None:
    assert words_of(change, SHOP, lambda day: f"{day:%d.%m}") == words


@pytest.mark.parametrize(("minutes", "words"), [(360, "+6 h"), (-90, "−1:30 h"), (5, "+0:05 h")])
def test_how_much_longer_somebody_works_is_told_in_hours(minutes: int, words: str) -> None:
    assert longer(timedelta(minutes=minutes)) == words
