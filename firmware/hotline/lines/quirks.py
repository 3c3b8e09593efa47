"""What differs from one modem model to the next: a row for each, no code.

`hw/modems.md` says what was tried, and how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hotline.at.commands import NETWORK_S, RESTART, USUAL_S, Command
from hotline.lines.speechpath import (
    RegisteredInCall,
    SpeechPath,
    SwitchedAfter,
    SwitchedBefore,
)
from hotline.options import Modem
from hotline.said import NOTHING, Said, say


@dataclass(frozen=True)
class Quirks:
    """One model.

    set_up: sent in this order when the modem is opened; what it refuses, it does without.
    speech: how the sound of a call comes to USB; None where it never does.
    can_talk: what a modem whose firmware carries sound over USB answers with OK.
    any_rate: its sound may come with 8000 or 16000 samples a second, and it does not say which.
    after_call: sent after each call that had sound; it is away for `away_s` seconds then.
    pin_tries: asks how often a wrong PIN may still be given. texts_in_call: may a text be sent
    while somebody talks? restart: starts its firmware anew. technology, volte: ask for what +COPS
    does not say, None where there is nothing to ask. ussd_packed: codes for the network are given
    as packed septets. hands_on: may a caller be held while somebody is dialled? caution: what the
    owner should know before they rely on it, one sentence.
    """

    words: str
    set_up: tuple[Command, ...]
    pin_tries: Command
    speech: SpeechPath | None = None
    can_talk: Command | None = None
    any_rate: bool = False
    after_call: tuple[Command, ...] = ()
    away_s: float = 0.0
    texts_in_call: bool = False  # it could, and would hear of no hang-up for the seconds that takes
    restart: Command = RESTART
    technology: Command | None = None
    volte: Command | None = None
    hands_on: bool = False
    ussd_packed: bool = False
    caution: Said = NOTHING


def _usual(*texts: str) -> tuple[Command, ...]:
    return tuple(Command(text, seconds=USUAL_S) for text in texts)


_CALLER_ID = ("AT+CMEE=1", "AT+CVHU=0", "AT+CRC=0", "AT+CLIP=1")
# The operator's name, not its number.
_NETWORK = ("AT+CREG=2", "AT+CEREG=2", "AT+COPS=3,0")
_STORE = ("AT+CMGF=0", 'AT+CPMS="SM","SM","SM"')
_TEXTS = (*_STORE, "AT+CNMI=2,1,0,1,0")  # texts are stored and told, reports of ours told whole
# A second caller is busy, or diverted.
_NO_CALL_WAITING = Command("AT+CCWA=0,0,1", seconds=NETWORK_S)

QUECTEL = Quirks(
    words="Quectel EC25",
    set_up=(
        *_usual(
            *_CALLER_ID,
            'AT+QURCCFG="urcport","usbat"',  # else RING goes to another port and never arrives
            'AT+QGPSCFG="outport","none"',  # else positions are written into the sound
            *_NETWORK,
            "AT^DSCI=0",
            'AT+QINDCFG="ccinfo",1,0',
            "AT+QTONEDET=1",
            "AT+CLCC=0",
            "AT+CTZU=3",  # the modem's clock follows the network, in local time
            *_TEXTS,
        ),
        _NO_CALL_WAITING,
    ),
    can_talk=Command("AT+QPCMV?", "+QPCMV"),
    # Off and on again: after a call that ended with the sound on, the next one would be silent.
    speech=SwitchedBefore(Command("AT+QPCMV=0;+QPCMV=1,0")),
    pin_tries=Command('AT+QPINC="SC"', "+QPINC"),
    technology=Command("AT+QNWINFO", "+QNWINFO"),
    volte=Command('AT+QCFG="ims"', "+QCFG"),
    hands_on=True,
)

# The same as a sound card.
QUECTEL_CARD = replace(
    QUECTEL,
    set_up=(*_usual("AT+QAUDMOD=3"), *QUECTEL.set_up),
    speech=SwitchedBefore(Command("AT+QPCMV=0;+QPCMV=1,2")),
    hands_on=False,  # as a sound card nobody ever heard three (RoEdAl's chan_quectel)
)

HUAWEI = Quirks(
    words="Huawei E1xx",
    set_up=(
        *_usual(
            *_CALLER_ID,
            *_NETWORK,
            *_STORE,
            "AT+CNMI=2,1,0,2,0",  # stored and told, reports too
            "AT+CLVL=1",  # it takes the volume only when that changes
            "AT+CLVL=5",
            "AT^DDTMFCFG=0,1",  # few tell keys at all
        ),
        _NO_CALL_WAITING,
    ),
    can_talk=Command("AT^CVOICE?", "^CVOICE"),
    speech=SwitchedAfter(Command("AT^DDSETEX=2")),
    pin_tries=Command("AT^CPIN?", "^CPIN"),
    # Ending one of two calls mutes the other, and who was held comes back without sound (wdoekes).
    hands_on=False,
    ussd_packed=True,
)

SIMCOM = Quirks(
    words="SIMCom SIM7600",
    set_up=(
        *_usual(
            *_CALLER_ID,
            *_NETWORK,  # CEREG=1 would say that it is in no network when it is in one
            "AT+CLCC=1",
            "AT+DDET=1",
            "AT+CPCMFRM=0",
            "AT+CPCMBANDWIDTH=1,1",  # else calls over LTE come with 16000 samples a second
            "AT+CMICGAIN=3",  # with 0 it is muffled
            "AT+COUTGAIN=8",
            *_TEXTS,
        ),
        _NO_CALL_WAITING,
    ),
    can_talk=Command("AT+CPCMREG?", "+CPCMREG"),
    speech=RegisteredInCall(
        on=Command("AT+CPCMREG=1"),
        asked=Command("AT+CPCMREG?", "+CPCMREG"),
        off=Command("AT+CPCMREG=0,1"),
    ),
    any_rate=True,
    # Without a fresh start the next calls are choppy or silent, whatever it counts.
    after_call=_usual("AT+CPCMREG=0,1", "AT+CRESET"),
    away_s=40.0,
    restart=Command("AT+CRESET"),
    pin_tries=Command("AT+SPIC", "+SPIC"),
    caution=say(
        "This model is not recommended: after each call it starts anew, and callers of the next"
        " half minute reach nobody."
    ),
)

# What every modem understands (3GPP 27.007, 27.005), and no sound.
GENERIC = Quirks(
    words="modem",
    set_up=(*_usual(*_CALLER_ID, *_NETWORK, *_TEXTS), _NO_CALL_WAITING),
    pin_tries=Command('AT+CPINR="SIM PIN"', "+CPINR"),
)

MODELS: Mapping[str, Quirks] = {
    "ec25": QUECTEL,
    "huawei": HUAWEI,
    "sim7600": SIMCOM,
    "generic": GENERIC,
}
AS_CARD: Mapping[str, Quirks] = {"ec25": QUECTEL_CARD}


def quirks_of(modem: Modem) -> Quirks:
    """The row of this modem."""
    return (AS_CARD if modem.card else MODELS)[modem.model]
