"""What the page and the commands ask of what carries a line: what it can do, which modem it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from hotline.calls.board import Board
from hotline.control.messages.hardware import Ability, LineLook, LineRestart, LineSeen, What
from hotline.control.messages.wire import Started
from hotline.control.table import Row, row
from hotline.errors import HotlineError
from hotline.lines.port import (
    HandingLine,
    Hardware,
    Line,
    ObservedLine,
    Reading,
    RestartingLine,
)
from hotline.said import say
from hotline.storage.audit import Act
from hotline.storage.database import DatabaseFile
from hotline.storage.lineproofs import Proofs, proofs
from hotline.storage.linetests import LineTests, Outcome

RESTARTS_NOW = say("The modem starts anew; callers reach the line again in half a minute.")
RESTARTS_SOON = say("The modem starts anew as soon as the call on it is over.")


@dataclass(frozen=True)
class HardwareDesk:
    """results: what tests found. file: of the records. codecs: of calls over the Internet.

    noted: keeps who did what to which line.
    """

    board: Board
    results: LineTests
    file: DatabaseFile
    codecs: str
    noted: Callable[[Act, str, str], None]

    def rows(self) -> Iterator[Row]:
        """What it answers."""
        yield row(LineLook, self.look)
        yield row(LineRestart, self.restart)

    async def look(self, ask: LineLook) -> LineSeen:
        """What the line can do, as far as it was seen; which hardware it is."""
        line = self._line(ask.line)
        hardware, reading = Hardware(), Reading()
        if isinstance(line, ObservedLine):
            hardware, reading = await line.hardware(), line.reading()
        seen = await asyncio.to_thread(self._proofs, line.name)
        return LineSeen(
            abilities=tuple(_Abilities(self, line, hardware, seen).all()),
            model=hardware.model,
            firmware=hardware.firmware,
            imei=hardware.imei,
            ports=hardware.ports,
            usb=hardware.usb,
            registration=hardware.registration,
            codecs=hardware.codecs or self.codecs,
            network=reading.network,
            dbm=reading.dbm,
            trip=reading.trip,
            restarts=hardware.restarts and isinstance(line, RestartingLine),
        )

    async def restart(self, ask: LineRestart) -> Started:
        """Start the modem anew: at once, or when the call on it is over."""
        line = self._line(ask.line)
        if not isinstance(line, RestartingLine):
            raise HotlineError(
                say("The line %(line)s has no modem that could be restarted.", line=ask.line)
            )
        at_once = line.restart()
        self.noted(Act.LINE_RESTARTED, ask.line, ask.by)
        return Started(words=RESTARTS_NOW if at_once else RESTARTS_SOON)

    def _proofs(self, name: str) -> Proofs:
        with self.file.reading() as database:
            return proofs(database, name)

    def _line(self, name: str) -> Line:
        line = next((line for line in self.board.lines if line.name == name), None)
        if line is None:
            raise HotlineError(say("No line is called %(line)s.", line=name))
        return line


class _Abilities:
    """One line's. What was seen is believed before what is known of the model."""

    def __init__(self, desk: HardwareDesk, line: Line, hardware: Hardware, seen: Proofs) -> None:
        self._line, self._hardware, self._seen = line, hardware, seen
        self._test = desk.results.of(line.name)
        called = desk.results.self_call(line.name)
        self._called = called.at if called and called.outcome is Outcome.WORKS else None
        can = line.capabilities
        self._alone = can.can_dial and can.channels > 1
        others = (o.name for o in desk.board.lines if o is not line and o.capabilities.can_dial)
        self._other = "" if self._alone else next(others, "")
        self._hands_on = can.hands_on
        self._joined = can.hands_on and desk.board.hands_on(cast(HandingLine, line).card())

    def all(self) -> list[Ability]:
        """In the order in which an owner asks for them."""
        can, seen, speech = self._line.capabilities, self._seen, self._hardware.speech
        bridges = can.full_duplex and (self._alone or bool(self._other))
        connects = bridges or self._joined
        return [
            self._one("answers", speech, _latest(seen.answers, self._called)),
            self._one("calls_out", can.can_dial, None, "dials"),
            self._one("connects", connects, seen.connects, over=self._other if bridges else ""),
            self._one("both", self._alone or self._joined, None),
            self._one("keys", speech, seen.keys, "keys"),
            self._one("records", speech, seen.records, "hears"),
            self._one("shows", None if speech else False, seen.shows),
            self._one("texts", can.can_text, seen.texts, "texts"),
            self._hands(),
            self._one("conference", bridges, None),
        ]

    def _hands(self) -> Ability:
        if self._joined:
            at = self._test.at if self._test else None
            return Ability(what="hands_on", state="proven", at=at)
        return self._one("hands_on", None if self._hands_on else False, None, "transfers")

    def _one(
        self, what: What, known: bool | None, proof: datetime | None, test: str = "", over: str = ""
    ) -> Ability:
        """test: which check of the line's test speaks of it."""
        found = {check.what: check.outcome for check in self._test.checks} if self._test else {}
        tested = self._test.at if self._test else None
        works = _latest(proof, tested if found.get(test) is Outcome.WORKS else None)
        if found.get(test) is Outcome.FAILS and tested and (works is None or works < tested):
            return Ability(what=what, state="failed", at=tested)
        if works is not None:
            return Ability(what=what, state="proven", at=works, over=over)
        if known is None:
            return Ability(what=what, state="unknown")
        return Ability(what=what, state="known" if known else "no", over=over if known else "")


def _latest(*instants: datetime | None) -> datetime | None:
    return max((at for at in instants if at is not None), default=None)
