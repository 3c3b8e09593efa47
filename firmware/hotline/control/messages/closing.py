"""About a line that somebody closes against its hours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from hotline.control.messages.prompts import Language
from hotline.control.messages.wire import Message, Short

LONGEST_NOTICE = 500
Notice = Annotated[str, StringConstraints(max_length=LONGEST_NOTICE)]


class OfficeClose(Message):
    """Close now. until None: for the rest of the day, see routing/openings.py. notice: what callers
    hear beside that it is closed, by language. Answered by `ClosingNow`.
    """

    do: Literal["office_close"] = "office_close"
    until: AwareDatetime | None = None
    notice: dict[Language, Notice] = Field(default_factory=dict)
    by: Short


class OfficeOpenAgain(Message):
    """Back to the opening hours. Answered by `ClosingNow`."""

    do: Literal["office_open_again"] = "office_open_again"
    by: Short


class ClosingLook(Message):
    """Has somebody closed the line? Answered by `ClosingNow`."""

    do: Literal["closing"] = "closing"


class Closed(Message):
    """Somebody has closed the line."""

    at: AwareDatetime
    until: AwareDatetime
    by: str


class ClosingNow(Message):
    """closed: by somebody's hand now, None: it goes by its hours. notice: what callers hear.

    open: by its hours. reopens: when it is open again, if it is closed for the rest of the day;
    None where only a time can be said. languages: of the office.
    """

    closed: Closed | None = None
    notice: dict[str, str] = Field(default_factory=dict)
    open: bool = True
    reopens: AwareDatetime | None = None
    languages: tuple[str, ...] = ()
