"""What holds whatever comes: each function takes any bytes and fails by AssertionError, or by any
exception of the code it tries."""

from __future__ import annotations

import re
from collections import deque

from hotline.at import commands, gsm7, pdu
from hotline.at.answers import (
    CallerId,
    CallRow,
    Event,
    TextListed,
    parse,
)
from hotline.at.chat import (
    ESCAPE,
    MOST_LINES,
    MOST_WAITING,
    SUBMIT,
    Answer,
    Chat,
    Deaf,
    TooMuch,
)
from hotline.at.commands import PROBE, Command
from hotline.at.fields import MOST_FIELDS, fields
from hotline.at.framer import LONGEST_LINE, PROMPT, Framer
from hotline.at.services import LONGEST_REPLY, Reason, ussd_text
from tests.fuzz import voice
from tests.sim.gsm import sms

NUMBER = re.compile(r"\+?[0-9*#]{1,33}")
ASKED = (
    commands.SIGNAL, commands.CALLS, commands.LIST_TEXTS, commands.ANSWER, commands.WHY_ENDED,
    commands.dial("+37369000001"), commands.diverts(Reason.UNREACHABLE), commands.SUBSCRIBER,
    commands.send_text("0011000B917363090001F10000A904F4F29C0E", 18),
)  # fmt: skip
STEPS_TO_READY = 4 * (MOST_WAITING + 16)


# -- a conversation --------------------------------------------------------------------------------


class Conversation:
    """A chat, and what has to hold of it. Steps are bytes: what is done, and with how much."""

    def __init__(self) -> None:
        self.chat = Chat()
        self.waiting: deque[Command] = deque()
        self.flying: Command | None = None

    def ask(self, command: Command, first: bool) -> None:
        """The box wants something."""
        try:
            self.chat.ask(command, first=first)
        except TooMuch:
            assert len(self.waiting) == MOST_WAITING
            return
        if first:
            self.waiting.appendleft(command)
        else:
            self.waiting.append(command)

    def send(self) -> Command | None:
        """The owner of the port sends what is due; only what was asked for ever is."""
        typed = self.chat.typed()
        body = self.flying.body.encode() if self.flying else b""
        assert typed in (b"", ESCAPE) or (body and typed == body + SUBMIT)
        sent = self.chat.to_send()
        if sent is None or sent is PROBE:
            return sent
        assert self.flying is None
        assert sent == self.waiting.popleft()
        self.flying = sent
        return sent

    def hear(self, data: bytes) -> None:
        """The modem says something."""
        for one in self.chat.hear(data):
            self._told(one)

    def time_out(self) -> None:
        """Time passes, if time is waited for."""
        if self.chat.patience is not None:
            self._told(self.chat.timed_out())

    def _told(self, one: Answer | Event | Deaf | None) -> None:
        if isinstance(one, Answer):
            assert self.flying is not None, "an answer to nothing"
            assert one.command == self.flying, "an answer to something else"
            assert len(one.events) <= MOST_LINES
            self.flying = None
        elif isinstance(one, Deaf):
            assert self.flying is None, "a command without an answer"
            self.chat, self.waiting = Chat(), deque()  # its owner opens the port anew

    def keeps_little(self) -> None:
        """What is kept is bounded, whatever came."""
        chat = self.chat
        assert len(chat._framer._rest) <= LONGEST_LINE
        assert len(chat._head) <= LONGEST_LINE
        assert len(chat._events) <= MOST_LINES
        assert chat.waiting == len(self.waiting) <= MOST_WAITING

    def comes_back(self) -> None:
        """A modem that is well again is spoken to again, and all that waits is asked."""
        for _ in range(STEPS_TO_READY):
            if self.send() is None and self.chat.patience is None:
                break
            if self.chat.settling:
                self.time_out()
            else:
                self.hear(b"\r\nOK\r\n")
        assert (self.chat.patience, self.chat.waiting, self.flying) == (None, 0, None)


def conversation(data: bytes) -> None:
    """Whatever is asked, heard and not heard: one answer for each command, in its turn."""
    talk = Conversation()
    place = 0
    while place < len(data):
        step, place = data[place], place + 1
        if step < 0x20:
            talk.ask(ASKED[step % len(ASKED)], step >= 0x18)
        elif step < 0x40:
            talk.send()
        elif step < 0x50:
            talk.time_out()
        else:
            said = data[place : place + 1 + step - 0x50]
            place += len(said)
            talk.hear(said)
    talk.keeps_little()
    talk.comes_back()


# -- lines -----------------------------------------------------------------------------------------


