"""What every message is made of, and the few answers that many requests share."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    SerializationInfo,
    StringConstraints,
    TypeAdapter,
)

from hotline.said import NOTHING, Part, Said, parts_of, together

LINE_LIMIT = 64 * 1024  # bytes of one request, newline included
REPLY_LIMIT = 1024 * 1024  # bytes of one reply or event

Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]
PersonId = Annotated[str, StringConstraints(min_length=1, max_length=40)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
Short = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=4000)]
Number = Annotated[int, Field(ge=1, le=2**53)]


class Message(BaseModel):
    """Frozen; an unknown field is an error, so that a typing mistake is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


WIRE: Final = "wire"  # the context in which `Told` keeps what it was made of


def _take(given: object) -> Said:
    """From the wire, or from our own side."""
    if isinstance(given, str):
        return together(given)
    parts = _PARTS.validate_python(given)
    return Said(*(Part(text, values) for text, values in parts))


def _give(told: str, info: SerializationInfo) -> object:
    """To people who asked for JSON it is text; to the page it is what the text was made of."""
    if info.context != WIRE:
        return str(told)
    return [(part.text, dict(part.values)) for part in parts_of(told)]


_PARTS: TypeAdapter[list[tuple[str, dict[str, str]]]] = TypeAdapter(
    list[tuple[str, dict[str, str]]]
)
# Sentences for the owner, which the page says in its own language.
Told = Annotated[Said, PlainValidator(_take), PlainSerializer(_give)]


class Done(Message):
    """It is written down."""


class Words(Message):
    """What somebody else said, in one line."""

    words: str


class Started(Message):
    """It has begun; what happens next, in one sentence."""

    words: Told


class Misplaced(Message):
    """What is wrong at one place of the office, such as ("people", 2, "number")."""

    place: tuple[str | int, ...]
    words: Told


class Problem(Message):
    """Why a request was not done. problems: every wrong place of an office file, by line.

    places: the same for who sent a part of the office.
    """

    cause: Told
    action: Told = NOTHING
    problems: tuple[Told, ...] = ()
    places: tuple[Misplaced, ...] = ()


class Reply(Message):
    """The line that answers a request."""

    ok: bool
    answer: dict[str, object] = {}
    error: Problem | None = None
