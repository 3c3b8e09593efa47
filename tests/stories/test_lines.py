"""The line may be a provider's account or a gateway in the house; strangers get nothing."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hotline.media.catalogue import Prompt
from tests.sim.sip import Exchange, Gateway, behaviours
from tests.stories.stage import CALLERS, STAFF, Stage, heard, office, person, staged

pytestmark = pytest.mark.sip_only

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA = STAFF["ana"][1]
STRANGER = "127.0.0.66"


async def test_a_peer_in_the_house_needs_no_registration(tmp_path: Path, spoken: Path) -> None:
    exchange = await Exchange.start()
    async with staged(tmp_path, spoken, exchange=exchange) as stage:
        await stage.opens(office(person("ana")))
        ana = stage.staff("ana", AT_ONCE)
        caller = await stage.forwarded(tone=CALLERS[0])
        await caller.hears(ANA)
        await ana.calls[0].hears(CALLERS[0])


async def test_behind_a_gateway_with_one_line_the_caller_can_still_leave_a_message(
    tmp_path: Path, spoken: Path
) -> None:
    """The one line is taken by the caller, so nobody can be rung over it."""
    async with staged(tmp_path, spoken, exchange=await Gateway.start(), channels=1) as stage:
        await stage.opens(office(person("ana")))
        ana = stage.staff("ana", AT_ONCE)
        caller = await stage.forwarded()
        await heard(caller, Prompt.MESSAGE_INTRO)
        assert ana.calls == []


async def test_keys_in_the_sound_work_where_the_line_sends_no_events(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    stage.staff("ana", AT_ONCE)
    caller = await stage.called(keys=False)
    await caller.press("1")
    await caller.hears(ANA)


async def test_a_stranger_gets_not_one_byte(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((STRANGER, 0))
        stranger.setblocking(False)
        for method in ("INVITE", "OPTIONS", "REGISTER", "CANCEL"):
            stranger.sendto(_request(method, stranger.getsockname()), stage.box.address)
        # The box has read them when it has answered somebody who came later.
        caller = await stage.called()
        await heard(caller, Prompt.GREETING_OPEN)
        try:
            answer = stranger.recv(4096)
        except BlockingIOError:
            answer = b""
    assert answer == b""
    assert stage.stories("+37322777777") == []


def _request(method: str, here: tuple[str, int]) -> bytes:
    there = f"sip:office@{here[0]}:{here[1]}"
    lines = (
        f"{method} sip:office@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP {here[0]}:{here[1]};branch=z9hG4bK{method}",
        f"From: <sip:+37322777777@{here[0]}>;tag=1",
        "To: <sip:office@127.0.0.1>",
        f"Call-ID: {method}@stranger",
        f"CSeq: 1 {method}",
        f"Contact: <{there}>",
        "Max-Forwards: 70",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode()
