"""What a line of a modem says. Pure; `parse` never raises, whatever the line.

3GPP 27.007 unless named otherwise. The makers' own words (Quectel, Huawei, SIMCom) are from what
drivers of others know of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from hotline.at.commands import LAST_PLACE
from hotline.at.fields import fields
from hotline.at.services import READERS as SERVICE_READERS
from hotline.at.services import ServiceEvent, subscriber

LONGEST_NUMBER = 32


@dataclass(frozen=True)
class Done:
    """A command ended. code: of +CME ERROR or +CMS ERROR where the modem gave one."""

    ok: bool
    code: int | None = None


@dataclass(frozen=True)
class Ring:
    """Somebody calls; repeated until it is answered or over."""


@dataclass(frozen=True)
class CallerId:
    """+CLIP. number: as sent, with '+' where its type says international; None if withheld."""

    number: str | None


class CallState(IntEnum):
    """The state of a call in +CLCC."""

    ACTIVE = 0
    HELD = 1
    DIALING = 2
    ALERTING = 3
    INCOMING = 4
    WAITING = 5


@dataclass(frozen=True)
class CallRow:
    """One line of +CLCC, or Quectel's report of a change. voice: a data session is no call."""

    index: int
    incoming: bool
    state: CallState
    voice: bool
    number: str | None


@dataclass(frozen=True)
class CallsChanged:
    """A maker's own report that some call changed: worth asking for +CLCC at once."""


@dataclass(frozen=True)
class CallEnded:
    """NO CARRIER, BUSY, NO ANSWER or NO DIALTONE: also the end of a command that dialled."""

    words: str


@dataclass(frozen=True)
class CallOver:
    """A maker's own report that a call ended. cause: 3GPP 24.008, where it is said."""

    cause: int | None = None


@dataclass(frozen=True)
class Registration:
    """+CREG, +CGREG or +CEREG. asked: it answers a query."""

    network: str
    status: int
    asked: bool

    @property
    def registered(self) -> bool:
        """At home or roaming."""
        return self.status in (1, 5)


@dataclass(frozen=True)
class Signal:
    """+CSQ. dbm: None when the modem does not know."""

    dbm: int | None


@dataclass(frozen=True)
class Pin:
    """+CPIN. state: READY, SIM PIN, SIM PUK ..."""

    state: str


@dataclass(frozen=True)
class PinTries:
    """How often a wrong PIN may still be given."""

    left: int


@dataclass(frozen=True)
class Key:
    """The modem heard a key in the sound of the call. No log says which: PINs are keyed, too."""

    digit: str = field(repr=False)


@dataclass(frozen=True)
class SoundFlow:
    """Quectel asks to stop or go on with sound for its sound port."""

    go: bool


@dataclass(frozen=True)
class CanTalk:
    """Huawei's ^CVOICE: whether the firmware says that it carries speech."""

    yes: bool


@dataclass(frozen=True)
class SoundOn:
    """SIMCom's +CPCMREG: whether the call's sound goes over USB by now."""

    yes: bool


@dataclass(frozen=True)
class EndReason:
    """+CEER: why the last call ended; words of the maker. cause: 3GPP 24.008, where it is said."""

    words: str
    cause: int | None


@dataclass(frozen=True)
class Prompt:
    """The modem waits for the text of a message."""


@dataclass(frozen=True)
class TextStored:
    """+CMTI or +CDSI: a text, or a report of one, was put into the store."""


@dataclass(frozen=True)
class TextListed:
    """One line of +CMGL with its PDU. index: where it is stored. received: not one of ours."""

    index: int
    received: bool
    pdu: str


@dataclass(frozen=True)
class TextCame:
    """+CMT or +CDS: a text, or a report of one, that is stored nowhere."""

    pdu: str


@dataclass(frozen=True)
class TextSent:
    """+CMGS: the network took a text. reference: what a report will call it."""

    reference: int


