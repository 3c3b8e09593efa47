"""What a telephone line can do for a call. Hardware and SIP lie behind it; `calls` knows only this.

A line lives on the asyncio loop: every method and future here belongs to that loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from hotline.said import NOTHING, Said


@dataclass(frozen=True)
class Caller:
    """Who calls, as the network says: untrusted, a label and never an identity.

    number: E.164 with '+' where it could be normalised, else the digits as sent, None if withheld.
    name: display text as sent, without control characters, at most 64 characters.
    """

    number: str | None = None
    name: str = ""


class Cause(StrEnum):
    """Why a leg ended."""

    HUNG_UP = "hung up"
    BUSY = "busy"
    REJECTED = "rejected"
    NO_ANSWER = "no answer"
    UNREACHABLE = "unreachable"
    NO_SUCH_NUMBER = "no such number"
    LINE_FAILED = "the line did not carry the call"
    FAILED = "failed"
    NO_SOUND = "no sound arrived"
    ELSEWHERE = "taken at another telephone on the line"
    HANDED_ON = "handed on to somebody else, without the box"
    OURS = "ended by the box"


@dataclass(frozen=True)
class Capabilities:
    """What may be promised on this line. channels: calls at once, both directions together.

    full_duplex: both ends may speak at once; where not, the caller is silence while the box speaks.
    can_dial: else `dial` raises LineDown. can_refuse: else a call that is not answered rings on.
    can_text: it is a `TextLine`, too. hands_on: it is a `HandingLine`, too, and the owner wants it
    used. caution: what the owner should know before they rely on the line, one sentence, else "".
    """

    full_duplex: bool = True
    can_dial: bool = True
    can_refuse: bool = True
    channels: int = 1
    can_text: bool = False
    hands_on: bool = False
    caution: Said = NOTHING


@dataclass(frozen=True)
class LineState:
    """Can callers reach us over this line? `words` is one sentence for the owner.

    trouble: what is wrong although they can, one sentence, else "". wants: "pin" while the SIM card
    asks for one that nobody gave.
    """

    up: bool
    words: Said
    trouble: Said = NOTHING
    wants: Literal["", "pin"] = ""


@dataclass(frozen=True)
class NetworkFacts:
    """What a line with a SIM card knows of its network. Unknown: "" and None.

    generation: "2G" to "5G". volte: are calls carried over LTE? bars: 0 to 4. roaming: abroad.
    """

    operator: str = ""
    generation: str = ""
    volte: bool | None = None
    bars: int | None = None
    roaming: bool = False


@dataclass(frozen=True)
class Reading:
    """How a line is heard at this instant. dbm: of its mobile network. network: which, and how.

    trip: milliseconds in which its far side answered last. None and "": not known.
    """

    dbm: int | None = None
    network: str = ""
    trip: float | None = None


@dataclass(frozen=True)
class Hardware:
    """What carries a line, for who repairs it. imei: hidden but for its ends. codecs: of its sound.

    speech: False of a modem that carries texts only. restarts: can it be started anew from here?
    """

    model: str = ""
    firmware: str = ""
    imei: str = ""
    ports: tuple[str, ...] = ()
    usb: str = ""
    registration: str = ""
    codecs: str = ""
    speech: bool = True
    restarts: bool = False


@dataclass(frozen=True)
class DivertState:
    """Is the divert of a line for a dead box as the owner wants it?

    words: one sentence for the owner. number: where callers go. why, action: what keeps it from
    being set, and what to do.
    """

    well: bool
    words: Said
    number: str
    why: Said = NOTHING
    action: Said = NOTHING


@dataclass(frozen=True)
class Diverted:
    """Where the network sends callers: all of them; those who come while the box is dead.

    "" for nowhere. The numbers are as the network writes them.
    """

    always: str
    unreachable: str


class Leg(Protocol):
    """One telephone call on a line, incoming or outgoing.

    audio: what `MediaEngine.attach` takes; valid once `answered` is done.
    keys: DTMF digits in the order pressed, as the line itself reports them (RFC 4733, modem).
    reports_keys: False means that keys have to be heard in the sound (in-band).
    taken: done at the first sign that the far end of the line lives and carries the call.
    answered: done when both ends talk; cancelled if the leg ends before.
    gone: done with the cause when the leg ended, whoever ended it. Never raises.
    """

    @property
    def line(self) -> str: ...
    @property
    def caller(self) -> Caller: ...
    @property
    def audio(self) -> object: ...
    @property
    def keys(self) -> asyncio.Queue[str]: ...
    @property
    def reports_keys(self) -> bool: ...
    @property
    def taken(self) -> asyncio.Future[None]: ...
    @property
    def answered(self) -> asyncio.Future[None]: ...
    @property
    def gone(self) -> asyncio.Future[Cause]: ...

    async def answer(self) -> None:
        """Pick up an incoming call. Raises CallerGone if the caller was faster."""

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        """End or refuse the leg; harmless when it has ended already. `gone` follows soon."""


class Line(Protocol):
    """One line: an account at a SIP provider, a gateway, a modem.

    on_state: called on the loop with each change of health; attached by `box`.
    """

    name: str
    capabilities: Capabilities
    on_state: Callable[[LineState], None]

    def state(self) -> LineState:
        """The line's health now; never waits."""

    def free_channels(self) -> int:
        """How many more calls the line can carry now."""

    async def start(self, on_ring: Callable[[Leg], None]) -> None:
        """Begin to listen. `on_ring` is called once for each incoming call, before any answer.

        Also for a call the line has to refuse, so that it is written down; to answer that one
        raises CallerGone.
        """

    async def stop(self) -> None:
        """End all legs and let the line go."""

    def dial(self, number: str) -> Leg:
        """Begin an outgoing call to `number` (E.164). Returns at once; failures end the leg.

        Raises LineDown when no call can be begun at all.
        """


