"""Several digits that somebody keys: a number, a PIN, minutes."""

from __future__ import annotations

from pathlib import Path

from hotline.calls.leg import Party

FIRST_KEY_S, NEXT_KEY_S = 8.0, 4.0
QUIET_S = 1.5  # so long nobody keys any more who goes on keying after the box has stopped listening
MOST_STRAY = 40
LEAVE_KEY = "*"
DIGIT_KEYS = frozenset("0123456789")


async def keyed(party: Party, question: list[Path], most: int) -> str | None:
    """The digits that are keyed until #, a pause, or as many as wanted; "" for # alone.

    None where nothing is keyed, or * to leave. Raises CallerGone.
    """
    found, key = "", await party.ask(question, FIRST_KEY_S)
    if key is None:
        return None
    while key is not None and key in DIGIT_KEYS:
        found += key
        if len(found) == most:
            return found
        key = await party.ask([], NEXT_KEY_S)
    return None if key == LEAVE_KEY else found


async def quiet(party: Party) -> None:
    """Wait until nobody keys any more; what is keyed is forgotten. Raises CallerGone."""
    for _ in range(MOST_STRAY):
        if await party.ask([], QUIET_S) is None:
            return
