"""Texts that strangers chose: what a network sends as a name is data, never markup or a command."""

from __future__ import annotations

import unicodedata

# Marks that turn the reading direction around and let "gnp.exe" look like "exe.png".
TURNS_DIRECTION = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def label(text: str | None, limit: int = 64) -> str:
    """One line of harmless text, at most `limit` characters; "" for None.

    Control characters, halves of surrogate pairs and direction marks become spaces, runs of
    spaces one. Markup stays as it is: whoever shows the text escapes it.
    """
    kept = text or ""
    if not kept.isprintable():  # else there is nothing harmful in it
        kept = "".join(" " if _harmful(character) else character for character in kept)
    return " ".join(kept.split())[:limit]


def _harmful(character: str) -> bool:
    return character in TURNS_DIRECTION or unicodedata.category(character) in ("Cc", "Cs")
