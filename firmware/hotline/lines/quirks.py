"""What differs from one modem model to the next: a row for each, no code.

`hw/modems.md` says what was tried, and how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.at.commands import NETWORK_S, USUAL_S, Command


@dataclass(frozen=True)
class Quirks:
    """One model.

    set_up: sent in this order when the modem is opened; what it refuses, it does without.
    can_talk: what a modem whose firmware carries sound over USB answers with OK.
    sound_on: before each answer and each dialling; without it a second call is silent.
    pin_tries: asks how often a wrong PIN may still be given. texts_in_call: may a text be sent
    while somebody talks? technology, volte: ask for what +COPS does not say, None where there is
    nothing to ask. ussd_packed: codes for the network are given as packed septets.
    """

    words: str
    set_up: tuple[Command, ...]
    can_talk: Command
    sound_on: Command
    pin_tries: Command
    texts_in_call: bool
    technology: Command | None = None
    volte: Command | None = None
    ussd_packed: bool = False


def _usual(*texts: str) -> tuple[Command, ...]:
    return tuple(Command(text, seconds=USUAL_S) for text in texts)


QUECTEL = Quirks(
    words="Quectel EC25",
    set_up=(
        *_usual(
            "AT+CMEE=1",
            'AT+QURCCFG="urcport","usbat"',  # else RING goes to another port and never arrives
            'AT+QGPSCFG="outport","none"',  # else positions are written into the sound
            "AT+CVHU=0",
            "AT+CRC=0",
            "AT+CLIP=1",
            "AT+CREG=2",
            "AT+CEREG=2",
            "AT^DSCI=0",
            'AT+QINDCFG="ccinfo",1,0',
            "AT+QTONEDET=1",
            "AT+CLCC=0",
            "AT+CMGF=0",
            'AT+CPMS="SM","SM","SM"',
            "AT+COPS=3,0",  # the operator's name, not its number
            "AT+CTZU=3",  # the modem's clock follows the network, in local time
            "AT+CNMI=2,1,0,1,0",  # texts are stored and told, reports of ours told whole
        ),
        Command("AT+CCWA=0,0,1", seconds=NETWORK_S),  # a second caller is busy, or diverted
    ),
    can_talk=Command("AT+QPCMV?", "+QPCMV"),
    # Off and on again: after a call that ended with the sound on, the next one would be silent.
    sound_on=Command("AT+QPCMV=0;+QPCMV=1,0"),
    pin_tries=Command('AT+QPINC="SC"', "+QPINC"),
    texts_in_call=False,  # it could, and would hear of no hang-up for the seconds that takes
    technology=Command("AT+QNWINFO", "+QNWINFO"),
    volte=Command('AT+QCFG="ims"', "+QCFG"),
)

MODELS: Mapping[str, Quirks] = {"ec25": QUECTEL}
