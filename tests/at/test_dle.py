"""Sound, text and signs of a voice modem are told apart wherever its bytes are cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.at.dle import LONGEST_LINE, Keys, Sign, Signal, Sound, Stream, Text, shield, signal_of
from tests.fuzz.voice import Told, joined


def cut(data: bytes, places: list[int]) -> list[bytes]:
    borders = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in itertools.pairwise(borders)]


def heard(stream: Stream, data: bytes, places: list[int]) -> Told:
    return joined([part for piece in cut(data, places) for part in stream.feed(piece)])


PLACES = st.lists(st.integers(0, 10_000), max_size=12)
OPENING = b"AT+VRX\r\r\nCONNECT\r\n"


@given(st.binary(min_size=1, max_size=400), PLACES)
def test_sound_arrives_as_it_was_sent_however_it_is_cut(sound: bytes, places: list[int]) -> None:
    stream = Stream()
    stream.expect_sound()
    data = OPENING + shield(sound) + b"\x10\x03\r\nOK\r\n"
    assert heard(stream, data, places) == [
        Text(OPENING), Sound(sound), Sign("\x03"), Text(b"\r\nOK\r\n"),
    ]  # fmt: skip


@given(st.binary(min_size=1, max_size=200), st.binary(min_size=1, max_size=200), PLACES)
def test_a_key_in_the_middle_costs_no_sound(before: bytes, after: bytes, places: list[int]) -> None:
    stream = Stream()
    stream.expect_sound()
    data = OPENING + shield(before) + b"\x105" + shield(after)
    assert heard(stream, data, places)[1:] == [Sound(before), Sign("5"), Sound(after)]


@given(PLACES)
def test_the_short_form_stands_for_two_bytes_of_sound(places: list[int]) -> None:
    stream = Stream()
    stream.expect_sound()
    found = heard(stream, OPENING + b"a\x10\x1ab", places)
    assert found[1:] == [Sound(b"a\x10\x10b")]


@given(st.binary(max_size=300), PLACES)
def test_nothing_a_modem_sends_is_trouble(rubbish: bytes, places: list[int]) -> None:
    stream = Stream()
    heard(stream, rubbish, places)
    stream.expect_sound()
    heard(stream, rubbish, places)
    stream.no_sound()
    heard(stream, rubbish, places)


@pytest.mark.parametrize("before", [b"A" * LONGEST_LINE, b"A" * (LONGEST_LINE + 1), b"A" * 900])
@pytest.mark.parametrize("size", [1, 100, 10_000])
def test_the_end_of_a_line_without_end_begins_no_sound(before: bytes, size: int) -> None:
    stream, data = Stream(), before + b"CONNECT\r\n" + b"OK\r\n"
    stream.expect_sound()
    told = joined([p for n in range(0, len(data), size) for p in stream.feed(data[n : n + size])])
    assert told == [Text(data)]
    assert stream.feed(b"CONNECT\r\nab") == [Text(b"CONNECT\r\n"), Sound(b"ab")]


def test_a_modem_that_refuses_to_listen_goes_on_in_text() -> None:
    stream = Stream()
    stream.expect_sound()
    told = heard(stream, b"\r\nERROR\r\n", [])
    stream.no_sound()
    assert told == [Text(b"\r\nERROR\r\n")]
    assert stream.feed(b"\r\nRING\r\n") == [Text(b"\r\nRING\r\n")]


def test_signs_come_between_the_lines_too() -> None:
    told = joined(Stream().feed(b"\r\nO\x10lK\r\n"))
    assert told == [Text(b"\r\nO"), Sign("l"), Text(b"K\r\n")]


@pytest.mark.parametrize(
    ("code", "signal"),
    [
        ("R", Signal.RING),
        ("b", Signal.BUSY),
        ("d", Signal.DIAL_TONE),
        ("l", Signal.LOOP_BREAK),
        ("L", Signal.POLARITY),
        ("H", Signal.PHONE_LIFTED),
        ("P", Signal.PHONE_LIFTED),
        ("h", None),
        ("u", None),
        ("5", None),
    ],
)
def test_what_a_sign_means(code: str, signal: Signal | None) -> None:
    assert signal_of(Sign(code)) is signal


def keys(*signs: tuple[float, str]) -> str:
    pressed = Keys()
    return "".join(pressed.hear(Sign(code), at) for at, code in signs)


def test_a_key_that_is_held_counts_once() -> None:
    assert keys((0, "/"), (0, "5"), (0.07, "5"), (0.14, "5"), (0.9, "5"), (1.0, "~")) == "5"


def test_a_key_of_a_modem_that_tells_no_beginning_and_end_counts_once() -> None:
    assert keys((0, "5"), (0.07, "5"), (0.14, "5")) == "5"


def test_one_press_told_as_three_counts_once() -> None:
    once = [(0.03 * n, code) for n, code in enumerate("/0~/0~/0~")]
    assert keys(*once) == "0"


def test_the_same_key_pressed_twice_counts_twice() -> None:
    assert keys((0, "/"), (0, "1"), (0.1, "~"), (0.25, "/"), (0.25, "1"), (0.35, "~")) == "11"
    assert keys((0, "1"), (0.07, "1"), (0.25, "1")) == "11"


def test_different_keys_all_count_however_fast() -> None:
    assert keys(*((0.01 * n, key) for n, key in enumerate("1234567890*#"))) == "1234567890*#"


def test_what_is_on_no_telephone_is_no_key() -> None:
    assert keys((0, "A"), (0.5, "B"), (1, "C"), (1.5, "D")) == ""
