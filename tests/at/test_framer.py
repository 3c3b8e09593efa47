"""Whatever a modem sends between its lines, the lines come out whole, in bounded memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.at.framer import LONGEST_LINE, PROMPT, Framer

SAYS = ["RING", '+CLIP: "+37369000001",145,,,,0', "OK"]


def fed(data: bytes, sizes: list[int] | None = None) -> list[str]:
    """The lines of `data`, fed in pieces of these sizes, over and over."""
    framer, lines, place = Framer(), list[str](), 0
    sizes = sizes or [len(data) or 1]
    for turn in range(len(data) + 1):
        size = sizes[turn % len(sizes)]
        lines += framer.feed(data[place : place + size])
        place += size
    return lines


@pytest.mark.parametrize("end", [b"\r\n", b"\r\r\n", b"\n", b"\r", b"\r\n\r\n\r\n"])
def test_any_way_to_end_a_line_will_do(end: bytes) -> None:
    assert fed(b"".join(end + line.encode() + end for line in SAYS)) == SAYS


def test_noise_of_a_port_that_is_being_opened_spoils_no_line() -> None:
    assert fed(b"\xff\x00\xfe\r\nRI\xffNG\r\n\x00OK\r\n") == ["RING", "OK"]


def test_a_prompt_is_told_although_no_line_end_follows_it() -> None:
    assert fed(b"\r\n> ") == [PROMPT]


def test_what_never_ends_is_dropped_and_the_next_line_is_heard() -> None:
    assert fed(b"\r\n" + b"x" * (3 * LONGEST_LINE) + b"\r\nRING\r\n", [100]) == ["RING"]
    assert fed(b"\r\n" + b"x" * (3 * LONGEST_LINE) + b"\r\nRING\r\n") == ["RING"]


def test_what_never_ends_is_not_kept() -> None:
    framer = Framer()
    for _ in range(100):
        framer.feed(b"x" * 1000)
        assert len(framer._rest) <= LONGEST_LINE


@given(sizes=st.lists(st.integers(1, 7), min_size=1, max_size=5))
def test_lines_are_the_same_however_they_are_torn(sizes: list[int]) -> None:
    assert fed("".join(f"\r\n{line}\r\n" for line in SAYS).encode(), sizes) == SAYS


@given(pieces=st.lists(st.binary(max_size=400), max_size=60))
def test_no_bytes_make_it_stumble_or_grow(pieces: list[bytes]) -> None:
    framer = Framer()
    for piece in pieces:
        for line in framer.feed(piece):
            assert line.isascii()
            assert len(line) <= LONGEST_LINE
        assert len(framer._rest) <= LONGEST_LINE + 400
