"""A USB GSM modem with one SIM as a telephone line: opened, watched, and put together here.

The calls are told by lines/gsmcalls.py, texts by texts.py, what the network does beside calls by
diverts.py, balance.py and network.py. The sound is handed in (`Sound`); models differ by a row of
lines/quirks.py. When the line is up is decided by access.py, what is done when it is not by
keeper.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from hotline.at import commands
from hotline.at.answers import Event, Registration, Restarted, TextCame, TextStored
from hotline.at.services import Identity, Ussd
from hotline.errors import LineDown, Unplugged
from hotline.lines.access import Access
from hotline.lines.atport import AtPort
from hotline.lines.balance import Balance
from hotline.lines.diverts import Diverts
from hotline.lines.finder import Finder
from hotline.lines.gsmcalls import GsmCalls, Sound
from hotline.lines.gsmleg import GsmLeg
from hotline.lines.keeper import Keeper, Mending
from hotline.lines.ladder import Hung
from hotline.lines.openmodem import OpenModem
from hotline.lines.place import Place
from hotline.lines.port import (
    Capabilities,
    Diverted,
    DivertState,
    Hardware,
    Leg,
    LineState,
    NetworkFacts,
    Reading,
)
from hotline.lines.quirks import quirks_of
from hotline.lines.texts import Texts
from hotline.lines.twocalls import SecondLeg
from hotline.lines.which import asked_which
from hotline.options import Modem
from hotline.said import Said, say
from hotline.tty import opened

log = logging.getLogger(__name__)

SETTING_UP_S = 0.5  # between looks at a call that is not answered yet
TALKING_S = 2.0
IDLE_S = 8.0
ASKS_WHICH_S = 1.5
BY_ITSELF = say("The modem has restarted itself.")
RESTING = say(
    "The modem starts anew, as its model needs it after each call; it is back in half a minute."
)


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
            channels=1,
            can_dial=can_dial,
            can_text=True,
            hands_on=bool(modem.hands_on) and self._quirks.hands_on and can_dial,
            caution=self._quirks.caution,
        )
        self._card = self._firmware = self._imei = ""
        self._restart_waits = False
        self._sound = sound
        self._place = place or Place(modem, Finder(), self._quirks.restart)
        self._access = Access(modem, self._quirks, lambda at: self.on_time(at))
        self._keeper = Keeper(self.name, self._open_and_watch, self._close, self._place)
        self._modem = OpenModem(self.name, self._keeper.fail)
        self._calls = GsmCalls(self._modem, self._quirks.speech, sound, country)
        self._calls.on_over, self._calls.on_heard = self._call_over, self._judge
        self._health = LineState(False, say("The line is starting."))
        self._away_until = 0.0
        self.texts = Texts(self.name, self._session, self._until_free_to_text)
        self.diverts = Diverts(modem, country, self._quiet_session, self._calls.idle_for)
        self._balance = Balance(modem, self._quiet_session, as_septets=self._quirks.ussd_packed)
        self.on_time: Callable[[datetime], object] = lambda _at: None
        self.on_state: Callable[[LineState], None] = lambda _state: None

    def state(self) -> LineState:
        """See Line."""
        return self._health

    def free_channels(self) -> int:
        """See Line."""
        can_talk = self._quirks.speech is not None
        return 1 if can_talk and self._modem.ready and self._calls.leg is None else 0

    async def start(self, on_ring: Callable[[Leg], None]) -> None:
        """See Line."""
        self._calls.on_ring = on_ring
        self._keeper.start()
        self._modem.run(self.texts.keep())
        self._modem.run(self.diverts.keep())

    async def stop(self) -> None:
        """See Line."""
        await self._calls.stop()
        if self._modem.ready:
            await self.diverts.finish()
        await self._modem.give_up()
        await self._keeper.stop()

    def dial(self, number: str) -> GsmLeg:
        """See Line."""
        if self._modem.port is None or not self._health.up:
            raise LineDown(say("The line %(line)s is down.", line=self.name), self._health.words)
        if self._quirks.speech is None:
            raise LineDown(say("The modem %(line)s carries no speech.", line=self.name))
        if self.free_channels() <= 0:
            raise LineDown(say("The modem %(line)s is in use.", line=self.name))
        return self._calls.dial(number)

    # -- two calls at once: see lines/twocalls.py ----------------------------------------------

    def card(self) -> str:
        """See HandingLine."""
        return self._card

    def dial_aside(self, caller: Leg, number: str) -> SecondLeg:
        """See HandingLine."""
        leg, calls = self._calls.leg, self._calls
        if self._modem.port is None or not self._health.up:
            raise LineDown(say("The line %(line)s is down.", line=self.name), self._health.words)
        if leg is None or leg is not caller or not leg.answered.done() or calls.two is not None:
            raise LineDown(say("The modem %(line)s is in use.", line=self.name))
        return calls.dial_aside(leg, number)

    async def _ask_card(self) -> str:
        """Which modem with which SIM card: what the one can do, another may not."""
        found: list[str] = []
        for command in (commands.IDENTITY, commands.SUBSCRIBER):
            said = (await self._modem.ask(command)).events
            found += [event.digits for event in said if isinstance(event, Identity)][:1]
        return " ".join(found) if len(found) == 2 else ""

    # -- texts: see lines/texts.py -------------------------------------------------------------

    async def send_text(self, number: str, text: str, taken: Callable[[int], None]) -> None:
        """See TextLine."""
        if not self._health.up:
            raise LineDown(say("The line %(line)s is down.", line=self.name), self._health.words)
        await self.texts.send(number, text, taken)

    def _session(self) -> AtPort | None:
        return self._modem.port if self._modem.ready else None

    async def _until_free_to_text(self) -> None:
        """One port carries calls and texts: who talks is not made to wait for a text."""
        while self._calls.leg is not None and not self._quirks.texts_in_call:
            await asyncio.wait([self._calls.leg.gone])

    # -- what it knows of its network: see lines/network.py, diverts.py, balance.py -------------

    def reading(self) -> Reading:
        """See ObservedLine."""
        known = self._access.network()
        words = f"{known.operator} {known.generation}".strip()
        return Reading(self._access.signal, words if self._health.up else "")

    async def hardware(self) -> Hardware:
        """See ObservedLine."""
        if not self._firmware and (port := self._quiet_session()):
            self._firmware = "?"  # what does not answer is not asked again: a caller would wait
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ASKS_WHICH_S):
                    self._firmware, self._imei = await asked_which(port, self._hear)
        return self._place.hardware(
            Hardware(
                model=self._quirks.words,
                firmware=self._firmware,
                imei=self._imei,
                registration=self._access.registration(),
                codecs="PCM 8000/16000" if self._quirks.any_rate else "PCM 8000",
                speech=self._quirks.speech is not None,
                restarts=True,
            )
        )

    def restart(self) -> bool:
        """See RestartingLine."""
        if not self._modem.ready:
            raise LineDown(
                say("The modem %(line)s is lost, and the box is at it already.", line=self.name),
                self._health.words,
            )
        if self._calls.leg is None:
            self._keeper.restart()
            return True
        if not self._restart_waits:
            self._restart_waits = True
            self._modem.run(self._restart_when_free())
        return False

    async def _restart_when_free(self) -> None:
        try:
            while self._calls.leg is not None:
                await asyncio.wait([self._calls.leg.gone])
                await asyncio.sleep(SETTING_UP_S)  # until the calls know of it
        finally:
            self._restart_waits = False
        self._keeper.restart()

    def on_mending(self, hear: Callable[[Mending], None]) -> None:
        """Have each step to get the modem back told."""
        self._keeper.on_mending = hear

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
        quiet = self._access.registered and self._calls.idle_for()
        return self._session() if quiet else None

    # -- keeping the line up -------------------------------------------------------------------

    async def _open_and_watch(self) -> None:
        await self._open()
        await self._access.prepare(self._modem.ask)
        if self.capabilities.hands_on:
            self._card = await self._ask_card()
        self._modem.ready, self._away_until = True, 0.0
        self._calls.opened()
        self._keeper.works()
        self.texts.look()
        self.diverts.look()
        await self._calls.pick_up_again()
        await self._calls.look()
        await self._look_at_network()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._modem.look.wait()
            if self._modem.look.is_set() or self._calls.leg is not None:
                self._modem.look.clear()
                await self._calls.look()
            else:
                await self._look_at_network()

    async def _open(self) -> None:
        """Both ports, always: what was left open of a modem that came back is silent."""
        ports = await self._place.find()
        fail = self._modem.fail
        self._modem.port = AtPort(
            self.name,
            await opened(ports.at),
            self._hear,
            on_lost=lambda words: fail(Unplugged(words)),
            on_deaf=lambda words: fail(Hung(words)),
        )
        if self._sound is not None:
            await self._sound.open(self._sound_lost)

    def _sound_lost(self, why: str) -> None:
        log.info("modem %s: its sound: %s", self.name, why)
        self._modem.fail(Unplugged(say("The modem's sound is gone.")))

    def _hear(self, event: Event) -> None:
        """The modem says something unasked."""
        match event:
            case Registration():
                self._access.hear(event)
                self._judge()
            case Ussd():
                self._balance.hear(event)
            case TextStored() | TextCame():
                self.texts.hear(event)
            case Restarted():
                self._modem.fail(BY_ITSELF)
            case _:
                self._calls.hear(event)

    def _call_over(self, leg: GsmLeg) -> None:
        if self._modem.ready and self._quirks.after_call and leg.active.is_set():
            self._modem.ready = False  # what comes now would be cut off
            self._modem.run(self._rest())

    async def _rest(self) -> None:
        """What this model needs before it carries another call."""
        for command in self._quirks.after_call:
            await self._modem.ask(command)
        self._away_until = asyncio.get_running_loop().time() + self._quirks.away_s
        self._modem.fail(Unplugged(RESTING))

    async def _look_at_network(self) -> None:
        await self._access.look(self._modem.ask)
        self._judge()

    def _judge(self) -> None:
        if self._modem.ready:
            self._now(replace(self._access.state(), trouble=self._calls.hearing.trouble))

    def _pause(self) -> float:
        if self._calls.leg is None:
            return IDLE_S
        if self._calls.two is not None and not self._calls.two.joined:
            return SETTING_UP_S
        return TALKING_S if self._calls.leg.answered.done() else SETTING_UP_S

    def _close(self, words: Said) -> None:
        self._modem.close()
        if self._sound is not None:
            self._sound.close()
        wants: Literal["", "pin"] = "pin" if self._access.wants_pin else ""
        self._access.forget()
        self._firmware = self._imei = ""  # it may be another that comes back
        self._calls.lost()
        resting = asyncio.get_running_loop().time() < self._away_until
        self._now(LineState(False, RESTING if resting else words, wants=wants))

    def _now(self, state: LineState) -> None:
        if state != self._health:
            self._health = state
            log.info("line %s: %s", self.name, state.words)
            self.on_state(state)
