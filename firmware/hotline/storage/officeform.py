"""The form of an office file: which keys there are, and what may stand in each.

A model's field is a key of the file (`from_` is `from`). Validators raise ValueError in words for
the owner; what one item cannot know of another is checked in `routing.remarks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from hotline.numbering import is_country
from hotline.routing.office import AnsweredBy, Break, Do, Fallback, Strategy, WallTime
from hotline.routing.selfcalls import BEFORE_OPENING, OFF
from hotline.said import say, together
from hotline.storage.officewords import (
    EVERY_DAY,
    read_break,
    read_days,
    read_open_time,
    read_shift_time,
    read_wall_time,
    read_weekday,
)

LANGUAGES = ("en", "ro", "ru", "uk")
VERSION = 1
ALWAYS = "always"  # open, without hours
SECTIONS = (
    "people",
    "directory",
    "shifts",
    "absences",
    "swaps",
    "hours",
    "closures",
    "moved_days",
    "topics",
    "menus",
    "campaigns",
    "answers",
)
_DAYS_OF_YEAR = 365
# Country codes and old names that people write for a language.
_MEANT_LANGUAGE = {"ua": "uk", "mo": "ro", "md": "ro", "gb": "en", "us": "en"}


def _language(code: str) -> str:
    if code in LANGUAGES:
        return code
    meant = _MEANT_LANGUAGE.get(code.lower()) or nearest(code, LANGUAGES)
    if meant:
        hint = say("Did you mean `%(meant)s`?", meant=meant)
    else:
        hint = say("There are: %(known)s.", known=", ".join(LANGUAGES))
    raise ValueError(together(say("the box does not speak `%(code)s`.", code=code), hint))


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError(say("must be one line of text"))
    return text


def _email(given: str) -> str:
    if given and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", given):
        raise ValueError(
            say("`%(given)s` is no e-mail address: write it like office@example.com", given=given)
        )
    return given


def _country(code: str) -> str:
    if not is_country(code.upper()):
        raise ValueError(
            say("`%(code)s` is no country: write its two letters, such as MD or RO", code=code)
        )
    return code.upper()


@cache
def _zones() -> frozenset[str]:
    """Reading them walks through the whole tz database."""
    return frozenset(available_timezones())


def _zone(given: object) -> ZoneInfo:
    name = str(given)
    if name in _zones():
        return ZoneInfo(name)
    meant = nearest(name, _zones())
    if meant:
        hint = say("Did you mean `%(meant)s`?", meant=meant)
    else:
        hint = say("Write it like `Europe/Chisinau`.")
    raise ValueError(together(say("unknown time zone `%(name)s`.", name=name), hint))


def _date(word: object) -> date:
    try:
        return date.fromisoformat(str(word))
    except ValueError:
        raise ValueError(
            say("`%(word)s` is no date: write it like 2026-12-24", word=word)
        ) from None


def _self_call(word: str) -> str:
    said = " ".join(word.lower().split())
    if said in (BEFORE_OPENING, OFF):
        return said
    try:
        return str(read_wall_time(said))
    except ValueError:
        raise ValueError(
            say(
                "`%(word)s` is no time of day: write it like 07:30, or `%(before)s`, or `%(off)s`",
                word=word,
                before=BEFORE_OPENING,
                off=OFF,
            )
        ) from None


def _days(given: object) -> frozenset[int]:
    return read_days(", ".join(map(str, given)) if isinstance(given, list) else str(given))


def nearest(word: str, right: Iterable[str]) -> str | None:
    """The right word closest to this one, capitals apart."""
    from difflib import get_close_matches  # only a mistake needs it

    by_lower = {name.lower(): name for name in right}
    close = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[close[0]] if close else None


# With the marks of letters that come apart, as some computers write ă and й.
_Id = Annotated[str, Field(pattern=r"^[^\W_][\w\u0300-\u036f-]{0,39}\Z")]
_Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
_Country = Annotated[str, AfterValidator(_country)]
_Language = Annotated[str, AfterValidator(_language)]
_Name = Annotated[str, Field(max_length=120), AfterValidator(_one_line)]
_Texts = dict[_Language, Annotated[str, Field(max_length=2000)]]
_Date = Annotated[date, BeforeValidator(_date)]
_Weekday = Annotated[int, BeforeValidator(lambda word: read_weekday(str(word)))]
_Days = Annotated[frozenset[int], BeforeValidator(_days)]
_Level = Annotated[int, Field(ge=1, le=3)]
_ShiftTime = Annotated[
    tuple[WallTime, WallTime, int | None], BeforeValidator(lambda word: read_shift_time(str(word)))
]
_OpenTime = Annotated[
    tuple[WallTime, WallTime], BeforeValidator(lambda word: read_open_time(str(word)))
]
_Break = Annotated[Break, BeforeValidator(lambda word: read_break(str(word)))]


class Form(BaseModel):
    """A mapping of the file; a key it does not know is a mistake."""

    # The other engine knows every letter there is by heart, half a megabyte for each field.
    model_config = ConfigDict(
        extra="forbid", frozen=True, regex_engine="python-re", defer_build=True
    )


class PersonForm(Form):
    """`number` as people write it; it is checked where the country is known."""

    id: _Id
    name: _Name
    number: str | None = None
    topics: tuple[_Id, ...] = ()
    languages: tuple[_Language, ...] = ()
    level: _Level = 1
    ring_seconds: int = Field(20, ge=5, le=60)
    weight: int = Field(1, ge=0, le=100)
    at_once: int = Field(1, ge=1, le=30)


class DirectoryForm(Form):
    """A telephone outside the office; its number is checked as a person's."""

    id: _Id
    name: _Name
    number: str | None = None
    languages: tuple[_Language, ...] = ()
    ring_seconds: int = Field(20, ge=5, le=60)


