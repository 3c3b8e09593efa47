"""The far side keeps its own promises: two of them talk, with everything that can go wrong."""

from __future__ import annotations

import asyncio
import itertools
import re
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.sim import g711, listen
from tests.sim.sip import (
    INACTIVE,
    Exchange,
    Gateway,
    NotAsExpected,
    Over,
    Provider,
    Sdp,
    Tls,
    behaviours,
)
from tests.sim.sip.exchange import Behaviour
from tests.sim.sip.message import Credentials, digest
from tests.sim.sound import RATE, Silence, Tone, noise, speech

NUMBER = "+37369123456"
WHISPER = speech("A call about orders. Press one to take it.")


@pytest.fixture
async def network() -> AsyncIterator[Exchange]:
    async with await Exchange.start() as one:
        yield one


@pytest.fixture
async def box(network: Exchange) -> AsyncIterator[Exchange]:
    """Stands where the box would."""
    async with await Exchange.start() as one:
        yield one


def _uri(exchange: Exchange, number: str = NUMBER) -> str:
    host, port = exchange.address
    more = (
        "" if exchange.endpoint.transport == "udp" else f";transport={exchange.endpoint.transport}"
    )
    return f"sip:{number}@{host}:{port}{more}"


async def _dial(box: Exchange, network: Exchange, **manner: Any) -> Any:
    return await box.caller("+37322000111", **manner).call(_uri(network))


async def test_a_person_presses_one_only_after_the_whisper(
    box: Exchange, network: Exchange
) -> None:
    network.mobile(NUMBER, behaviours.answers(after=0.1))
    call = await _dial(box, network, tone=Silence())
    await call.answered()
    with pytest.raises(NotAsExpected, match=r"expected keys 1 within 0\.6 s"):
        await call.hears_keys("1", within=0.6)
    call.say(WHISPER)
    await call.hears_keys("1")


async def test_voicemail_answers_speaks_beeps_and_listens(box: Exchange, network: Exchange) -> None:
    network.mobile(NUMBER, behaviours.voicemail(after=0.2, seconds=0.6))
    call = await _dial(box, network)
    await call.answered()
    await call.hears(Tone(620))
    await call.hears(Tone(1000))
    await call.hears_silence(lasting=0.5)
    assert call.keys == ""


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        (behaviours.busy(), 486),
        (behaviours.rejects(603, after=0.1), 603),
        (behaviours.off(480), 480),
        (behaviours.redirects("sip:+882165550100@127.0.0.66"), 302),
    ],
    ids=["busy", "rejected", "off", "redirected"],
)
async def test_nobody_answers_in_many_ways(
    box: Exchange, network: Exchange, behaviour: Behaviour, status: int
) -> None:
    network.mobile(NUMBER, behaviour)
    assert (await (await _dial(box, network)).ended()).status == status


async def test_an_unknown_number_is_not_found_and_noted(box: Exchange, network: Exchange) -> None:
    assert (await (await _dial(box, network)).ended()).status == 404
    assert network.dialled == [NUMBER]


async def test_somebody_picks_up_and_hangs_up(box: Exchange, network: Exchange) -> None:
    network.mobile(NUMBER, behaviours.answers_and_hangs_up(after=0.1, holds=0.2))
    call = await _dial(box, network)
    await call.answered()
    assert not (await call.ended()).ours


async def test_a_call_is_over_though_the_other_end_has_forgotten_it(
    box: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.sim.sip.call.TIMEOUT", 0.3)
    async with await Exchange.start() as network:
        network.mobile(NUMBER, behaviours.never_answers())
        call = await _dial(box, network)
        await call.ringing()
    await call.hang_up()
    assert (call.ending.ours, call.ending.status) == (True, 408)


async def test_a_cancel_meets_the_answer(box: Exchange, network: Exchange) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_as_it_is_cancelled())
    call = await _dial(box, network)
    await call.ringing()
    await call.hang_up()
    rung = await mobile.rings()
    await rung.confirmed()
    assert (await rung.ended()).reason == "hung up by the box"


async def test_ringback_as_sound_before_the_answer(box: Exchange, network: Exchange) -> None:
    network.mobile(NUMBER, behaviours.early_media(behaviours.answers_silently(after=0.5)))
    call = await _dial(box, network)
    await call.hears(Tone(425))
    assert call.answered_at is None
    await call.answered()


@pytest.mark.parametrize("keys", ["1", "90*#"])
async def test_keys_without_telephone_events_are_tones(
    box: Exchange, network: Exchange, keys: str
) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1), keys=False)
    call = await _dial(box, network)
    await call.answered()
    await call.press(keys)
    rung = await mobile.rings()
    await rung.hears(call.tone)
    assert rung.keys == ""
    assert listen.keys(rung.heard) == keys


