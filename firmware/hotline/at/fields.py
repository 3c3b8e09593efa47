"""The values of a line of a modem. Pure."""

from __future__ import annotations

import re

MOST_FIELDS = 32
_FIELD = re.compile(r'\s*(?:"([^"]*)"|([^,]*))\s*(?:,|$)')


def fields(text: str) -> list[str]:
    """The values between commas, without their quotes; MOST_FIELDS at most.

    Raises ValueError for text behind a closing quote.
    """
    found: list[str] = []
    place = 0
    while place < len(text) and len(found) < MOST_FIELDS:
        match = _FIELD.match(text, place)
        if match is None:
            raise ValueError(text)
        found.append(match[1] if match[1] is not None else match[2].strip())
        place = match.end()
    return found
