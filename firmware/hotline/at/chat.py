"""One command in flight, its answer told apart from what the modem says unasked. Sans-IO.

Whoever owns the port feeds `hear`, sends what `to_send` gives, and calls `timed_out` when
`patience` seconds have passed since the command in flight was sent, or, while `settling`, since
the last line.

A late answer must never be paired with the next command: after a timeout nothing is sent but a
bare AT, until the modem has said OK and then nothing for QUIET_S.

A reply of the network to a code (+CUSD) may hold ends of lines: it is heard as one line.

A prompt for a text is answered with the text of the command in flight. Any other prompt, such as
one that a run before this one left open, is left again by ESC: until then the modem takes every
command for a text.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from enum import Enum

from hotline.at.answers import PDU, WITH_PDU, CallEnded, Done, Event, Prompt, Text, parse
from hotline.at.commands import PROBE, Command
from hotline.at.framer import Framer

QUIET_S = 0.3
PROBES = 4
MOST_WAITING = 64
MOST_LINES = 256
MOST_JOINED = 12  # lines of one reply of a network
SUBMIT, ESCAPE = b"\x1a", b"\x1b"


@dataclass(frozen=True)
class Answer:
    """How a command ended. events: the lines that it `gives`. late: no end came in time."""

    command: Command
    done: Done
    events: tuple[Event, ...] = ()
    ended: str = ""
    late: bool = False

    @property
    def ok(self) -> bool:
        """Did the modem do it?"""
        return self.done.ok


@dataclass(frozen=True)
class Deaf:
    """The modem answers no probe any more."""


class TooMuch(Exception):  # noqa: N818 - it is a state, not a mistake
    """More commands wait than a modem that lives would ever leave waiting."""


class _State(Enum):
    READY = "ready"
    WAITING = "waiting for an answer"
    PROBING = "probing"
    SETTLING = "letting late answers pass"


class Chat:
    """The conversation over one port."""

    def __init__(self) -> None:
        self._framer = Framer()
        self._queue: deque[Command] = deque()
        self._state = _State.READY
        self._command = PROBE
        self._events: list[Event] = []
        self._probes = 0
        self._probe_due = False
        self._head = ""
        self._prompted = False
        self._typed = b""

    def ask(self, command: Command, *, first: bool = False) -> None:
        """Have the command sent when its turn comes; answers come in the same order.

        first: before those that wait.
        """
        if len(self._queue) >= MOST_WAITING:
            raise TooMuch
        if first:
            self._queue.appendleft(command)
        else:
            self._queue.append(command)

    def to_send(self) -> Command | None:
        """The command whose turn has come, if one has: it is in flight from now on."""
        if self._probe_due:
            self._probe_due = False
            self._probes += 1
            return PROBE
        if self._state is not _State.READY or not self._queue:
            return None
        self._command, self._events = self._queue.popleft(), []
        self._state, self._prompted = _State.WAITING, False
        return self._command

    def typed(self) -> bytes:
        """What is to be sent before `to_send`: the text a prompt asks for, or ESC. Once."""
        typed, self._typed = self._typed, b""
        return typed

    @property
    def in_flight(self) -> Command | None:
        """The command whose answer is awaited, and was not yet given up."""
        return self._command if self._state is _State.WAITING else None

    @property
    def waiting(self) -> int:
        """How many commands were not sent yet."""
        return len(self._queue)

    @property
    def patience(self) -> float | None:
        """Seconds until `timed_out` is due; None when nothing is waited for."""
        match self._state:
            case _State.READY:
                return None
            case _State.SETTLING:
                return QUIET_S
            case _State.PROBING:
                return PROBE.seconds
        return self._command.seconds

    @property
    def settling(self) -> bool:
        """Does every line that comes begin `patience` anew?"""
        return self._state is _State.SETTLING

    def hear(self, data: bytes) -> list[Answer | Event]:
        """What the bytes mean: answers to commands, and events nobody asked for."""
        told: list[Answer | Event] = []
        for line in self._framer.feed(data):
            whole = self._with_pdu(line)
            happened = None if whole is None else self._line(whole)
            if happened is not None:
                told.append(happened)
        return told

    def timed_out(self) -> Answer | Deaf | None:
        """Time is up: what is to be told. Look at `to_send` afterwards."""
        match self._state:
            case _State.WAITING:
                self._state, self._probes, self._probe_due = _State.PROBING, 0, True
                self._typed = ESCAPE  # it may wait for a text
                return Answer(self._command, Done(False), tuple(self._events), late=True)
            case _State.PROBING if self._probes >= PROBES:
                return Deaf()
            case _State.PROBING:
                self._probe_due = True
            case _State.SETTLING:
                self._state = _State.READY
        return None

    def _with_pdu(self, line: str) -> str | None:
        """A line and the PDU it announced as one; None while the PDU is awaited."""
        head, self._head = self._head, ""
        if _open_quote(head):
            return self._with_reply(head, line)
        if head and PDU.fullmatch(line):
            return f"{head}\n{line}"
        if line.startswith(WITH_PDU) or _open_quote(line):
            self._head = line
            return None
        return line

    def _with_reply(self, head: str, line: str) -> str | None:
        """A reply of the network may hold ends of lines; what is known cuts one that never ends."""
        if not isinstance(parse(line), Text):
            return line
        whole = f"{head}\n{line}"
        if _open_quote(whole) and whole.count("\n") < MOST_JOINED:
            self._head = whole
            return None
        return whole

    def _prompt(self) -> None:
        """Say what is asked for, or leave a prompt that nobody meant to open."""
        asked = self._state is _State.WAITING and not self._prompted and self._command.body
        self._typed = self._command.body.encode("ascii") + SUBMIT if asked else ESCAPE
        self._prompted = True

    def _line(self, line: str) -> Answer | Event | None:
        event = parse(line)
        if isinstance(event, Prompt):
            self._prompt()
            return None
        if self._state in (_State.PROBING, _State.SETTLING):
            return self._while_lost(event)
        if self._state is _State.READY:
            return None if isinstance(event, Done) else event
        return self._while_waiting(line, event)

    def _while_lost(self, event: Event) -> Event | None:
        if isinstance(event, Done):
            self._state, self._probe_due = _State.SETTLING, False
            return None
        return event

    def _while_waiting(self, line: str, event: Event) -> Answer | Event | None:
        command = self._command
        if line.upper() == command.text.upper():
            return None  # echo
        if isinstance(event, Done):
            return self._finished(event)
        if isinstance(event, CallEnded) and command.calls:
            answer = replace(self._finished(Done(False)), ended=event.words)
            self._state = _State.SETTLING  # it may be the last call's end, and our OK still comes
            return answer
        if command.gives and line.startswith(command.gives):
            if len(self._events) < MOST_LINES:
                self._events.append(event)
            return None
        return event

    def _finished(self, done: Done) -> Answer:
        self._state = _State.READY
        if self._typed:
            self._typed = ESCAPE  # the text would come after its command, and be none of its own
        return Answer(self._command, done, tuple(self._events))


def _open_quote(line: str) -> bool:
    return line.startswith("+CUSD:") and line.count('"') % 2 == 1
