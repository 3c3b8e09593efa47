"""The office's telephone line on a V.253 voice modem: it answers, speaks and listens by turns.

An analogue line does not signal that the caller hung up, or not always. So the end of a call is
looked for here: the exchange's tones in the sound, a break of the current, a turn of the polarity,
silence, and hard limits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from hotline.at import commands, voice
from hotline.at.answers import Event, Ring
from hotline.at.answers import Text as Line
from hotline.at.chat import Answer
from hotline.at.commands import Command
from hotline.at.dle import Keys, Sign, Signal, signal_of
from hotline.at.ringing import Ringing, Shown
from hotline.at.voice import Format
from hotline.errors import LineDown
from hotline.lines.keeper import Keeper, Mending
from hotline.lines.officeleg import LAST_WORDS_S, OfficeLeg, Sound
from hotline.lines.port import (
    Caller,
    Capabilities,
    Cause,
    Hardware,
    Leg,
    LineState,
    Reading,
)
from hotline.lines.recall import AsideOfficeLeg, Recall
from hotline.lines.turns import Turns
from hotline.lines.voiceaccess import VoiceAccess
from hotline.lines.voicemodems import MODELS
from hotline.lines.voiceport import VoicePort
from hotline.numbering import national, normalise
from hotline.options import VoiceModem
from hotline.said import Said, say
from hotline.tty import opened

log = logging.getLogger(__name__)

UP = say("Callers can reach you on this line; they cannot be connected to others.")
UP_AND_ON = say("Callers can reach you on this line.")
LOOK_S = 0.05  # while it rings
IDLE_S = 20.0
ANSWER_S = 12.0  # some modems refuse to answer while they report a ring
ANSWER_AGAIN_S = 0.3
ON_HOOK_S = 2.0  # shorter, and some exchanges keep the old call
SETTLING_S = 0.5  # an exchange may turn the polarity because we answered
TONE_TWICE_S = 10.0  # a modem's own ear mistakes speech for tones, but not twice
NOBODY_S = 60.0  # of listening to nothing
LONGEST_CALL_S = 1800.0
HANG_UP_TRIES = 3


class OfficeLine:
    """`Line` over one voice modem."""

    def __init__(self, modem: VoiceModem, country: str, sound: Sound) -> None:
        self.name = modem.name
        self._flash = MODELS[modem.model].flash if modem.hands_on else None
        self.capabilities = Capabilities(
            full_duplex=False,
            can_dial=False,
            can_refuse=False,
            hands_on=self._flash is not None,
        )
        self._modem, self._country, self._sound = modem, country, sound
        self._access = VoiceAccess(modem, country)
        self._at: VoicePort | None = None
        self._format: Format | None = None
        self._leg: OfficeLeg | None = None
        self._turns: Turns | None = None
        self._recall: Recall | None = None
        self._on_ring: Callable[[Leg], None] = lambda leg: leg.hang_up(Cause.BUSY)
        self._keeper = Keeper(self.name, self._open_and_watch, self._close)
        self._health = LineState(False, say("The line is starting."))
        self._ringing = Ringing()
        self._stir = asyncio.Event()
        self._keys = Keys()
        self._picked_up_at = 0.0
        self._tone_at = float("-inf")
        self._rings_on = False
        self._off_hook = False
        self.on_state: Callable[[LineState], None] = lambda _state: None

    def on_mending(self, hear: Callable[[Mending], None]) -> None:
        """Have each step to get the modem back told."""
        self._keeper.on_mending = hear

    def reading(self) -> Reading:
        """See ObservedLine. Nothing is heard of a line that is only a pair of wires."""
        return Reading()

    async def hardware(self) -> Hardware:
        """See ObservedLine."""
        sound = "" if self._format is None else self._format.encoding.value
        return Hardware(self._modem.model, ports=(str(self._modem.port),), codecs=sound or "-")

    def state(self) -> LineState:
        """See Line."""
        return self._health

    def free_channels(self) -> int:
        """See Line. Nobody can be called over this line, but one more may come in."""
        return 1 if self._health.up and self._leg is None else 0

    async def start(self, on_ring: Callable[[Leg], None]) -> None:
        """See Line."""
        self._on_ring = on_ring
        self._keeper.start()

    async def stop(self) -> None:
        """See Line."""
        leg = self._leg
        if leg is not None:
            leg.hang_up()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_S + ON_HOOK_S):
                    await asyncio.shield(leg.gone)
        await self._keeper.stop()

    def dial(self, number: str) -> OfficeLeg:
        """See Line. Whom this line would call, nobody could be joined with."""
        raise LineDown(say("The line %(line)s only takes calls.", line=self.name))

    def card(self) -> str:
        """See HandingLine. The port is the modem's, the name the line's; the rest is how it is
        flashed and dialled. What else is true of the line no modem can tell.
        """
        modem = self._modem
        if self._flash is None:
            return ""
        how = f"{modem.model} {modem.flash_ms} {modem.outside}"
        return f"{modem.name} {modem.port} {how}"

    def dial_aside(self, caller: Leg, number: str) -> AsideOfficeLeg:
        """See HandingLine."""
        leg, flash, form = self._leg, self._flash, self._format
        if leg is None or flash is None or form is None or self._recall is not None:
            raise LineDown(say("The line %(line)s is in use.", line=self.name))
        if leg is not caller or leg.gone.done() or not leg.answered.done():
            raise LineDown(say("The line %(line)s is in use.", line=self.name))
        encoding = form.encoding
        second = AsideOfficeLeg(self.name, Caller(number), self._sound.talk(encoding))
        digits = self._modem.outside + national(number, self._country)
        self._recall = second.recall = Recall(
            leg, second, digits, flash, lambda: self._sound.talk(encoding)
        )
        if self._turns is not None:
            self._turns.pause()
        return second

    # -- the line's day ------------------------------------------------------------------------

    async def _open_and_watch(self) -> None:
        self._ringing.reset()
        self._at = VoicePort(
            self.name,
            await opened(self._modem.port),
            self._hear,
            self._signed,
            self._sounded,
            self._keeper.fail,
        )
        self._sound.open()
        self._format = await self._access.prepare(self._ask, self._at.ask_list)
        self._keeper.works()
        self._now(LineState(True, UP if self._flash is None else UP_AND_ON))
        while True:
            leg = await self._next_call()
            self._on_ring(leg)
            try:
                await self._serve(leg)
            finally:
                leg.ended(Cause.LINE_FAILED)  # if nothing better is known
                if self._recall is not None:  # it was asked for just when the call ended
                    self._recall.second.ended(Cause.LINE_FAILED)
                self._leg = self._recall = None

    async def _next_call(self) -> OfficeLeg:
        """Wait for somebody to ring; meanwhile look now and then whether the modem is well."""
        while True:
            now = self._time()
            shown = self._ringing.ready(now)
            if shown is not None:
                return self._new_leg(shown)
            if self._ringing.begun and self._ringing.over(now):
                self._ringing.reset()
            pause = LOOK_S if self._ringing.begun else IDLE_S
            self._stir.clear()
            try:
                async with asyncio.timeout(pause):
                    await self._stir.wait()
            except TimeoutError:
                if not self._ringing.begun:
                    await self._ask(commands.PROBE)

    async def _serve(self, leg: OfficeLeg) -> None:
        """One call, from its ring until the line has been on hook for long enough."""
        await self._until_wanted(leg)
        if not leg.gone.done():
            await self._pick_up(leg)
        while leg.answered.done() and not leg.over():
            if self._recall is not None:
                await self._hold(self._recall)
            else:
                await self._talk(leg)
        if leg.gone.done() and leg.gone.result() is Cause.HANDED_ON:
            await asyncio.sleep(ON_HOOK_S)
            return
        if self._off_hook:
            await self._hang_up()
            leg.ended(Cause.OURS)
            await asyncio.sleep(ON_HOOK_S)
            return
        leg.ended(Cause.HUNG_UP)
        await self._until_quiet()

    # -- one call ------------------------------------------------------------------------------

    def _new_leg(self, shown: Shown) -> OfficeLeg:
        if self._format is None:
            raise LineDown(say("The modem %(line)s was lost.", line=self.name))
        number = shown.number and (normalise(shown.number, self._country) or shown.number)
        sound = self._sound.talk(self._format.encoding)
        self._keys = Keys()
        leg = self._leg = OfficeLeg(self.name, Caller(number, shown.name), sound)
        return leg

    async def _until_wanted(self, leg: OfficeLeg) -> None:
        while not leg.wanted.done() and not leg.gone.done():
            if self._ringing.over(self._time()):
                leg.ended(Cause.HUNG_UP)
            ends: set[asyncio.Future[Any]] = {leg.wanted, leg.gone}
            await asyncio.wait(ends, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)

    async def _until_quiet(self) -> None:
        """Until whoever was not answered gave up: they are not told as another call."""
        while not self._ringing.over(self._time()):
            self._stir.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._stir.wait()
        self._ringing.reset()

    async def _pick_up(self, leg: OfficeLeg) -> None:
        """Answer, again and again while the modem refuses and the telephone rings."""
        limit = self._time() + ANSWER_S
        while self._time() < limit and not leg.gone.done():
            if self._ringing.over(self._time()):
                leg.ended(Cause.HUNG_UP)
                return
            if await self._lifted():
                self._picked_up_at, self._rings_on = self._time(), False
                self._tone_at = float("-inf")
                if not leg.answered.done():
                    leg.answered.set_result(None)
                return
            await asyncio.sleep(ANSWER_AGAIN_S)
        if not leg.gone.done():
            log.warning("modem %s does not answer a call", self.name)
            leg.ended(Cause.LINE_FAILED)

    async def _lifted(self) -> bool:
        if not (await self._ask(voice.VOICE)).ok:
            return False
        self._off_hook = True  # also when the answer to this comes late
        return (await self._ask(voice.OFF_HOOK)).ok

    async def _talk(self, leg: OfficeLeg) -> None:
        """Until the call is over, or the telephone is found to ring on."""
        port = self._port()

        def watch(now: float) -> None:
            if leg.sound.abandoned:
                leg.ended(Cause.HUNG_UP)
            elif leg.sound.quiet_seconds > NOBODY_S:
                leg.ended(Cause.NO_SOUND)
            elif now - self._picked_up_at > LONGEST_CALL_S:
                leg.ended(Cause.OURS)

        self._turns = Turns(port, leg.sound, leg.over, watch)
        try:
            await self._turns.talk()
        finally:
            self._turns = None
        if self._rings_on and not leg.over():
            await self._pick_up(leg)

    async def _hold(self, recall: Recall) -> None:
        """Somebody else is called meanwhile."""
        try:
            await recall.carry(self._port(), self._ask, self._hang_up)
        finally:
            self._recall = None

    async def _hang_up(self) -> None:
        """On hook, whatever the modem makes of it; and all that a call made it forget."""
        self._ringing.reset()  # whoever rings from here on is another caller
        for _ in range(HANG_UP_TRIES):
            down = (await self._ask(voice.ON_HOOK)).ok
            down = (await self._ask(commands.HANG_UP_OLD)).ok or down
            if down:
                break
        else:
            raise LineDown(say("The modem does not end a call any more."))
        self._off_hook = False
        await self._access.wait_for_rings(self._ask)

    # -- what the modem says -------------------------------------------------------------------

    def _hear(self, event: Event) -> None:
        match event:
            case Ring():
                self._rang()
            case Line(line):
                self._ringing.line(line, self._time())
                self._stir.set()

    def _rang(self) -> None:
        self._ringing.ring(self._time())
        self._stir.set()
        if self._turns is not None:  # the exchange has not noticed that it was answered
            self._rings_on = True
            self._turns.pause()

    def _sounded(self, sound: bytes) -> None:
        if self._recall is not None:
            self._recall.hear(sound)
        elif self._turns is not None:
            self._turns.hear(sound)

    def _signed(self, sign: Sign) -> None:
        now, leg, turns = self._time(), self._leg, self._turns
        if self._recall is not None:  # who was called has the line
            leg, turns = self._recall.second, self._recall.turns
        if digit := self._keys.hear(sign, now):
            if leg is not None and turns is not None:
                turns.interrupt()
                leg.on_key(digit)
            return
        signal = signal_of(sign)
        if signal is Signal.RING:
            self._rang()
        elif signal is Signal.PHONE_LIFTED:
            self._taken_elsewhere()
        elif signal is not None and leg is not None and leg.answered.done():
            self._signalled(leg, signal, now)

    def _taken_elsewhere(self) -> None:
        """Somebody in the office has the line: what rings is not answered, what talks is let go."""
        self._ringing.reset()
        if self._leg is not None:
            self._leg.ended(Cause.ELSEWHERE)

    def _signalled(self, leg: OfficeLeg, signal: Signal, now: float) -> None:
        match signal:
            case Signal.LOOP_BREAK:
                leg.ended(Cause.HUNG_UP)
            case Signal.POLARITY if now - self._picked_up_at > SETTLING_S:
                leg.ended(Cause.HUNG_UP)
            case Signal.BUSY | Signal.DIAL_TONE:
                if now - self._tone_at < TONE_TWICE_S:
                    leg.ended(Cause.HUNG_UP)
                self._tone_at = now

    # -- keeping the line up -------------------------------------------------------------------

    def _close(self, words: Said) -> None:
        at, self._at = self._at, None
        if at is not None:
            at.close()
        self._off_hook = False
        self._now(LineState(False, words))

    # -- small ---------------------------------------------------------------------------------

    def _port(self) -> VoicePort:
        if self._at is None:
            raise LineDown(say("The modem %(line)s was lost.", line=self.name))
        return self._at

    async def _ask(self, command: Command) -> Answer:
        return await self._port().ask(command)

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

    def _now(self, state: LineState) -> None:
        if state != self._health:
            self._health = state
            log.info("line %s: %s", self.name, state.words)
            self.on_state(state)