class RotationForm(Form):
    """`on` days of `on + off`, counted from `anchor`."""

    anchor: _Date
    on: int = Field(ge=1, le=60)
    off: int = Field(ge=0, le=60)


class ShiftForm(Form):
    """Days may be left out where a rotation says them."""

    person: _Id
    days: _Days = EVERY_DAY
    time: _ShiftTime
    breaks: tuple[_Break, ...] = ()
    rotation: RotationForm | None = None
    from_: _Date | None = Field(None, alias="from")
    to: _Date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> ShiftForm:
        _check_order(self.from_, self.to)
        return self


class AbsenceForm(Form):
    """One day if `to` is left out."""

    person: _Id
    from_: _Date = Field(alias="from")
    to: _Date | None = None
    reason: str = Field("", max_length=200)

    @model_validator(mode="after")
    def _in_order(self) -> AbsenceForm:
        _check_order(self.from_, self.to)
        return self


class SwapForm(Form):
    """Two people, on one day."""

    day: _Date
    between: tuple[_Id, _Id]


class HoursForm(Form):
    """Opening on some weekdays."""

    days: _Days
    time: _OpenTime


class ClosureForm(Form):
    """One day if `to` is left out."""

    from_: _Date = Field(alias="from")
    to: _Date | None = None
    name: str = Field("", max_length=120)
    notice: _Texts = {}
    yearly: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> ClosureForm:
        _check_order(self.from_, self.to)
        if self.yearly and self.to and (self.to - self.from_).days >= _DAYS_OF_YEAR:
            raise ValueError(say("a yearly closure must be shorter than a year"))
        return self


class MovedDayForm(Form):
    """`as` is the weekday it works like."""

    date: _Date
    as_: _Weekday = Field(alias="as")


class TopicForm(Form):
    """What is left out is as for the whole office."""

    id: _Id
    name: _Texts = {}
    strategy: Strategy | None = None
    fallback: Fallback | None = None
    levels_never_unasked: frozenset[_Level] = frozenset()
    urgent: bool = False


