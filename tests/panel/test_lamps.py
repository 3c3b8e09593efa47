"""What the lamps tell somebody who walks by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.panel.aloud import aloud
from hotline.panel.lamps import FAST, OFF, ON, SLOW, BoxState, Lamp, Pattern, Sign, shown

WELL = BoxState(lines=2, up=2)
STATES = st.builds(
    BoxState,
    lines=st.just(3),
    up=st.integers(0, 3),
    calls=st.integers(0, 2),
    messages=st.integers(0, 2),
    complaints=st.integers(0, 2),
    closed=st.booleans(),
    trouble=st.booleans(),
)


def lamps(state: BoxState) -> tuple[Pattern, Pattern, Pattern]:
    there = shown(state)
    return there[Lamp.LINE], there[Lamp.MESSAGE], there[Lamp.TROUBLE]


@pytest.mark.parametrize(
    ("state", "line", "message", "trouble"),
    [
        (WELL, ON, OFF, OFF),
        (BoxState(2, 2, calls=1), FAST, OFF, OFF),
        (BoxState(2, 2, messages=3), ON, ON, OFF),
        (BoxState(2, 2, complaints=1, messages=3), ON, SLOW, OFF),
        (BoxState(2, 1), ON, OFF, SLOW),
        (BoxState(2, 2, trouble=True), ON, OFF, SLOW),
        (BoxState(2, 0), OFF, OFF, FAST),
        (BoxState(2, 2, closed=True), SLOW, OFF, OFF),
        (BoxState(), OFF, OFF, FAST),
    ],
)
def test_each_state_looks_as_the_manual_says(
    state: BoxState, line: Pattern, message: Pattern, trouble: Pattern
) -> None:
    assert lamps(state) == (line, message, trouble)


@given(STATES)
def test_a_box_nobody_can_call_never_looks_well(state: BoxState) -> None:
    line, _, trouble = lamps(state)
    if not state.up:
        assert trouble is FAST
        assert line is not ON


@given(STATES, st.sampled_from([Sign.TEST, Sign.LONG, Sign.ERASE]))
def test_what_the_button_does_is_shown_whatever_the_state(state: BoxState, sign: Sign) -> None:
    assert shown(state, sign) == shown(WELL, sign)


def test_the_question_whether_to_erase_looks_like_nothing_else() -> None:
    others = {sign: shown(WELL, sign) for sign in Sign if sign is not Sign.ERASE}
    assert shown(WELL, Sign.ERASE) == dict.fromkeys(Lamp, FAST)
    assert shown(WELL, Sign.ERASE) not in others.values()


@pytest.mark.parametrize(("pattern", "lit"), [(OFF, 0), (ON, 1), (SLOW, 0.5), (FAST, 0.5)])
def test_a_pattern_is_lit_for_its_share_of_the_time(pattern: Pattern, lit: float) -> None:
    looks = [pattern.at(n / 100) for n in range(400)]
    assert sum(looks) / len(looks) == pytest.approx(lit, abs=0.02)


@pytest.mark.parametrize("language", ["en", "ru", "uk", "ro", "de"])
def test_the_state_is_told_aloud_with_what_is_waiting(language: str) -> None:
    told = aloud(BoxState(2, 2, messages=7, complaints=4), language)
    assert "7" in told
    assert "4" in told
    assert aloud(WELL, language) != aloud(BoxState(2, 0), language)
    assert len({aloud(BoxState(2, 2, trouble=True), language), aloud(WELL, language)}) == 2
