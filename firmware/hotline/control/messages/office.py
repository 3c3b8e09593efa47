"""About the office as it is stored: its file, its plan, the draft of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue

from hotline.control.messages.wire import Message, Number, PersonId, Short, Slug, TimeOfDay
from hotline.routing.office import AnsweredBy


class OfficeGet(Message):
    """The whole office as YAML. Answered by `OfficeAnswer`."""

    do: Literal["office_get"] = "office_get"


class OfficePut(Message):
    """Replace the whole office. Answered by `OfficePutAnswer`, or refused with every problem."""

    do: Literal["office_put"] = "office_put"
    yaml: str
    author: Short


class OfficeSet(Message):
    """Put some sections of the office in force, each as an office file writes it. Answered by
    `OfficePutAnswer`, or refused with every problem in its place.

    seen: `mark_of` these sections as they were looked at; refused if they say something else now.
    only_look: only say what is wrong.
    """

    do: Literal["office_set"] = "office_set"
    sections: Annotated[dict[Slug, JsonValue], Field(min_length=1, max_length=50)]
    seen: Short
    by: Short
    only_look: bool = False


class MenuTry(Message):
    """What a caller would hear who presses these keys, one after another. Answered by `MenuTried`.

    keys: `_` is none, until the time is up. closed: as outside the office's hours. sound: as files,
    too; what was never spoken before takes a moment.
    """

    do: Literal["menu_try"] = "menu_try"
    keys: Annotated[str, Field(pattern=r"^[0-9*#_]{0,40}$")] = ""
    closed: bool = False
    sound: bool = False


class NoticeTexts(Message):
    """What callers hear before they are recorded. Answered by `NoticeTextsAnswer`."""

    do: Literal["notice_texts"] = "notice_texts"


class NoticeHear(Message):
    """The same as sound, in one language. Answered by `NoticeHeard`."""

    do: Literal["notice_hear"] = "notice_hear"
    language: Slug


class PlanChange(Message):
    """What every change of the plan says. draft: it goes into the draft and is not in force."""

    by: Short
    draft: bool = False


class PlanSwap(PlanChange):
    """Two people swap a day, or take a swap back. Refused where it cannot stand."""

    do: Literal["plan_swap"] = "plan_swap"
    day: date
    one: PersonId
    other: PersonId


class PlanAway(PlanChange):
    """Somebody is away on these days, both included."""

    do: Literal["plan_away"] = "plan_away"
    person: PersonId
    first: date
    last: date
    reason: Short = ""


class PlanStandIn(PlanChange):
    """Somebody works once, from `start` to `end`, a day at most."""

    do: Literal["plan_stand_in"] = "plan_stand_in"
    person: PersonId
    start: AwareDatetime
    end: AwareDatetime


class PlanMove(PlanChange):
    """A shift goes to another time, day or person; see MoveShift of routing/changes.py."""

    do: Literal["plan_move"] = "plan_move"
    person: PersonId
    day: date
    at: TimeOfDay
    to: PersonId
    to_day: date
    start: TimeOfDay
    end: TimeOfDay


class PlanCopy(PlanChange):
    """A week as another one; see CopyWeek of routing/changes.py. Any day of each."""

    do: Literal["plan_copy"] = "plan_copy"
    source: date
    target: date


class OfficeAnsweredBy(Message):
    """Who answers from now on: the house, the outside centre, or both."""

    do: Literal["office_answered_by"] = "office_answered_by"
    whom: AnsweredBy
    by: Short


class PlanDraft(Message):
    """Put the draft in force, or take a change out of it: `number`, 0 for all. Answered by
    `StaffSaid`.

    seen: `mark_of` what was looked at; refused if anybody has changed anything since.
    """

    do: Literal["plan_draft"] = "plan_draft"
    what: Literal["publish", "take_out"]
    seen: Short
    number: Annotated[int, Field(ge=0, le=2**53)] = 0
    by: Short


class OfficeUndo(Message):
    """Put the office before the newest saving in force again. newest: the one to take back; refused
    if somebody has saved another since.
    """

    do: Literal["office_undo"] = "office_undo"
    newest: Number
    by: Short


class TopicName(Message):
    """A topic with its name by language."""

    id: str
    names: Mapping[str, str] = {}


class OfficeAnswer(Message):
    """The office file as it would be exported."""

    yaml: str


class HeardWords(Message):
    """What a caller hears, in one language."""

    language: str
    words: str


class MenuTried(Message):
    """What is heard after the last of the keys.

    keys: as many of those asked as the menu took. language: what is spoken now. offered: those
    that lead somewhere on this level, implied ones too. leads: where it all leads, see `Do`; ""
    while the caller is in the menu. topic: with it. chosen: False where the caller chose nothing.
    files: the same as sound.
    """

    keys: str
    language: str
    heard: tuple[HeardWords, ...]
    offered: str = ""
    leads: str = ""
    topic: str = ""
    chosen: bool = True
    files: tuple[str, ...] = ()


class NoticeTextsAnswer(Message):
    """In each language of the office, the first one first."""

    texts: Mapping[str, str] = {}


class NoticeHeard(Message):
    """Files of the box to be played one after another."""

    sounds: tuple[str, ...]


class OfficePutAnswer(Message):
    """Taken; `warnings` are gaps and oddities that did not stop it."""

    warnings: tuple[str, ...] = ()