@runtime_checkable
class ObservedLine(Protocol):
    """A line that can say more of itself."""

    name: str

    def reading(self) -> Reading:
        """How it is heard; never waits."""

    async def hardware(self) -> Hardware:
        """What carries it. Asks a modem only while nobody rings or talks; raises nothing."""


@runtime_checkable
class RestartingLine(Protocol):
    """A line on a modem whose firmware can be started anew."""

    name: str

    def restart(self) -> bool:
        """Start it anew; False: as soon as the call on it is over. Raises LineDown."""


class AsideLeg(Leg, Protocol):
    """Somebody called while the caller is held, over the same line; the box talks to them alone.

    When it is over the caller is back by himself: his sound pauses until then.
    """

    async def join(self) -> bool:
        """Have the network let the caller and this person hear each other. Is the box with them?

        Where it is not, they are left alone for good: both legs end as HANDED_ON as soon as this
        one is hung up. Raises LineDown when it does not: then nothing has changed.
        """

    async def parted(self) -> None:
        """Wait until the caller is back, once this leg is over; or gone."""


class HandingLine(Line, Protocol):
    """A line whose network can hold a caller and join him with somebody called meanwhile."""

    def card(self) -> str:
        """Which modem with which SIM card or on which line; "" while not known. Never waits."""

    def dial_aside(self, caller: Leg, number: str) -> AsideLeg:
        """Hold `caller`, a leg of this line that is answered, and dial. Returns at once, as `dial`.

        Raises LineDown.
        """


class TextLine(Protocol):
    """A line that carries texts, too."""

    name: str

    def state(self) -> LineState:
        """See Line."""

    async def send_text(self, number: str, text: str, taken: Callable[[int], None]) -> None:
        """Have the network take the text. taken: told, of each part, what a report will call it.

        Waits while the line is needed for a call. Raises LineDown when nothing can be sent now,
        TextRefused when this text or number is not taken.
        """


class MobileLine(TextLine, Protocol):
    """A line with a SIM card."""

    def network(self) -> NetworkFacts:
        """What was last heard of the network; never waits."""

    def sim(self) -> str:
        """Which SIM card was last seen in it (IMSI); "" until one was. Never waits."""

    def divert(self) -> DivertState | None:
        """How the divert for a dead box is; None where none is wanted. Never waits."""

    def straight(self) -> DivertState | None:
        """How it is with sending every caller past the box; None where nobody is. Never waits."""

    def wish(self, number: str | None) -> None:
        """Have the network send every caller to this number, past the box; None: no more.

        Done when nobody rings or talks, and again if the network forgets; `straight` tells. Never
        waits. None puts back what was there before the box changed it.
        """

    async def order(self, number: str | None) -> None:
        """The same at once, and returns when it was read back. None ends it, whoever set it up.

        Waits until nobody rings or talks. Raises HotlineError, in words for the owner.
        """

    async def diverted(self) -> Diverted:
        """Ask the network where it sends callers; waits and raises as `order` does."""

    async def balance(self) -> str:
        """What the network says is left on the SIM card, in its own words.

        Takes up to 30 s. Raises LineDown: in use, no network, no answer, nothing to ask by.
        """
