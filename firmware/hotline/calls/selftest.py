"""A real call over one line to somebody who follows the box's words: what can this line really do?

Nothing is believed that was not seen in the call. What was not tried is said to be so.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from hotline.calls.board import Engagement
from hotline.calls.exchange import Exchange
from hotline.calls.handingtest import WORKS, HandingTest
from hotline.calls.leg import Party, settled
from hotline.calls.switchboard import Switchboard
from hotline.calls.testcall import key_pressed, sentence
from hotline.calls.transfertest import TransferTest
from hotline.errors import CallerGone, HotlineError, LineDown, TextRefused
from hotline.lines.port import Cause, HandingLine, Leg, Line, TextLine
from hotline.media.catalogue import Prompt
from hotline.media.engine import Sound
from hotline.notify.outbox import WayDown
from hotline.numbering import can_be_texted, mask, normalise
from hotline.routing.office import Person
from hotline.storage.linetests import Check, LineTest, LineTests, Outcome
from hotline.storage.texts import TextState

log = logging.getLogger(__name__)

RING_S = 45.0
METER_S = 0.05
HEARD = 0.05  # of the meter, which is logarithmic: some -50 dBFS, below speech and above rustling
_WAIT = "Wait until it is over, then try again."
_ITS_FAULT = frozenset({Cause.LINE_FAILED, Cause.FAILED, Cause.NO_SOUND})


class Trial(Protocol):
    """Sends a text and waits for what becomes of it; see notify/trial.py."""

    async def send(self, line: TextLine, number: str, text: str) -> TextState: ...


@dataclass
class SelfTests:
    """Tests lines, one at a time. texting: None where no line of the box carries texts.

    switchboard: brings the calls to a line over which the box can call nobody.
    """

    exchange: Exchange
    results: LineTests
    texting: Trial | None = None
    switchboard: Switchboard | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(
        self, name: str, number: str, second: str = "", *, named: bool = True
    ) -> LineTest:
        """Call `number` over the line and see; takes two or three minutes. Stored when it is over.

        second: another telephone, to try whether the network joins the two; "" to try it not.
        named: by a command at the box, so that no owner of a number needs to have confirmed it. A
        line with one channel carries nothing else meanwhile. Raises HotlineError, and tests
        nothing, when the number may not be dialled, is in use, or a test runs already.
        """
        line = self._line(name)
        if self._turn.locked():
            raise HotlineError("A line is being tested already.", _WAIT)
        async with self._turn:
            with contextlib.ExitStack() as engaged:
                one = engaged.enter_context(self._engaged(number, named))
                other = engaged.enter_context(self._engaged(second, named)) if second else None
                test = _Test(self.exchange, line, one, other)
                await test.call(self.switchboard)
            await test.text(self.texting)
            test.name_the_untried()
            at = self.exchange.clock.now()
            if test.handing in (Outcome.WORKS, Outcome.FAILS):
                card = cast(HandingLine, line).card()
                works = test.handing is Outcome.WORKS
                await asyncio.wrap_future(self.results.keep_handing(card, at, works=works))
            done = LineTest(name, at, mask(one.number), tuple(test.checks))
            await asyncio.wrap_future(self.results.keep(done))
            return done

    def _line(self, name: str) -> Line:
        for line in self.exchange.board.lines:
            if line.name == name:
                return line
        raise HotlineError(f"No line is called {name}.", "See `hotline lines`.")

    @contextlib.contextmanager
    def _engaged(self, number: str, named: bool) -> Iterator[Engagement]:
        """The caps of outgoing calls hold; nobody else rings this number meanwhile."""
        board = self.exchange.board
        board.caps.need_room()
        whole = normalise(number, board.caps.country) or number
        engagement = board.engage(
            Person("self-test", "the self-test", whole),
            lambda _seconds: None,
        )
        if engagement is None:
            raise HotlineError("Somebody is on the telephone with this number now.", _WAIT)
        try:
            engagement.number = board.permit(number, confirmed=not named)
            with board.forwarding():
                yield engagement
        finally:
            engagement.release()


class _Test:
    """One line being tested. handing: what came of holding and joining, None if not tried."""

    def __init__(
        self, exchange: Exchange, line: Line, engagement: Engagement, second: Engagement | None
    ) -> None:
        self._x, self._line, self._engagement, self._second = exchange, line, engagement, second
        self.handing: Outcome | None = None
        self.checks: list[Check] = []

    # -- the call ------------------------------------------------------------------------------

    async def call(self, switchboard: Switchboard | None) -> None:
        """Dial, and test the sound and the keys when somebody answers."""
        state = self._line.state()
        self._note("up", _works(state.up), state.words)
        if self._is_called_for_it and switchboard and self._second is not None:
            line = cast(HandingLine, self._line)
            number = self._engagement.number
            test = TransferTest(self._x, switchboard, line, number, self._second)
            self.handing, words = await test.run()
            self._note("transfers", self.handing, words)
            return
        if not self._line.capabilities.can_dial:
            self._note("dials", Outcome.UNKNOWN, "Calls do not go out over this line: not tried.")
            return
        others = {line.name for line in self._x.board.lines} - {self._line.name}
        try:
            leg = self._x.board.dial_elsewhere(self._engagement, others)
        except LineDown as down:
            self._note("dials", Outcome.FAILS, f"The line cannot make a call: {down.cause}")
            return
        try:
            await self._ring(leg)
        finally:
            leg.hang_up()

    @property
    def _is_called_for_it(self) -> bool:
        """Is this a line whose callers can be handed on, but that calls nobody by itself?"""
        can = self._line.capabilities
        return can.hands_on and not can.can_dial

    async def _ring(self, leg: Leg) -> None:
        ends: set[asyncio.Future[Any]] = {leg.answered, leg.gone}
        await asyncio.wait(ends, timeout=RING_S, return_when=asyncio.FIRST_COMPLETED)
        if leg.gone.done() or not leg.answered.done():
            cause = leg.gone.result() if leg.gone.done() else Cause.NO_ANSWER
            outcome = Outcome.FAILS if cause in _ITS_FAULT else Outcome.UNKNOWN
            self._note("dials", outcome, f"Nobody took the test call: {cause}.")
            return
        self._engagement.answered()
        self._note("dials", Outcome.WORKS, "The box can call out over this line.")
        await self._talk(leg)

    async def _talk(self, leg: Leg) -> None:
        party = Party(leg, self._x.engine)
        meter = Meter(party.sound)
        metering = asyncio.ensure_future(meter.run())
        key: str | None = None
        try:
            key = await key_pressed(self._x, party)
            await self._hand_on(party)
            await party.play(await sentence(self._x, Prompt.SELF_TEST_THANKS))
        except CallerGone:
            log.info("self-test of %s: the call ended before the test did", leg.line)
        finally:
            await settled([metering])
            ways = party.sound.key_ways()
            party.hang_up()
        self._judge_sound(key, heard=meter.loudest >= HEARD)
        self._judge_keys(key, told=ways.told, in_sound=ways.heard)

    async def _hand_on(self, party: Party) -> None:
        if self._second is None or not self._line.capabilities.hands_on:
            return
        line = cast(HandingLine, self._line)
        if not line.card():
            self._note("transfers", Outcome.UNKNOWN, "The modem does not say which it is.")
            return
        outcome, words = await HandingTest(self._x, line, party, self._second).run()
        self.handing = outcome
        self._note("transfers", outcome, words)

    def _judge_sound(self, key: str | None, *, heard: bool) -> None:
        if heard:
            self._note("hears", Outcome.WORKS, "The box heard you.")
        elif key:
            self._note("hears", Outcome.FAILS, "One-way sound: you heard the box, it not you.")
        else:
            self._note("hears", Outcome.FAILS, "The box heard nothing, neither a word nor a key.")
        if key:
            self._note("speaks", Outcome.WORKS, "You heard the box: you pressed a key as it asked.")
        else:
            words = "No key came: you did not hear the box, or keys do not arrive, or a voicemail"
            self._note("speaks", Outcome.FAILS, f"{words} answered.")

    def _judge_keys(self, key: str | None, *, told: bool, in_sound: bool) -> None:
        if not key:
            return
        way = {
            (True, False): "the line tells them",
            (False, True): "they are heard in the sound",
            (True, True): "the line tells them, and they are heard in the sound",
        }[told, in_sound or not told]
        self._note("keys", Outcome.WORKS, f"Keys arrive: {way}.")

    # -- beside the call -----------------------------------------------------------------------

    async def text(self, trial: Trial | None) -> None:
        """Send a text to the same telephone, and wait for the report of it."""
        number, name = self._engagement.number, self._line.name
        if trial is None or not self._line.capabilities.can_text:
            return
        if not can_be_texted(number):
            self._note("texts", Outcome.UNKNOWN, "Texts were not tried: this is no mobile.")
            return
        words = f"{self._x.office().name}: a test of the line {name}. Nothing is to be done."
        try:
            state = await trial.send(cast(TextLine, self._line), number, words)
        except WayDown as later:
            self._note("texts", Outcome.UNKNOWN, f"Texts were not tried: {later.cause}")
        except (LineDown, TextRefused) as trouble:
            self._note("texts", Outcome.FAILS, trouble.cause)
        else:
            self._judge_text(state)

    def _judge_text(self, state: TextState) -> None:
        if state is TextState.DELIVERED:
            self._note("texts", Outcome.WORKS, "A text was sent, and the network says it arrived.")
        elif state is TextState.FAILED:
            self._note("texts", Outcome.FAILS, "A text was sent, and the network gave it up.")
        else:
            words = "A text was sent; whether it arrived the network did not say within a minute."
            self._note("texts", Outcome.UNKNOWN, words)

    def name_the_untried(self) -> None:
        """Which ways to a person this line has, as far as it can be said without trying."""
        board, line = self._x.board, self._line
        others = [o.name for o in board.lines if o is not line and o.capabilities.can_dial]
        if line.capabilities.channels > 1 and line.capabilities.can_dial:
            others.insert(0, line.name)
        if others:
            words = f"Not tried: connecting callers of this line with a mobile over {others[0]}."
        else:
            words = "This line alone cannot connect callers with a mobile: the box takes messages."
        self._note("forwards", Outcome.UNKNOWN, words)
        if self.handing is None:
            self._name_handing()

    def _name_handing(self) -> None:
        if not self._line.capabilities.hands_on:
            words = "hold, conference and transfer by the network; the box uses none of them."
            self._note("transfers", Outcome.UNKNOWN, f"Not tried: {words}")
        elif self._x.board.hands_on(cast(HandingLine, self._line).card()):
            self._note("transfers", Outcome.WORKS, f"{WORKS} So it was when it was last tried.")
        else:
            words = "holding a caller and joining them; `hotline doctor --call NUMBER --and NUMBER`"
            self._note("transfers", Outcome.UNKNOWN, f"Not tried: {words} tries it.")

    def _note(self, what: str, outcome: Outcome, words: str) -> None:
        log.info("self-test of %s: %s %s: %s", self._line.name, what, outcome, words)
        self.checks.append(Check(what, outcome, words))


class Meter:
    """The loudest that was heard. heard: it was more than rustling."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self.loudest = 0.0
        self.heard = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.loudest = max(self.loudest, (await self._sound.level()).heard)
            if self.loudest >= HEARD:
                self.heard.set()
            await asyncio.sleep(METER_S)


def _works(well: bool) -> Outcome:
    return Outcome.WORKS if well else Outcome.FAILS