async def test_a_key_as_event_has_three_ends_and_one_beginning(
    box: Exchange, network: Exchange
) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    call = await _dial(box, network)
    await call.answered()
    await call.press("5", seconds=0.1)
    rung = await mobile.rings()
    await rung.hears_keys("5")
    await rung.hears(call.tone)
    assert [packet.marker for packet in rung.rtp.events] == [True] + [False] * 6
    assert rung.rtp.keys[0].seconds == pytest.approx(0.1)


async def test_numbers_and_times_of_packets_are_without_holes(
    box: Exchange, network: Exchange
) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    call = await _dial(box, network)
    rung = await mobile.rings()
    await rung.hears(call.tone, lasting=1.0)
    steps = {(b.sequence - a.sequence) % 65536 for a, b in itertools.pairwise(rung.rtp.arrived)}
    places = {b.position - a.position for a, b in itertools.pairwise(rung.rtp.arrived)}
    assert (steps, places) == ({1}, {160})


async def test_lost_packets_are_silence_at_their_place(box: Exchange, network: Exchange) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    call = await _dial(box, network, tone=Silence())
    await call.answered()
    call.rtp.faults.loss = 0.1
    piece = noise(2.0, seed=3)
    await call.say(piece)
    rung = await mobile.rings()
    match = listen.find(piece, rung.heard)
    assert 0.85 < match.likeness < 0.99, call.rtp.faults


async def test_late_packets_find_their_place(box: Exchange, network: Exchange) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    call = await _dial(box, network, tone=Silence())
    await call.answered()
    call.rtp.faults.jitter = 0.05
    piece = noise(1.0, seed=3)
    await call.say(piece)
    await call.lasts(0.2)
    rung = await mobile.rings()
    numbers = [packet.sequence for packet in rung.rtp.arrived]
    assert numbers != sorted(numbers)
    assert listen.find(piece, rung.heard).likeness > 0.99


