"""What modems are known to say is understood; what they never said is text and no crash."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.at.answers import (
    CallEnded,
    CallerId,
    CallOver,
    CallRow,
    CallsChanged,
    CallState,
    CanTalk,
    Done,
    EndReason,
    Event,
    Key,
    Pin,
    PinTries,
    Registration,
    Ring,
    Signal,
    SoundFlow,
    SoundOn,
    Text,
    TextStored,
    parse,
)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("OK", Done(True)),
        ("ERROR", Done(False)),
        ("COMMAND NOT SUPPORT", Done(False)),
        ("+CME ERROR: 14", Done(False, 14)),
        ("+CME ERROR: SIM busy", Done(False)),
        ("+CMS ERROR: 500", Done(False, 500)),
        ("RING", Ring()),
        ("+CRING: VOICE", Ring()),
        ("NO CARRIER", CallEnded("NO CARRIER")),
        ("BUSY", CallEnded("BUSY")),
        ('+CLIP: "+37369000001",145,,,,0', CallerId("+37369000001")),
        ('+CLIP: "447700900123",145', CallerId("+447700900123")),
        ('+CLIP: "069000001",129,"",0,"Ana, home",0', CallerId("069000001")),
        ('+CLIP: "",128,,,,2', CallerId(None)),
        ('+CLIP: "+37369000001",145,,,,1', CallerId(None)),
        (
            '+CLCC: 1,1,4,0,0,"+37369000001",145',
            CallRow(1, True, CallState.INCOMING, True, "+37369000001"),
        ),
        (
            '+CLCC: 1,0,3,0,0,"069000001",129,""',
            CallRow(1, False, CallState.ALERTING, True, "069000001"),
        ),
        ("+CLCC: 1,1,4,0,0", CallRow(1, True, CallState.INCOMING, True, None)),
        ('+CLCC: 2,1,0,1,0,"",128', CallRow(2, True, CallState.ACTIVE, False, None)),
        ('+QIND: "ccinfo",1,1,-1,0,0,"+37369000001",145', CallsChanged()),
        ("^DSCI: 1,0,6,0,069000001,129", CallsChanged()),
        ("+CREG: 0,3", Registration("CREG", 3, True)),
        ("+CREG: 1", Registration("CREG", 1, False)),
        ('+CREG: 2,5,"1A2B","01C3D4E5",7', Registration("CREG", 5, True)),
        ('+CREG: 5,"1A2B","01C3D4E5",7', Registration("CREG", 5, False)),
        ('+CEREG: 1,"12","0001",7', Registration("CEREG", 1, False)),
        ("+CSQ: 31,99", Signal(-51)),
        ("+CSQ: 99,99", Signal(None)),
        ("+CPIN: SIM PIN", Pin("SIM PIN")),
        ('+QPINC: "SC",3,10', PinTries(3)),
        ("+QTONEDET: 35", Key("#")),
        ("+QPCMV: 0,0", SoundFlow(False)),
        ("+QPCMV: 1", SoundFlow(True)),
        ("+CEER: 17", EndReason("17", 17)),
        ("+CPINR: SIM PIN,3,3", PinTries(3)),
        ('+CEER: "User busy"', EndReason("User busy", None)),
    ],
)
def test_modems_are_understood(line: str, event: Event) -> None:
    assert parse(line) == event


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("^ORIG:1,0", CallsChanged()),
        ("^CONF:1", CallsChanged()),
        ("^CONN:1,0", CallsChanged()),
        ("^CEND:1,5,29,16", CallOver(16)),
        ("^CEND:1,0,104,17", CallOver(17)),
        ("^CEND:1,0,29", CallOver()),
        ("^CVOICE:0,8000,16,20", CanTalk(True)),
        ("^CVOICE:1,8000,16,20", CanTalk(False)),
        ("^CPIN: SIM PIN,3,10,3,10,3", PinTries(3)),
        ("^CPIN: READY,,10,2,10,3", PinTries(2)),
        ("^CPIN: SIM PIN,1", PinTries(1)),
        ("^DDTMF: 5", Key("5")),
        ('^SMMEMFULL: "SM"', TextStored()),
    ],
)
def test_huawei_is_understood(line: str, event: Event) -> None:
    assert parse(line) == event


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("VOICE CALL: BEGIN", CallsChanged()),
        ("VOICE CALL: END: 000041", CallOver()),
        ("VOICE CALL: END", CallOver()),
        ("MISSED_CALL: 11:01AM 07712345678", CallsChanged()),
        ("+RXDTMF: 8", Key("8")),
        ("+DTMF: 5,120", Key("5")),
        ("+CPCMREG: 1", SoundOn(True)),
        ("+CPCMREG: 0", SoundOn(False)),
        ("+SPIC: 3,10,0,10", PinTries(3)),
    ],
)
def test_simcom_is_understood(line: str, event: Event) -> None:
    assert parse(line) == event


@pytest.mark.parametrize(
    "line",
    [
        "^RSSI:26",
        "^BOOT:16972234,0,0,0,82",
        "^CPIN: READY",
        "+RXDTMF: 12",
        "VOICE CALL: HELD",
        "VOICE: CALL",
        "+CPINR: SIM PUK,10,10",
        "+CLCC: one",
        "+CLCC: 1,1,9,0,0",
        "+QTONEDET: 7",
        "+QTONEDET: 99999999999999999999",
        '+QIND: "csq",20,99',
        "+CREG:",
        "+CSQ: " + "9" * 5000,
    ],
)
def test_what_makes_no_sense_is_text(line: str) -> None:
    assert parse(line) == Text(line)


def test_a_number_that_is_none_is_not_handed_on() -> None:
    assert parse('+CLIP: "ATD112;",145') == CallerId(None)


NAMES = st.sampled_from(["+CLIP", "+CLCC", "+CREG", "+QIND", "+QTONEDET", "+CPIN", "+CME ERROR"])


@given(line=st.one_of(st.text(), st.builds("{}: {}".format, NAMES, st.text(max_size=80))))
@example(line="+CLCC: ٣,1,4,0,0")
def test_no_line_makes_it_stumble(line: str) -> None:
    parse(line)
