"""The clock on the wall of a box, set by a story."""

from __future__ import annotations

from pathlib import Path

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


def with_clock(file: Path, now: str) -> tuple[str, ...]:
    """The words before a command whose clock is what the file says, in UTC; now it says `now`."""
    set_clock(file, now)
    faked = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }
    return ("env", *(f"{name}={value}" for name, value in faked.items()))


def set_clock(file: Path, now: str) -> None:
    """Set it in one stroke: it may be read at any moment."""
    new = file.with_suffix(".new")
    new.write_text(f"{now}\n")
    new.replace(file)
