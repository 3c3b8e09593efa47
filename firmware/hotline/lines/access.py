"""What has to be right before a modem can carry calls: awake, unlocked, set up, in the network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from hotline.at import commands
from hotline.at.answers import CanTalk, Pin, PinTries, Registration, Signal
from hotline.errors import LineDown
from hotline.lines.ladder import Hung
from hotline.lines.network import Ask, NetworkView
from hotline.lines.port import LineState, NetworkFacts
from hotline.lines.quirks import Quirks
from hotline.options import Modem
from hotline.said import say

log = logging.getLogger(__name__)

WAKING_TRIES = 5
SIM_BUSY = 14  # 3GPP 27.007 §9.2
SIM_BUSY_TRIES = 20
FIRST_LOOKS = 5  # at the calls of a modem just opened, a second apart: it may still start
ALL_PIN_TRIES = 3  # fewer left: somebody gave a wrong one before, and we never make it worse

_NOT_REGISTERED = {
    0: say("The SIM card is not in the mobile network, and the modem does not look for one."),
    2: say("The modem looks for the mobile network."),
    3: say("The mobile network refuses the SIM card: ask its operator."),
}
_UNKNOWN_NETWORK = say("The modem does not say whether it found the mobile network.")
_UP = say("Callers can reach you on this line.")
_TEXTS_ONLY = say("The modem carries texts only: who calls it hears busy and is listed as missed.")


class Access:
    """One modem's way into its network. Asks through the `ask` it is given."""

    def __init__(
        self, modem: Modem, quirks: Quirks, on_time: Callable[[datetime], object] = lambda _at: None
    ) -> None:
        self._modem, self._quirks = modem, quirks
        self._view = NetworkView(quirks, on_time)
        self._networks: dict[str, int] = {}
        self.signal: int | None = None
        self.wants_pin = False

    async def prepare(self, ask: Ask) -> None:
        """Wake, unlock and set up a modem that was just opened. Raises LineDown."""
        await self._wake(ask)
        await self._unlock(ask)
        await self._set_up(ask)
        await self._see_calls(ask)

    async def look(self, ask: Ask) -> None:
        """Ask for the network and how well it is heard. Raises LineDown."""
        await ask(commands.PROBE)  # a modem that is hung is noticed sooner
        for command in (commands.REGISTERED, commands.REGISTERED_LTE):
            for event in (await ask(command)).events:
                if isinstance(event, Registration) and event.asked:
                    self.hear(event)
        for event in (await ask(commands.SIGNAL)).events:
            if isinstance(event, Signal):
                self.signal = event.dbm
        if self.registered:
            await self._view.look(ask)
        else:
            self._view.forget()

    def network(self) -> NetworkFacts:
        """What is known of the network, for the owner."""
        return self._view.facts(self.signal, roaming=5 in self._networks.values())

    def registration(self) -> str:
        """As the modem says it, for who repairs it."""
        return ", ".join(f"{name} {status}" for name, status in sorted(self._networks.items()))

    @property
    def registered(self) -> bool:
        """Is the SIM card in a network, at home or abroad?"""
        return any(status in (1, 5) for status in self._networks.values())

    def hear(self, event: Registration) -> None:
        """The modem tells of a network."""
        if event.network != "CGREG":  # data only
            self._networks[event.network] = event.status

    def forget(self) -> None:
        """The modem was closed: nothing is known any more."""
        self.wants_pin = False
        self._networks.clear()
        self._view.forget()
        self.signal = None

    def state(self) -> LineState:
        """A SIM that speaks over LTE only is never registered in the older network."""
        if self.registered:
            return LineState(True, _UP if self._quirks.speech else _TEXTS_ONLY)
        status = self._networks.get("CREG", self._networks.get("CEREG", 4))
        return LineState(False, _NOT_REGISTERED.get(status, _UNKNOWN_NETWORK))

    async def _wake(self, ask: Ask) -> None:
        """A modem that has just been plugged in is deaf for a while."""
        for _ in range(WAKING_TRIES):
            if (await ask(commands.PROBE)).ok:
                await ask(commands.NO_ECHO)
                return
        raise Hung(say("The modem %(line)s does not answer.", line=self._modem.name))

    async def _unlock(self, ask: Ask) -> None:
        state = await self._sim_state(ask)
        if state == "READY":
            return
        if state == "SIM PIN":
            await self._enter_pin(ask)
            return
        if state == "SIM PUK":
            raise LineDown(
                say("The SIM card is locked and asks for its PUK."),
                say("Put it into a telephone, enter the PUK there, and put it back."),
            )
        raise LineDown(
            say("The modem finds no SIM card."), say("Put one in, with its contacts downwards.")
        )

    async def _sim_state(self, ask: Ask) -> str:
        for _ in range(SIM_BUSY_TRIES):
            answer = await ask(commands.PIN_STATE)
            if answer.late:
                raise Hung(
                    say(
                        "The modem %(line)s does not say how its SIM card is.",
                        line=self._modem.name,
                    )
                )
            states = [event.state for event in answer.events if isinstance(event, Pin)]
            if states or answer.done.code != SIM_BUSY:
                return states[0] if states else ""
            await asyncio.sleep(1)
        return ""

    async def _enter_pin(self, ask: Ask) -> None:
        """One try, and only where no wrong PIN was given before."""
        if not self._modem.pin:
            self.wants_pin = True
            raise LineDown(
                say("The SIM card asks for its PIN."),
                say("Enter it on the page Lines."),
            )
        answer = await ask(self._quirks.pin_tries)
        left = [event.left for event in answer.events if isinstance(event, PinTries)]
        if not left or left[0] < ALL_PIN_TRIES:
            raise LineDown(
                say("The SIM card asks for its PIN, and a wrong one was given before."),
                say("Unlock it in a telephone, and correct the PIN on the page Lines."),
            )
        if not (await ask(commands.enter_pin(self._modem.pin.reveal()))).ok:
            raise LineDown(
                say("The SIM card refuses the PIN."), say("Correct it on the page Lines.")
            )

    async def _set_up(self, ask: Ask) -> None:
        name = self._modem.name
        for command in self._quirks.set_up:
            if not (await ask(command)).ok:
                log.info("modem %s does without %s", name, command)
        if not await self._can_talk(ask):
            raise LineDown(
                say("The firmware of the modem %(line)s carries no speech over USB.", line=name),
                say("Take a %(model)s with voice firmware.", model=self._quirks.words),
            )

    async def _see_calls(self, ask: Ask) -> None:
        """Who rings a modem that lists no calls would be answered, and lost sight of at once."""
        if self._quirks.speech is None:
            return
        for _ in range(FIRST_LOOKS):
            if (await ask(commands.CALLS)).ok:
                return
            await asyncio.sleep(1)
        raise Hung(say("The modem does not say which calls there are."))

    async def _can_talk(self, ask: Ask) -> bool:
        """True of what never claimed that it can, too."""
        if self._quirks.can_talk is None:
            return True
        answer = await ask(self._quirks.can_talk)
        return answer.ok and CanTalk(False) not in answer.events