@dataclass(frozen=True)
class Restarted:
    """The firmware began anew, without being told to: it has forgotten all it was set to."""


@dataclass(frozen=True)
class Text:
    """Anything else."""

    line: str


Event = (
    Done
    | Ring
    | CallerId
    | CallRow
    | CallsChanged
    | CallEnded
    | CallOver
    | Registration
    | Signal
    | Pin
    | PinTries
    | Key
    | SoundFlow
    | CanTalk
    | SoundOn
    | EndReason
    | Prompt
    | TextStored
    | TextListed
    | TextCame
    | TextSent
    | Restarted
    | ServiceEvent
    | Text
)

_PLAIN: dict[str, Event] = {
    "OK": Done(True),
    "ERROR": Done(False),
    "COMMAND NOT SUPPORT": Done(False),  # Huawei
    "VOICE CALL: BEGIN": CallsChanged(),  # SIMCom
    "TOO MANY PARAMETERS": Done(False),
    "RING": Ring(),
    ">": Prompt(),
    "RDY": Restarted(),  # Quectel
    "*ATREADY: 1": Restarted(),  # SIMCom
    **{words: CallEnded(words) for words in ("NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE")},
}
# What these lines announce stands in the next one; `parse` takes both with a newline between.
WITH_PDU = ("+CMGL:", "+CMT:", "+CDS:")
PDU = re.compile(r"[0-9A-Fa-f]+")

_NAMED = re.compile(r"([+^]?[A-Z][A-Z_ ]*[A-Z])\s*:\s*(.*)", re.DOTALL)
_NUMBER = re.compile(r"\+?[0-9*#]+")


def parse(line: str) -> Event:
    """The event a line means; `Text` if it means none that is known here."""
    plain = _PLAIN.get(line.strip().upper())
    if plain is not None:
        return plain
    named = _NAMED.match(line)
    reader = _READERS.get(named[1]) if named else None
    if named is None or reader is None:
        return subscriber(line) or Text(line)
    try:
        return reader(named[2].strip()) or Text(line)
    except (ValueError, IndexError, OverflowError):
        return Text(line)


def _number(digits: str, kind: str) -> str | None:
    """A number as networks mean it: type 145 is international although '+' may be missing."""
    if _NUMBER.fullmatch(digits[:LONGEST_NUMBER]) is None:
        return None
    international = kind == "145" and not digits.startswith("+")
    return ("+" if international else "") + digits[:LONGEST_NUMBER]


def _clip(text: str) -> Event:
    given = [*fields(text), "", ""]
    withheld = len(given) > 7 and given[5] in ("1", "2")
    return CallerId(None if withheld else _number(given[0], given[1]))


def _clcc(text: str) -> Event:
    index, direction, state, mode, _, *rest = fields(text)
    number, kind = [*rest, "", ""][:2]
    return CallRow(
        int(index), direction == "1", CallState(int(state)), mode == "0", _number(number, kind)
    )


def _registration(network: str) -> Callable[[str], Event]:
    def read(text: str) -> Event:
        given = fields(text)
        asked = len(given) > 1 and re.fullmatch(r"[0-9]{1,2}", given[1]) is not None
        quoted = re.match(r'\s*[0-9]+\s*,\s*"', text) is not None
        asked = asked and not quoted
        return Registration(network, int(given[1 if asked else 0]), asked)

    return read


def _pin_tries(of: str) -> Callable[[str], Event | None]:
    """Lines that name what the tries are for."""

    def read(text: str) -> Event | None:
        card, left, *_ = fields(text)
        return PinTries(int(left)) if card == of else None

    return read


def _huawei_pin(text: str) -> Event:
    """<state>,[<tries of what it asks for>],<PUK>,<PIN>,<PUK2>,<PIN2>; older ones end early."""
    given = fields(text)
    return PinTries(int(given[3] if len(given) > 3 else given[1]))