def lines(data: bytes) -> None:
    """Lines are short, plain and the same however the bytes are torn; each means something."""
    whole = Framer().feed(data)
    torn = Framer()
    pieces = [line for n in range(len(data)) for line in torn.feed(data[n : n + 1])]
    assert len(torn._rest) <= LONGEST_LINE
    if PROMPT not in pieces and PROMPT not in whole:  # a prompt is told before its line ends
        assert pieces == whole
    for line in whole:
        assert line.isascii()
        assert line.isprintable() or "\t" in line
        assert len(line) <= LONGEST_LINE
        _means(line)
    _means(data.decode("utf-8", "replace"))
    _means(data.decode("latin-1"))


def _means(line: str) -> None:
    event = parse(line)
    if isinstance(event, CallerId | CallRow) and event.number is not None:
        assert NUMBER.fullmatch(event.number)
    if isinstance(event, TextListed):
        assert commands.delete_text(event.index).text == f"AT+CMGD={event.index}"
        pdu.decode(event.pdu)
    said = ussd_text(line, len(line) % 256)
    assert said.isprintable()
    assert len(said) <= LONGEST_REPLY
    try:
        assert len(fields(line)) <= MOST_FIELDS
    except ValueError:
        return


# -- commands --------------------------------------------------------------------------------------


def orders(data: bytes) -> None:
    """No text from outside becomes more of a command than a number, a code or hexadecimal."""
    text = data.decode("utf-8", "replace")
    made = [
        (commands.dial, r"ATD\+?[0-9]{3,20};"),
        (commands.enter_pin, r'AT\+CPIN="[0-9]{4,8}"'),
        (lambda given: commands.send_text(given, len(given) // 2 - 1), r"AT\+CMGS=[0-9]{1,3}"),
        (lambda given: commands.send_text(given, 18), r"AT\+CMGS=18"),
        (
            lambda given: commands.divert(Reason.UNREACHABLE, given),
            r'AT\+CCFC=3,3,"\+?[0-9]{3,20}",1(?:29|45),1',
        ),
        (
            lambda given: commands.ask_network(given, as_septets=False),
            r'AT\+CUSD=1,"\*[0-9]{3,4}#",15',
        ),
        (lambda given: Command(given), r"AT[ -~]*"),
        (lambda given: Command("AT+CMGS=1", body=given), r"AT\+CMGS=1"),
    ]
    for make, grammar in made:
        try:
            command = make(text)
        except ValueError:
            continue
        assert re.fullmatch(grammar, command.text, re.ASCII)
        assert re.fullmatch(r"[0-9A-F]*", command.body, re.ASCII)
        assert "\r" not in str(command)


# -- texts -----------------------------------------------------------------------------------------


def texts_in(data: bytes) -> None:
    """No PDU is a reason to stop; what it says is text that can be kept and shown."""
    for given in (data.hex(), data.hex().upper(), data.decode("latin-1")):
        read = pdu.decode(given)
        if isinstance(read, pdu.Received):
            assert len(read.text) <= 2 * pdu.LONGEST_PDU
            pdu.joined([read, read]).encode()
        elif isinstance(read, pdu.Report):
            assert 0 <= read.reference <= 255
            assert read.arrived in (True, None, False)
        else:
            assert read.why


def texts_out(data: bytes) -> None:
    """A text goes out whole, or not at all: another reader finds every character of it."""
    number = "+37369000001" if data[:1] < b"\x80" else data[:12].decode("latin-1")
    text = data.decode("utf-8", "replace")
    try:
        parts = pdu.encode(number, text, data[0] if data else 0)
    except ValueError:
        assert not re.fullmatch(r"\+?[0-9]{3,20}", number, re.ASCII) or len(text) > 67 * 100
        return
    for part in parts:
        assert commands.send_text(part.pdu, part.length).body == part.pdu
    sent = [sms.submitted(part.pdu) for part in parts]
    assert {one.number for one in sent} == {number}
    assert "".join(one.text for one in sent) == text


def septets(data: bytes) -> None:
    """Septets are the same when they are packed and unpacked, and always say something."""
    codes = [code & 0x7F for code in data[1:]]
    fill = data[0] % 7 if data else 0
    assert gsm7.unpack(gsm7.pack(codes, fill), len(codes), fill) == codes
    said = gsm7.text_of(codes)
    assert len(said) <= len(codes)
    assert gsm7.fits(said)


PROMISES = (
    conversation,
    lines,
    orders,
    texts_in,
    texts_out,
    septets,
    voice.stream,
    voice.speech,
    voice.signs,
    voice.before_the_answer,
)


def one(data: bytes) -> None:
    """One input: its first byte says what is tried with the rest."""
    if data:
        PROMISES[data[0] % len(PROMISES)](data[1:])
