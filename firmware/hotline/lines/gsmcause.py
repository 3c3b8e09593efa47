"""Why a call over a modem ended, told as a number, as a report, or in words. Pure."""

from __future__ import annotations

from hotline.lines.port import Cause

# 3GPP 24.008 annex H.
BY_NUMBER = {
    1: Cause.NO_SUCH_NUMBER,
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,
    19: Cause.NO_ANSWER,
    20: Cause.UNREACHABLE,
    21: Cause.REJECTED,
    27: Cause.UNREACHABLE,
    28: Cause.NO_SUCH_NUMBER,
    34: Cause.LINE_FAILED,
    38: Cause.LINE_FAILED,
    41: Cause.LINE_FAILED,
    42: Cause.LINE_FAILED,
    47: Cause.LINE_FAILED,
}
BY_REPORT = {"BUSY": Cause.BUSY, "NO ANSWER": Cause.NO_ANSWER, "NO DIALTONE": Cause.LINE_FAILED}


def of_number(number: int) -> Cause:
    """A cause as the network tells it."""
    return BY_NUMBER.get(number, Cause.FAILED)


def of_reason(number: int | None, words: str) -> Cause:
    """What +CEER told: a number, or English only."""
    return BY_NUMBER.get(number or 0, _of_words(words))


def _of_words(words: str) -> Cause:
    """Firmware that tells the cause in English only."""
    said = words.lower()
    for part, cause in (
        ("busy", Cause.BUSY),
        ("reject", Cause.REJECTED),
        ("no answer", Cause.NO_ANSWER),
        ("no user", Cause.NO_ANSWER),
        ("unassigned", Cause.NO_SUCH_NUMBER),
    ):
        if part in said:
            return cause
    return Cause.FAILED
