"""Finding a page or a setting by what people call it, with the typing mistakes they make."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

CLOSE = 0.75  # of two words: one letter of four may be another
CLOSEST_LETTERS = 4  # shorter words are alike by chance
MOST_FOUND = 20
LONGEST_ASKED = 80
MOST_WORDS = 6


@dataclass(frozen=True)
class Findable:
    """Something that can be found, in the visitor's language. id: of whoever wants it back."""

    id: str
    name: str
    does: str
    found_by: str = ""


def found(asked: str, among: Iterable[Findable]) -> list[str]:
    """Ids of what every word of `asked` was found in, the best first."""
    words = _words(asked[:LONGEST_ASKED])[:MOST_WORDS]
    if not words:
        return []
    scored = ((_score(words, one), one.id) for one in among)
    best = sorted((each for each in scored if each[0]), key=lambda each: -each[0])
    return [one for _, one in best[:MOST_FOUND]]


def _score(words: Sequence[str], one: Findable) -> float:
    """0 where a word is in none of its texts; the name counts most."""
    texts = ((_words(one.name), 4.0), (_words(one.found_by), 2.0), (_words(one.does), 1.0))
    total = 0.0
    for word in words:
        best = max(weight * _best(word, there) for there, weight in texts)
        if not best:
            return 0.0
        total += best
    return total


def _best(word: str, there: Iterable[str]) -> float:
    return max((_alike(word, other) for other in there), default=0.0)


def _alike(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if other.startswith(word):
        return 0.9
    if min(len(word), len(other)) < CLOSEST_LETTERS:
        return 0.0
    # As long as what was typed, so that an ending in another case does not count.
    begun = max(_ratio(word, other), _ratio(word, other[: len(word)]))
    return begun * 0.8 if begun >= CLOSE else 0.0


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _words(text: str) -> list[str]:
    """Small letters without their marks: ё is е, ș and ş are s, ї is і."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return re.findall(r"[\w.]+", bare)
