"""Who calls, as a SIP INVITE says: P-Asserted-Identity, else From. Untrusted text; pure.

RFC 3325 (P-Asserted-Identity, Privacy), RFC 3261 §20.10 and §25.1 (name-addr).
"""

from __future__ import annotations

import re
import unicodedata

from hotline.lines.port import Caller
from hotline.numbering import normalise

NAME_LENGTH = 64
NUMBER_LENGTH = 32
_ADDRESS = re.compile(
    r"""^\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^<"]*?))\s*
        <?\s*(?:sips?|tel):(?P<user>[^@;>?\s]*)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_WITHHELD_USERS = frozenset({"anonymous", "unavailable", "restricted", "unknown", ""})
_COMPACT = {"f": "from", "t": "to"}


def caller_of(invite: str, country: str) -> Caller:
    """The caller named by the headers of `invite`; never raises, whatever was sent."""
    headers = _headers(invite)
    name, user = _name_and_user(headers.get("p-asserted-identity") or headers.get("from", ""))
    if "id" in headers.get("privacy", "").lower().split(";") or user.lower() in _WITHHELD_USERS:
        return Caller(None, "")
    digits = user[:NUMBER_LENGTH]
    return Caller(normalise(digits, country) or _printable(digits), _printable(name)[:NAME_LENGTH])


def _headers(message: str) -> dict[str, str]:
    """The first value of each header, names in small letters; folded lines joined."""
    head = message.replace("\r\n", "\n").split("\n\n", 1)[0]
    unfolded = re.sub(r"\n[ \t]+", " ", head)
    found: dict[str, str] = {}
    for line in unfolded.split("\n")[1:]:
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        if colon:
            found.setdefault(_COMPACT.get(key, key), value.strip())
    return found


def _name_and_user(address: str) -> tuple[str, str]:
    match = _ADDRESS.match(address[:4096])
    if match is None:
        return "", ""
    name = match["quoted"] if match["quoted"] is not None else (match["bare"] or "")
    return re.sub(r"\\(.)", r"\1", name).strip(), match["user"].partition(":")[0]


def _printable(text: str) -> str:
    """Without control and direction-changing characters, which lie on a page or in a log."""
    kept = (c for c in text if unicodedata.category(c)[0] != "C")
    return " ".join("".join(kept).split())
