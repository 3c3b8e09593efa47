"""Commands for a modem. The only place where text becomes a command, and none unvalidated."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hotline.at.services import Reason, packed
from hotline.numbering import only_asks

PING_S = 1.0
QUICK_S = 2.0
USUAL_S = 5.0
NETWORK_S = 40.0  # what a network has to agree to
SERVICE_S = 30.0  # what a network is asked while nobody calls; who then calls waits so long at most
HANG_UP_S = 8.0  # what comes of it the list of calls tells; its answer may be lost
ANSWER_S = 10.0  # 8 where a call falls back from 4G, and then some
LIST_S = 10.0
ARRANGE_S = 10.0  # the network holds, gives back or joins who talks
_SAFE = re.compile(r"[ -~]{2,200}")
_DIALLED = re.compile(r"\+?[0-9]{3,20}")
MOST_CALLS = 7  # 3GPP 22.030 §6.5.5.1
LAST_PLACE = 9999  # in any store of texts
_PIN = re.compile(r"[0-9]{4,8}")
_PDU = re.compile(r"(?:[0-9A-F]{2}){8,180}")


@dataclass(frozen=True)
class Command:
    """text: what is sent, without its CR. gives: how the lines of its answer begin, "" for none.

    seconds: how long the modem may take. calls: it dials or answers, and may end as calls do.
    secret: never to be logged. body: hexadecimal digits to be given at the prompt it brings.
    """

    text: str
    gives: str | tuple[str, ...] = ""
    seconds: float = USUAL_S
    calls: bool = False
    secret: bool = False
    body: str = ""

    def __post_init__(self) -> None:
        if not self.text.startswith("AT") or _SAFE.fullmatch(self.text) is None:
            raise ValueError("not a command for a modem")
        if self.body and _PDU.fullmatch(self.body) is None:
            raise ValueError("not a text for a modem")

    def __str__(self) -> str:
        return self.text[:8] + "…" if self.secret else self.text


PROBE = Command("AT", seconds=PING_S)
NO_ECHO = Command("ATE0")
CALLS = Command("AT+CLCC", "+CLCC", QUICK_S)
ANSWER = Command("ATA", seconds=ANSWER_S, calls=True)
HANG_UP = Command("AT+CHUP", seconds=HANG_UP_S)
HANG_UP_OLD = Command("ATH", seconds=HANG_UP_S)
REFUSE_WAITING = Command("AT+CHLD=0", seconds=HANG_UP_S)
# 3GPP 27.007 §7.13: who talks is held, and who was held talks.
SWAP = Command("AT+CHLD=2", seconds=ARRANGE_S)
JOIN = Command("AT+CHLD=3", seconds=ARRANGE_S)
END_HELD = Command("AT+CHLD=0", seconds=HANG_UP_S)
END_TALKING = Command("AT+CHLD=1", seconds=HANG_UP_S)  # who was held talks then
WHY_ENDED = Command("AT+CEER", "+CEER")
PIN_STATE = Command("AT+CPIN?", "+CPIN")
REGISTERED = Command("AT+CREG?", "+CREG")
REGISTERED_LTE = Command("AT+CEREG?", "+CEREG")
SIGNAL = Command("AT+CSQ", "+CSQ")
IDENTITY = Command("AT+CGSN", tuple("0123456789"))  # a line of digits alone
FIRMWARE = Command("AT+CGMR", ("",), QUICK_S)  # its answer begins with anything
RESTART = Command("AT+CFUN=1,1")
OPERATOR = Command("AT+COPS?", "+COPS")
TIME = Command("AT+CCLK?", "+CCLK")
SUBSCRIBER = Command("AT+CIMI", tuple("0123456789"))
END_USSD = Command("AT+CUSD=2")
LIST_TEXTS = Command("AT+CMGL=4", "+CMGL", LIST_S)


def is_number(number: str) -> bool:
    """Can it be dialled, or diverted to?"""
    return _DIALLED.fullmatch(number) is not None


def dial(number: str) -> Command:
    """A voice call to an ordinary number. Raises ValueError for anything else."""
    if not is_number(number):
        raise ValueError("not a number that can be dialled")
    return Command(f"ATD{number};", seconds=NETWORK_S, calls=True)


def end_call(index: int) -> Command:
    """End one of several calls, as +CLCC numbers them. Raises ValueError for no such number."""
    if not 1 <= index <= MOST_CALLS:
        raise ValueError("not the number of a call")
    return Command(f"AT+CHLD=1{index}", seconds=HANG_UP_S)


def enter_pin(code: str) -> Command:
    """Unlock the SIM. Raises ValueError for what cannot be a PIN, before it costs an attempt."""
    if _PIN.fullmatch(code) is None:
        raise ValueError("not a PIN")
    return Command(f'AT+CPIN="{code}"', seconds=NETWORK_S, secret=True)


def send_text(pdu: str, length: int) -> Command:
    """Have the network carry a PDU. length: see `pdu.Submit`. Raises ValueError for what is none.

    A modem that is told a wrong length waits for the rest, and for ever.
    """
    if _PDU.fullmatch(pdu) is None or length != len(pdu) // 2 - 1 - int(pdu[:2], 16):
        raise ValueError("not a text for a modem")
    return Command(f"AT+CMGS={length}", "+CMGS", NETWORK_S, body=pdu)


def delete_text(index: int) -> Command:
    """Take a text out of the store. Raises ValueError for what cannot be a place in it."""
    if not 0 <= index <= LAST_PLACE:
        raise ValueError("not a place in the store")
    return Command(f"AT+CMGD={index}")


def ask_network(code: str, *, as_septets: bool) -> Command:
    """Have the network answer a code (USSD). Raises ValueError for what is none that only asks."""
    if not only_asks(code):
        raise ValueError("not a code that only asks")
    return Command(f'AT+CUSD=1,"{packed(code) if as_septets else code}",15', seconds=SERVICE_S)


def diverts(reason: Reason) -> Command:
    """Ask where calls of this kind are diverted to."""
    return Command(f"AT+CCFC={reason},2", "+CCFC", SERVICE_S)


def divert(reason: Reason, number: str) -> Command:
    """Divert calls to a number. Raises ValueError for anything but a number."""
    if not is_number(number):
        raise ValueError("not a number that can be dialled")
    kind = 145 if number.startswith("+") else 129
    return Command(f'AT+CCFC={reason},3,"{number}",{kind},1', "+CCFC", SERVICE_S)


def no_divert(reason: Reason) -> Command:
    """Divert calls of this kind no more, and forget the number."""
    return Command(f"AT+CCFC={reason},4", "+CCFC", SERVICE_S)
