"""About what callers hear: the sentences of the office, their own sounds, the announcement."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from hotline.control.messages.wire import Message, Short

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
SentenceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}$")]
LONGEST_WORDS = 1000
Words = Annotated[str, StringConstraints(max_length=LONGEST_WORDS)]


class Prompts(Message):
    """What can be heard in a language? "" is the office's first. Answered by `PromptsAnswer`."""

    do: Literal["prompts"] = "prompts"
    language: Annotated[str, StringConstraints(pattern=r"^([a-z]{2})?$")] = ""


class PromptLook(Message):
    """One sentence and its sounds. Answered by `PromptAnswer`."""

    do: Literal["prompt_look"] = "prompt_look"
    language: Language
    name: SentenceName


class PromptHear(Message):
    """A sentence as callers hear it now, with examples for what only a call knows. Answered by
    `PromptSound`.
    """

    do: Literal["prompt_hear"] = "prompt_hear"
    language: Language
    name: SentenceName


class PromptPut(Message):
    """Take an uploaded sound. upload: its name in the folder of uploads; the control line is too
    short for sounds. Answered by `PromptPutAnswer`.
    """

    do: Literal["prompt_put"] = "prompt_put"
    language: Language
    name: SentenceName
    upload: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    by: Short


class PromptText(Message):
    """Have these words synthesised instead. Answered by `PromptPutAnswer`."""

    do: Literal["prompt_text"] = "prompt_text"
    language: Language
    name: SentenceName
    text: Words
    by: Short


class PromptRevert(Message):
    """An earlier sound is in force again; number 0: the box says the sentence itself."""

    do: Literal["prompt_revert"] = "prompt_revert"
    language: Language
    name: SentenceName
    number: Annotated[int, Field(ge=0, le=999999)] = 0
    by: Short


class Announce(Message):
    """Say something before every greeting until then; until None: no more. text: by language, and
    where it is empty the office's recording is played. Answered by `AnnouncementNow`.
    """

    do: Literal["announce"] = "announce"
    until: AwareDatetime | None = None
    text: dict[Language, Words] = Field(default_factory=dict)
    by: Short


class AnnouncementLook(Message):
    """What is said before every greeting? Answered by `AnnouncementNow`."""

    do: Literal["announcement"] = "announcement"


class PromptSentence(Message):
    """words: what is heard without a sound of one's own. own: is there one in force; text: of which
    words it was synthesised, "" for a recording. changed: it says what the box said then, and that
    has changed. adds: the box speaks after it what only the call knows. what: which menu or key.
    """

    name: str
    group: str
    words: str
    own: bool = False
    text: str = ""
    changed: bool = False
    adds: bool = False
    what: str = ""


class PromptsAnswer(Message):
    """languages: of the office, the first is spoken to callers who chose none."""

    language: str
    languages: tuple[str, ...]
    sentences: tuple[PromptSentence, ...]


class PromptVersion(Message):
    """A sound of a sentence. at, by: None and "" where that is not known."""

    number: int
    seconds: float
    in_force: bool
    at: AwareDatetime | None = None
    by: str = ""
    text: str = ""


class PromptAnswer(Message):
    """One sentence, its sounds the newest first. dial_code: to be keyed by who records it by
    telephone; staff_key: of the first level, which leads to where that is done; "" for none.
    """

    sentence: PromptSentence
    versions: tuple[PromptVersion, ...]
    dial_code: str = ""
    staff_key: str = ""


class PromptSound(Message):
    """Files of ours to play one after another."""

    files: tuple[str, ...]


class PromptPutAnswer(Message):
    """It is in force, for so many seconds."""

    seconds: float


class AnnouncementNow(Message):
    """on: is it said now. languages: of the office; recorded: those of a recording of it."""

    on: bool = False
    until: AwareDatetime | None = None
    at: AwareDatetime | None = None
    by: str = ""
    text: dict[str, str] = Field(default_factory=dict)
    languages: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()
