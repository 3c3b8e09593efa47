"""Whoever sends what to the box: calls go on, strangers get nothing, and it dials for nobody."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from hotline.media.catalogue import Prompt
from tests.hostile.attacks import ATTACKS, Aim, Attack, throw
from tests.hostile.mutants import Mutants
from tests.hostile.strangers import Stranger, pour
from tests.hostile.torture import TORMENTS
from tests.sim.ports import own_host
from tests.sim.sip import behaviours
from tests.stories.stage import CALLERS, STAFF, USER, Stage, heard, office, person, staged

pytestmark = pytest.mark.sip_only

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA = STAFF["ana"][1]
UNANSWERED = {"refer out of the blue"}  # gets silence, for which SIPp would wait half a minute
DEAR = "+882165550100"
MUTANTS = int(os.environ.get("HOTLINE_MUTANTS", "1000"))
SEED = int(os.environ.get("HOTLINE_SEED") or random.SystemRandom().randrange(10**6))
GROWTH = 5 * 1024 * 1024


async def test_strangers_get_not_one_byte_and_do_not_fill_the_log(stage: Stage) -> None:
    box = stage.box
    before = len(box.log())
    async with await Stranger.open() as stranger:
        await stranger.send_all(stranger.scan(box.address, 300), box.address)
        await stranger.send_all([b"\0" * 900, b"\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n"], box.address)
        told = await _answers_over_tcp(stranger, box.address)
        await heard(await stage.called(), Prompt.GREETING_OPEN)
        assert await stranger.silence(0.5)
    assert told == b""
    assert len(box.log()) - before < 2000


async def _answers_over_tcp(stranger: Stranger, to: tuple[str, int]) -> bytes:
    """What comes back on a stream before the box has had time to answer somebody else."""
    host = own_host()
    reader, writer = await asyncio.open_connection(*to, local_addr=(host, 0))
    try:
        for request in stranger.scan(to, 6):
            writer.write(request.replace(b"SIP/2.0/UDP", b"SIP/2.0/TCP"))
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        async with asyncio.timeout(1.0):
            return await reader.read(4096)
    except (TimeoutError, ConnectionError):
        return b""
    finally:
        writer.close()


async def test_an_attack_by_the_provider_itself_comes_to_nothing(
    stage: Stage, tmp_path: Path
) -> None:
    """Each goes on like an honest call, so it fails, too, when the box has broken on the way."""
    async with await Stranger.open("127.0.0.66") as third:
        aim = Aim(third=third.address)
        attacks = [attack for attack in ATTACKS if attack.name not in UNANSWERED]
        results = await asyncio.gather(*(_fallen_for(a, stage, tmp_path, aim) for a in attacks))
        assert [result for result in results if result] == []
        assert third.heard == []
    assert set(stage.dialled) <= {STAFF["ana"][0]}


async def _fallen_for(attack: Attack, stage: Stage, room: Path, aim: Aim) -> str:
    """What SIPp says when the attack worked; "" when it did not."""
    place = room / attack.name.replace(" ", "-")
    host = stage.exchange.address[0]
    try:
        await throw(attack, place, stage.box.address, service=USER, host=host, aim=aim)
    except AssertionError as worked:
        return f"{attack}: {worked}"
    return ""


async def test_a_call_redirected_by_the_network_is_not_followed(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion")))
    host, port = stage.exchange.address
    stage.staff("ana", behaviours.redirects(f"sip:{DEAR}@{host}:{port}"))
    stage.staff("ion", AT_ONCE)
    call = await stage.forwarded()
    await call.hears(STAFF["ion"][1])
    assert DEAR not in stage.dialled


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_broken_messages_of_the_provider_leave_a_call_alone(
    tmp_path: Path, spoken: Path, transport: str
) -> None:
    print(f"HOTLINE_SEED={SEED}")
    async with staged(tmp_path, spoken) as stage:
        await stage.opens(office(person("ana")))
        ana = stage.staff("ana", AT_ONCE)
        call = await stage.forwarded(tone=CALLERS[0])
        await call.hears(ANA)
        async with await Stranger.open(stage.exchange.address[0]) as peer:
            mine, box = peer.address, stage.box.address
            mutants = Mutants(SEED, mine, box)
            torments = [torment.bytes_for(mine, box) for torment in TORMENTS]
            warm_up = [*torments, *mutants.take(500)]  # until every channel is taken
            await _sent(transport, peer, warm_up, box)
            before = _memory(stage)
            await _sent(transport, peer, mutants.take(MUTANTS), box)
        await call.hears(ANA, since=call.rtp.heard.length)
        leg = ana.calls[0]
        await leg.hears(CALLERS[0], since=leg.rtp.heard.length)
        await _is_told(stage)
        print(f"memory grew by {(_memory(stage) - before) / 1024:.0f} KiB")
        assert stage.box.runs
        assert _memory(stage) - before < GROWTH
        assert set(stage.dialled) <= {STAFF["ana"][0]}


async def _is_told(stage: Stage) -> None:
    """Somebody else who calls gets an answer at once, if only that every channel is taken."""
    call = await stage.caller().call(stage.target)
    (answer,) = await asyncio.gather(call.answered(within=5), return_exceptions=True)
    assert not isinstance(answer, BaseException) or "486" in str(answer)


async def _sent(
    transport: str, peer: Stranger, messages: Iterable[bytes], to: tuple[str, int]
) -> None:
    if transport == "udp":
        await peer.send_all(messages, to, per_second=300)
    else:
        await pour(messages, to, peer.address[0])


def _memory(stage: Stage) -> int:
    """Bytes of the daemon in memory."""
    pages = int(Path(f"/proc/{stage.box.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
