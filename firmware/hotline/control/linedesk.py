"""What the page and the commands ask of lines: how each is, what it can do, what is left on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import cast

from hotline.at.services import Reason
from hotline.calls.board import Board
from hotline.calls.diverting import Diverting
from hotline.calls.selftest import SelfTests
from hotline.calls.tonelesson import ToneLessons, tone_of
from hotline.control.messages.lines import (
    DivertLeft,
    LineBalance,
    LineCheck,
    LineDivert,
    LineDiverted,
    LineDivertState,
    LineNetwork,
    LineSelfCall,
    LineState,
    LineTest,
    LineTested,
    LineTone,
    Section,
)
from hotline.control.messages.wire import Words
from hotline.errors import HotlineError
from hotline.lines.port import HandingLine, Line, MobileLine
from hotline.said import say
from hotline.storage import linetests
from hotline.storage.diverts import DivertsBefore

STILL_DIVERTED = say("A SIM card that is in no line any more still sends callers elsewhere.")
UNSEEN_STRAIGHT = say("Callers may still be sent straight on: the box looks as soon as it can.")
UNDO = say("Put it back as a [[modem]] without when_dead: the box then undoes the divert.")


@dataclass(frozen=True)
class LineDesk:
    """mobiles: those of the board's lines that have a SIM card. diverts: what they changed.

    settings: the section of box.toml to which a line belongs, and its own number, "" if unknown.
    """

    board: Board
    mobiles: Sequence[MobileLine]
    diverts: DivertsBefore
    tests: SelfTests
    lessons: ToneLessons
    diverting: Diverting
    settings: Callable[[str], tuple[Section, str]] = lambda _line: ("trunk", "")

    def states(self) -> tuple[LineState, ...]:
        """Every line, in the order in which the box dials over them."""
        return tuple(self._state(line) for line in self.board.lines)

    def diverts_left(self) -> tuple[DivertLeft, ...]:
        """Diverts of SIM cards that are in no line any more."""
        sims = {mobile.name: mobile.sim() for mobile in self.mobiles}
        return tuple(
            DivertLeft(line=one.line, number=one.target, words=STILL_DIVERTED, action=UNDO)
            for one in self.diverts.left(sims)
        )

    async def test(self, ask: LineTest) -> LineTested:
        """Call somebody over a line and see."""
        return _tested(await self.tests.run(ask.line, ask.number, ask.second, named=ask.at_box))

    async def balance(self, ask: LineBalance) -> Words:
        """What the network says is left on a SIM card."""
        mobile = self._mobile(ask.line)
        if mobile is None:
            raise HotlineError(say("No line with a SIM card is called %(line)s.", line=ask.line))
        return Words(words=await mobile.balance())

    async def tone(self, ask: LineTone) -> Words:
        """Learn what a line sounds like without a caller, or forget it."""
        lesson = self.lessons.forget if ask.forget else self.lessons.learn
        return Words(words=await lesson(ask.line))

    async def divert(self, ask: LineDivert) -> LineDiverted:
        """Change where the network sends a line's callers, or only ask."""
        if ask.to:
            await self.diverting.order(ask.line, ask.to, named=ask.at_box)
        elif ask.off:
            await self.diverting.end(ask.line)
        there = await self.diverting.ask(ask.line)
        return LineDiverted(always=there.always, unreachable=there.unreachable)

    def _straight(self, mobile: MobileLine) -> LineDivertState | None:
        """Of a line that was not looked at since the start, what is on the disk."""
        if state := mobile.straight():
            return LineDivertState(**asdict(state))
        left = self.diverts.of_line(mobile.name, mobile.sim(), Reason.ALWAYS)
        if left is None:
            return None
        return LineDivertState(well=False, words=UNSEEN_STRAIGHT, number=left.target)

    def _mobile(self, name: str) -> MobileLine | None:
        return next((mobile for mobile in self.mobiles if mobile.name == name), None)

    def _handing(self, line: Line) -> bool | None:
        if not line.capabilities.hands_on:
            return None
        return self.board.hands_on(cast(HandingLine, line).card())

    def _state(self, line: Line) -> LineState:
        state, mobile = line.state(), self._mobile(line.name)
        test = self.tests.results.of(line.name)
        divert = mobile.divert() if mobile else None
        tone = tone_of(self.lessons.tones, line.name)
        section, number = self.settings(line.name)
        return LineState(
            id=line.name,
            name=line.name,
            kind=section,
            up=state.up,
            words=state.words,
            number=number,
            wants=state.wants,
            trouble=state.trouble,
            caution=line.capabilities.caution,
            network=LineNetwork(**asdict(mobile.network())) if mobile else None,
            divert=LineDivertState(**asdict(divert)) if divert else None,
            straight=self._straight(mobile) if mobile else None,
            handing=self._handing(line),
            test=_tested(test) if test else None,
            tone=str(tone or ""),
            self_call=_self_call(self.tests.results.self_call(line.name)),
        )


def _tested(test: linetests.LineTest) -> LineTested:
    checks = (
        LineCheck(what=one.what, outcome=one.outcome.value, words=one.words) for one in test.checks
    )
    return LineTested(at=test.at, number=test.number, checks=tuple(checks))


def _self_call(call: linetests.SelfCall | None) -> LineSelfCall | None:
    if call is None:
        return None
    return LineSelfCall(
        at=call.at,
        over=call.over,
        outcome=call.outcome.value,
        words=call.words,
        seconds=call.seconds,
    )
