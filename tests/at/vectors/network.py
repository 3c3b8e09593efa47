"""SIM card, registration, signal, and answers that end a command."""

from __future__ import annotations

from hotline.at.answers import Done, Event, Pin, PinTries, Registration, Signal


def _asked(network: str, status: int) -> Registration:
    return Registration(network, status, True)


def _told(network: str, status: int) -> Registration:
    return Registration(network, status, False)


NETWORK: list[tuple[str, Event]] = [
    ("OK", Done(True)),
    ("ERROR", Done(False)),
    ("COMMAND NOT SUPPORT", Done(False)),
    ("TOO MANY PARAMETERS", Done(False)),
    ("+CME ERROR: 3", Done(False, 3)),
    ("+CME ERROR: 10", Done(False, 10)),
    ("+CME ERROR:14", Done(False, 14)),
    ("+CME ERROR: SIM PIN required", Done(False)),
    ("+CME ERROR: operation not allowed", Done(False)),
    ("+CMS ERROR: 322", Done(False, 322)),
    ("+CMS ERROR: 28515", Done(False, 28515)),
    ("+CMS ERROR: unknown error", Done(False)),
    # -- the SIM card
    ("+CPIN: READY", Pin("READY")),
    ("+CPIN:READY", Pin("READY")),
    ("+CPIN: SIM PIN", Pin("SIM PIN")),
    ("+CPIN: SIM PUK", Pin("SIM PUK")),
    ("+CPIN: SIM PIN2", Pin("SIM PIN2")),
    ("+CPIN: PH-NET PIN", Pin("PH-NET PIN")),
    ("+CPIN: NOT INSERTED", Pin("NOT INSERTED")),
    ("+CPIN: NOT READY", Pin("NOT READY")),
    ('+QPINC: "SC",3,10', PinTries(3)),
    ('+QPINC: "SC",0,10', PinTries(0)),
    # -- registration, asked for
    ("+CREG: 0,1", _asked("CREG", 1)),
    ("+CREG: 1,3", _asked("CREG", 3)),
    ("+CREG: 2,0", _asked("CREG", 0)),
    ("+CREG: 1,1,84CD,00D30173", _asked("CREG", 1)),
    ("+CREG: 0,1,84CD,00D30173", _asked("CREG", 1)),
    ('+CREG: 2,1,"8BE3","00002BAF"', _asked("CREG", 1)),
    ("+CREG: 2,1,  F11, F111111", _asked("CREG", 1)),
    ("+CREG: 2,1,000B,2816", _asked("CREG", 1)),
    ('+CREG: 2,5,"1A2B","01C3D4E5",7', _asked("CREG", 5)),
    ('+CREG: 2,6,"8B37","0A265185",7', _asked("CREG", 6)),
    ('+CREG: 0, 1, "0426", "F0,0F"', _asked("CREG", 1)),
    ("+CGREG: 0,2", _asked("CGREG", 2)),
    ('+CGREG: 2,1,"0502","0404736D",2', _asked("CGREG", 1)),
    ("+CEREG: 0,1", _asked("CEREG", 1)),
    ("+CEREG: 2,4", _asked("CEREG", 4)),
    ('+CEREG: 2,1,"1F00","79D903",7', _asked("CEREG", 1)),
    ("+CEREG: 2,1, 1F00, 79D903 ,7", _asked("CEREG", 1)),
    ('+CEREG: 1,5,"1F00","79D903",7', _asked("CEREG", 5)),
    # -- registration, told unasked
    ("+CREG: 3", _told("CREG", 3)),
    ("+CREG:1", _told("CREG", 1)),
    ("+CREG: 1,84CD,00D30156", _told("CREG", 1)),
    ('+CREG: 1,"8BE3","00002BAF"', _told("CREG", 1)),
    ('+CREG: 1,"1422","00000142",3', _told("CREG", 1)),
    ('+CREG: 5,"12","0001",7', _told("CREG", 5)),
    ("+CREG: 2,0000,0000", _told("CREG", 2)),
    ("+CGREG: 1,1422,00000142,3", _told("CGREG", 1)),
    ("+CEREG: 1", _told("CEREG", 1)),
    ('+CEREG: 1,"1F00","79D903",7', _told("CEREG", 1)),
    ("+CEREG: 1, 1F00, 79D903 ,7", _told("CEREG", 1)),
    # -- signal
    ("+CSQ: 0,0", Signal(-113)),
    ("+CSQ: 13,99", Signal(-87)),
    ("+CSQ:31,0", Signal(-51)),
    ("+CSQ: 17", Signal(-79)),
    ("+CSQ: 99,99", Signal(None)),
    ("+CSQ: 199,99", Signal(None)),
]