async def test_a_line_that_goes_dead_sends_nothing_more(box: Exchange, network: Exchange) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    call = await _dial(box, network)
    rung = await mobile.rings()
    await rung.hears(call.tone)
    call.rtp.faults.stopped = True
    with pytest.raises(NotAsExpected, match=r"expected tone 1750 Hz"):
        await rung.hears(call.tone, within=0.5, since=rung.rtp.heard.length + RATE // 5)


async def test_a_held_call_hears_nothing_until_it_is_taken_back(
    box: Exchange, network: Exchange
) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    call = await _dial(box, network)
    await call.hears(mobile.tone)
    await call.hold(INACTIVE)
    length = call.rtp.heard.length
    await call.lasts(0.3)
    assert call.rtp.heard.length - length < RATE // 10
    await call.resume()
    await call.hears(mobile.tone, since=call.rtp.heard.length + RATE // 10)


async def test_an_offer_that_comes_late_is_answered_in_the_ack(
    box: Exchange, network: Exchange
) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    call = await _dial(box, network, late_offer=True)
    await call.hears(mobile.tone)
    await (await mobile.rings()).hears(call.tone)


@pytest.mark.parametrize("codec", [g711.PCMU, g711.PCMA])
async def test_both_laws_are_spoken(box: Exchange, network: Exchange, codec: int) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    call = await _dial(box, network, codecs=(codec,))
    await call.hears(mobile.tone)
    assert {packet.payload_type for packet in call.rtp.arrived} == {codec}


async def test_without_a_common_codec_there_is_no_call(box: Exchange, network: Exchange) -> None:
    network.mobile(NUMBER, behaviours.answers_silently(after=0.1), codecs=(g711.PCMU,))
    call = await _dial(box, network, codecs=(g711.PCMA,))
    assert (await call.ended()).status == 488


async def test_sound_can_be_turned_to_a_third_host(box: Exchange, network: Exchange) -> None:
    """What a hijacker would do; the box has to refuse it, a plain telephone does not."""
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    thief = await _dial(box, network)
    await thief.answered()
    call = await _dial(box, network)
    await call.answered()
    offer = Sdp(thief.rtp.address, (g711.PCMA,), None)
    assert (await call.reinvite(offer)).status == 200
    await thief.lasts(0.3)
    rung = mobile.calls[1]
    assert rung.rtp.address in thief.rtp.sources


async def test_the_sentence_of_a_failure_says_what_was_heard(
    box: Exchange, network: Exchange
) -> None:
    network.mobile(NUMBER, behaviours.answers_silently(after=0.1), tone=Silence())
    call = await _dial(box, network)
    await call.answered()
    told = "expected tone 1100 Hz for 0.2 s within 0.4 s; heard: silence"
    with pytest.raises(NotAsExpected, match=re.escape(told)):
        await call.hears(Tone(1100), within=0.4)


async def test_who_waits_in_a_call_that_ends_is_told_at_once(
    box: Exchange, network: Exchange
) -> None:
    network.mobile(NUMBER, behaviours.answers_and_hangs_up(after=0.1, holds=0.2))
    call = await _dial(box, network)
    with pytest.raises(Over, match="hung up by the box"):
        await call.hears(Tone(1100), within=60)


async def test_hostile_names_arrive_as_sent(box: Exchange, network: Exchange) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    name = '"<b>Ион & Ana</b> 🐟 ' + "x" * 4096
    await box.caller("+37322000111", name=name).call(
        _uri(network), headers=(("P-Asserted-Identity", "<sip:+37300@h>"),)
    )
    rung = await mobile.rings()
    assert (rung.name, rung.number) == (name, "+37322000111")
    assert rung.invite.get("P-Asserted-Identity") == "<sip:+37300@h>"


async def test_a_withheld_number_is_anonymous(box: Exchange, network: Exchange) -> None:
    mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    await box.caller("").call(_uri(network))
    assert (await mobile.rings()).number == "anonymous"


async def test_nobody_rung_is_said_in_a_sentence(network: Exchange) -> None:
    with pytest.raises(NotAsExpected, match=r"expected \+37369123456 to be rung within 0.1 s"):
        await network.mobile(NUMBER).rings(within=0.1)


async def test_what_breaks_in_a_behaviour_is_not_lost() -> None:
    began = asyncio.Event()

    async def breaks(call: Any) -> None:
        began.set()
        raise ZeroDivisionError

    network = await Exchange.start()
    async with await Exchange.start() as box:
        network.mobile(NUMBER, breaks)
        await _dial(box, network)
        await began.wait()
    with pytest.raises(ZeroDivisionError):
        await network.stop()


async def test_a_dead_provider_answers_nothing(box: Exchange) -> None:
    async with await Provider.start(users={"office": "secret"}) as provider:
        provider.endpoint.weather.deaf = True
        call = await box.caller("+37322000111").call(_uri(provider))
        await call.lasts(0.7)
        assert call.responses == []
        provider.endpoint.weather.deaf = False
        assert (await call.ended()).status == 407  # the repetition is answered


async def test_the_gateway_answers_one_call_at_a_time(box: Exchange) -> None:
    async with await Gateway.start() as gateway:
        gateway.mobile(NUMBER, behaviours.answers_silently(after=0.1))
        first = await box.caller("+37322000111").call(_uri(gateway))
        await first.answered()
        second = await box.caller("+37322000111").call(_uri(gateway))
        assert (await second.ended()).status == 486
        await first.hang_up()
        third = await box.caller("+37322000111").call(_uri(gateway))
        await third.answered()


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_the_password_has_to_be_right(algorithm: str) -> None:
    fields = {"username": "office", "realm": "sim", "nonce": "n", "uri": "sip:x", "qop": "auth",
              "nc": "00000001", "cnonce": "c", "algorithm": algorithm}  # fmt: skip
    response = digest(fields, "REGISTER", "secret")
    given = Credentials({**fields, "response": response})
    assert given.right("REGISTER", "secret")
    assert not given.right("REGISTER", "Secret")
    assert not given.right("INVITE", "secret")


def test_the_password_of_the_standards_example() -> None:
    """RFC 2617 3.5."""
    fields = {"username": "Mufasa", "realm": "testrealm@host.com", "uri": "/dir/index.html",
              "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093", "qop": "auth", "nc": "00000001",
              "cnonce": "0a4f113b"}  # fmt: skip
    assert digest(fields, "GET", "Circle Of Life") == "6629fae49393a05397450978507c4ef1"


@pytest.mark.parametrize("transport", ["tcp", "tls"])
async def test_calls_over_streams(transport: str, tmp_path: Path) -> None:
    tls = _certificate(tmp_path) if transport == "tls" else None
    async with (
        await Exchange.start(transport=transport, tls=tls) as network,
        await Exchange.start(transport=transport, tls=tls) as box,
    ):
        mobile = network.mobile(NUMBER, behaviours.answers_silently(after=0.1))
        call = await _dial(box, network)
        await call.hears(mobile.tone)
        assert await call.hang_up() == 200


async def test_ten_parties_miss_no_beat(box: Exchange, network: Exchange) -> None:
    """Every packet that was due was sent, in its order, whatever the load."""
    calls = []
    for number in range(5):
        network.mobile(f"{NUMBER}{number}", behaviours.answers_silently(after=0.1))
        calls.append(await box.caller("+373220").call(_uri(network, f"{NUMBER}{number}")))
    await asyncio.gather(*(call.answered() for call in calls))
    await calls[0].lasts(1.0)
    for call in calls:
        places = {b.position - a.position for a, b in itertools.pairwise(call.rtp.sent)}
        assert places == {160}


def _certificate(room: Path) -> Tls:
    key, cert = str(room / "key.pem"), str(room / "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=sim",
         "-addext", "subjectAltName=IP:127.0.0.2"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return Tls(server, ssl.create_default_context(cafile=cert))
