"""What the box says: every sentence of the system, its values, and times in words. Pure.

The texts lie in prompts/<language>.yaml. They are worded so that a value never needs an
inflection: it stands after a colon, or where every language takes the plain form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("en", "ru", "uk", "ro")
LONGEST_TEXT = 1000


class Prompt(StrEnum):
    """The sentences of the system; an owner's own recording has this name, `<prompt>.wav`."""

    GREETING_OPEN = "greeting_open"
    GREETING_CLOSED = "greeting_closed"
    RECORDING_NOTICE = "recording_notice"
    MENU_ITEM = "menu_item"
    MENU_PERSON = "menu_person"
    LANGUAGE_CHOICE = "language_choice"
    ANSWER_OPEN = "answer_open"
    ANSWER_CLOSED = "answer_closed"
    ANSWER_ALWAYS = "answer_always"
    ANSWER_CLOSED_DAYS = "answer_closed_days"
    ANSWER_EMAIL = "answer_email"
    ANSWER_SITE = "answer_site"
    ANSWER_AFTER = "answer_after"
    ANSWER_AFTER_CLOSED = "answer_after_closed"
    WRONG_KEY = "wrong_key"
    NO_KEY = "no_key"
    PLEASE_HOLD = "please_hold"
    POSITION = "position"
    STILL_WAITING = "still_waiting"
    NOBODY_NOW = "nobody_now"
    ASK_WHY = "ask_why"
    MESSAGE_INTRO = "message_intro"
    COMPLAINT_INTRO = "complaint_intro"
    MESSAGE_SAVED = "message_saved"
    COMPLAINT_SAVED = "complaint_saved"
    MESSAGE_EMPTY = "message_empty"
    CALLBACK_ASKED = "callback_asked"
    CALLBACK_IN_TURN = "callback_in_turn"
    CALLBACK_OWN = "callback_own"
    CALLBACK_KEY_IN = "callback_key_in"
    CALLBACK_READ = "callback_read"
    CALLBACK_REFUSED = "callback_refused"
    CALLBACK_NOTED = "callback_noted"
    DISK_FULL_APOLOGY = "disk_full_apology"
    WHISPER = "whisper"
    WHISPER_ABOUT = "whisper_about"
    WHISPER_KEYS = "whisper_keys"
    WHISPER_TOO_LATE = "whisper_too_late"
    SURVEY_ASK = "survey_ask"
    SURVEY_THANKS = "survey_thanks"
    GOODBYE = "goodbye"
    LINE_ERROR = "line_error"
    SELF_TEST = "self_test"
    SELF_TEST_JOINED = "self_test_joined"
    SELF_TEST_HANDED = "self_test_handed"
    SELF_TEST_THANKS = "self_test_thanks"
    LEARN_TONE = "learn_tone"
    CONFIRM_CALL = "confirm_call"
    CONFIRM_ASK = "confirm_ask"
    CONFIRM_WRONG = "confirm_wrong"
    CONFIRM_DONE = "confirm_done"
    CONFIRM_NOT = "confirm_not"
    RETURN_WHISPER = "return_whisper"
    RETURN_CALLING = "return_calling"
    RETURN_BUSY = "return_busy"
    RETURN_NO_ANSWER = "return_no_answer"
    TALK_FROM = "talk_from"
    TALK_HELP = "talk_help"
    TALK_ON_HOLD = "talk_on_hold"
    TALK_BACK = "talk_back"
    TALK_WHOM = "talk_whom"
    TALK_KEY = "talk_key"
    TALK_MORE = "talk_more"
    TALK_CALLING = "talk_calling"
    TALK_NOBODY = "talk_nobody"
    TALK_NOT_TAKEN = "talk_not_taken"
    TALK_CONSULT = "talk_consult"
    TALK_STILL = "talk_still"
    TALK_THANKS = "talk_thanks"
    TALK_CALLER_LEFT = "talk_caller_left"
    TALK_NOTE = "talk_note"
    TALK_NOTED = "talk_noted"
    STAFF_NUMBER = "staff_number"
    STAFF_PIN = "staff_pin"
    STAFF_WRONG = "staff_wrong"
    STAFF_REFUSED = "staff_refused"
    STAFF_SHUT = "staff_shut"
    STAFF_OFFER_BREAK = "staff_offer_break"
    STAFF_OFFER_OFF = "staff_offer_off"
    STAFF_OFFER_ON = "staff_offer_on"
    STAFF_OFFER_WHO = "staff_offer_who"
    STAFF_OFFER_SWAP = "staff_offer_swap"
    STAFF_OFFER_BACK = "staff_offer_back"
    STAFF_LEAVE = "staff_leave"
    STAFF_MINUTES = "staff_minutes"
    STAFF_BREAK = "staff_break"
    STAFF_GONE = "staff_gone"
    STAFF_RUNG = "staff_rung"
    STAFF_LAST = "staff_last"
    STAFF_FEW = "staff_few"
    STAFF_NOT_ON = "staff_not_on"
    STAFF_WHO = "staff_who"
    STAFF_NOBODY_ON = "staff_nobody_on"
    STAFF_DUTY = "staff_duty"
    STAFF_NO_DUTY = "staff_no_duty"
    STAFF_WISH = "staff_wish"
    STAFF_SWAP_ASKED = "staff_swap_asked"
    STAFF_SWAP_DONE = "staff_swap_done"
    STAFF_SWAP_REFUSED = "staff_swap_refused"
    STAFF_SWAP_CANNOT = "staff_swap_cannot"
    STAFF_SWAP_NO_TEXT = "staff_swap_no_text"
    STAFF_NOBODY_WAITS = "staff_nobody_waits"
    STAFF_CANNOT_CALL = "staff_cannot_call"
    STAFF_OFFER_RECORD = "staff_offer_record"
    STAFF_OFFER_ANNOUNCE = "staff_offer_announce"
    STAFF_NOT_ALLOWED = "staff_not_allowed"
    STAFF_RECORD_CODE = "staff_record_code"
    STAFF_RECORD_UNKNOWN = "staff_record_unknown"
    STAFF_RECORD_NOW = "staff_record_now"
    STAFF_RECORD_SPEAK = "staff_record_speak"
    STAFF_RECORD_HEAR = "staff_record_hear"
    STAFF_RECORD_KEEP = "staff_record_keep"
    STAFF_RECORD_KEPT = "staff_record_kept"
    STAFF_RECORD_FAILED = "staff_record_failed"
    STAFF_ANNOUNCE_ON = "staff_announce_on"
    STAFF_ANNOUNCE_OFF = "staff_announce_off"
    STAFF_ANNOUNCE_AGAIN = "staff_announce_again"
    STAFF_ANNOUNCE_STARTED = "staff_announce_started"
    STAFF_ANNOUNCE_ENDED = "staff_announce_ended"
    ROLL_CALL = "roll_call"
    ROLL_CALL_THANKS = "roll_call_thanks"
    MEASURE = "measure"


