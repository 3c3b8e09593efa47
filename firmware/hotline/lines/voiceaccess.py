"""What has to be right before a voice modem can take calls: awake, able to speak, told how."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from hotline.at import commands, voice
from hotline.at.chat import Answer
from hotline.at.commands import Command
from hotline.at.voice import Format
from hotline.errors import LineDown
from hotline.lines.voicemodems import MODELS
from hotline.options import VoiceModem
from hotline.said import say

log = logging.getLogger(__name__)

Ask: TypeAlias = Callable[[Command], Awaitable[Answer]]
AskList: TypeAlias = Callable[[Command], Awaitable[list[str]]]

WAKING_TRIES = 5
_ANOTHER = say("Take one that hw/modems.md lists.")


class VoiceAccess:
    """One voice modem's way to its line. Asks through what it is given."""

    def __init__(self, modem: VoiceModem, country: str) -> None:
        self._name, self._row, self._country = modem.name, MODELS[modem.model], country
        self._flash_ms = modem.flash_ms

    async def prepare(self, ask: Ask, ask_list: AskList) -> Format:
        """Wake and set up a modem that was just opened; the format of its sound. Raises LineDown.

        What it is called decides nothing: two makers use one name, and some firmware has no voice.
        """
        await self._wake(ask)
        await ask(commands.HANG_UP_OLD)  # a call of a run before this one
        if not (await ask(voice.VOICE)).ok:
            raise LineDown(say("The modem %(line)s cannot speak.", line=self._name), _ANOTHER)
        chosen = voice.best_format(await ask_list(voice.FORMATS))
        if chosen is None or not await _chosen(ask, chosen):
            raise LineDown(
                say("The modem %(line)s has no sound that the box knows.", line=self._name),
                _ANOTHER,
            )
        log.info("line %s: the modem's sound is %s", self._name, chosen.encoding)
        tuning = voice.country(self._country)
        await self._set(ask, *self._row.set_up, *((tuning,) if tuning else ()))
        if self._flash_ms:
            await self._set(ask, Command(self._row.flash_time.format(self._flash_ms // 10)))
        await self.wait_for_rings(ask)
        return chosen

    async def wait_for_rings(self, ask: Ask) -> None:
        """Rings and caller ID are told in the class of data; some forget to tell the caller."""
        await self._set(ask, voice.DATA, *self._row.caller_id)

    async def _wake(self, ask: Ask) -> None:
        """A modem that has just been plugged in is deaf for a while; then all as if new."""
        for _ in range(WAKING_TRIES):
            if (await ask(commands.PROBE)).ok and (await ask(voice.RESET)).ok:
                await ask(commands.NO_ECHO)
                return
        raise LineDown(
            say("The modem %(line)s does not answer.", line=self._name),
            say("Unplug the modem and plug it in again."),
        )

    async def _set(self, ask: Ask, *wanted: Command) -> None:
        for command in wanted:
            if not (await ask(command)).ok:
                log.info("modem %s does without %s", self._name, command)


async def _chosen(ask: Ask, chosen: Format) -> bool:
    for command in chosen.commands:
        if (await ask(command)).ok:
            return True
    return False
