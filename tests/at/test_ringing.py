"""Who rings the office's line is known in whatever order and shape the exchange says it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.at.ringing import NO_MORE_RINGS_S, Ringing, Shown

FIELDS = ["DATE = 1122", "TIME = 0042", "NMBR = 37322123456", "NAME = Ana"]


def rung(*events: tuple[float, str], now: float) -> Shown | None:
    ringing = Ringing()
    for at, line in events:
        if line == "RING":
            ringing.ring(at)
        else:
            ringing.line(line, at)
    return ringing.ready(now)


@pytest.mark.parametrize("order", list(itertools.permutations(FIELDS)))
def test_the_number_is_known_soon_after_it_came_in_any_order(
    order: tuple[str, ...],
) -> None:
    lines = [(1.5 + 0.01 * n, line) for n, line in enumerate(order)]
    assert rung((0, "RING"), *lines, now=1.9) == Shown("37322123456", "Ana")
    assert rung((0, "RING"), *lines, now=1.6) is None


@pytest.mark.parametrize("line", ["NMBR=37322123456", "nmbr = 37322123456", "NMBR =37322123456"])
def test_blanks_and_capitals_do_not_matter(line: str) -> None:
    assert rung((0, "RING"), (1, line), now=2) == Shown("37322123456")


def test_a_number_that_comes_before_the_first_ring_is_kept_for_it() -> None:
    assert rung((0, "NMBR = 5551234"), now=3) is None
    assert rung((0, "NMBR = 5551234"), (3, "RING"), now=3) == Shown("5551234")


def test_without_a_number_the_second_ring_is_answered() -> None:
    assert rung((0, "RING"), now=4.9) is None
    assert rung((0, "RING"), (5, "RING"), now=5) == Shown()


@pytest.mark.parametrize("cadence", [("DRON=4", "DROF=2"), ("RING", "DRON=4"), ("RING", "RING")])
def test_two_signs_of_one_ring_are_one_ring(cadence: tuple[str, str]) -> None:
    first, second = cadence
    assert rung((0, first), (0.6, second), now=3) is None
    assert rung((0, first), (0.6, second), (3, first), now=3) == Shown()


@pytest.mark.parametrize("value", ["P", "O", "", "AT+VLS=1", "5;+CHUP", "1" * 33, "\x00"])
def test_what_is_no_number_is_told_as_none(value: str) -> None:
    assert rung((0, "RING"), (1, f"NMBR = {value}"), now=2) == Shown()


def test_a_name_is_cut_and_without_control_characters() -> None:
    found = rung((0, "RING"), (1, "NMBR = 123"), (1, f"NAME = A\x07\x1b{'b' * 99}"), now=2)
    assert found == Shown("123", "A" + "b" * 63)


@given(st.lists(st.tuples(st.floats(0, 9), st.text(max_size=40)), max_size=20))
def test_nothing_an_exchange_says_is_trouble(lines: list[tuple[float, str]]) -> None:
    shown = rung((0, "RING"), *lines, (9, "RING"), now=9)
    assert shown is not None
    assert len(shown.name) <= 64


def test_who_gives_up_is_noticed_and_the_next_is_another() -> None:
    ringing = Ringing()
    ringing.ring(0)
    assert not ringing.over(NO_MORE_RINGS_S - 0.1)
    assert ringing.over(NO_MORE_RINGS_S + 0.1)
    ringing.reset()
    assert not ringing.begun
    ringing.ring(20)
    assert ringing.ready(20.1) is None