# Only an office whose menu has a key for its staff ever says these.
OF_STAFF = frozenset(prompt for prompt in Prompt if prompt.name.startswith("STAFF_"))
# And these, only one that asks its callers why they call.
OF_WHY = frozenset({Prompt.ASK_WHY, Prompt.WHISPER_ABOUT, Prompt.WHISPER_KEYS})
# These, one with a key to an answer, and one with a key for who wants to be called back.
OF_ANSWERS = frozenset(prompt for prompt in Prompt if prompt.name.startswith("ANSWER_"))
OF_CALL_ME_BACK = frozenset(
    {
        *(Prompt.CALLBACK_OWN, Prompt.CALLBACK_KEY_IN, Prompt.CALLBACK_READ),
        *(Prompt.CALLBACK_REFUSED, Prompt.CALLBACK_NOTED),
    }
)


# What is said before every greeting for a while, as the name of an owner's recording of it.
ANNOUNCEMENT = "announcement"


def menu_name(menu: str) -> str:
    """The name of an owner's recording of a whole menu; "" where its id cannot be one."""
    return f"menu-{menu}" if _MENU.fullmatch(menu) else ""


def key_name(menu: str, key: str) -> str:
    """The same of what a key of it says."""
    return f"key-{menu}-{key}" if _MENU.fullmatch(menu) and key in "0123456789" else ""


