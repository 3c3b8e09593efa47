"""Sentences for the owner, which are English and can still be said in another language.

Whoever writes one says `say("The line %(line)s is down.", line=name)`. It is text like any other,
for logs and commands; the page looks its parts up in the catalogue of the visitor's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """One sentence. text: with %(names)s where there are values, else as it is."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text


class Said(str):
    """English text that knows what it was made of. parts: its sentences, in order."""

    parts: tuple[Part, ...]

    def __new__(cls, *parts: Part) -> Said:
        """The sentences one after another, a space between them."""
        text = super().__new__(cls, " ".join(map(str, parts)))
        text.parts = parts
        return text

    def __getnewargs__(self) -> tuple[Part, ...]:  # type: ignore[override]
        """Copies are made of the same sentences."""
        return self.parts


NOTHING = Said()


def say(text: str, **values: object) -> Said:
    """One sentence. text: a literal, so that the catalogues can be held against it."""
    return Said(Part(text, {name: str(value) for name, value in values.items()}))


def parts_of(text: str) -> tuple[Part, ...]:
    """Of what nobody said with `say`, the text as it is."""
    if isinstance(text, Said):
        return text.parts
    return (Part(text),) if text else ()


def together(*texts: str) -> Said:
    """Several texts as one, a space between them; empty ones are left out."""
    return Said(*(part for text in texts for part in parts_of(text)))