class KeyForm(Form):
    """One key of a menu."""

    key: str = Field(pattern=r"^[0-9*#]\Z")
    do: Do
    target: str = Field("", max_length=40)
    label: _Texts = {}
    text: _Texts = {}
    ask_why: bool = False


class MenuForm(Form):
    """One level of the menu, without its `keys`, which are read one by one."""

    id: _Id
    prompt: _Texts = {}
    wait_seconds: int = Field(6, ge=1, le=30)
    tries: int = Field(3, ge=1, le=9)


class CampaignForm(Form):
    """What it leaves out is as for the office."""

    id: _Id
    name: str = Field("", max_length=120)
    from_: _Date | None = Field(None, alias="from")
    to: _Date | None = None
    yearly: bool = False
    hours: tuple[HoursForm, ...] = ()
    lines: tuple[_Name, ...] = ()
    greeting: _Texts = {}
    closed_greeting: _Texts = {}
    menu: str = Field("", max_length=40)
    people: tuple[_Id, ...] = ()
    answered_by: AnsweredBy | None = None
    strategy: Strategy | None = None
    fallback: Fallback | None = None
    total_seconds: int | None = Field(None, ge=15, le=600)

    @model_validator(mode="after")
    def _in_order(self) -> CampaignForm:
        _check_order(self.from_, self.to)
        if self.yearly and self.from_ and self.to and (self.to - self.from_).days >= _DAYS_OF_YEAR:
            raise ValueError(say("a yearly campaign must be shorter than a year"))
        return self


class AnswerForm(Form):
    """An answer to what is asked often; `valid_until` is the last day on which it is said."""

    id: _Id
    question: _Texts = {}
    text: _Texts = {}
    owner: str = Field("", max_length=40)
    valid_until: _Date | None = None
    reviewed: _Date | None = None
    sensitive: bool = False
    variants: tuple[Annotated[str, Field(max_length=2000)], ...] = ()


class TopForm(Form):
    """What the office says once."""

    version: int = Field(VERSION, ge=1, le=VERSION)
    name: _Name
    zone: _Zone
    country: _Country
    languages: tuple[_Language, ...] = Field(min_length=1)
    greeting: _Texts = {}
    closed_greeting: _Texts = {}
    recording_notice: _Texts = {}
    strategy: Strategy = Strategy.IN_ORDER
    fallback: Fallback = Fallback.MESSAGE
    total_seconds: int = Field(90, ge=15, le=600)
    queue_length: int = Field(0, ge=0, le=99)
    first_in_line: tuple[str, ...] = ()
    overflow: tuple[_Id, ...] = ()
    overflow_seconds: int = Field(45, ge=0, le=600)
    answered_by: AnsweredBy = AnsweredBy.BOTH
    least_on_duty: int = Field(0, ge=0, le=99)
    max_message_seconds: int = Field(180, ge=10, le=900)
    survey: bool = False
    callback: bool = True
    callback_by_itself: bool = True
    callback_tries: int = Field(2, ge=1, le=9)
    calls_per_hour: int = Field(0, ge=0, le=60)
    hours_in_a_row: int = Field(0, ge=0, le=24)
    supervisor: Annotated[str, Field(max_length=40)] = ""
    pause_after: int = Field(3, ge=0, le=99)
    hold_minutes: int = Field(3, ge=1, le=30)
    pause_after_hard: int = Field(10, ge=0, le=120)
    notify_to: tuple[_Name, ...] = ()
    text_staff: bool = True
    text_missed: bool = False
    text_caller: bool = False
    roll_call: bool = True
    self_call: Annotated[str, AfterValidator(_self_call)] = BEFORE_OPENING
    never_said: tuple[_Name, ...] = ()
    address: _Texts = {}
    email: Annotated[str, Field(max_length=120), AfterValidator(_email)] = ""
    website: Annotated[str, Field(max_length=120)] = ""


def _check_order(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise ValueError(
            say("it ends on %(last)s, before it begins on %(first)s", last=last, first=first)
        )
