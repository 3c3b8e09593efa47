"""The calls over one modem with one SIM: the story of each, from ring to ending.

There is one at a time, but for a caller who is held while somebody is dialled: lines/twocalls.py.

What is true of calls is what the modem lists (+CLCC): all other reports only make us look at once.
How the models let sound through is told by lines/speechpath.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from hotline.at import commands
from hotline.at.answers import (
    CallEnded,
    CallerId,
    CallOver,
    CallRow,
    CallsChanged,
    CallState,
    EndReason,
    Event,
    Key,
    Ring,
    SoundFlow,
)
from hotline.at.commands import Command
from hotline.errors import CallerGone, LineDown
from hotline.lines import gsmcause
from hotline.lines.gsmleg import GsmLeg, TalkSound
from hotline.lines.hearing import Hearing
from hotline.lines.ladder import Hung
from hotline.lines.openmodem import OpenModem
from hotline.lines.port import Caller, Cause, Leg
from hotline.lines.speechpath import SpeechPath
from hotline.lines.twocalls import SecondLeg, TwoCalls
from hotline.numbering import normalise
from hotline.said import say

log = logging.getLogger(__name__)

CLIP_S = 0.2  # the number comes so soon after RING, or is not told (oFono waits as long)
GONE_AFTER = 2  # looks at which the call is missing; reports of its end make it one
HANG_UP_S = 5.0  # until the older way is tried, and as long again until the modem is given up
ANSWER_TRIES = 3
MUTE_LOOKS = 3  # on end that list no calls: how each of them stands is not known any more


class Sound(Protocol):
    """The modem's sound on the bridge.

    begin: the modem lets the sound of a call through now; raises LineDown when it does not come.
    end: that call is over.
    """

    async def open(self, lost: Callable[[str], None]) -> None: ...
    def close(self) -> None: ...
    def flow(self, go: bool) -> None: ...
    def silent_for(self) -> tuple[float, float, float]: ...
    def talk(self) -> TalkSound: ...
    async def begin(self) -> None: ...
    def end(self) -> None: ...


class GsmCalls:
    """leg: the call there is now. two: while it is held for another one.

    hearing: whether callers over this modem are heard.
    speech, sound: None for a model that carries no sound. on_ring: given each incoming call.
    on_over: told when a call has ended. on_heard: told when `hearing` was judged.
    """

    def __init__(
        self, modem: OpenModem, speech: SpeechPath | None, sound: Sound | None, country: str
    ) -> None:
        self.name = modem.name
        self._modem, self._speech, self._sound, self._country = modem, speech, sound, country
        self.leg: GsmLeg | None = None
        self.two: TwoCalls | None = None
        self.hearing = Hearing()
        self.on_ring: Callable[[Leg], None] = lambda leg: leg.hang_up(Cause.BUSY)
        self.on_over: Callable[[GsmLeg], None] = lambda _leg: None
        self.on_heard: Callable[[], None] = lambda: None
        self._rings = 0
        self._clip_timer: asyncio.TimerHandle | None = None
        self._refused: set[int] = set()
        self._mute_looks = 0
        self._picks_up_again = True
        self._last_call = 0.0

    def opened(self) -> None:
        """The modem was opened: who rings it from now on is a caller."""
        self._last_call = asyncio.get_running_loop().time()

    def idle_for(self) -> float:
        """Seconds since somebody rang or talked, 0 while somebody does."""
        if self.leg is not None or self._rings:
            return 0.0
        return asyncio.get_running_loop().time() - self._last_call

    # -- somebody rings ------------------------------------------------------------------------

    def hear(self, event: Event) -> None:
        """The modem says something of calls, unasked."""
        match event:
            case Ring():
                self._rang()
            case CallerId(number):
                self._announce(number)
            case Key(digit) if self.leg is not None:
                (self.two.second if self.two else self.leg).on_key(digit)
            case CallEnded(words):
                if leg := self._meant():
                    leg.end_words = words
                self._modem.look.set()
            case CallOver(cause):
                if leg := self._meant():
                    leg.end_words = leg.end_words or "over"
                    leg.end_cause = cause
                self._modem.look.set()
            case CallsChanged() | CallRow():
                self._modem.look.set()
            case SoundFlow(go) if self._sound is not None:
                self._sound.flow(go)

    def _meant(self) -> GsmLeg | None:
        """Whose end is reported; of two who talk only a look can tell."""
        if self.two is None:
            return self.leg
        return None if self.two.second.answered.done() else self.two.second

    def _rang(self) -> None:
        """The number comes at once, or at the next ring at the latest, or not at all."""
        self._rings += 1
        if self.leg is not None or not self._modem.ready:
            return
        if self._rings >= 2:
            self._announce(None)
        elif self._clip_timer is None:
            self._clip_timer = asyncio.get_running_loop().call_later(CLIP_S, self._modem.look.set)

    def _announce(self, number: str | None) -> None:
        """Somebody calls: once for each call, as soon as the number is known or will not come."""
        self._no_ring()
        if self.leg is None and self._modem.ready:
            leg = self._new_leg(self._caller(number), incoming=True)
            mute = self._speech is None
            leg.ended_by_us = mute  # written down, and busy
            self.on_ring(leg)
            if mute:
                self.put_down(leg)
            self._modem.look.set()

    def _caller(self, number: str | None) -> Caller:
        return Caller(None if number is None else normalise(number, self._country) or number)

    def _new_leg(self, caller: Caller, *, incoming: bool) -> GsmLeg:
        talk = None if self._sound is None else self._sound.talk()
        leg = self.leg = GsmLeg(self, caller, talk, incoming=incoming)
        leg.gone.add_done_callback(lambda _gone: self._freed(leg))
        return leg

    # -- it is answered, or dialled, and both ends hear each other ------------------------------

    def dial(self, number: str) -> GsmLeg:
        """Begin a call."""
        leg = self._new_leg(Caller(number), incoming=False)
        self._carry(leg, lambda: self._dial(leg, number))
        return leg

    def dial_aside(self, first: GsmLeg, number: str) -> SecondLeg:
        """Begin a call while the one there is waits on hold."""
        second = SecondLeg(self, Caller(number), self._sound.talk() if self._sound else None)
        two = self.two = second.two = TwoCalls(self._modem, self.look, first, second)
        second.gone.add_done_callback(lambda _gone: self._freed(second))
        self._modem.run(self._carry_two(two, number))
        return second

    async def _carry_two(self, two: TwoCalls, number: str) -> None:
        try:
            await two.carry(lambda: self._dial(two.second, number))
        finally:
            two.over.set()
            if self.two is two:
                self.two = None

    def pick_up(self, leg: GsmLeg) -> None:
        """Answer."""
        self._carry(leg, lambda: self._answer(leg))

    def _carry(self, leg: GsmLeg, place: Callable[[], Awaitable[None]]) -> None:
        """Place the call, and let its sound through; given up when the call is over."""
        if leg.work is None:
            leg.work = self._modem.run(self._carried(leg, place))

    async def _carried(self, leg: GsmLeg, place: Callable[[], Awaitable[None]]) -> None:
        path, sound, ask = self._speech, self._sound, self._modem.ask
        if path is None or sound is None:
            return
        with contextlib.suppress(CallerGone):
            if await path.carry(ask, place, leg.active.wait) and await self._begun(sound):
                leg.is_through()
            else:
                log.warning("modem %s: a call without sound", self.name)
                leg.is_mute()

    async def _begun(self, sound: Sound) -> bool:
        try:
            await sound.begin()
        except LineDown as down:
            log.warning("modem %s: %s", self.name, down)
            return False
        return True

    async def _answer(self, leg: GsmLeg) -> None:
        """A modem that was busy with itself is asked again."""
        for _ in range(ANSWER_TRIES):
            if leg.gone.done():
                raise CallerGone
            answer = await self._modem.ask(commands.ANSWER)
            self._modem.look.set()
            if answer.ok or answer.ended or not await self._lists_calls():
                return
            if answer.late:
                break
        self._modem.fail(Hung(say("The modem does not answer a call.")))
        raise CallerGone

    async def _dial(self, leg: GsmLeg, number: str) -> None:
        if leg.ended_by_us:
            leg.ended(Cause.OURS)
            raise CallerGone
        try:
            answer = await self._modem.ask(commands.dial(number))
        except ValueError:
            leg.ended(Cause.FAILED)
            raise CallerGone from None
        if answer.ok:
            leg.listed = True  # from here on its absence means its end
        elif not answer.late:
            leg.ended(gsmcause.BY_REPORT.get(answer.ended, Cause.LINE_FAILED))
            raise CallerGone
        self._modem.look.set()

    async def pick_up_again(self) -> None:
        """Somebody who talked with the box when it lost sight of the modem, or was restarted."""
        if self._picks_up_again:
            rows = await self._listed()
            if any(row.incoming and row.state is CallState.HELD for row in rows):
                await self._modem.ask(commands.END_TALKING)  # and who was held is given back
                rows = await self._listed()
            if [(row.incoming, row.state) for row in rows] == [(True, CallState.ACTIVE)]:
                leg = self._new_leg(self._caller(rows[0].number), incoming=True)
                leg.is_in(CallState.ACTIVE)
                self._carry(leg, _answered_already)
                log.info("line %s: a call is still up; its caller is led on", self.name)
                self.on_ring(leg)
        self._picks_up_again = True

    # -- how it stands -------------------------------------------------------------------------

    async def look(self) -> None:
        """What calls there are, and how each stands. Raises Hung when the modem does not say."""
        answer = await self._modem.ask(commands.CALLS)
        self._mute_looks = 0 if answer.ok else self._mute_looks + 1
        if not answer.ok:
            if self._mute_looks >= MUTE_LOOKS:
                raise Hung(say("The modem does not say which calls there are."))
            return
        rows = [row for row in answer.events if isinstance(row, CallRow) and row.voice]
        waiting = {row.index: row for row in rows if row.state is CallState.WAITING}
        self._refused &= waiting.keys()
        # Huawei's sticks hang for good when they have to refuse before our own call rings.
        if self.leg is None or self.leg.rang:
            for index in waiting.keys() - self._refused:
                self._refused.add(index)
                await self._refuse_second(waiting[index])
        leg = self.leg
        mine = [row for row in rows if row.state is not CallState.WAITING]
        if self.two is not None:
            await self._look_at_two(self.two, mine)
            return
        if leg is None:
            self._hear_of_unknown(mine)
            return
        fitting = [row for row in mine if self._is_of(leg, row)]
        if fitting:
            leg.is_in(fitting[0].state)
            if leg.state is CallState.HELD and not leg.ended_by_us:
                await self._modem.ask(commands.SWAP)  # the network was too late to hold
            self._judge_sound(leg)
        else:
            await self._missed_by(leg)

    async def _look_at_two(self, two: TwoCalls, rows: list[CallRow]) -> None:
        for leg, row in two.sort(rows):
            if row is not None:
                leg.is_in(row.state)
            elif not leg.gone.done():
                await self._missed_by(leg)
        self._judge_sound(two.second)

    def _is_of(self, leg: GsmLeg, row: CallRow) -> bool:
        """Not the next caller's, who may ring in the moment in which this one hangs up."""
        if row.incoming != leg.incoming:
            return False
        rings_anew = row.state is CallState.INCOMING and leg.answered.done()
        who = self._caller(row.number).number
        other = leg.incoming and None not in (who, leg.caller.number) and who != leg.caller.number
        return not rings_anew and not other

    def _judge_sound(self, leg: GsmLeg) -> None:
        """A call nobody is heard in is ended; the modem that gave no sound is opened anew."""
        if self._sound is None or leg.answered_at is None or leg.ended_by_us:
            return
        talked = asyncio.get_running_loop().time() - leg.answered_at
        if not self.hearing.judge(leg.answered_at, talked, *self._sound.silent_for()):
            log.warning("modem %s: no sound came in a call", self.name)
            leg.gone.add_done_callback(lambda _: self._modem.fail(self.hearing.trouble))
            leg.is_mute()
        self.on_heard()

    def _hear_of_unknown(self, rows: Iterable[CallRow]) -> None:
        """A call for which there is no leg: somebody rings, or something was left over."""
        self._no_ring()
        for row in rows:
            if row.state is CallState.INCOMING:
                self._announce(row.number)
            else:
                self._modem.run(self._clear())

    async def _clear(self) -> None:
        """End what is nobody's; a modem that cannot is of no use."""
        for command in (commands.HANG_UP, commands.HANG_UP_OLD):
            await self._modem.ask(command)
            if self.leg is not None or not await self._lists_calls():
                return
        self._modem.fail(Hung(say("The modem does not end a call any more.")))

    async def _lists_calls(self) -> bool:
        return bool(await self._listed())

    async def _listed(self) -> list[CallRow]:
        events = (await self._modem.ask(commands.CALLS)).events
        return [row for row in events if isinstance(row, CallRow) and row.voice]

    async def _refuse_second(self, row: CallRow) -> None:
        """Call waiting is off, and some networks do not care: written down, and busy."""
        refused = GsmLeg(self, self._caller(row.number), None, incoming=True)
        refused.ended_by_us = True
        self.on_ring(refused)
        await self._modem.ask(commands.REFUSE_WAITING)
        refused.ended(Cause.OURS)

    # -- it ends -------------------------------------------------------------------------------

    def put_down(self, leg: GsmLeg) -> None:
        """End or refuse the call of this leg, however long the modem takes."""
        self._modem.run(self._hang_up(leg))

    async def _hang_up(self, leg: GsmLeg) -> None:
        for command in await self._ways_to_end(leg):
            if self._modem.port is None or leg.gone.done():
                return
            # Never before the command that dials, if that still waits.
            urgent, leg.listed = leg.listed or leg.incoming, True
            await self._modem.ask(command, first=urgent)
            self._modem.look.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HANG_UP_S):
                    await asyncio.shield(leg.gone)
                    return
        if leg.gone.done():
            return
        self._modem.fail(Hung(say("The modem does not end a call any more.")))

    async def _ways_to_end(self, leg: GsmLeg) -> tuple[Command, ...]:
        """Of two calls the second ends alone, and before the first."""
        if self.two is not None:
            await (self.two.release() if leg is self.two.second else self.two.parted())
        if leg.state is CallState.HELD:
            return commands.END_HELD, commands.HANG_UP
        if self.two is not None and self.two.first.state is CallState.HELD:
            return ()  # they would end the call of who waits, too
        return commands.HANG_UP, commands.HANG_UP_OLD

    async def _missed_by(self, leg: GsmLeg) -> None:
        """The modem lists a leg no more."""
        if not (leg.listed or leg.incoming):
            return  # not dialled yet
        leg.missing += 1
        if leg.missing < GONE_AFTER and not leg.end_words and not leg.ended_by_us:
            self._modem.look.set()
        else:
            leg.ended(await self._cause(leg))
            self._modem.look.set()  # somebody else may ring already

    async def _cause(self, leg: GsmLeg) -> Cause:
        if leg.incoming or leg.answered.done():
            return Cause.HUNG_UP
        if leg.end_words in gsmcause.BY_REPORT:
            return gsmcause.BY_REPORT[leg.end_words]
        if leg.end_cause is not None:
            return gsmcause.of_number(leg.end_cause)
        answer = await self._modem.ask(commands.WHY_ENDED)
        for event in answer.events:
            if isinstance(event, EndReason):
                log.info("modem %s: the call ended: %s", self.name, event.words)
                return gsmcause.of_reason(event.cause, event.words)
        return Cause.FAILED

    def _freed(self, leg: GsmLeg) -> None:
        if leg.work is not None:
            leg.work.cancel()
        if self.leg is not leg:
            return
        two, self.two = self.two, None
        if two is not None and not two.second.gone.done():
            self.leg = two.second
            return
        self.leg = None
        self._last_call = asyncio.get_running_loop().time()
        self._no_ring()
        if self._sound is not None:
            self._sound.end()
        self.on_over(leg)

    def _no_ring(self) -> None:
        """The next RING is the first of another call."""
        self._rings = 0
        if self._clip_timer is not None:
            self._clip_timer.cancel()
            self._clip_timer = None

    def lost(self) -> None:
        """The modem was lost, and the call with it; one that is still up will be led on."""
        self._mute_looks = 0
        if self.leg is not None:
            self._picks_up_again = not self.leg.ended_by_us
            self.leg.ended(Cause.LINE_FAILED)
        if self.two is not None:
            self.two.second.ended(Cause.LINE_FAILED)

    async def stop(self) -> None:
        """The box stops: nobody is left on the line."""
        if self.leg is not None and self._modem.port is not None:
            with contextlib.suppress(LineDown, TimeoutError):
                async with asyncio.timeout(HANG_UP_S):
                    await self._modem.ask(commands.HANG_UP, first=True)
                    if self.two is not None:
                        await self._modem.ask(commands.END_HELD, first=True)


async def _answered_already() -> None:
    """There is nothing to do for a call that is up."""
