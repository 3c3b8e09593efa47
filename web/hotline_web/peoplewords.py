"""What the page says of people and their telephones, in the visitor's language."""

from __future__ import annotations

from hotline.control.messages import NumberState
from hotline_web.languages import _


def number_words(person: NumberState) -> str:
    """Is this telephone rung?"""
    return {
        "confirmed": _("Is rung"),
        "unconfirmed": _("Not confirmed, not rung"),
        "asking": _("Is being asked"),
        "missing": _("No number, not rung"),
    }[person.state]


def number_level(person: NumberState) -> str:
    """good, wait or bad."""
    return {"confirmed": "good", "asking": "wait"}.get(person.state, "bad")


def tried_words(tried: str) -> str:
    """How the last call for the code came out; "" for an unknown word."""
    return {
        "wrong": _("The right code was not pressed."),
        "silent": _("Nothing was pressed; a voicemail, perhaps."),
        "not reached": _("Nobody picked up."),
        "not called": _("Nobody called the line in time and pressed 1."),
        "failed": _("No line could make the call."),
    }.get(tried, "")


def level_words(level: int) -> str:
    """1 is who is rung first."""
    return {1: "", 2: _("expert"), 3: _("manager")}.get(level, "")
