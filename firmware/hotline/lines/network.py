"""What a modem knows of its network, for the owner: which one, how it is heard, what it carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from hotline.at import commands
from hotline.at.answers import Event
from hotline.at.chat import Answer
from hotline.at.commands import Command
from hotline.at.services import NetworkTime, Operator, SpeechOverLte, Technology
from hotline.lines.port import NetworkFacts
from hotline.lines.quirks import Quirks

Ask: TypeAlias = Callable[[Command], Awaitable[Answer]]

EVERY = 3  # looks at the line: what the owner reads may be a minute old

# 3GPP 27.007 §8.5 counts 0 to 31; what people call no, weak, fair, good and full signal (dBm).
_BARS = (-111, -99, -89, -77)


def bars(dbm: int | None) -> int | None:
    """0 (none) to 4 (full); None when it is not known."""
    return None if dbm is None else sum(dbm >= step for step in _BARS)


class NetworkView:
    """What one modem said last. on_time: told what the network says of the time, at each look."""

    def __init__(self, quirks: Quirks, on_time: Callable[[datetime], object]) -> None:
        told = (commands.OPERATOR, quirks.technology, quirks.volte, commands.TIME)
        self._commands = [command for command in told if command is not None]
        self._on_time = on_time
        self.forget()

    async def look(self, ask: Ask) -> None:
        """Ask for everything now and then; what a modem does not tell stays unknown.

        A question it left without an answer is not asked again: a caller would have to wait for
        the end of that. Raises LineDown.
        """
        self._looks += 1
        if self._looks % EVERY != 1:
            return
        for command in self._commands:
            if command not in self._mute:
                answer = await ask(command)
                self._mute |= {command} if answer.late else set()
                for event in answer.events:
                    self._hear(event)

    def facts(self, dbm: int | None, *, roaming: bool) -> NetworkFacts:
        """All that is known. dbm: how well the network is heard."""
        return replace(self._facts, bars=bars(dbm), roaming=roaming)

    def forget(self) -> None:
        """Nothing is known any more."""
        self._facts, self._looks = NetworkFacts(), 0
        self._mute: set[Command] = set()

    def _hear(self, event: Event) -> None:
        match event:
            case Operator(name, generation):
                self._facts = replace(self._facts, operator=name, generation=generation)
            case Technology(generation) if generation:
                self._facts = replace(self._facts, generation=generation)
            case SpeechOverLte(usable):
                self._facts = replace(self._facts, volte=usable)
            case NetworkTime(at):
                self._on_time(at)
