"""Answers belong to what was asked, whatever comes between them, late, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.at.answers import (
    CallerId,
    CallRow,
    Done,
    Event,
    Ring,
    Signal,
    TextCame,
    TextListed,
    TextSent,
    TextStored,
)
from hotline.at.chat import (
    ESCAPE,
    MOST_JOINED,
    MOST_LINES,
    MOST_WAITING,
    PROBES,
    Answer,
    Chat,
    Deaf,
    TooMuch,
)
from hotline.at.commands import (
    CALLS,
    LIST_TEXTS,
    PROBE,
    SIGNAL,
    WHY_ENDED,
    Command,
    dial,
    send_text,
)
from hotline.at.services import Ussd

DIAL = dial("+37369000001")


def asked(*commands: Command) -> Chat:
    """A chat with the first of these in flight and the others waiting."""
    chat = Chat()
    for command in commands:
        chat.ask(command)
    assert chat.to_send() == commands[0]
    return chat


def says(chat: Chat, *lines: str) -> list[Answer | Event]:
    return chat.hear("".join(f"\r\n{line}\r\n" for line in lines).encode())


def test_one_command_is_in_flight_at_a_time() -> None:
    chat = asked(SIGNAL, CALLS)
    assert chat.to_send() is None
    assert says(chat, "+CSQ: 21,99", "OK") == [Answer(SIGNAL, Done(True), (Signal(-71),))]
    assert chat.to_send() == CALLS


def test_a_caller_who_rings_within_an_answer_is_heard_and_the_answer_whole() -> None:
    chat = asked(SIGNAL)
    told = says(chat, "RING", "+CSQ: 21,99", '+CLIP: "+37369000001",145', "^RSSI:26", "OK")
    assert told[0] == Ring()
    assert CallerId("+37369000001") in told
    assert told[-1] == Answer(SIGNAL, Done(True), (Signal(-71),))


def test_the_echo_of_a_command_is_no_answer() -> None:
    chat = asked(CALLS)
    (answer,) = chat.hear(b"AT+CLCC\r\r\nOK\r\n")
    assert answer == Answer(CALLS, Done(True))


def test_busy_ends_a_command_that_dials_and_no_other() -> None:
    (answer,) = says(asked(DIAL), "BUSY")
    assert isinstance(answer, Answer)
    assert (answer.ok, answer.ended) == (False, "BUSY")
    assert len(says(asked(SIGNAL), "NO CARRIER", "OK")) == 2


def test_an_ok_that_follows_the_end_of_a_call_is_not_taken_for_the_next_answer() -> None:
    chat = asked(DIAL, CALLS)
    says(chat, "NO CARRIER")
    assert chat.to_send() is None
    says(chat, "OK")
    chat.timed_out()
    assert chat.to_send() == CALLS
    assert says(chat, "OK") == [Answer(CALLS, Done(True))]


def test_a_late_answer_is_never_paired_with_the_next_command() -> None:
    chat = asked(SIGNAL, CALLS)
    late = chat.timed_out()
    assert isinstance(late, Answer)
    assert late.late
    assert chat.to_send() == PROBE
    assert says(chat, "+CSQ: 21,99", "OK") != []  # the late one: only its Signal is told
    assert chat.to_send() is None
    says(chat, "OK")  # of the probe
    assert chat.to_send() is None
    chat.timed_out()  # and then it was quiet
    assert chat.to_send() == CALLS
    row = '+CLCC: 1,1,4,0,0,"+37369000001",145'
    (answer,) = says(chat, row, "OK")
    assert isinstance(answer, Answer)
    assert answer.command == CALLS
    assert isinstance(answer.events[0], CallRow)


def test_a_caller_who_rings_while_the_modem_is_lost_is_heard() -> None:
    chat = asked(SIGNAL)
    chat.timed_out()
    chat.to_send()
    assert says(chat, "RING") == [Ring()]


def test_a_modem_that_answers_no_probe_is_deaf() -> None:
    chat = asked(SIGNAL)
    chat.timed_out()
    for _ in range(PROBES):
        assert chat.to_send() == PROBE
        told = chat.timed_out()
    assert told == Deaf()


def test_what_is_urgent_goes_before_what_waits() -> None:
    chat = asked(SIGNAL, CALLS)
    chat.ask(WHY_ENDED, first=True)
    says(chat, "OK")
    assert chat.to_send() == WHY_ENDED


# -- texts -----------------------------------------------------------------------------------------

PDU = "0011000B917363090001F10000A904F4F29C0E"
TEXT = send_text(PDU, len(PDU) // 2 - 1)


def test_a_text_is_given_when_it_is_asked_for_and_once() -> None:
    chat = asked(TEXT)
    assert chat.typed() == b""
    assert chat.hear(b"\r\n> ") == []
    assert chat.typed() == PDU.encode() + b"\x1a"
    assert chat.typed() == b""
    (answer,) = says(chat, "+CMGS: 12", "OK")
    assert answer == Answer(TEXT, Done(True), (TextSent(12),))


def test_a_text_whose_command_has_ended_is_not_given_any_more() -> None:
    chat = asked(TEXT)
    chat.hear(b"\r\n> \r\n+CMS ERROR: 500\r\n")
    assert chat.typed() == ESCAPE


@pytest.mark.parametrize("commands", [(), (SIGNAL,)])
def test_a_prompt_that_nobody_asked_for_is_left(commands: tuple[Command, ...]) -> None:
    chat = asked(*commands) if commands else Chat()
    chat.hear(b"\r\n> ")
    assert chat.typed() == ESCAPE


def test_a_prompt_that_comes_again_gets_no_second_text() -> None:
    chat = asked(TEXT)
    chat.hear(b"> ")
    chat.typed()
    chat.hear(b"\r\n> ")
    assert chat.typed() == ESCAPE


def test_whatever_takes_too_long_a_prompt_is_left_before_the_modem_is_probed() -> None:
    chat = asked(TEXT)
    chat.timed_out()
    assert (chat.typed(), chat.to_send()) == (ESCAPE, PROBE)


def test_the_lines_behind_a_list_of_texts_belong_to_it() -> None:
    chat = asked(LIST_TEXTS)
    told = says(chat, "+CMGL: 1,0,,24", PDU, "RING", "+CMGL: 7,3,,24", PDU, "OK")
    assert told == [
        Ring(),
        Answer(LIST_TEXTS, Done(True), (TextListed(1, True, PDU), TextListed(7, False, PDU))),
    ]


def test_a_report_is_heard_with_its_lines_whatever_is_asked() -> None:
    chat = asked(SIGNAL)
    assert says(chat, "+CDS: 24", PDU, '+CMTI: "SM",3') == [TextCame(PDU), TextStored()]
    (answer,) = says(chat, "+CSQ: 21,99", "OK")
    assert isinstance(answer, Answer)


def test_a_text_that_is_announced_and_does_not_come_takes_nothing_else() -> None:
    chat = asked(SIGNAL)
    assert says(chat, "+CMT: ,24", "RING") == [Ring()]
    (answer,) = says(chat, "OK")
    assert isinstance(answer, Answer)


def test_neither_commands_nor_lines_heap_up() -> None:
    chat = asked(CALLS)
    for _ in range(MOST_LINES + 50):
        says(chat, "+CLCC: 1,1,4,0,0")
    (answer,) = says(chat, "OK")
    assert isinstance(answer, Answer)
    assert len(answer.events) == MOST_LINES
    for _ in range(MOST_WAITING):
        chat.ask(SIGNAL)
    with pytest.raises(TooMuch):
        chat.ask(SIGNAL)


WORDS = st.sampled_from(["OK", "ERROR", "RING", "BUSY", "+CSQ: 1,1", "+CLCC: 1,1,4,0,0", "> ", "x"])


@given(steps=st.lists(st.one_of(WORDS, st.binary(max_size=20), st.none()), max_size=80))
def test_every_command_gets_one_answer_in_its_turn(steps: list[str | bytes | None]) -> None:
    """Whatever is said, torn or kept back: None is time that runs out."""
    commands = [SIGNAL, CALLS, DIAL, WHY_ENDED]
    chat, sent, answered = Chat(), list[Command](), list[Command]()
    for command in commands:
        chat.ask(command)
    for step in steps:
        command = chat.to_send()
        if command not in (None, PROBE):
            sent.append(command)
        told: list[object] = []
        if step is None and chat.patience is not None:
            told = [chat.timed_out()]
        elif isinstance(step, bytes):
            told = list(chat.hear(step))
        elif step is not None:
            told = list(says(chat, step))
        answered += [one.command for one in told if isinstance(one, Answer)]
    assert sent == commands[: len(sent)]
    assert len(sent) - 1 <= len(answered) <= len(sent)
    assert answered == sent[: len(answered)]


# -- replies of a network that hold ends of lines --------------------------------------------------


def test_a_reply_of_several_lines_is_one() -> None:
    told = says(Chat(), '+CUSD: 0,"Balance: 25 lei', "Thank you", 'Bye",15')
    assert told == [Ussd("Balance: 25 lei Thank you Bye", more=False, failed=False)]


def test_a_reply_that_never_ends_swallows_no_ring_and_no_answer() -> None:
    chat = asked(SIGNAL)
    told = says(chat, '+CUSD: 0,"Balance', "RING", "+CSQ: 21,99", "OK")
    assert told == [Ring(), Answer(SIGNAL, Done(True), (Signal(-71),))]


def test_a_reply_that_never_ends_costs_little_memory() -> None:
    chat = Chat()
    says(chat, '+CUSD: 0,"Balance')
    for _ in range(10 * MOST_JOINED - 1):
        says(chat, "y" * 100)
    assert len(chat._head) < 2 * MOST_JOINED * 100
