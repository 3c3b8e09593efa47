"""How long words take to be spoken, as the box's own voice speaks them. Pure, an estimate.

Measured of the box's sentences, at the speed they are spoken with: within 2 seconds for each.
"""

from __future__ import annotations

import re

from hotline.routing.menuwalk import Kind

# Seconds for a letter, and for a comma or the end of a sentence.
_PACE = {"en": (0.077, 0.32), "ru": (0.082, 0.15), "uk": (0.075, 0.15), "ro": (0.088, 0.37)}
# What the box says around a label; and whole sentences.
_AROUND = {
    Kind.KEY: {"en": 1.7, "ru": 1.2, "uk": 1.2, "ro": 2.5},
    Kind.LANGUAGE: {"en": 2.0, "ru": 2.4, "uk": 2.2, "ro": 3.4},
    Kind.PERSON: {"en": 2.8, "ru": 3.1, "uk": 3.1, "ro": 4.0},
}
_STOP = re.compile(r"[.,;:!?]+")


def seconds_of(words: str, language: str, kind: Kind = Kind.OWN) -> float:
    """So long a caller hears these words, and what the box says around them."""
    letter, stop = _PACE.get(language, _PACE["en"])
    around = _AROUND[kind].get(language, 0.0) if kind is not Kind.OWN else 0.0
    letters = sum(one.isalnum() for one in words)
    return letters * letter + len(_STOP.findall(words)) * stop + around
