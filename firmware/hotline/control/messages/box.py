"""About the box itself: what it is set to, and how it begins anew with it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hotline.control.messages.wire import Message, Short, Slug, Told

Value = bool | int | str | list[str]


class BoxGet(Message):
    """What the box is set to. Answered by `BoxAnswer`."""

    do: Literal["box_get"] = "box_get"


class BoxSet(Message):
    """Choose other settings of the box; in force when it begins anew. Answered by `Done`, or
    refused with every problem in its place.

    seen: as `BoxAnswer` told it; refused if something else is chosen now. as_owner: the owner asks,
    who alone may allow more calls, countries or minutes. only_look: only say what is wrong.
    """

    do: Literal["box_set"] = "box_set"
    sections: Annotated[dict[Slug, dict[Slug, Value]], Field(min_length=1, max_length=10)]
    seen: Short
    by: Short
    as_owner: bool = False
    only_look: bool = False


class BoxAnew(Message):
    """Begin anew as soon as no call is up. Answered by `BoxBegins`."""

    do: Literal["box_anew"] = "box_anew"
    by: Short


class BoxSetting(Message):
    """One of them. now: in force. later: once the box has begun anew. filed: what box.toml says.

    fixed: for box.toml alone.
    """

    section: str
    key: str
    now: Value
    later: Value
    filed: Value
    fixed: bool = False


class BoxAnswer(Message):
    """wrong: what was chosen and is left out, in sentences. waits: it begins anew once no call is
    up.
    """

    settings: tuple[BoxSetting, ...]
    seen: str
    wrong: tuple[Told, ...] = ()
    waits: bool = False


class BoxBegins(Message):
    """at_once: no call is up, so that it begins anew now."""

    at_once: bool