def answer_name(answer: str) -> str:
    """The same of an answer."""
    return f"answer-{answer}" if _MENU.fullmatch(answer) else ""


# The values a sentence takes. Every language uses exactly these.
VALUES: Mapping[Prompt, frozenset[str]] = {
    prompt: frozenset(values.split())
    for prompt, values in {
        Prompt.GREETING_OPEN: "office",
        Prompt.GREETING_CLOSED: "office when",
        Prompt.RECORDING_NOTICE: "office days",
        Prompt.MENU_ITEM: "label key",
        Prompt.LANGUAGE_CHOICE: "key",
        Prompt.POSITION: "n minutes",
        Prompt.MESSAGE_SAVED: "case",
        Prompt.COMPLAINT_SAVED: "case",
        Prompt.CALLBACK_ASKED: "case",
        Prompt.CALLBACK_IN_TURN: "case",
        Prompt.CALLBACK_OWN: "caller",
        Prompt.CALLBACK_READ: "caller",
        Prompt.CALLBACK_NOTED: "case",
        Prompt.ANSWER_OPEN: "closes opens",
        Prompt.ANSWER_CLOSED: "opens then",
        Prompt.ANSWER_CLOSED_DAYS: "closed again",
        Prompt.ANSWER_EMAIL: "email",
        Prompt.ANSWER_SITE: "site",
        Prompt.WHISPER: "office topic caller",
        Prompt.WHISPER_ABOUT: "office topic",
        Prompt.WHISPER_KEYS: "caller",
        Prompt.SELF_TEST: "office",
        Prompt.CONFIRM_ASK: "office",
        Prompt.RETURN_WHISPER: "office topic case when caller",
        Prompt.TALK_FROM: "colleague",
        Prompt.TALK_KEY: "key",
        Prompt.TALK_NOTED: "case",
        Prompt.STAFF_BREAK: "when",
        Prompt.STAFF_FEW: "names",
        Prompt.STAFF_NOT_ON: "when",
        Prompt.STAFF_WHO: "names away when next",
        Prompt.STAFF_NOBODY_ON: "when next",
        Prompt.STAFF_DUTY: "when key",
        Prompt.STAFF_WISH: "name when",
        Prompt.STAFF_SWAP_ASKED: "name",
        Prompt.STAFF_SWAP_NO_TEXT: "name",
        Prompt.ROLL_CALL: "office",
        Prompt.MEASURE: "office",
    }.items()
}

_DIGIT_BY_DIGIT = frozenset({"case", "caller"})
# Known before any call, so an owner's own recording already says it.
_IN_OWN_RECORDING = frozenset({"office"})
_VALUE = re.compile(r"\{(\w+)\}")
_MENU = re.compile(r"[a-z0-9_-]{1,40}")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Piece:
    """A part of a prompt: a text to synthesise, or digits that are spoken one by one."""

    text: str = ""
    digits: str = ""


def known(language: str) -> str:
    """The language itself when the box speaks it, else English."""
    return language if language in LANGUAGES else "en"


def pieces(language: str, prompt: Prompt, values: Mapping[str, object]) -> list[Piece]:
    """A prompt as it is to be spoken. Sentences with a value of None or "" are left out."""
    template = _book(known(language))["prompts"][prompt]
    sentences = [s for s in _SENTENCE_END.split(template) if _all_given(s, values)]
    return list(_filled(language, " ".join(sentences), values))


def values_alone(language: str, prompt: Prompt, values: Mapping[str, object]) -> list[Piece]:
    """What has to follow an owner's own recording: the values that only the call knows."""
    names = _VALUE.findall(_book(known(language))["prompts"][prompt])
    wanted = [n for n in names if n not in _IN_OWN_RECORDING and _all_given(f"{{{n}}}", values)]
    return [piece for name in wanted for piece in _filled(language, f"{{{name}}}", values)]


