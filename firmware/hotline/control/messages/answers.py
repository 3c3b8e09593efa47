"""About the answers that keys lead to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from hotline.control.messages.prompts import Language
from hotline.control.messages.wire import Message


class AnswerHear(Message):
    """An answer as callers hear it now, its day past or not. Answered by `PromptSound`."""

    do: Literal["answer_hear"] = "answer_hear"
    language: Language
    answer: Annotated[str, StringConstraints(min_length=1, max_length=40)]
