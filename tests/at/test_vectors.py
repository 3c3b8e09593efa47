"""What other drivers know that modems say is understood here, too, or left alone."""

from __future__ import annotations

import pytest

from hotline.at.answers import Event, Signal, Text, parse
from hotline.at.chat import Answer, Chat
from hotline.at.commands import SIGNAL
from tests.at.vectors import UNDERSTOOD, UNKNOWN

FAMILIES = [
    # Words that some families mean something by; what they mean here is told in their own tests.
    "^RSSI:26",
    '^HCSQ:"LTE",47,39,130,20',
    "^SMMEMFULL:SM",
    "MISSED_CALL: 11:01AM 069000001",
    '+CNUM: "","+37369000900",145',
    '+CNUM: "Own number","069000900",129,1,4',
    "+CNUM: ,,",
    "^ORIG:1,0",
    "^CONF:1",
    "^CONN:1,0",
    "^CEND:1,5,29,16",
    "^CEND:1,82,29",
    "^CEND: 1,0, 67, 17",
    "^CEND:1,0,255,255",
    "^DDTMF: 5",
    "VOICE CALL: BEGIN",
    "VOICE CALL: END",
    "VOICE CALL: END: 000041",
    "+RXDTMF: 8",
    "+RXDTMF: #",
    "+DTMF: 5,120",
    '+COPS: 0,0,"Simulated",7',
    "+COPS: 0",
    '+CUSD: 0,"Balance 5.20",15',
    '+CUSD: 1,"AA180C3602",15',
    "+CUSD: 2",
    '+CCFC: 1,1,"+37369000001",145,,,20',
    "+CCFC: 0,7",
    '+CCWA: "069000001",129,1',
    '+CCWA: "+37369000001",145,1,"",0',
    "+CCWA: 1,1",
    "+CTZV: 26/11/22,09:15:30,+08",
]


@pytest.mark.parametrize(("line", "event"), UNDERSTOOD)
def test_what_real_modems_say_is_understood(line: str, event: Event) -> None:
    assert parse(line) == event


@pytest.mark.parametrize("line", UNKNOWN)
def test_what_nobody_has_to_know_is_text(line: str) -> None:
    assert parse(line) == Text(line)


@pytest.mark.parametrize("line", [*UNKNOWN, *FAMILIES])
def test_no_line_of_any_family_disturbs_the_answer_it_falls_into(line: str) -> None:
    chat = Chat()
    chat.ask(SIGNAL)
    chat.to_send()
    said = "".join(f"\r\n{one}\r\n" for one in ("+CSQ: 21,99", *line.split("\n"), "OK"))
    *_, answer = chat.hear(said.encode())
    assert isinstance(answer, Answer)
    assert (answer.command, answer.ok) == (SIGNAL, True)
    assert Signal(-71) in answer.events
