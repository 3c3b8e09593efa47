"""What modems say of their networks is understood in every shape that was seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hotline.at import commands
from hotline.at.answers import Event, Text, parse
from hotline.at.services import (
    Divert,
    Identity,
    NetworkTime,
    Operator,
    Reason,
    SpeechOverLte,
    Technology,
    Ussd,
)

NUMBER = "+37369111222"


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ('+COPS: 0,0,"Moldcell",7', Operator("Moldcell", "4G")),
        ('+COPS: 0,2,"25902"', Operator("25902", "")),
        ("+COPS: 0", Operator("", "")),
        ('+QNWINFO: "FDD LTE","25901","LTE BAND 3",1300', Technology("4G")),
        ('+QNWINFO: "HSPA+","25901","WCDMA 2100",10713', Technology("3G")),
        ("+QNWINFO: No Service", Technology("")),
        ('+QCFG: "ims",1,1', SpeechOverLte(True)),
        ('+QCFG: "ims",1,0', SpeechOverLte(False)),
        ('+CCFC: 1,1,"+37369111222",145,,,20', Divert(True, True, NUMBER)),
        ('+CCFC: 1,1,"37369111222",145', Divert(True, True, NUMBER)),
        ("+CCFC: 0,7", Divert(False, True, "")),
        ("+CCFC: 0,2", Divert(False, False, "")),
        ("+CUSD: 4", Ussd("", more=False, failed=True)),
        ('+CUSD: 1,"1 Balance",15', Ussd("1 Balance", more=True, failed=False)),
        (
            '+CCLK: "26/11/22,09:12:30+08"',
            NetworkTime(datetime(2026, 11, 22, 7, 12, 30, tzinfo=UTC)),
        ),
        (
            '+CCLK: "26/11/22,09:12:30-20"',
            NetworkTime(datetime(2026, 11, 22, 14, 12, 30, tzinfo=UTC)),
        ),
        ("259010000000016", Identity("259010000000016")),
    ],
)
def test_a_line_means_this(line: str, event: Event) -> None:
    assert parse(line) == event


@pytest.mark.parametrize(
    "line",
    [
        '+CCLK: "26/13/45,09:12:30+08"',
        '+CCLK: "26/11/22"',
        "+CCLK: ",
        '+QCFG: "usbcfg",0x2C7C',
        '+QCFG: "ims"',
        "+CCFC: ",
        "+CCFC: 1,x",
        "+COPS: ",
        "12345",
    ],
)
def test_a_line_that_makes_no_sense_means_nothing(line: str) -> None:
    assert parse(line) == Text(line)


@pytest.mark.parametrize("number", ["", "*21#", "+373;+CHUP", "1" * 40])
def test_calls_are_diverted_to_numbers_only(number: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        commands.divert(Reason.UNREACHABLE, number)


@pytest.mark.parametrize("code", ["*21#", "**62*069111222#", "##002#", "*331#", '*100#",15;+CHUP'])
def test_the_network_is_asked_by_codes_that_only_ask(code: str) -> None:
    with pytest.raises(ValueError, match="only asks"):
        commands.ask_network(code, as_septets=False)


def test_a_code_can_be_given_as_septets() -> None:
    command = commands.ask_network("*100#", as_septets=True)
    assert command.text == 'AT+CUSD=1,"AA180C3602",15'