def shown(language: str, prompt: Prompt, values: Mapping[str, object]) -> str:
    """A prompt to be read: what is not known yet is an ellipsis."""
    template = _book(known(language))["prompts"][prompt]
    text = _VALUE.sub(lambda found: str(values.get(found[1]) or "…"), template)
    return text.replace("….", "…")


def digit_word(language: str, digit: str) -> str:
    """The word for one digit, `*` or `#`; "" for anything else."""
    return str(_book(known(language))["digits"].get(digit, ""))


def plain(text: str) -> str:
    """Text that is safe to give to a voice: no control characters, no phoneme or markup escapes."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    harmless = re.sub(r"\[\[|\]\]|[<>\\|]", " ", printable)
    return " ".join(harmless.split())[:LONGEST_TEXT]


def opening_words(language: str, opens: datetime, now: datetime) -> str:
    """The value of {when}: "tomorrow at nine o'clock in the morning". Both in the office's zone.

    Within a week by weekday, later by date.
    """
    book = _book(known(language))["when"]
    time = _time_words(book, opens)
    days = (opens.date() - now.date()).days
    if days <= 0:
        return str(book["today"]).format(time=time)
    if days == 1:
        return str(book["tomorrow"]).format(time=time)
    if days < 7:
        return str(book["weekdays"][opens.weekday()]).format(time=time)
    day, month = book["days"][opens.day - 1], book["months"][opens.month - 1]
    return str(book["date"]).format(day=day, month=month, time=time)


def came_words(language: str, came: datetime, now: datetime) -> str:
    """The value of {when} for an instant that is past: today, else by date; to five minutes."""
    book = _book(known(language))["when"]
    time = _time_words(book, came.replace(minute=came.minute - came.minute % 5))
    if came.date() == now.date():
        return str(book["today"]).format(time=time)
    day, month = book["days"][came.day - 1], book["months"][came.month - 1]
    return str(book["date"]).format(day=day, month=month, time=time)


def day_words(language: str, day: date) -> str:
    """A day without a time: "on the thirty-first of December"."""
    book = _book(known(language))["when"]
    name, month = book["days"][day.day - 1], book["months"][day.month - 1]
    return str(book["date"]).format(day=name, month=month, time="").strip(" ,")


def address_words(language: str, address: str) -> str:
    """An address of e-mail or of a site as it is said: "office at floarea dot md"."""
    signs: Mapping[str, str] = _book(known(language))["signs"]
    bare = re.sub(r"^https?://|/$", "", address)
    return " ".join("".join(f" {signs[c]} " if c in signs else c for c in bare).split())


def _time_words(book: Mapping[str, Any], opens: datetime) -> str:
    minutes = book["minutes"].get(opens.minute, f" {opens.minute:02d}")
    return str(book["hours"][opens.hour]).format(minutes=minutes)


@cache
def _book(language: str) -> Mapping[str, Any]:
    text = (Path(__file__).parent / "prompts" / f"{language}.yaml").read_text(encoding="utf-8")
    book: Mapping[str, Any] = yaml.safe_load(text)
    return book


def _all_given(sentence: str, values: Mapping[str, object]) -> bool:
    return all(values.get(name) not in (None, "") for name in _VALUE.findall(sentence))


def _filled(language: str, template: str, values: Mapping[str, object]) -> Iterator[Piece]:
    """The template with its values, cut where digits are spoken one by one."""
    text = ""
    for index, part in enumerate(_VALUE.split(template)):
        if index % 2 == 0:
            text += part
        elif part in _DIGIT_BY_DIGIT:
            yield from _text(text)
            yield Piece(digits="".join(c for c in str(values[part]) if c in "0123456789"))
            text = ""
        else:
            text += _word(language, part, values[part])
    yield from _text(text)


def _text(text: str) -> Iterator[Piece]:
    text = plain(text)
    if any(c.isalnum() for c in text):
        yield Piece(text=text.lstrip(" .,;:!?"))


def _word(language: str, name: str, value: object) -> str:
    return digit_word(language, str(value)) or str(value) if name == "key" else plain(str(value))
