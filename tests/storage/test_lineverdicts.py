"""The owner reads in one sentence how a line was, and what to do about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline.said import say
from hotline.storage.linehistory import Quarter, slot_of
from hotline.storage.linetroubles import Kind, LineTrouble
from hotline.storage.lineverdicts import advice, signal_words

ZONE = ZoneInfo("Europe/Chisinau")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GOOD, WEAK = -80.0, -104.0


def week(*evenings: int, hour: int = 17) -> list[Quarter]:
    """Seven days; in the evening of these days ago the signal was weak for an hour and a half."""
    begin, quarters = NOW - timedelta(days=7), []
    for slot in range(slot_of(begin), slot_of(NOW)):
        one = Quarter("mobile", slot, 900.0, 0.0, 90, -85, GOOD, -75)
        quarters.append(one)
    for days in evenings:
        dark = (NOW - timedelta(days=days)).replace(hour=hour)
        bad = range(slot_of(dark), slot_of(dark) + 6)
        quarters = [
            Quarter("mobile", q.slot, 900.0, 0.0, 90, -107, WEAK, -99) if q.slot in bad else q
            for q in quarters
        ]
    return quarters


def test_weak_evenings_are_told_with_what_to_do() -> None:
    said = signal_words(week(1, 2, 4), ZONE, 7)
    assert said == (
        "The signal was weak on 3 of the last 7 days. Mostly in the evening."
        " Move the modem to a window."
    )


@pytest.mark.parametrize(
    ("hour", "part"), [(0, "at night"), (5, "in the morning"), (11, "in the afternoon")]
)
def test_the_time_of_day_is_that_of_the_office(hour: int, part: str) -> None:
    assert f"Mostly {part}." in signal_words(week(1, 2, hour=hour), ZONE, 7)


def test_a_weak_day_is_told_in_hours() -> None:
    day = [one for one in week(1) if one.at >= NOW - timedelta(days=1)]
    assert signal_words(day, ZONE, 1).startswith(
        "The signal was weak for 2 of the last 24 hours. Mostly in the evening."
    )


def test_a_short_dip_is_no_trouble() -> None:
    quarters = week()
    quarters[300] = Quarter("mobile", quarters[300].slot, 900.0, 0.0, 90, -110, WEAK, -99)
    assert signal_words(quarters, ZONE, 7) == "The signal was good enough."


def test_of_a_line_without_a_network_nothing_is_said() -> None:
    assert signal_words([Quarter("office", slot_of(NOW), 900.0, 0.0)], ZONE, 7) == ""


def troubles(kind: Kind, *days: float) -> list[LineTrouble]:
    return [
        LineTrouble(n, "mobile", NOW - timedelta(days=ago), kind, say("It was lost."))
        for n, ago in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        (Kind.HUNG, "modem", "stronger power supply"),
        (Kind.GONE, "modem", "Press its plug in firmly"),
        (Kind.AWAY, "modem", "to a window, or ask the operator"),
        (Kind.AWAY, "trunk", "Internet router"),
    ],
)
def test_what_is_lost_three_times_a_week_says_what_to_do(what: Kind, kind: str, words: str) -> None:
    said = advice(troubles(what, 1, 2, 6), kind, NOW)
    assert "3 times" in said
    assert words in said


@pytest.mark.parametrize("days", [(1, 2), (1, 2, 8)])
def test_what_is_rarer_is_no_habit(days: tuple[float, ...]) -> None:
    assert advice(troubles(Kind.HUNG, *days), "modem", NOW) == ""


def test_restarts_by_hand_accuse_nobody() -> None:
    assert advice(troubles(Kind.ASKED, 1, 2, 3, 4), "modem", NOW) == ""
