"""About what carries a line: what it can do, which modem it is, and starting that anew."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from hotline.control.messages.wire import Message, Short, Slug

What = Literal[
    "answers",
    "calls_out",
    "connects",
    "both",
    "keys",
    "records",
    "shows",
    "texts",
    "hands_on",
    "conference",
]


class LineLook(Message):
    """What can this line do, and what carries it? Answered by `LineSeen`."""

    do: Literal["line_look"] = "line_look"
    line: Slug


class LineRestart(Message):
    """Start a line's modem anew, once no call is on it. Answered by `Started`."""

    do: Literal["line_restart"] = "line_restart"
    line: Slug
    by: Short


class Ability(Message):
    """One thing a line can do, or cannot.

    proven: seen, at `at` where that is known. known: so it is with this kind of line, and was not
    seen yet. failed: a test at `at` found that it does not. over: the line that helps it, "" for
    none.
    """

    what: What
    state: Literal["proven", "known", "failed", "no", "unknown"]
    at: AwareDatetime | None = None
    over: str = ""


class LineSeen(Message):
    """abilities: in the order in which they are told. The rest is for who repairs it; see Hardware
    of lines/port.py. dbm: the signal. trip: milliseconds to the far side and back.
    """

    abilities: tuple[Ability, ...] = ()
    model: str = ""
    firmware: str = ""
    imei: str = ""
    ports: tuple[str, ...] = ()
    usb: str = ""
    registration: str = ""
    codecs: str = ""
    network: str = ""
    dbm: int | None = None
    trip: float | None = None
    restarts: bool = False
