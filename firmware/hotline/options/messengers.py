"""Messengers and services in the owner's words, and what Apprise calls them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import quote, urlsplit

Kind = Literal["telegram", "ntfy", "gotify", "webhook", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NTFY = "ntfy.sh"
# What Apprise speaks to on the machine itself, past the check of addresses.
_LOCAL = frozenset(
    {"dbus", "qt", "kde", "glib", "gnome", "macosx", "windows", "syslog", "blink1", "deltachat"}
)
_HOST = r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?"


@dataclass(frozen=True)
class Field:
    """One thing to know. shape: a regular expression. secret: never told again."""

    key: str
    shape: str
    secret: bool = False
    usual: str = ""


FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    "telegram": (
        Field("token", r"[0-9]{5,15}:[A-Za-z0-9_-]{20,64}", secret=True),
        Field("chat", r"-?[0-9]{3,20}|@[A-Za-z0-9_]{4,40}"),
    ),
    "ntfy": (
        Field("server", _HOST, usual=NTFY),
        # Whoever knows the topic reads along: it is as secret as a password.
        Field("topic", r"[A-Za-z0-9_-]{1,64}", secret=True),
    ),
    "gotify": (Field("server", _HOST), Field("token", r"[A-Za-z0-9._-]{6,64}", secret=True)),
    "webhook": (Field("address", r"https?://[^\s@]{3,240}", secret=True),),
    "other": (Field("address", r"[a-z][a-z0-9+.-]{1,31}://\S{1,240}", secret=True),),
}


def unfit(kind: Kind, given: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of what was given that cannot be meant."""
    wrong = [
        one.key
        for one in FIELDS[kind]
        if re.fullmatch(one.shape, given.get(one.key) or one.usual) is None
    ]
    if kind == "other" and not wrong and not allowed(given["address"]):
        wrong = ["address"]
    return tuple(wrong)


def target(kind: Kind, given: Mapping[str, str]) -> str:
    """What is fit, in the words of Apprise."""
    return _WRITTEN[kind]({one.key: given.get(one.key) or one.usual for one in FIELDS[kind]})


def allowed(target: str) -> bool:
    """Is it a service somewhere, and not a part of this machine?"""
    return target.partition(":")[0].lower() not in _LOCAL


def _webhook(given: Mapping[str, str]) -> str:
    parts = urlsplit(given["address"])
    scheme = "jsons" if parts.scheme == "https" else "json"
    # Apprise keeps a query for itself; what "-" stands before goes to the service.
    query = "&".join(f"-{piece}" for piece in parts.query.split("&") if piece)
    return f"{scheme}://{parts.netloc}{parts.path}{'?' + query if query else ''}"


_WRITTEN: Mapping[Kind, Callable[[Mapping[str, str]], str]] = {
    "telegram": lambda g: f"tgram://{g['token']}/{quote(g['chat'], safe='@-')}/",
    "ntfy": lambda g: f"ntfys://{g['server']}/{g['topic']}",
    "gotify": lambda g: f"gotifys://{g['server']}/{g['token']}",
    "webhook": _webhook,
    "other": lambda g: g["address"],
}
