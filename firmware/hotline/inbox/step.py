"""The steps of a call as fixed words: calls write, the journal keeps, the page says them."""

from __future__ import annotations

from typing import Literal

StepName = Literal[
    # answering
    "ringing_in",
    "campaign",
    "answered",
    "greeting",
    "greeting_closed",
    # the menu
    "menu",
    "language",
    "information",
    "key",
    "no_key",
    "wrong_key",
    "no_choice",
    # reaching a person
    "cap",
    "dropped",
    "round",
    "unconfirmed",
    "waiting",
    "queue_full",
    "overflow",
    "ringing",
    "held",
    "other_line",
    "not_dialled",
    "not_reached",
    "whisper",
    "declined",
    "no_press",
    "too_late",
    "not_joined",
    "nobody",
    "deadline",
    "joined",
    "handed_on",
    "staff_hung_up",
    "leg_cost",
    "survey",
    # a message, a complaint, a wish to be called back
    "message",
    "complaint",
    "recording",
    "message_full",
    "message_empty",
    "filed",
    "disk_trouble",
    "callback",
    # calling a caller back
    "return_asked",
    "calling_back",
    "back_answered",
    "machine",
    "not_called",
    # the end
    "caller_gone",
    "line_failed",
    "elsewhere",
    "fault",
    "ended",
    "restart",
]
