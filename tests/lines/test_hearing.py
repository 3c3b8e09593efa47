"""Whether callers over a modem are heard is judged fairly."""

from __future__ import annotations

from hotline.lines.hearing import (
    NEVER_S,
    NO_BYTES,
    NOT_TAKEN,
    NOUGHTS,
    SILENT_S,
    STOPPED_S,
    Hearing,
)


def test_a_call_is_given_time_to_begin() -> None:
    hearing = Hearing()
    assert hearing.judge(1.0, NEVER_S - 1, 100.0, 100.0, 0.0)
    assert hearing.trouble == ""


def test_a_call_without_one_byte_is_of_no_use() -> None:
    hearing = Hearing()
    assert not hearing.judge(1.0, NEVER_S, 100.0, 100.0, 0.0)
    assert hearing.trouble == NO_BYTES


def test_a_call_that_had_sound_is_ended_half_a_minute_after_the_last_byte() -> None:
    hearing = Hearing()
    assert hearing.judge(1.0, 300.0, STOPPED_S - 1, STOPPED_S - 1, 0.0)
    assert not hearing.judge(1.0, 301.0, STOPPED_S, STOPPED_S, 0.0)


def test_a_call_in_which_the_modem_takes_no_sound_is_of_no_use_either() -> None:
    hearing = Hearing()
    assert hearing.judge(1.0, NEVER_S - 1, 0.0, 0.0, 100.0)
    assert not hearing.judge(1.0, NEVER_S, 0.0, 0.0, 100.0)
    assert hearing.trouble == NOT_TAKEN


def test_one_caller_with_a_muted_telephone_is_no_trouble_of_the_line() -> None:
    hearing = Hearing()
    for talked in (SILENT_S, SILENT_S + 2, SILENT_S + 600):
        assert hearing.judge(1.0, talked, 0.0, talked + 1, 0.0)
    assert hearing.trouble == ""


def test_two_calls_of_noughts_are() -> None:
    hearing = Hearing()
    for answered in (1.0, 2.0):
        assert hearing.judge(answered, SILENT_S, 0.0, SILENT_S + 1, 0.0)
    assert hearing.trouble == NOUGHTS


def test_any_sound_at_all_ends_the_suspicion() -> None:
    hearing = Hearing()
    for answered in (1.0, 2.0):
        hearing.judge(answered, SILENT_S, 0.0, SILENT_S + 1, 0.0)
    hearing.judge(3.0, 5.0, 0.0, 4.0, 0.0)
    assert hearing.trouble == ""
