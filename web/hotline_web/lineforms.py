"""What the owner types about a line, and what of it cannot be meant; the daemon checks it again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hotline.control.messages.lines import Section, Setting
from hotline.options import Host, Number
from hotline.options.providers import provider
from hotline_web.languages import _

OTHER, GATEWAY = "other", "gateway"
_HOST: TypeAdapter[str] = TypeAdapter(Host)
_NUMBER: TypeAdapter[str] = TypeAdapter(Number)
LONGEST = 255
EXAMPLE = "192.168.1.30"


@dataclass(frozen=True)
class LineForm:
    """One form. kind: a known provider, "other", "gateway", "modem" or "voice_modem".

    given: as it was typed, but for passwords and PINs, which are never sent back. settings: of it,
    for the daemon. wrong: by field, what to do.
    """

    kind: str
    given: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def section(self) -> Section:
        """The kind of line that comes of it."""
        if self.kind == "modem":
            return "modem"
        return "voice_modem" if self.kind == "voice_modem" else "trunk"

    @property
    def named(self) -> str:
        """The provider whose server is known."""
        known = provider(self.kind)
        return known.words if known else ""


def filled_in(kind: str, typed: Mapping[str, str], *, changing: bool = False) -> LineForm:
    """What was typed. changing: a password that is left out stays as it is."""
    given = {key: typed.get(key, "").strip()[:LONGEST] for key in _FIELDS.get(kind, _ACCOUNT)}
    known, wrong, settings = provider(kind), dict[str, str](), dict[str, Setting]()
    if kind == GATEWAY:
        settings = {"kind": "gateway", "channels": 1, "number_format": "national"}
    elif kind not in _FIELDS or known or kind == OTHER:
        settings = {"kind": "provider"}
    for key, text in given.items():
        found, why = _checked(key, text, changing=changing)
        if why:
            wrong[key] = why
        elif found or (changing and key not in SECRET):
            settings[key] = found
    if known:
        settings["host"] = known.host
    if changing:
        for fixed in ("kind", "channels", "number_format"):
            settings.pop(fixed, None)
    shown = {key: text for key, text in given.items() if key not in SECRET}
    return LineForm(kind, shown, settings, wrong)


_ACCOUNT = ("user", "password", "number")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    OTHER: ("host", *_ACCOUNT),
    GATEWAY: ("host", "number"),
    "modem": ("pin", "number"),
    "voice_modem": ("number",),
}
SECRET = frozenset({"password", "pin"})


def _checked(key: str, text: str, *, changing: bool) -> tuple[str, str]:
    """As the daemon wants it, and what is wrong with it."""
    match key:
        case "host":
            return _if(
                _HOST, text, _("Write the address alone, such as %(example)s.", example=EXAMPLE)
            )
        case "number" if text:
            digits = re.sub(r"[\s().-]", "", text)
            digits = f"+{digits[2:]}" if digits.startswith("00") else digits
            return _if(_NUMBER, digits, _("Write the whole number with + and the country."))
        case "pin" if text and not re.fullmatch("[0-9]{4,8}", text):
            return "", _("A PIN has 4 to 8 digits.")
        case "user" if not text:
            return "", _("Write the user name; it is in the letter of the provider.")
        case "password" if not text and not changing:
            return "", _("Write the password; it is in the letter of the provider.")
    return text, ""


def _if(kind: TypeAdapter[Any], text: str, otherwise: str) -> tuple[str, str]:
    try:
        return str(kind.validate_python(text)), ""
    except ValidationError:
        return "", otherwise
