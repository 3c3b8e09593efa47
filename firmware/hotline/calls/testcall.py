"""What a test call says, and how it asks whether it is heard."""

from __future__ import annotations

from pathlib import Path

from hotline.calls.exchange import Exchange
from hotline.calls.leg import Party
from hotline.media.catalogue import Prompt

KEY_S = 10.0
ASKED_TIMES = 2


async def sentence(exchange: Exchange, prompt: Prompt) -> list[Path]:
    """In the office's language, as files."""
    office = exchange.office()
    return await exchange.prompts.files(office.language, prompt, office=office.name)


async def key_pressed(exchange: Exchange, party: Party) -> str | None:
    """The key that was asked for, or another: who presses a wrong one heard the box, too. None if
    none came. Raises CallerGone.
    """
    asked = await sentence(exchange, Prompt.SELF_TEST)
    for _ in range(ASKED_TIMES):
        if key := await party.ask(asked, KEY_S):
            return key
    return None
