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

# 3GPP 27.007 §8.5 counts 0 to 31; what people call no, weak, fair, good and full signal (dBm).
_BARS = (-111, -99, -89, -77)


def bars(dbm: int | None) -> int | None:
    """0 (none) to 4 (full); None when it is not known."""
    return None if dbm is None else sum(dbm >= step for step in _BARS)


class NetworkView:
    """What one modem said last. on_time: told what the network says of the time, at each look."""

    def __init__(self, quirks: Quirks, on_time: Callable[[datetime], object]) -> None:
        self._quirks, self._on_time = quirks, on_time
        self._facts = NetworkFacts()

    async def look(self, ask: Ask) -> None:
        """Ask for everything; what a modem does not tell stays unknown. Raises LineDown."""
        self._facts = replace(self._facts, volte=None)
        told = (commands.OPERATOR, self._quirks.technology, self._quirks.volte, commands.TIME)
        for command in told:
            if command is not None:
                for event in (await ask(command)).events:
                    self._hear(event)

    def facts(self, dbm: int | None, *, roaming: bool) -> NetworkFacts:
        """All that is known. dbm: how well the network is heard."""
        return replace(self._facts, bars=bars(dbm), roaming=roaming)

    def forget(self) -> None:
        """Nothing is known any more."""
        self._facts = NetworkFacts()

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
