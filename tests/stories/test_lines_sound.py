"""The same words arrive in every codec and under every lock; never unlocked where a lock is asked.

baresip, a telephone that others wrote, is the far end of all lines that simulators cannot speak.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio

from hotline.media.catalogue import Prompt
from tests.sim import listen
from tests.sim.baresip import Baresip
from tests.sim.box import trunk
from tests.sim.g711 import PCMA, PCMU, Samples
from tests.sim.sip import Exchange, behaviours
from tests.sim.sound import RATE, Tone
from tests.stories.lines import Far, box_on, clear
from tests.stories.stage import PLENTY, SIGNS, STAFF, Stage, heard, office, person, recorded

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA = STAFF["ana"][1]
SAYS = Tone(1800)
HOST = "127.0.0.1"  # baresip sends its sound from there, whatever it names


@dataclass(frozen=True)
class Kind:
    """A kind of telephone: its codec, its lock, what the line to it asks for, what its log says."""

    number: str
    codec: str
    lock: str
    srtp: str
    proof: str
    rate: int = RATE


KINDS = {
    "opus": Kind("+37322900001", "opus/48000/2", "", "off", "opus 48000Hz 2ch"),
    "g722": Kind("+37322900002", "G722/16000/1", "", "off", "G722 16000Hz", 16000),
    "locked": Kind("+37322900003", "PCMA/8000/1", "srtp-mand", "required", "SRTP is Enabled"),
    "lockable": Kind("+37322900004", "PCMU/8000/1", "srtp", "optional", "SRTP is Enabled"),
}
STUBBORN = Kind("+37322900005", "PCMA/8000/1", "srtp-mand", "off", "")
BARE = {"required": "127.0.0.3", "optional": "127.0.0.4", "off": "127.0.0.5"}


@dataclass
class Room:
    """The box, its foreign telephones, and the simulated lines by name; staff are behind "main"."""

    phones: dict[str, Baresip]
    lines: dict[str, Stage]

    @property
    def main(self) -> Stage:
        return self.lines["main"]

    async def calls(self, name: str) -> Baresip:
        """This telephone calls the box and hears its greeting."""
        phone = self.phones[name]
        phone.events.clear()
        host, port = self.main.box.address
        phone.command("dial", f"sip:office@{host}:{port}")
        await phone.tells("CALL_ESTABLISHED")
        await self.main.step(_caller(name), "greeting")
        await phone.lasts(0.3)  # its own sound has to be under way before it can press a key
        return phone


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp("telephones")
    async with AsyncExitStack() as closing:
        phones, trunks = {}, ""
        for name, kind in {**KINDS, "stubborn": STUBBORN}.items():
            account = f"<sip:{kind.number}@{{address}}>;regint=0;audio_codecs={kind.codec}"
            account += f";mediaenc={kind.lock}" if kind.lock else ""
            phone = await Baresip.start(
                folder / name, account, SAYS.lasting(120), host=HOST, rate=kind.rate
            )
            phones[name] = await closing.enter_async_context(phone)
            more = f'outbound = false\nsrtp = "{kind.srtp}"'
            trunks += trunk(name, phone.address, more=more)
        lines = {"main": Far(await Exchange.start())}
        for srtp, host in BARE.items():
            far = Far(await Exchange.start(host), more=f'srtp = "{srtp}"')
            lines[srtp] = far
        stages = await closing.enter_async_context(
            box_on(tmp_path_factory.mktemp("box"), spoken, lines, settings=PLENTY + trunks)
        )
        yield Room(phones, stages)


@pytest_asyncio.fixture(loop_scope="session")
async def room(shared: Room) -> AsyncIterator[Room]:
    await shared.main.opens(office(person("ana")))
    yield shared
    for phone in shared.phones.values():
        phone.command("hangup")
    await clear(shared.lines)


@pytest.mark.parametrize("name", KINDS)
async def test_caller_and_staff_understand_each_other(room: Room, name: str) -> None:
    ana = room.main.staff("ana", AT_ONCE, codecs=(PCMA,))
    phone = await room.calls(name)
    await phone.press("1")
    rung = await ana.rings()
    await rung.hears(SAYS, within=10, lasting=1)
    await rung.lasts(0.5)
    await rung.hang_up()
    await phone.tells("CALL_CLOSED", within=15)
    assert KINDS[name].proof in phone.log()
    assert _seconds_of(ANA, phone.heard()) > 0.8


@pytest.mark.parametrize("name", KINDS)
async def test_what_is_recorded_is_what_was_said(room: Room, name: str) -> None:
    phone = await room.calls(name)
    await phone.press("3")
    await room.main.step(_caller(name), "recording", within=15)
    await phone.lasts(1.5)
    phone.command("hangup")
    await phone.tells("CALL_CLOSED")
    case = await room.main.filed(_caller(name))
    samples = recorded(room.main.recording(case))
    assert _seconds_of(SAYS, samples) > 1.2
    assert _seconds_of(SIGNS[Prompt.MESSAGE_INTRO], phone.heard()) > 0.3


@pytest.mark.parametrize("codec", [PCMA, PCMU])
@pytest.mark.parametrize("staff_codec", [PCMA, PCMU])
async def test_g711_of_either_law_in_either_direction(
    room: Room, codec: int, staff_codec: int
) -> None:
    ana = room.main.staff("ana", AT_ONCE, codecs=(staff_codec,))
    caller = await room.main.forwarded(codecs=(codec,))
    await caller.hears(ANA, lasting=0.5)
    await ana.calls[0].hears(caller.manner.sound, lasting=0.5)
    assert {packet.payload_type for packet in caller.rtp.arrived} == {codec}
    assert {packet.payload_type for packet in ana.calls[0].rtp.arrived} == {staff_codec}


async def test_a_caller_without_a_lock_is_refused_where_a_lock_is_asked(room: Room) -> None:
    line = room.lines["required"]
    caller = await line.caller().call(line.target)
    assert (await caller.ended()).status == 488
    assert len(caller.heard) == 0


async def test_a_telephone_without_a_lock_never_gets_a_call_that_asks_for_one(room: Room) -> None:
    """It answers without a key although only locked sound was offered: the box hangs up."""
    room.main.staff("ana", behaviours.off(503))
    ana = room.lines["required"].staff("ana")
    caller = await room.main.forwarded()
    rung = await ana.rings()
    assert b"RTP/SAVP" in rung.invite.body
    assert b"RTP/AVP" not in rung.invite.body
    rung.answer()
    await rung.ended()
    assert len(rung.heard) == 0
    await caller.hang_up()


async def test_a_lock_that_may_be_left_out_is_no_hindrance(room: Room) -> None:
    stage = room.lines["optional"]
    caller = await stage.called()
    await heard(caller, Prompt.GREETING_OPEN)


async def test_where_no_lock_is_wanted_none_is_pretended(room: Room) -> None:
    phone = room.phones["stubborn"]
    host, port = room.main.box.address
    phone.command("dial", f"sip:office@{host}:{port}")
    closed = await phone.tells("CALL_CLOSED")
    assert closed["param"].startswith("488")


def _caller(name: str) -> Any:
    """Whom the records name as the caller."""
    return SimpleNamespace(number=KINDS[name].number)


def _seconds_of(tone: Tone, samples: Samples) -> float:
    """For how long the tone is there, alone or under others."""
    size = listen.WINDOW
    windows = (samples[n : n + size] for n in range(0, len(samples) - size, size))
    return sum(listen.sounds(window, tone) for window in windows) * size / RATE
