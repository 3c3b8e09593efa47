"""What the daemon tells the owner is English for people and programs, and more for the page."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from hotline.control.messages.lines import LineState
from hotline.control.messages.wire import WIRE
from hotline.said import NOTHING, Part, Said, parts_of, say, together

GONE = say("No modem with the IMEI %(imei)s is plugged in.", imei=8611)
PLUG = say("Plug it in.")


@dataclass(frozen=True)
class LineNow:
    """As the lines hand their words on."""

    words: Said


def test_a_sentence_is_text_like_any_other() -> None:
    assert GONE == "No modem with the IMEI 8611 is plugged in."
    assert f"{GONE} Now." == "No modem with the IMEI 8611 is plugged in. Now."


def test_sentences_one_after_another_keep_what_they_were_made_of() -> None:
    told = together(GONE, NOTHING, "", PLUG, "As it is: 100 %.")
    assert told == "No modem with the IMEI 8611 is plugged in. Plug it in. As it is: 100 %."
    assert parts_of(told) == (*GONE.parts, *PLUG.parts, Part("As it is: 100 %."))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda told: asdict(LineNow(told))])
def test_a_copy_is_made_of_the_same_sentences(again: Any) -> None:
    copied = again(together(GONE, PLUG))
    told = copied["words"] if isinstance(copied, dict) else copied
    assert (told, told.parts) == (f"{GONE} {PLUG}", (*GONE.parts, *PLUG.parts))


def test_the_page_learns_what_a_sentence_was_made_of_and_programs_read_text() -> None:
    state = LineState(id="mobile", name="mobile", up=False, words=together(GONE, PLUG))
    assert state.model_dump(mode="json")["words"] == str(state.words)
    there = LineState.model_validate_json(state.model_dump_json(context=WIRE))
    assert (there, there.words.parts) == (state, state.words.parts)
