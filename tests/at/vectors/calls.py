"""Calls: who rings, what is listed, keys, and how they end."""

from __future__ import annotations

from hotline.at.answers import (
    CallEnded,
    CallerId,
    CallRow,
    CallsChanged,
    CallState,
    EndReason,
    Event,
    Key,
    Ring,
    SoundFlow,
)

CALLS: list[tuple[str, Event]] = [
    ("RING", Ring()),
    ("+CRING: VOICE", Ring()),
    ("+CRING:VOICE", Ring()),
    # -- who: with and without what may follow the number
    ('+CLIP: "+37369000001",145,"",,"",0', CallerId("+37369000001")),
    ('+CLIP: "+37369000001",145,,,,0', CallerId("+37369000001")),
    ('+CLIP: "+37369000001",145', CallerId("+37369000001")),
    ('+CLIP: "37369000001",145,,,,0', CallerId("+37369000001")),
    ('+CLIP: "069000001",129,"",0,"",0', CallerId("069000001")),
    ('+CLIP: "069000001",161,"",,"Ana",0', CallerId("069000001")),
    ('+CLIP: "069000001",129,,,"Ana, at home",0', CallerId("069000001")),
    ('+CLIP: "112",129', CallerId("112")),
    ('+CLIP: "*111#",129', CallerId("*111#")),
    ('+CLIP:"+37369000001",145', CallerId("+37369000001")),
    ('+CLIP: "",128,,,,1', CallerId(None)),
    ('+CLIP: "+37369000001",145,,,,1', CallerId(None)),
    ('+CLIP: "069000001",129,"",0,"",2', CallerId(None)),
    ('+CLIP: "",128,,,,2', CallerId(None)),
    ('+CLIP: "",128', CallerId(None)),
    ("+CLIP: ,128", CallerId(None)),
    ('+CLIP: "Unknown",128', CallerId(None)),
    # -- which calls there are
    ('+CLCC: 1,1,0,0,0,"123456789",161', CallRow(1, True, CallState.ACTIVE, True, "123456789")),
    ("+CLCC: 1,1,0,0,0", CallRow(1, True, CallState.ACTIVE, True, None)),
    (
        '+CLCC: 3,1,0,0,0,"987654321",161,"Alice"',
        CallRow(3, True, CallState.ACTIVE, True, "987654321"),
    ),
    ('+CLCC: 2,1,5,0,0,"987654321",161', CallRow(2, True, CallState.WAITING, True, "987654321")),
    ('+CLCC: 1,0,2,0,0,"112",129', CallRow(1, False, CallState.DIALING, True, "112")),
    ('+CLCC: 1,0,3,0,0,"112",129', CallRow(1, False, CallState.ALERTING, True, "112")),
    ('+CLCC: 2,0,1,0,1,"112",129', CallRow(2, False, CallState.HELD, True, "112")),
    (
        '+CLCC:1,1,4,0,0,"+37369000001",145',
        CallRow(1, True, CallState.INCOMING, True, "+37369000001"),
    ),
    (
        '+CLCC: 1,1,4,0,0,"37369000001",145,"",0',
        CallRow(1, True, CallState.INCOMING, True, "+37369000001"),
    ),
    ('+CLCC: 1,1,4,0,0,"",128', CallRow(1, True, CallState.INCOMING, True, None)),
    ('+CLCC: 1,1,4,1,0,"069000001",129', CallRow(1, True, CallState.INCOMING, False, "069000001")),
    ('+CLCC: 2,1,0,1,0,"",128', CallRow(2, True, CallState.ACTIVE, False, None)),
    ('+CLCC: 1,0,0,9,0,"069000001",129', CallRow(1, False, CallState.ACTIVE, False, "069000001")),
    # -- something changed
    ('+QIND: "ccinfo",1,0,2,0,0,"069000001",129', CallsChanged()),
    ('+QIND: "ccinfo",1,1,4,0,0,"+37369000001",145', CallsChanged()),
    ('+QIND: "ccinfo",1,1,-1,0,0,"+37369000001",145', CallsChanged()),
    ('+QIND: "ccinfo",2,1,0,1,0,"",128', CallsChanged()),
    ("^DSCI: 1,1,4,0,069000001,129", CallsChanged()),
    ("^DSCI: 1,0,3,0,+37369000001,145", CallsChanged()),
    ("^DSCI: 1,1,6,0,,128", CallsChanged()),
    # -- keys and sound
    *((f"+QTONEDET: {ord(key)}", Key(key)) for key in "0123456789*#ABCD"),
    ("+QTONEDET:53", Key("5")),
    ("+QPCMV: 0,0", SoundFlow(False)),
    ("+QPCMV: 1,0", SoundFlow(True)),
    ("+QPCMV: 0", SoundFlow(False)),
    # -- the end
    ("NO CARRIER", CallEnded("NO CARRIER")),
    ("no carrier", CallEnded("NO CARRIER")),
    ("BUSY", CallEnded("BUSY")),
    ("NO ANSWER", CallEnded("NO ANSWER")),
    ("NO DIALTONE", CallEnded("NO DIALTONE")),
    ("+CEER: 16", EndReason("16", 16)),
    (
        '+CEER: "CC setup error","User busy",17',
        EndReason("CC setup error, User busy, 17", 17),
    ),
    ("+CEER: Normal call clearing", EndReason("Normal call clearing", None)),
    ("+CEER: No cause information available", EndReason("No cause information available", None)),
]
