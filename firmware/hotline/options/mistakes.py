"""What is wrong in box.toml, in words for its owner; the nearest right word is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from hotline.errors import BadSettings
from hotline.options import Box, Limits, Mail, Modem, Notify, Page, Sip, Trunk, VoiceModem
from hotline.options.panel import LampPins, PanelOptions
from hotline.said import Said, say, together

Place = tuple[str | int, ...]
"""Of a key: its section, which of them, and the key."""

_SECTIONS: dict[str, type[Any]] = {
    "box": Box,
    "sip": Sip,
    "trunk": Trunk,
    "modem": Modem,
    "voice_modem": VoiceModem,
    "limits": Limits,
    "page": Page,
    "mail": Mail,
    "notify": Notify,
    "panel": PanelOptions,
}
_LISTED = ("trunk", "modem", "voice_modem")
_KEYS = {section: [f.name for f in fields(kind)] for section, kind in _SECTIONS.items()}


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong. subject: how it is found in the file, such as "port of [sip]".

    words: what is wrong with it, as it is said beside its field on the page.
    """

    place: Place
    subject: str
    words: Said

    def __str__(self) -> str:
        """As it is said of the file."""
        return str(self.told)

    @property
    def told(self) -> Said:
        """The same, of which the page can say the words in another language."""
        return together(self.subject, self.words)


def bad_settings(whose: str, mistakes: Iterable[Mistake]) -> BadSettings:
    """All of them at once. whose: what they are mistakes of."""
    found = tuple(mistakes)
    places = tuple((one.place, one.words) for one in found)
    return BadSettings(whose, tuple(one.told for one in found), places=places)


def of_pydantic(kind: str, place: Place, context: dict[str, Any]) -> Mistake:
    """One of pydantic's errors in words for the owner."""
    key = shown(place)
    if kind == "unexpected_keyword_argument":
        return Mistake(place, "", together(_unknown(place)))
    if kind == "missing":
        return Mistake(place, key, say("is missing"))
    if kind in ("dataclass_type", "dataclass_exact_type", "tuple_type") and len(place) == 1:
        brackets = f"[[{place[0]}]]" if place[0] in _LISTED else f"[{place[0]}]"
        words = f"{place[0]} is a section: write {brackets} on a line of its own"
        return Mistake(place, "", together(words))
    return Mistake(place, key, _wanted(kind, context))


# What nobody can type into a form is said of the file alone.
_WANTED = {
    "string_type": 'must be text in "quotes"',
    "int_type": "must be a whole number without quotes",
    "bool_type": "must be true or false, without quotes",
    "path_type": 'must be a path in "quotes"',
    "tuple_type": 'must be a list, such as ["one", "two"]',
    "ip_v4_network": "must be addresses such as 203.0.113.7 or 203.0.113.0/24",
    "ip_v6_network": "must be addresses such as 203.0.113.7 or 203.0.113.0/24",
    "dataclass_type": "must be a section with keys of its own",
}


def _wanted(kind: str, context: dict[str, Any]) -> Said:
    match kind:
        case "value_error":
            return together(context["error"].args[0])
        case "literal_error":
            right = str(context["expected"]).replace("'", '"')
            return say("must be one of: %(right)s", right=right)
        case "greater_than_equal":
            return say("must be %(least)s or more", least=context["ge"])
        case "less_than_equal":
            return say("must be %(most)s or less", most=context["le"])
        case "string_too_long":
            return say("is too long")
    return together(_WANTED.get(kind, "is not of the right kind"))


def shown(place: Place) -> str:
    """`host of [[trunk]] number 2`, in the way the owner sees the file."""
    section, *rest = place
    names = [p for p in rest if isinstance(p, str) and p in _KEYS.get(str(section), ())]
    if section in _LISTED and len(place) > 1 and isinstance(place[1], int):
        where = f"[[{section}]] number {place[1] + 1}"
    else:
        where = f"[{section}]"
    return f"{names[0]} of {where}" if names else where


def _unknown(place: Place) -> str:
    if len(place) == 1:
        return f"there is no section [{place[0]}]{_nearest(str(place[0]), _KEYS)}"
    if place[:2] == ("panel", "lamps"):
        lamps = [f.name for f in fields(LampPins)]
        return f"lamps of [panel] has no lamp {place[-1]}{_nearest(str(place[-1]), lamps)}"
    section, key = str(place[0]), str(place[-1])
    elsewhere = [name for name, keys in _KEYS.items() if key in keys]
    if elsewhere:
        return f"{key} does not belong in [{section}] but in [{elsewhere[0]}]"
    return f"[{section}] has no key {key}{_nearest(key, _KEYS[section])}"


def _nearest(word: str, right: Iterable[str]) -> str:
    from difflib import get_close_matches  # only a mistake needs it

    close = get_close_matches(word, list(right), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(right)}"
