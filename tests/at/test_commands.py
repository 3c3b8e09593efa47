"""No command is ever made of text that could be another command."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.at.commands import Command, delete_text, dial, end_call, enter_pin, send_text


def test_a_number_is_dialled_as_a_voice_call() -> None:
    assert dial("+37369000001").text == "ATD+37369000001;"


@pytest.mark.parametrize(
    "number", ["", "+", "12", "112;+CHUP", "069\r\nATD112;", "*21*069#", "٣٣٣"]
)
def test_what_is_no_number_is_not_dialled(number: str) -> None:
    with pytest.raises(ValueError, match="number"):
        dial(number)


def test_a_pin_is_never_shown() -> None:
    assert "1234" not in str(enter_pin("1234"))


@given(text=st.text(max_size=40))
def test_nothing_but_digits_gets_into_a_command(text: str) -> None:
    for make in (dial, enter_pin):
        try:
            made = make(text).text
        except ValueError:
            continue
        assert re.fullmatch(r'ATD\+?[0-9]+;|AT\+CPIN="[0-9]+"', made)


@pytest.mark.parametrize("text", ["", "A", "+CHUP", "AT\r", "AT+CLIP=1\nATD112;", "AT" + "x" * 300])
def test_a_command_is_one_line_of_plain_letters(text: str) -> None:
    with pytest.raises(ValueError, match="command"):
        Command(text)


@pytest.mark.parametrize(
    ("pdu", "length"),
    [
        ("", 0),
        ("0011000B917363090001F10000A904F4F29C0E", 17),  # one octet is missing
        ("0011000B917363090001F10000A904F4F29C0E", 19),
        ("0011000B917363090001F10000A904F4F29C0", 18),
        ("0011000B917363090001F10000A904F4F29C0E\x1aAT+CFUN=0\r", 18),
        ("00" * 300, 299),
        ("٠٠" * 19, 18),
    ],
)
def test_what_is_no_text_is_not_sent(pdu: str, length: int) -> None:
    with pytest.raises(ValueError, match="text"):
        send_text(pdu, length)


def test_no_body_gets_past_the_command() -> None:
    with pytest.raises(ValueError, match="text"):
        Command("AT+CMGS=18", body="0011\x1aAT")


@pytest.mark.parametrize("index", [-1, 10_000])
def test_what_is_no_place_is_not_deleted(index: int) -> None:
    with pytest.raises(ValueError, match="place"):
        delete_text(index)


@pytest.mark.parametrize("index", [0, 8, 12, -1])
def test_no_call_is_ended_that_a_modem_cannot_number(index: int) -> None:
    with pytest.raises(ValueError, match="call"):
        end_call(index)


def test_one_of_two_calls_is_ended_by_its_number() -> None:
    assert end_call(3).text == "AT+CHLD=13"
