"""Who calls is what the network says, taken as harmless text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.lines.identity import NAME_LENGTH, caller_of
from hotline.lines.port import Caller


def invite(*headers: str) -> str:
    return "\r\n".join(("INVITE sip:box@host SIP/2.0", *headers, "", "v=0"))


@pytest.mark.parametrize(
    ("headers", "caller"),
    [
        (
            ['From: "Ion" <sip:+37369123456@p>;tag=1'],
            Caller("+37369123456", "Ion"),
        ),
        (["f: <sip:069123456@p;user=phone>"], Caller("+37369123456", "")),
        (["From: Ion Rusu <tel:+37369123456>"], Caller("+37369123456", "Ion Rusu")),
        (
            ["From: <sip:x@p>", 'P-Asserted-Identity: "Shop" <sip:+37322111222@p>'],
            Caller("+37322111222", "Shop"),
        ),
        (['From: "A \\"B\\" C" <sip:101@p>'], Caller("101", 'A "B" C')),
        (["From: sip:069123456@p"], Caller("+37369123456", "")),
    ],
)
def test_the_caller_is_named_as_the_network_names_him(headers: list[str], caller: Caller) -> None:
    assert caller_of(invite(*headers), "MD") == caller


@pytest.mark.parametrize(
    "headers",
    [
        ['From: "Anonymous" <sip:anonymous@anonymous.invalid>'],
        ["From: <sip:+37369123456@p>", "Privacy: id"],
        [
            "From: <sip:+37369123456@p>",
            "P-Asserted-Identity: <sip:+37369123456@p>",
            "Privacy: header;id",
        ],
        ["Via: nothing"],
    ],
)
def test_a_withheld_number_stays_withheld(headers: list[str]) -> None:
    assert caller_of(invite(*headers), "MD") == Caller(None, "")


def test_a_header_hidden_in_the_body_names_nobody() -> None:
    body = "INVITE sip:b@h SIP/2.0\r\n\r\nFrom: <sip:+37369123456@p>"
    assert caller_of(body, "MD").number is None


def test_a_folded_header_is_read_whole() -> None:
    message = invite('From: "Ion"', "  <sip:069123456@p>")
    assert caller_of(message, "MD") == Caller("+37369123456", "Ion")


@given(st.text(max_size=5000))
def test_no_name_brings_control_characters_or_more_than_its_length(name: str) -> None:
    caller = caller_of(invite(f'From: "{name}" <sip:069123456@p>'), "MD")
    assert len(caller.name) <= NAME_LENGTH
    assert not any(unicodedata.category(c)[0] == "C" for c in caller.name + (caller.number or ""))


@given(st.text(max_size=2000))
def test_no_message_whatever_keeps_the_box_from_answering(message: str) -> None:
    caller_of(message, "MD")