def _csq(text: str) -> Event:
    strength = int(fields(text)[0])
    return Signal(-113 + 2 * strength if 0 <= strength <= 31 else None)


def _key(text: str) -> Event | None:
    digit = fields(text)[0]
    return Key(digit) if len(digit) == 1 and digit in "0123456789*#ABCD" else None


def _tone_detected(text: str) -> Event | None:
    """Quectel: the key's character as its decimal code."""
    return _key(chr(int(fields(text)[0])))


def _pcm_flow(text: str) -> Event | None:
    """Also the answer to a query: whoever asked does not look here."""
    first = fields(text)[0]
    return SoundFlow(first == "1") if first in ("0", "1") else None


def _quectel_change(text: str) -> Event | None:
    return CallsChanged() if fields(text)[0] == "ccinfo" else None


def _huawei_ended(text: str) -> Event:
    """<call>,<seconds>,<status>[,<cause>]: without a cause where the call never came about."""
    cause = "".join(fields(text)[3:4])
    return CallOver(int(cause) if cause else None)


def _simcom_voice(text: str) -> Event | None:
    """END, with or without the seconds it took."""
    return CallOver() if text.upper().startswith("END") else None


def _end_reason(text: str) -> Event:
    words = ", ".join(fields(text))
    cause = re.search(r"\b([0-9]{1,3})\b", words)
    return EndReason(words, int(cause[1]) if cause else None)


def _listed(text: str) -> Event | None:
    head, _, pdu = text.partition("\n")
    index, state, *_ = fields(head)
    there = pdu and 0 <= int(index) <= LAST_PLACE
    return TextListed(int(index), state in ("0", "1"), pdu) if there else None


def _came(text: str) -> Event | None:
    _, _, pdu = text.partition("\n")
    return TextCame(pdu) if pdu else None


_READERS: dict[str, Callable[[str], Event | None]] = {
    **SERVICE_READERS,
    "+CME ERROR": lambda text: Done(False, int(text) if text.isdecimal() else None),
    "+CMS ERROR": lambda text: Done(False, int(text) if text.isdecimal() else None),
    "+CRING": lambda text: Ring() if text.upper().startswith("VOICE") else None,
    "+CLIP": _clip,
    "+CLCC": _clcc,
    "+CREG": _registration("CREG"),
    "+CGREG": _registration("CGREG"),
    "+CEREG": _registration("CEREG"),
    "+CSQ": _csq,
    "+CPIN": lambda text: Pin(text.upper()),
    "+QPINC": _pin_tries("SC"),
    "+CPINR": _pin_tries("SIM PIN"),
    "^CPIN": _huawei_pin,
    "+SPIC": lambda text: PinTries(int(fields(text)[0])),
    "+QTONEDET": _tone_detected,
    "+RXDTMF": _key,
    "+DTMF": _key,
    "^DDTMF": _key,
    "+QPCMV": _pcm_flow,
    "^CVOICE": lambda text: CanTalk(fields(text)[0] == "0"),
    "+CPCMREG": lambda text: SoundOn(fields(text)[0] == "1"),
    "+QIND": _quectel_change,
    "^DSCI": lambda _text: CallsChanged(),
    "^ORIG": lambda _text: CallsChanged(),
    "^CONF": lambda _text: CallsChanged(),
    "^CONN": lambda _text: CallsChanged(),
    "^CEND": _huawei_ended,
    "VOICE CALL": _simcom_voice,
    "MISSED_CALL": lambda _text: CallsChanged(),
    "+CEER": _end_reason,
    "+CMTI": lambda _text: TextStored(),
    "+CDSI": lambda _text: TextStored(),
    "^SMMEMFULL": lambda _text: TextStored(),  # nothing is told any more until there is room
    "+CMGL": _listed,
    "+CMT": _came,
    "+CDS": _came,
    "+CMGS": lambda text: TextSent(int(fields(text)[0])),
}
