"""Each call that nobody took has one reason, and it is the one that can be mended."""

from __future__ import annotations

from typing import get_args

import pytest

from hotline.inbox.hindrance import WRONG, Hindrance, hindrance_of
from hotline.inbox.outcome import Outcome
from hotline.inbox.step import StepName

RANG = ("answered", "greeting", "round", "ringing")


def test_every_reason_is_a_step_that_calls_write_down() -> None:
    assert {one.value for one in Hindrance} <= set(get_args(StepName))


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ((*RANG, "not_reached", "caller_gone"), Hindrance.NOT_REACHED),
        ((*RANG, "no_press", "not_reached", "nobody"), Hindrance.NO_PRESS),
        (("unconfirmed", *RANG, "not_reached"), Hindrance.UNCONFIRMED),
        ((*RANG, "caller_gone"), Hindrance.RINGING),
        (("answered", "greeting", "caller_gone"), Hindrance.CALLER_GONE),
        (("answered", "greeting", "fault", "caller_gone"), Hindrance.FAULT),
        ((), None),
    ],
)
def test_the_reason_of_a_missed_call_is_the_strongest_of_its_steps(
    steps: tuple[str, ...], why: Hindrance | None
) -> None:
    assert hindrance_of(Outcome.MISSED, steps) is why


@pytest.mark.parametrize("outcome", [Outcome.SPOKEN, Outcome.SELF_SERVICE, Outcome.TEST])
def test_who_got_what_was_wanted_was_hindered_by_nothing(outcome: Outcome) -> None:
    assert hindrance_of(outcome, ("unconfirmed", "not_reached", "fault")) is None


def test_who_left_a_message_and_hung_up_was_not_lost_by_hanging_up() -> None:
    steps = ("greeting", "message", "recording", "filed", "caller_gone")
    assert hindrance_of(Outcome.MESSAGE, steps) is None
    assert hindrance_of(Outcome.MESSAGE, ("nobody", *steps)) is Hindrance.NOBODY


def test_what_callers_and_busy_people_do_is_no_trouble_of_the_office() -> None:
    assert Hindrance.CAP in WRONG
    assert not {Hindrance.CALLER_GONE, Hindrance.NOT_REACHED, Hindrance.CLOSED} & set(WRONG)
