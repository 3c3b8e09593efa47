"""Why a sound file from outside is not taken, in words. A child finds it out, see `convert`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from hotline.errors import HotlineError
from hotline.said import Said, say

LONGEST_MINUTES = 5
LARGEST_MEGABYTES = 200


class Unwanted(StrEnum):
    """What is wrong with it; the word by which the child tells it."""

    NOT_WAV = "not_wav"
    COMPRESSED = "compressed"
    ENDS_EARLY = "ends_early"
    CLAIMS_MORE = "claims_more"
    NO_SOUND = "no_sound"
    NOT_SAID_HOW = "not_said_how"
    STRANGE_KIND = "strange_kind"
    CHANNELS = "channels"
    RATE = "rate"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    SILENCE = "silence"
    TOO_SLOW = "too_slow"
    TOO_MUCH = "too_much"


WORDS: Mapping[Unwanted, Said] = {
    Unwanted.NOT_WAV: say("This is not a WAV file."),
    Unwanted.COMPRESSED: say("This is a compressed sound file, and the box takes WAV files only."),
    Unwanted.ENDS_EARLY: say("This sound file ends too early."),
    Unwanted.CLAIMS_MORE: say("This sound file claims to be longer than it is."),
    Unwanted.NO_SOUND: say("This sound file has no sound in it."),
    Unwanted.NOT_SAID_HOW: say("This file does not say how its sound is stored."),
    Unwanted.STRANGE_KIND: say("This sound is stored in a way that the box does not know."),
    Unwanted.CHANNELS: say("This sound has not one or two channels, or is at odds with itself."),
    Unwanted.RATE: say("This sound has an unusual sampling rate."),
    Unwanted.TOO_LONG: say("This sound is longer than %(n)s minutes.", n=LONGEST_MINUTES),
    Unwanted.TOO_LARGE: say("This file is larger than %(n)s MB.", n=LARGEST_MEGABYTES),
    Unwanted.SILENCE: say("This sound file has only silence in it."),
    Unwanted.TOO_SLOW: say("This sound file takes too long to convert."),
    Unwanted.TOO_MUCH: say("This sound file takes too much memory, time or space to convert."),
}


def refusal(why: Unwanted) -> HotlineError:
    """The cause, and what to do."""
    return HotlineError(
        WORDS[why], say("Save the sound again as an ordinary WAV file and choose that.")
    )
