"""Texts: that they came, where they lie, what became of ours. A PDU stands behind a newline."""

from __future__ import annotations

from hotline.at.answers import Event, Prompt, TextCame, TextListed, TextSent, TextStored

PDU = "07917363090000F0040B917363090010F1000062112290000000"

TEXTS: list[tuple[str, Event]] = [
    ("> ", Prompt()),
    (">", Prompt()),
    ('+CMTI: "SM",1', TextStored()),
    ('+CMTI: "ME",41', TextStored()),
    ('+CMTI:"MT", 5', TextStored()),
    ('+CDSI: "SR",22', TextStored()),
    ("+CMGS: 0", TextSent(0)),
    ("+CMGS: 255", TextSent(255)),
    ("+CMGS:14", TextSent(14)),
    (f"+CMGL: 0,0,,18\n{PDU}", TextListed(0, True, PDU)),
    (f"+CMGL: 3,1,,18\n{PDU}", TextListed(3, True, PDU)),
    (f'+CMGL: 12,1,"",18\n{PDU}', TextListed(12, True, PDU)),
    (f"+CMGL: 4,2,,18\n{PDU}", TextListed(4, False, PDU)),
    (f"+CMGL: 4,3,,18\n{PDU}", TextListed(4, False, PDU)),
    (f"+CMGL:3,1,,18\n{PDU}", TextListed(3, True, PDU)),
    (f"+CMT: ,18\n{PDU}", TextCame(PDU)),
    (f'+CMT: "Ana",18\n{PDU}', TextCame(PDU)),
    (f"+CDS: 18\n{PDU}", TextCame(PDU)),
    (f"+CDS:18\n{PDU}", TextCame(PDU)),
]
