"""A USB GSM modem with one SIM as a telephone line.

What is decided here: what the modem is asked and when, what its answers mean for the caller, when
the line is up. What is true of calls is what the modem lists (+CLCC): all other reports only make
us look at once. The sound is handed in (`Sound`); models differ by a row of lines/quirks.py, and in
how they let sound through (lines/speechpath.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

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
    Registration,
    Restarted,
    Ring,
    SoundFlow,
    TextCame,
    TextStored,
)
from hotline.at.chat import Answer
from hotline.at.commands import Command
from hotline.at.services import Ussd
from hotline.errors import CallerGone, LineDown, Unplugged
from hotline.lines import gsmcause
from hotline.lines.access import Access
from hotline.lines.atport import AtPort
from hotline.lines.balance import Balance
from hotline.lines.diverts import Diverts
from hotline.lines.finder import Finder
from hotline.lines.gsmleg import GsmLeg, TalkSound
from hotline.lines.hearing import Hearing
from hotline.lines.keeper import Keeper
from hotline.lines.ladder import Hung
from hotline.lines.place import Place
from hotline.lines.port import (
    Caller,
    Capabilities,
    Cause,
    Diverted,
    DivertState,
    Leg,
    LineState,
    NetworkFacts,
)
from hotline.lines.quirks import quirks_of
from hotline.lines.texts import Texts
from hotline.numbering import normalise
from hotline.options import Modem
from hotline.said import Said, say

log = logging.getLogger(__name__)

CLIP_S = 0.2  # the number comes so soon after RING, or is not told (oFono waits as long)
SETTING_UP_S = 0.5  # between looks at a call that is not answered yet
TALKING_S = 2.0
IDLE_S = 8.0
GONE_AFTER = 2  # looks at which the call is missing; reports of its end make it one
HANG_UP_S = 5.0  # until the older way is tried, and as long again until the modem is given up
ANSWER_TRIES = 3
RESTING = say(
    "The modem starts anew, as its model needs it after each call; it is back in half a minute."
)
MUTE_LOOKS = 3  # on end that list no calls: how each of them stands is not known any more


class Sound(Protocol):
    """The modem's sound on the bridge.

    begin: the modem lets the sound of a call through now; raises LineDown when it does not come.
    end: that call is over.
    """

    def open(self, lost: Callable[[str], None]) -> None: ...
    def close(self) -> None: ...
    def flow(self, go: bool) -> None: ...
    def silent_for(self) -> tuple[float, float, float]: ...
    def talk(self) -> TalkSound: ...
    async def begin(self) -> None: ...
    def end(self) -> None: ...


class GsmLine:
    """`Line` over one modem. place: where to find it; on this machine if none is given."""

    def __init__(
        self, modem: Modem, country: str, sound: Sound | None, place: Place | None = None
    ) -> None:
        """sound: None for a model that carries none."""
        self.name = modem.name
        self._quirks = quirks_of(modem)
        can_dial = modem.outbound and self._quirks.speech is not None
        self.capabilities = Capabilities(
            channels=1, can_dial=can_dial, can_text=True, caution=self._quirks.caution
        )
        self._modem, self._country, self._sound = modem, country, sound
        self._place = place or Place(modem, Finder(), self._quirks.restart)
        self._at: AtPort | None = None
        self._leg: GsmLeg | None = None
        self._on_ring: Callable[[Leg], None] = lambda leg: leg.hang_up(Cause.BUSY)
        self._access = Access(modem, self._quirks, lambda at: self.on_time(at))
        self._keeper = Keeper(self.name, self._open_and_watch, self._close, self._place)
        self._errands: set[asyncio.Task[None]] = set()
        self._health = LineState(False, say("The line is starting."))
        self._look = asyncio.Event()
        self._rings = 0
        self._clip_timer: asyncio.TimerHandle | None = None
        self._ready = False
        self._refused: set[int] = set()
        self._away_until = 0.0
        self._mute_looks = 0
        self._picks_up_again = True
        self.texts = Texts(self.name, self._session, self._until_free_to_text)
        self.diverts = Diverts(modem, country, self._quiet_session, self._idle_for)
        self._balance = Balance(modem, self._quiet_session, as_septets=self._quirks.ussd_packed)
        self._hearing = Hearing()
        self._last_call = 0.0
        self.on_time: Callable[[datetime], object] = lambda _at: None
        self.on_state: Callable[[LineState], None] = lambda _state: None

    def state(self) -> LineState:
        """See Line."""
        return self._health

    def free_channels(self) -> int:
        """See Line."""
        can_talk = self._quirks.speech is not None
        return 1 if can_talk and self._ready and self._leg is None else 0

    async def start(self, on_ring: Callable[[Leg], None]) -> None:
        """See Line."""
        self._on_ring = on_ring
        self._keeper.start()
        self._run(self.texts.keep())
        self._run(self.diverts.keep())

    async def stop(self) -> None:
        """See Line."""
        if self._leg is not None and self._at is not None:
            with contextlib.suppress(LineDown, TimeoutError):
                async with asyncio.timeout(HANG_UP_S):
                    await self._at.ask(commands.HANG_UP, first=True)
        if self._ready:
            await self.diverts.finish()
        errands = tuple(self._errands)
        for errand in errands:
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)
        await self._keeper.stop()

    def dial(self, number: str, shown: str | None = None) -> GsmLeg:
        """See Line. The number shown is the SIM's, whatever was asked for."""
        if self._at is None or not self._health.up:
            raise LineDown(say("The line %(line)s is down.", line=self.name), self._health.words)
        if self._quirks.speech is None:
            raise LineDown(say("The modem %(line)s carries no speech.", line=self.name))
        if self.free_channels() <= 0:
            raise LineDown(say("The modem %(line)s is in use.", line=self.name))
        leg = self._new_leg(Caller(number), incoming=False)
        self._carry(leg, lambda: self._dial(leg, number))
        return leg

    # -- texts: see lines/texts.py -------------------------------------------------------------

    async def send_text(self, number: str, text: str, taken: Callable[[int], None]) -> None:
        """See TextLine."""
        if not self._health.up:
            raise LineDown(say("The line %(line)s is down.", line=self.name), self._health.words)
        await self.texts.send(number, text, taken)

    def _session(self) -> AtPort | None:
        return self._at if self._ready else None

    async def _until_free_to_text(self) -> None:
        """One port carries calls and texts: who talks is not made to wait for a text."""
        while self._leg is not None and not self._quirks.texts_in_call:
            await asyncio.wait([self._leg.gone])

    # -- what it knows of its network: see lines/network.py, diverts.py, balance.py -------------

    def network(self) -> NetworkFacts:
        """See MobileLine."""
        return self._access.network()

    def sim(self) -> str:
        """See MobileLine."""
        return self.diverts.sim

    def divert(self) -> DivertState | None:
        """See MobileLine."""
        return self.diverts.state()

    def straight(self) -> DivertState | None:
        """See MobileLine."""
        return self.diverts.straight()

    def wish(self, number: str | None) -> None:
        """See MobileLine."""
        self.diverts.wish(number)

    async def order(self, number: str | None) -> None:
        """See MobileLine."""
        await self.diverts.order(number)

    async def diverted(self) -> Diverted:
        """See MobileLine."""
        return await self.diverts.ask()

    async def balance(self) -> str:
        """See MobileLine."""
        return await self._balance.ask()

    def _quiet_session(self) -> AtPort | None:
        """The port for what takes the network long: not while somebody rings or talks."""
        return self._at if self._ready and self._access.registered and self._idle_for() else None

    def _idle_for(self) -> float:
        if self._leg is not None or self._rings:
            return 0.0
        return asyncio.get_running_loop().time() - self._last_call

    # -- what its legs ask for -----------------------------------------------------------------

    def pick_up(self, leg: GsmLeg) -> None:
        """Answer."""
        self._carry(leg, lambda: self._answer(leg))

    def put_down(self, leg: GsmLeg) -> None:
        """End or refuse the call of this leg, however long the modem takes."""
        self._run(self._hang_up(leg))

    def _carry(self, leg: GsmLeg, place: Callable[[], Awaitable[None]]) -> None:
        """Place the call, and let its sound through; given up when the call is over."""
        if leg.work is None:
            leg.work = self._run(self._carried(leg, place))

    async def _carried(self, leg: GsmLeg, place: Callable[[], Awaitable[None]]) -> None:
        path, sound = self._quirks.speech, self._sound
        if path is None or sound is None:
            return
        with contextlib.suppress(CallerGone):
            if await path.carry(self._ask, place, leg.active.wait) and await self._begun(sound):
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
            answer = await self._ask(commands.ANSWER)
            self._look.set()
            if answer.ok or answer.ended or not await self._lists_calls():
                return
            if answer.late:
                break
        self._keeper.fail(Hung(say("The modem does not answer a call.")))
        raise CallerGone

    async def _dial(self, leg: GsmLeg, number: str) -> None:
        if leg.ended_by_us:
            leg.ended(Cause.OURS)
            raise CallerGone
        try:
            answer = await self._ask(commands.dial(number))
        except ValueError:
            leg.ended(Cause.FAILED)
            raise CallerGone from None
        if answer.ok:
            leg.listed = True  # from here on its absence means its end
        elif not answer.late:
            leg.ended(gsmcause.BY_REPORT.get(answer.ended, Cause.LINE_FAILED))
            raise CallerGone
        self._look.set()

    async def _hang_up(self, leg: GsmLeg) -> None:
        for command in (commands.HANG_UP, commands.HANG_UP_OLD):
            if self._at is None or leg.gone.done():
                return
            # Never before the command that dials, if that still waits.
            urgent, leg.listed = leg.listed or leg.incoming, True
            await self._at.ask(command, first=urgent)
            self._look.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HANG_UP_S):
                    await asyncio.shield(leg.gone)
                    return
        self._keeper.fail(Hung(say("The modem does not end a call any more.")))

    # -- calls ---------------------------------------------------------------------------------

    def _new_leg(self, caller: Caller, *, incoming: bool) -> GsmLeg:
        talk = None if self._sound is None else self._sound.talk()
        leg = self._leg = GsmLeg(self, caller, talk, incoming=incoming)
        leg.gone.add_done_callback(lambda _gone: self._freed(leg))
        return leg

    def _freed(self, leg: GsmLeg) -> None:
        if leg.work is not None:
            leg.work.cancel()
        if self._leg is not leg:
            return
        self._leg = None
        self._last_call = asyncio.get_running_loop().time()
        self._no_ring()
        if self._sound is not None:
            self._sound.end()
        if self._ready and self._quirks.after_call and leg.active.is_set():
            self._ready = False  # what comes now would be cut off
            self._run(self._rest())

    async def _rest(self) -> None:
        """What this model needs before it carries another call."""
        for command in self._quirks.after_call:
            await self._ask(command)
        self._away_until = asyncio.get_running_loop().time() + self._quirks.away_s
        self._keeper.fail(Unplugged(RESTING))

    def _no_ring(self) -> None:
        """The next RING is the first of another call."""
        self._rings = 0
        if self._clip_timer is not None:
            self._clip_timer.cancel()
            self._clip_timer = None

    def _announce(self, number: str | None) -> None:
        """Somebody calls: once for each call, as soon as the number is known or will not come."""
        self._no_ring()
        if self._leg is None and self._ready:
            leg = self._new_leg(self._caller(number), incoming=True)
            mute = self._quirks.speech is None
            leg.ended_by_us = mute  # written down, and busy
            self._on_ring(leg)
            if mute:
                self.put_down(leg)
            self._look.set()

    def _caller(self, number: str | None) -> Caller:
        return Caller(None if number is None else normalise(number, self._country) or number)

    async def _look_at_calls(self) -> None:
        answer = await self._ask(commands.CALLS)
        self._mute_looks = 0 if answer.ok else self._mute_looks + 1
        if not answer.ok:
            if self._mute_looks >= MUTE_LOOKS:
                raise Hung(say("The modem does not say which calls there are."))
            return
        rows = [row for row in answer.events if isinstance(row, CallRow) and row.voice]
        waiting = {row.index: row for row in rows if row.state is CallState.WAITING}
        self._refused &= waiting.keys()
        # Huawei's sticks hang for good when they have to refuse before our own call rings.
        if self._leg is None or self._leg.rang:
            for index in waiting.keys() - self._refused:
                self._refused.add(index)
                await self._refuse_second(waiting[index])
        leg = self._leg
        mine = [row for row in rows if row.state is not CallState.WAITING]
        if leg is None:
            self._hear_of_unknown(mine)
            return
        fitting = [row for row in mine if self._is_of(leg, row)]
        if fitting:
            leg.is_in(fitting[0].state)
            self._judge_sound(leg)
        else:
            await self._missed_by(leg)

    def _is_of(self, leg: GsmLeg, row: CallRow) -> bool:
        """Not the next caller's, who may ring in the moment in which this one hangs up."""
        if row.incoming != leg.incoming:
            return False
        rings_anew = row.state is CallState.INCOMING and leg.answered.done()
        who = self._caller(row.number).number
        other = leg.incoming and None not in (who, leg.caller.number) and who != leg.caller.number
        return not rings_anew and not other

    def _hear_of_unknown(self, rows: Iterable[CallRow]) -> None:
        """A call for which there is no leg: somebody rings, or something was left over."""
        self._no_ring()
        for row in rows:
            if row.state is CallState.INCOMING:
                self._announce(row.number)
            else:
                self._run(self._clear())

    async def _pick_up_again(self) -> None:
        """Somebody who talked with the box when it lost sight of the modem, or was restarted."""
        if self._picks_up_again:
            answer = await self._ask(commands.CALLS)
            rows = [row for row in answer.events if isinstance(row, CallRow) and row.voice]
            if [(row.incoming, row.state) for row in rows] == [(True, CallState.ACTIVE)]:
                leg = self._new_leg(self._caller(rows[0].number), incoming=True)
                leg.is_in(CallState.ACTIVE)
                self._carry(leg, _answered_already)
                log.info("line %s: a call is still up; its caller is led on", self.name)
                self._on_ring(leg)
        self._picks_up_again = True

    async def _clear(self) -> None:
        """End what is nobody's; a modem that cannot is of no use."""
        for command in (commands.HANG_UP, commands.HANG_UP_OLD):
            await self._ask(command)
            if self._leg is not None or not await self._lists_calls():
                return
        self._keeper.fail(Hung(say("The modem does not end a call any more.")))

    async def _lists_calls(self) -> bool:
        events = (await self._ask(commands.CALLS)).events
        return any(isinstance(row, CallRow) and row.voice for row in events)

    def _judge_sound(self, leg: GsmLeg) -> None:
        """A call nobody is heard in is ended; the modem that gave no sound is opened anew."""
        if self._sound is None or leg.answered_at is None or leg.ended_by_us:
            return
        talked = asyncio.get_running_loop().time() - leg.answered_at
        if not self._hearing.judge(leg.answered_at, talked, *self._sound.silent_for()):
            log.warning("modem %s: no sound came in a call", self.name)
            leg.gone.add_done_callback(lambda _: self._keeper.fail(self._hearing.trouble))
            leg.is_mute()
        self._judge()

    async def _missed_by(self, leg: GsmLeg) -> None:
        """The modem lists a leg no more."""
        if not (leg.listed or leg.incoming):
            return  # not dialled yet
        leg.missing += 1
        if leg.missing < GONE_AFTER and not leg.end_words and not leg.ended_by_us:
            self._look.set()
        else:
            leg.ended(await self._cause(leg))
            self._look.set()  # somebody else may ring already

    async def _cause(self, leg: GsmLeg) -> Cause:
        if leg.incoming or leg.answered.done():
            return Cause.HUNG_UP
        if leg.end_words in gsmcause.BY_REPORT:
            return gsmcause.BY_REPORT[leg.end_words]
        if leg.end_cause is not None:
            return gsmcause.of_number(leg.end_cause)
        answer = await self._ask(commands.WHY_ENDED)
        for event in answer.events:
            if isinstance(event, EndReason):
                log.info("modem %s: the call ended: %s", self.name, event.words)
                return gsmcause.of_reason(event.cause, event.words)
        return Cause.FAILED

    async def _refuse_second(self, row: CallRow) -> None:
        """Call waiting is off, and some networks do not care: written down, and busy."""
        refused = GsmLeg(self, self._caller(row.number), None, incoming=True)
        refused.ended_by_us = True
        self._on_ring(refused)
        await self._ask(commands.REFUSE_WAITING)
        refused.ended(Cause.OURS)

    # -- what the modem says unasked -----------------------------------------------------------

    def _hear(self, event: Event) -> None:
        match event:
            case Ring():
                self._rang()
            case CallerId(number):
                self._announce(number)
            case Key(digit) if self._leg is not None:
                self._leg.on_key(digit)
            case CallEnded(words):
                if self._leg is not None:
                    self._leg.end_words = words
                self._look.set()
            case CallOver(cause):
                if self._leg is not None:
                    self._leg.end_words = self._leg.end_words or "over"
                    self._leg.end_cause = cause
                self._look.set()
            case CallsChanged() | CallRow():
                self._look.set()
            case SoundFlow(go) if self._sound is not None:
                self._sound.flow(go)
            case Registration():
                self._access.hear(event)
                self._judge()
            case Ussd():
                self._balance.hear(event)
            case TextStored() | TextCame():
                self.texts.hear(event)
            case Restarted():
                self._keeper.fail(say("The modem has restarted itself."))

    def _rang(self) -> None:
        """The number comes at once, or at the next ring at the latest, or not at all."""
        self._rings += 1
        if self._leg is not None or not self._ready:
            return
        if self._rings >= 2:
            self._announce(None)
        elif self._clip_timer is None:
            self._clip_timer = asyncio.get_running_loop().call_later(CLIP_S, self._look.set)

    # -- keeping the line up -------------------------------------------------------------------

    async def _open_and_watch(self) -> None:
        await self._open()
        await self._access.prepare(self._ask)
        self._ready, self._away_until = True, 0.0
        self._last_call = asyncio.get_running_loop().time()
        self._keeper.works()
        self.texts.look()
        self.diverts.look()
        await self._pick_up_again()
        await self._look_at_calls()
        await self._look_at_network()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._look.wait()
            if self._look.is_set() or self._leg is not None:
                self._look.clear()
                await self._look_at_calls()
            else:
                await self._look_at_network()

    async def _open(self) -> None:
        """Both ports, always: what was left open of a modem that came back is silent."""
        ports = await self._place.find()
        fail = self._keeper.fail
        self._at = AtPort(
            self.name,
            ports.at,
            self._hear,
            on_lost=lambda words: fail(Unplugged(words)),
            on_deaf=lambda words: fail(Hung(words)),
        )
        if self._sound is not None:
            self._sound.open(self._sound_lost)

    def _sound_lost(self, why: str) -> None:
        log.info("modem %s: its sound: %s", self.name, why)
        self._keeper.fail(Unplugged(say("The modem's sound is gone.")))

    async def _look_at_network(self) -> None:
        await self._access.look(self._ask)
        self._judge()

    def _judge(self) -> None:
        if self._ready:
            self._now(replace(self._access.state(), trouble=self._hearing.trouble))

    def _pause(self) -> float:
        if self._leg is None:
            return IDLE_S
        return TALKING_S if self._leg.answered.done() else SETTING_UP_S

    def _close(self, words: Said) -> None:
        self._ready = False
        at, self._at = self._at, None
        if at is not None:
            at.close()
        if self._sound is not None:
            self._sound.close()
        self._access.forget()
        self._mute_looks = 0
        if self._leg is not None:
            self._picks_up_again = not self._leg.ended_by_us
            self._leg.ended(Cause.LINE_FAILED)
        resting = asyncio.get_running_loop().time() < self._away_until
        self._now(LineState(False, RESTING if resting else words))

    # -- small ---------------------------------------------------------------------------------

    async def _ask(self, command: Command) -> Answer:
        if self._at is None:
            raise LineDown(say("The modem %(line)s was lost.", line=self.name))
        return await self._at.ask(command)

    def _run(self, work: Any) -> asyncio.Task[None]:
        """An errand at the modem; when the modem is lost meanwhile, its legs are told anyway."""

        async def errand() -> None:
            with contextlib.suppress(LineDown):
                await work

        task = asyncio.create_task(errand())
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)
        return task

    def _now(self, state: LineState) -> None:
        if state != self._health:
            self._health = state
            log.info("line %s: %s", self.name, state.words)
            self.on_state(state)


async def _answered_already() -> None:
    """There is nothing to do for a call that is up."""
