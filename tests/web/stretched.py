"""A language that does not exist: every text is marked and two fifths longer than in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from babel.support import NullTranslations

from hotline_web import languages

OPEN, CLOSE = "\N{LEFT-POINTING ANGLE BRACKET}", "\N{RIGHT-POINTING ANGLE BRACKET}"
LONGER = 0.4
_FILLED = re.compile(r"(%\(\w+\)[sd])")
_INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")


def stretch(text: str) -> str:
    """`text` between marks, its vowels doubled until it is long enough; names stay."""
    wanted = round(len(text) * LONGER)
    parts = []
    for part in _FILLED.split(text):
        if not _FILLED.fullmatch(part):
            for vowel in "aeiouAEIOU":
                found = min(part.count(vowel), wanted)
                part = part.replace(vowel, vowel * 2, found)
                wanted -= found
        parts.append(part)
    return f"{OPEN}{''.join(parts)}{CLOSE}"


def unmarked(text: str) -> str:
    """What of a page's text went past the catalogue."""
    while (less := _INNERMOST.sub(" ", text)) != text:
        text = less
    return text


class _Stretched(NullTranslations):  # type: ignore[misc]
    def gettext(self, message: str) -> str:
        return stretch(message)

    ugettext = gettext

    def ngettext(self, singular: str, plural: str, num: int) -> str:
        return stretch(singular if num == 1 else plural)

    ungettext = ngettext


@contextmanager
def stretched() -> Iterator[None]:
    """While this lasts the page speaks it, to whoever reads English."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "catalogue", lambda language: _Stretched())
        yield
