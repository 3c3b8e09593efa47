"""Four digits for each sentence in each language, to be keyed by who records it by telephone. Pure.

A sentence keeps its digits whatever else the office says, but for the few that would have had the
same.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

from hotline.media.sentences import sentences
from hotline.routing.office import Office

DIGITS = 4
_FIRST, _MANY = 1000, 9000


def sentence_codes(office: Office, days: int) -> Mapping[str, tuple[str, str]]:
    """The language and the name of the sentence behind each code. days: as of `sentences`."""
    found: dict[str, tuple[str, str]] = {}
    for language in sorted(office.languages):
        for name in sorted(one.name for one in sentences(office, language, days)):
            place = crc32(f"{language}/{name}".encode()) % _MANY
            while (code := str(_FIRST + place)) in found:
                place = (place + 1) % _MANY
            found[code] = language, name
    return found
