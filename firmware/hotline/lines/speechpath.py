"""How the models let the sound of a call through to USB: a sequence for each kind of them.

Each places the call (answers or dials), and is over when both ends can be heard.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from hotline.at.answers import SoundOn
from hotline.at.chat import Answer
from hotline.at.commands import Command

Ask: TypeAlias = Callable[[Command], Awaitable[Answer]]
Place: TypeAlias = Callable[[], Awaitable[None]]
Active: TypeAlias = Callable[[], Awaitable[object]]

SETTLES_S = 0.1  # SIMCom: between the call's begin and the first word about its sound
AGAIN_S = 0.3
REGISTERED_S = 15.0  # so long was seen, and the sound was good all the same


class SpeechPath(Protocol):
    """One kind of model."""

    async def carry(self, ask: Ask, place: Place, active: Active) -> bool:
        """From placing the call to hearing each other; False where the modem refuses the sound.

        ask: the modem. place: answers or dials. active: waits until both ends talk.
        """


@dataclass(frozen=True)
class SwitchedBefore:
    """Quectel: its sound is switched on before a call, and anew for each."""

    on: Command

    async def carry(self, ask: Ask, place: Place, active: Active) -> bool:
        """See SpeechPath."""
        on = await ask(self.on)
        await place()
        await active()
        return on.ok


@dataclass(frozen=True)
class SwitchedAfter:
    """Huawei: its sound is switched on in each call, as soon as that was answered or dialled."""

    on: Command

    async def carry(self, ask: Ask, place: Place, active: Active) -> bool:
        """See SpeechPath."""
        await place()
        on = await ask(self.on)
        await active()
        return on.ok


@dataclass(frozen=True)
class RegisteredInCall:
    """SIMCom: its sound is asked for when both ends talk already, and comes when it comes.

    asked: `SoundOn` says whether it is there.
    """

    on: Command
    asked: Command
    off: Command

    async def carry(self, ask: Ask, place: Place, active: Active) -> bool:
        """See SpeechPath."""
        await place()
        await active()
        await asyncio.sleep(SETTLES_S)
        try:
            async with asyncio.timeout(REGISTERED_S):
                await self._asked_for(ask)
                await self._there(ask)
        except TimeoutError:
            return False
        return True

    async def _asked_for(self, ask: Ask) -> None:
        """What is left over from another call is taken off, once: more often does harm."""
        if not (await ask(self.on)).ok:
            await ask(self.off)
            await _until(ask, self.on, lambda answer: answer.ok)

    async def _there(self, ask: Ask) -> None:
        """Once it was asked for, nothing helps but looking."""
        await _until(ask, self.asked, lambda answer: SoundOn(True) in answer.events)


async def _until(ask: Ask, command: Command, good: Callable[[Answer], bool]) -> None:
    """Ask again until the answer is good, or for ever."""
    for _ in itertools.count():
        if good(await ask(command)):
            return
        await asyncio.sleep(AGAIN_S)
