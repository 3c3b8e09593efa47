"""The hostile material does what it says; the simulated far side has to survive it."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.hostile import races
from tests.hostile.attacks import ATTACKS, Aim, Attack, throw
from tests.hostile.mutants import Mutants
from tests.hostile.strangers import Stranger, pour
from tests.hostile.torture import TORMENTS, Torment
from tests.sim import listen
from tests.sim.sip import Call, Caller, Ending, Exchange, OutgoingCall, behaviours
from tests.sim.sip.message import NotSip, parse
from tests.sim.sound import RATE, Tone

NUMBER = "+37369123456"
HONEST = "+37369555444"
FALLEN_FOR = {"sound to a third host", "update to a third host"}  # a plain telephone obeys these


@pytest.fixture
async def target() -> AsyncIterator[Exchange]:
    """An ordinary telephone exchange; not the box, so it obeys where the box must not."""
    async with await Exchange.start() as exchange:
        exchange.mobile(NUMBER, behaviours.answers_silently(after=0.05))
        exchange.mobile(HONEST, behaviours.answers_silently(after=0.05))
        yield exchange


@pytest.fixture
async def honest(target: Exchange, caplog: pytest.LogCaptureFixture) -> AsyncIterator[OutgoingCall]:
    """A call that goes on all the time and must not notice anything; nor may anything be logged."""
    async with await Exchange.start() as other:
        host, port = target.address
        call = await other.caller("+37322000111").call(f"sip:{HONEST}@{host}:{port}")
        await call.answered()
        yield call
        await _unharmed(target, call)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def _unharmed(target: Exchange, call: Call) -> None:
    tone = target.mobiles[HONEST[1:]].tone
    await call.hears(tone, since=call.rtp.heard.length)
    assert call.ending is None
    numbers = [packet.sequence for packet in call.rtp.arrived]
    assert {(b - a) % 65536 for a, b in itertools.pairwise(numbers)} == {1}


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.name not in FALLEN_FOR], ids=str)
async def test_an_attack_that_is_refused_ends_content(
    target: Exchange, attack: Attack, tmp_path: Path
) -> None:
    await throw(attack, tmp_path, target.address, service=NUMBER)


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.name in FALLEN_FOR], ids=str)
async def test_an_attack_that_works_is_reported(
    target: Exchange, attack: Attack, tmp_path: Path
) -> None:
    aim = Aim(third=("127.0.0.66", 9000))
    with pytest.raises(AssertionError, match=r"received 'SIP/2\.0 200 OK"):
        await throw(attack, tmp_path, target.address, service=NUMBER, aim=aim)
    last = target.calls[-1].requests[1]
    assert b"c=IN IP4 127.0.0.66" in last.body


async def test_every_torment_of_the_grammar_leaves_a_call_alone(
    target: Exchange, honest: OutgoingCall
) -> None:
    async with await Stranger.open() as stranger:
        data = [torment.bytes_for(stranger.address, target.address) for torment in TORMENTS]
        await stranger.send_all(data, target.address, per_second=200)
        stranger.send(stranger.request("OPTIONS", target.address), target.address)
        assert not await stranger.silence(2.0)


@pytest.mark.parametrize("torment", [t for t in TORMENTS if t.proper], ids=str)
def test_a_proper_torment_is_a_sip_message(torment: Torment) -> None:
    message = parse(torment.bytes_for(("127.0.0.7", 5060), ("127.0.0.2", 5060)))
    assert message.call_id


@pytest.mark.parametrize("name", ["no SIP at all", "half a first line", "a protocol of the future"])
def test_what_is_no_sip_is_told_apart(name: str) -> None:
    torment = next(t for t in TORMENTS if t.name == name)
    with pytest.raises(NotSip):
        parse(torment.bytes_for(("127.0.0.7", 5060), ("127.0.0.2", 5060)))


async def test_mutants_leave_a_call_alone(target: Exchange, honest: OutgoingCall) -> None:
    async with await Stranger.open() as stranger:
        mutants = Mutants(20261122, stranger.address, target.address)
        print(mutants)
        ready = list(mutants.take(1500))
        await stranger.send_all(ready, target.address, per_second=1000)


async def test_mutants_over_tcp_leave_the_door_open() -> None:
    async with await Exchange.start(transport="tcp") as target:
        mutants = Mutants(7, ("127.0.0.7", 5060), target.address)
        print(mutants)
        assert await pour(mutants.take(300), target.address) == 300
        async with await Exchange.start(transport="tcp") as other:
            target.mobile(NUMBER, behaviours.answers_silently(after=0.05))
            host, port = target.address
            uri = f"sip:{NUMBER}@{host}:{port};transport=tcp"
            call = await other.caller("+37322000111").call(uri)
            await call.answered()


def test_the_same_seed_makes_the_same_mutants() -> None:
    here, there = ("127.0.0.7", 5060), ("127.0.0.2", 5060)
    one, same, other = (list(Mutants(seed, here, there).take(300)) for seed in (5, 5, 6))
    assert one == same
    assert one != other


def test_mutants_are_of_every_kind() -> None:
    data = list(Mutants(11, ("127.0.0.7", 5060), ("127.0.0.2", 5060)).take(2000))
    broken = sum(_is_broken(one) for one in data)
    assert 0.1 < broken / len(data) < 0.9  # neither noise alone nor only harmless ones
    assert len(set(data)) > 1900
    assert any(len(one) > 8000 for one in data)
    assert any(re.search(rb"m=audio .*\r\nm=", one, re.DOTALL) for one in data)


async def test_a_scan_is_sent_at_its_pace_and_answers_are_counted(target: Exchange) -> None:
    async with await Stranger.open() as stranger:
        await stranger.send_all(stranger.scan(target.address, 300), target.address, per_second=1000)
        assert not await stranger.silence(2.0)
        assert stranger.bytes_heard > 0


@pytest.mark.parametrize(
    "race",
    [races.cancel_at_once, races.cancel_as_it_is_answered, races.hang_up_before_the_ack],
    ids=lambda race: race.__name__,
)
async def test_after_a_race_no_call_is_left(
    target: Exchange, race: Callable[[Caller, str], Awaitable[Ending]]
) -> None:
    host, port = target.address
    async with await Exchange.start() as other:
        await race(other.caller("+37322000111"), f"sip:{NUMBER}@{host}:{port}")
        await target.calls[0].ended()


async def test_who_vanishes_after_the_answer_stays_silent(target: Exchange) -> None:
    host, port = target.address
    async with await Exchange.start() as other:
        uri = f"sip:{NUMBER}@{host}:{port}"
        call = await races.vanish_after_the_answer(other.caller("+37322000111"), uri)
        await call.lasts(0.3)
        assert target.calls[0].requests == []
        assert target.calls[0].rtp.heard.length < RATE // 4


async def test_a_stranger_shouts_into_a_call(target: Exchange, honest: OutgoingCall) -> None:
    """A plain telephone lets itself be shouted at; the box must not."""
    assert honest.far_address is not None
    async with await Stranger.open() as stranger:
        await stranger.shout(Tone(3050), honest.far_address, seconds=0.6)
        assert stranger.address in target.calls[0].rtp.sources
    assert any(
        listen.sounds(target.calls[0].heard[n : n + listen.WINDOW], Tone(3050))
        for n in range(0, target.calls[0].rtp.heard.length, 160)
    )


async def test_silence_is_told_when_nobody_answers() -> None:
    async with await Stranger.open() as stranger, await Stranger.open() as mute:
        stranger.send(stranger.request("OPTIONS", mute.address), mute.address)
        assert await stranger.silence(0.3)


def _is_broken(data: bytes) -> bool:
    try:
        parse(data)
    except NotSip:
        return True
    return False
