"""One button, and what nobody may do with it by accident."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.panel.button import (
    CONFIRM_S,
    LONG_S,
    PAUSE_S,
    STUCK_S,
    VERY_LONG_S,
    Button,
    Press,
)

LOOK_S = 0.05


class Hand:
    """Presses a button that is looked at twenty times a second."""

    def __init__(self, button: Button | None = None) -> None:
        self.button, self.now = button or Button(), 100.0
        self.meant: list[Press] = []

    def wait(self, seconds: float) -> Hand:
        until = self.now + seconds
        while self.now + LOOK_S < until:
            self.now += LOOK_S
            self._told(self.button.look(self.now))
        self.now = until
        return self

    def to(self, pressed: bool, bounces: tuple[float, ...] = (0.004, 0.019, 0.007)) -> Hand:
        for n, pause in enumerate(bounces):
            self._told(self.button.edge(pressed if n % 2 == 0 else not pressed, self.now))
            self.now += pause
        self._told(self.button.edge(pressed, self.now))
        return self

    def press(self, seconds: float) -> Hand:
        return self.to(True).wait(seconds).to(False).wait(0.2)

    def _told(self, press: Press | None) -> None:
        if press is not None:
            self.meant.append(press)


@pytest.mark.parametrize(
    ("seconds", "press"),
    [
        (0.1, Press.SHORT),
        (LONG_S - 0.1, Press.SHORT),
        (LONG_S + 0.1, Press.LONG),
        (VERY_LONG_S - 0.2, Press.LONG),
        (VERY_LONG_S + 0.1, Press.VERY_LONG),
    ],
)
def test_a_press_is_what_its_length_says_and_is_told_once(seconds: float, press: Press) -> None:
    assert Hand().press(seconds).meant == [press]


def test_a_spark_on_the_cable_is_no_press() -> None:
    hand = Hand().to(True, ()).wait(0.01).to(False, ()).wait(5)
    assert hand.meant == []


def test_a_contact_that_opens_for_a_moment_does_not_make_two_presses_of_one() -> None:
    hand = Hand().to(True).wait(1.5).to(False, ()).wait(0.01).to(True, ()).wait(1.0).to(False)
    assert hand.wait(1).meant == [Press.LONG]


def test_two_quick_presses_are_two() -> None:
    hand = Hand().to(True, ()).wait(0.1).to(False, ()).wait(0.08).to(True, ()).wait(0.1)
    assert hand.to(False, ()).wait(0.5).meant == [Press.SHORT, Press.SHORT]


def test_presses_are_told_even_if_nobody_looked_meanwhile() -> None:
    button = Button()
    edges = [(True, 1.0), (False, 1.2), (True, 2.0), (False, 5.0)]
    told = [button.edge(pressed, at) for pressed, at in edges]
    assert [*told, button.look(6.0)] == [None, None, Press.SHORT, None, Press.LONG]


def test_to_erase_takes_a_second_press_that_is_long() -> None:
    hand = Hand().press(VERY_LONG_S + 1)
    assert hand.button.asks_to_erase(hand.now)
    assert hand.wait(PAUSE_S + 1).press(LONG_S + 1).meant == [Press.VERY_LONG, Press.CONFIRMED]


@pytest.mark.parametrize(
    ("pause", "seconds"),
    [
        (PAUSE_S - 0.5, LONG_S + 1),  # too soon: still the same hand, or the same elbow
        (CONFIRM_S + 0.5, LONG_S - 0.5),
        (PAUSE_S + 1, 0.2),  # not meant
        (PAUSE_S + 1, VERY_LONG_S + 1),  # still leaning
        (PAUSE_S + 1, STUCK_S + 1),
    ],
)
def test_any_other_second_press_erases_nothing(pause: float, seconds: float) -> None:
    hand = Hand().press(VERY_LONG_S + 1).wait(pause - 0.2).press(seconds)
    assert Press.CONFIRMED not in hand.meant
    assert not hand.wait(1).button.asks_to_erase(hand.now)


def test_a_late_press_is_an_ordinary_one() -> None:
    hand = Hand().press(VERY_LONG_S + 1).wait(CONFIRM_S + 1).press(LONG_S + 1)
    assert hand.meant == [Press.VERY_LONG, Press.LONG]


def test_a_wish_that_was_taken_back_must_be_made_anew() -> None:
    hand = Hand().press(VERY_LONG_S + 1).wait(3).press(0.2).wait(3).press(LONG_S + 1)
    assert hand.meant == [Press.VERY_LONG, Press.LONG]


def test_a_button_that_is_stuck_is_told_and_does_nothing() -> None:
    hand = Hand().to(True).wait(STUCK_S + 1)
    assert hand.button.stuck(hand.now)
    hand.wait(3600).to(False).wait(1)
    assert (hand.meant, hand.button.stuck(hand.now)) == ([], False)
    assert hand.press(0.2).meant == [Press.SHORT]


def test_what_was_pressed_before_the_box_began_means_nothing() -> None:
    hand = Hand(Button(pressed=True, at=100.0)).wait(VERY_LONG_S + 1).to(False).wait(0.5)
    assert hand.meant == []
    assert hand.press(0.2).meant == [Press.SHORT]


@given(st.lists(st.tuples(st.floats(0, 40), st.floats(0.2, 40)), max_size=12))
def test_nothing_is_erased_without_a_very_long_press_and_a_long_one_in_time(
    presses: list[tuple[float, float]],
) -> None:
    hand = Hand()
    for seconds, pause in presses:
        told = len(hand.meant)
        hand.press(seconds).wait(pause)
        if Press.CONFIRMED in hand.meant[told:]:
            assert hand.meant[told - 1] is Press.VERY_LONG
            assert LONG_S - 0.1 <= seconds < VERY_LONG_S
