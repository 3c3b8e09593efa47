"""The Wi-Fis that the box hears, and one of them as the owner wants it.

A name is up to 32 bytes of anything, and anybody in the street may choose one: a page is given
words that are safe to show, and an id that leads back to the very bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from hotline.errors import BadSettings
from hotline.said import Said, say

LONGEST_NAME = 32  # bytes; IEEE 802.11 9.4.2.2
SHORTEST, LONGEST = 8, 63  # of a password, in bytes
KEY = 64  # digits of one that was reckoned out already
HEX = frozenset("0123456789abcdefABCDEF")
BARS = (5, 30, 55, 80)  # above each there is one more; as NetworkManager draws them
MOST_HEARD = 40
UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # unseen, or turning what stands beside it


Kind = Literal["open", "password", "account", "foreign"]


class Lock(StrEnum):
    """How a Wi-Fi is closed. NEWER: by a password, and old ways are not taken (WPA3 alone)."""

    OPEN = "open"
    PASSWORD = "password"  # noqa: S105 - a kind of lock
    NEWER = "newer"
    ACCOUNT = "account"  # a user's name and password, or a certificate (802.1X)
    FOREIGN = "foreign"  # too old or too rare


@dataclass(frozen=True)
class Heard:
    """A Wi-Fi in the air. strength: percent. used: the box is in it."""

    name: bytes
    lock: Lock
    strength: int
    used: bool = False

    @property
    def id(self) -> str:
        """Of the name and of how it is closed: an open one beside the office's is another."""
        return f"{kind(self.lock)}-{self.name.hex()}"

    @property
    def bars(self) -> int:
        """0 to 4."""
        return sum(self.strength > limit for limit in BARS)


@dataclass(frozen=True)
class Join:
    """The box in a Wi-Fi. password: "" where it is open. hidden: it does not say its own name."""

    device: str
    name: bytes
    lock: Lock
    password: str = field(default="", repr=False)
    hidden: bool = False


@dataclass(frozen=True)
class Chosen:
    """As somebody chose it: by the id of what is heard, or "" and another name."""

    id: str
    other: str
    password: str = field(repr=False)


def heard(rows: Iterable[Sequence[str]]) -> tuple[Heard, ...]:
    """Of rows with name in hex, mode, strength, security, and a star where the box is in it.

    Each once, the one in use first, then the strongest.
    """
    best: dict[str, Heard] = {}
    for name, mode, strength, security, used in rows:
        if mode != "Infra" or not name or "00" in _pairs(name):  # no command can name that one
            continue
        one = Heard(bytes.fromhex(name), lock_of(security), int(strength or 0), used == "*")
        best[one.id] = _together(best[one.id], one) if one.id in best else one
    return tuple(sorted(best.values(), key=lambda one: (not one.used, -one.strength)))[:MOST_HEARD]


def lock_of(security: str) -> Lock:
    """Of NetworkManager's words for it, such as "WPA1 WPA2"."""
    words = set(security.split()) - {"--", "OWE-TM"}  # the open half of a pair
    if not words:
        return Lock.OPEN
    if "802.1X" in words:
        return Lock.ACCOUNT
    if words & {"WPA1", "WPA2"}:
        return Lock.PASSWORD
    return Lock.NEWER if "WPA3" in words else Lock.FOREIGN


def kind(lock: Lock) -> Kind:
    """As people see it."""
    known: dict[Lock, Kind] = {
        Lock.OPEN: "open",
        Lock.ACCOUNT: "account",
        Lock.FOREIGN: "foreign",
    }
    return known.get(lock, "password")


def shown(name: bytes) -> str:
    """A name for people: nothing in it moves or hides what stands around it. "" for no letters."""
    from unicodedata import category

    text = name.decode("utf-8", "replace")
    safe = "".join("\N{REPLACEMENT CHARACTER}" if category(c) in UNSAFE else c for c in text)
    return safe.strip()


def joined(device: str, chosen: Chosen, air: Iterable[Heard]) -> Join:
    """What was meant. Raises BadSettings with the place of each mistake: a field of `Chosen`."""
    wrong: list[tuple[tuple[str | int, ...], Said]] = []
    found = next((one for one in air if one.id == chosen.id), None)
    name = found.name if found else chosen.other.strip().encode()
    lock = found.lock if found else Lock.PASSWORD if chosen.password else Lock.OPEN
    if chosen.id and not found:
        wrong.append(
            (
                ("wifi",),
                say("The box does not hear this Wi-Fi any more. Look again."),
            )
        )
    elif not 0 < len(name) <= LONGEST_NAME or not chosen.other.isprintable():
        wrong.append((("other",), say("Write the name of the Wi-Fi as your router shows it.")))
    wrong += [(("wifi",), words) for words in _cannot(lock)]
    if lock in (Lock.PASSWORD, Lock.NEWER):
        wrong += [(("password",), words) for words in _wrong_password(chosen.password, lock)]
    if wrong:
        problems = tuple(words for _place, words in wrong)
        raise BadSettings("The Wi-Fi", problems, places=tuple(wrong))
    password = "" if lock is Lock.OPEN else chosen.password
    return Join(device, name, lock, password, hidden=found is None)


def _cannot(lock: Lock) -> Iterator[Said]:
    if lock is Lock.ACCOUNT:
        yield say(
            "This Wi-Fi asks each user for a name of their own, which the box cannot give."
            " Use a cable, or a Wi-Fi that has one password for all."
        )
    if lock is Lock.FOREIGN:
        yield say(
            "This Wi-Fi is closed in a way that the box does not know."
            " Have the router close it with a usual password, or use a cable."
        )


def _wrong_password(password: str, lock: Lock) -> Iterator[Said]:
    size = len(password.encode())
    key = size == KEY and set(password) <= HEX and lock is Lock.PASSWORD
    if not password:
        yield say("Write the password of this Wi-Fi.")
    elif not key and not SHORTEST <= size <= LONGEST:
        yield say(
            "Passwords of Wi-Fis have %(least)s to %(most)s characters.",
            least=SHORTEST,
            most=LONGEST,
        )
    elif not password.isprintable():
        yield say("There is a character in it that no password has. Type it, do not paste it.")
    elif lock is Lock.NEWER and password != password.strip():
        yield say("It begins or ends with a space, which the box cannot say to this Wi-Fi.")


def _together(one: Heard, other: Heard) -> Heard:
    """Two aerials of one Wi-Fi: the stronger, closed as the older of the two takes it."""
    best = max(one, other, key=lambda each: each.strength)
    lock = Lock.PASSWORD if Lock.PASSWORD in (one.lock, other.lock) else best.lock
    return Heard(best.name, lock, best.strength, one.used or other.used)


def _pairs(digits: str) -> list[str]:
    return [digits[at : at + 2] for at in range(0, len(digits), 2)]
