"""SIPp, which follows its scenario to the letter, calls and is called by the simulated far side."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.sim import g711, listen
from tests.sim.scenario import Scenario, ask, reply, sdp
from tests.sim.sip import Exchange, Gateway, Provider, Target, behaviours
from tests.sim.sipp import PCAPS, Sipp
from tests.sim.sound import RATE, Tone

NUMBER = "+37369123456"
SERVICE = ("-s", NUMBER)
AS_OFFICE = ("-s", "office", "-au", "office")


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with await Exchange.start() as one:
        yield one


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with await Provider.start(users={"office": "secret"}) as one:
        yield one


def _registers(expires: int, *answers: int) -> Scenario:
    """REGISTER, its challenge, REGISTER with the password, and what comes then."""
    header = f"Expires: {expires}"
    scenario = Scenario("registers").send(ask("REGISTER", header)).expect(401, auth=True)
    scenario.send(ask("REGISTER", header, "[authentication]", cseq=2))
    for status in answers:
        scenario.expect(status)
    return scenario


def _calls() -> Scenario:
    return Scenario("calls").send(ask("INVITE", body=sdp())).expect(100, optional=True)


def _is_called() -> Scenario:
    return Scenario("is-called").expect_request("INVITE").send(reply("180 Ringing"), repeat=False)


ACK = ask("ACK", inside=True)
BYE = ask("BYE", cseq=9, inside=True)
ANSWERS = reply("200 OK", body=sdp())


async def _listening(room: Path, scenario: Scenario, *options: str) -> tuple[Sipp, Target]:
    """SIPp waiting for our call."""
    sipp = await Sipp.start(room, scenario.write(room), *options)
    host, port = sipp.address
    return sipp, Target(f"sip:{NUMBER}@{host}:{port}", sipp.address)


async def test_registration_with_the_right_password(provider: Provider, tmp_path: Path) -> None:
    file = _registers(120, 200).write(tmp_path)
    async with await Sipp.start(
        tmp_path, file, *AS_OFFICE, "-ap", "secret", to=provider.address
    ) as sipp:
        await sipp.succeeds()
    assert provider.box("office").address == sipp.address


async def test_registration_with_a_wrong_password(provider: Provider, tmp_path: Path) -> None:
    file = _registers(120, 403).write(tmp_path)
    async with await Sipp.start(
        tmp_path, file, *AS_OFFICE, "-ap", "guess", to=provider.address
    ) as sipp:
        await sipp.succeeds()
    assert provider.binding("office") is None


async def test_a_registration_is_taken_back(provider: Provider, tmp_path: Path) -> None:
    for expires in (120, 0):
        room = tmp_path / str(expires)
        file = _registers(expires, 200).write(room)
        async with await Sipp.start(
            room, file, *AS_OFFICE, "-ap", "secret", to=provider.address
        ) as sipp:
            await sipp.succeeds()
    assert provider.binding("office") is None


async def test_a_provider_in_trouble_says_so(provider: Provider, tmp_path: Path) -> None:
    provider.refuses = 503
    file = Scenario("refused").send(ask("REGISTER")).expect(503, check="Retry-After: 5")
    async with await Sipp.start(
        tmp_path, file.write(tmp_path), *AS_OFFICE, to=provider.address
    ) as sipp:
        await sipp.succeeds()


async def test_calls_out_need_the_password(provider: Provider, tmp_path: Path) -> None:
    provider.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    scenario = Scenario("proves").send(ask("INVITE", body=sdp())).expect(407, auth=True)
    scenario.send(ask("ACK"))
    scenario.send(ask("INVITE", "[authentication]", body=sdp(), cseq=2))
    scenario.expect(100).expect(180).expect(200).send(ask("ACK", cseq=2, inside=True))
    scenario.send(BYE).expect(200)
    async with await Sipp.start(
        tmp_path, scenario.write(tmp_path), *SERVICE, "-au", "office", "-ap", "secret",
        to=provider.address,
    ) as sipp:  # fmt: skip
        await sipp.succeeds()
    assert provider.dialled == [NUMBER]


async def test_a_mobile_hears_what_is_streamed_to_it(exchange: Exchange, tmp_path: Path) -> None:
    sound = tmp_path / "tone.alaw"
    sound.write_bytes(g711.encode(Tone(1333).lasting(3), g711.PCMA))
    scenario = _calls().expect(180).expect(200).send(ACK)
    scenario.stream(sound).pause(1500).send(BYE).expect(200)
    mobile = exchange.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    async with await Sipp.start(
        tmp_path, scenario.write(tmp_path), *SERVICE, to=exchange.address
    ) as sipp:
        call = await mobile.rings()
        await call.hears(Tone(1333), lasting=1.0)
        assert not (await call.ended()).ours
        await sipp.succeeds()


@pytest.mark.parametrize("key", ["1", "pound"])
async def test_keys_recorded_from_a_real_telephone(
    exchange: Exchange, tmp_path: Path, key: str
) -> None:
    """SIPp itself may play a capture only as root; its packets are sent from here instead."""
    scenario = _calls().expect(180).expect(200).send(ACK).pause(1500).send(BYE).expect(200)
    mobile = exchange.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    async with await Sipp.start(
        tmp_path, scenario.write(tmp_path), *SERVICE, to=exchange.address
    ) as sipp:
        call = await mobile.rings()
        await call.confirmed()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as telephone:
            for packet in _rtp_in(PCAPS / f"dtmf_2833_{key}.pcap"):
                telephone.sendto(packet, call.rtp.address)
                await call.lasts(0.02)
        await sipp.succeeds()
    assert call.keys == {"pound": "#"}.get(key, key)


def _rtp_in(capture: Path) -> Iterator[bytes]:
    """The UDP payloads of a capture file of Ethernet and IPv4."""
    data = capture.read_bytes()
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    place = 24
    while place + 16 <= len(data):
        kept = struct.unpack_from(f"{order}I", data, place + 8)[0]
        yield data[place + 16 + 14 + 20 + 8 : place + 16 + kept]
        place += 16 + kept


async def test_a_caller_hears_its_own_tone_back(exchange: Exchange, tmp_path: Path) -> None:
    """SIPp echoes each packet: sound, numbering and pace have to survive the way there and back."""
    scenario = _is_called().send(ANSWERS).expect_request("ACK").expect_request("BYE")
    scenario.send(reply("200 OK", tag=False), repeat=False)
    sipp, target = await _listening(tmp_path, scenario, "-rtp_echo")
    async with sipp:
        call = await exchange.caller("+37322000111").call(target)
        await call.ringing()
        await call.answered()
        await call.hears(Tone(1750), lasting=2.0)
        await call.hang_up()
        await sipp.succeeds()
    numbers = [packet.sequence for packet in call.rtp.arrived]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert set(listen.tones(call.heard[:RATE])) == {1750}


@pytest.mark.parametrize("status", ["486 Busy Here", "603 Decline"])
async def test_a_refusal_is_acknowledged(exchange: Exchange, tmp_path: Path, status: str) -> None:
    scenario = _is_called().send(reply(status)).expect_request("ACK")
    sipp, target = await _listening(tmp_path, scenario)
    async with sipp:
        call = await exchange.caller("+37322000111").call(target)
        assert (await call.ended()).status == int(status[:3])
        await sipp.succeeds()


async def test_a_caller_who_gives_up(exchange: Exchange, tmp_path: Path) -> None:
    scenario = _is_called().expect_request("CANCEL").send(reply("200 OK"), repeat=False)
    scenario.send(
        reply("487 Request Terminated").replace("[last_CSeq:]", "CSeq: 1 INVITE")
    ).expect_request("ACK")
    sipp, target = await _listening(tmp_path, scenario)
    async with sipp:
        call = await exchange.caller("+37322000111").call(target)
        await call.ringing()
        assert await call.hang_up() == 487
        await sipp.succeeds()


async def test_an_answer_that_crosses_the_cancel_is_ended_properly(
    exchange: Exchange, tmp_path: Path
) -> None:
    scenario = _is_called().expect_request("CANCEL").send(reply("200 OK"), repeat=False)
    scenario.send(ANSWERS.replace("[last_CSeq:]", "CSeq: 1 INVITE")).expect_request("ACK")
    scenario.expect_request("BYE").send(reply("200 OK", tag=False), repeat=False)
    sipp, target = await _listening(tmp_path, scenario)
    async with sipp:
        call = await exchange.caller("+37322000111").call(target)
        await call.ringing()
        call.cancel()
        assert (await call.ended()).reason == "answered while we cancelled"
        await sipp.succeeds()


async def test_the_answer_is_repeated_until_a_late_ack(exchange: Exchange, tmp_path: Path) -> None:
    scenario = _calls().expect(180).expect(200).expect(200).expect(200)
    scenario.send(ACK).send(BYE).expect(200)
    mobile = exchange.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    async with await Sipp.start(
        tmp_path, scenario.write(tmp_path), *SERVICE, "-nr", to=exchange.address
    ) as sipp:
        call = await mobile.rings()
        confirmed = await call.confirmed()
        await sipp.succeeds()
    assert call.answered_at is not None
    assert confirmed - call.answered_at > 1.4  # 0.5 s and 1 s: RFC 3261 17.2.1


async def test_our_own_late_ack_comes_late(exchange: Exchange, tmp_path: Path) -> None:
    scenario = _is_called().send(ANSWERS).expect_request("ACK").expect_request("BYE")
    scenario.send(reply("200 OK", tag=False), repeat=False)
    sipp, target = await _listening(tmp_path, scenario)
    async with sipp:
        call = await exchange.caller("+37322000111", late_ack=0.8).call(target)
        await call.answered()
        await call.lasts(1.0)
        await call.hang_up()
        await sipp.succeeds()
    assert sum(message.status == 200 for _, message in call.responses) > 1


async def test_hold_is_answered_as_hold(exchange: Exchange, tmp_path: Path) -> None:
    scenario = _calls().expect(180).expect(200).send(ACK)
    held = ask("INVITE", body=sdp("sendonly", version=2), cseq=2, inside=True)
    scenario.send(held).expect(200, check="a=recvonly").send(ask("ACK", cseq=2, inside=True))
    back = ask("UPDATE", body=sdp(version=3), cseq=3, inside=True)
    scenario.send(back).expect(200, check="a=sendrecv").send(BYE).expect(200)
    mobile = exchange.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    async with await Sipp.start(
        tmp_path, scenario.write(tmp_path), *SERVICE, to=exchange.address
    ) as sipp:
        call = await mobile.rings()
        await sipp.succeeds()
    assert [message.method for message in call.requests] == [
        "ACK",
        "INVITE",
        "ACK",
        "UPDATE",
        "BYE",
    ]


async def test_reliable_provisional_responses_are_refused(
    exchange: Exchange, tmp_path: Path
) -> None:
    exchange.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    scenario = Scenario("prack").send(ask("INVITE", "Require: 100rel", body=sdp()))
    scenario.expect(420, check="Unsupported: 100rel").send(ask("ACK"))
    async with await Sipp.start(
        tmp_path, scenario.write(tmp_path), *SERVICE, to=exchange.address
    ) as sipp:
        await sipp.succeeds()


async def test_calls_survive_a_bad_network(exchange: Exchange, tmp_path: Path) -> None:
    """A fifth of all messages is lost on our side; every call is still made and ended."""
    exchange.endpoint.weather.loss = 0.2
    exchange.mobile(NUMBER, behaviours.answers_silently(after=0.1))
    scenario = Scenario("lossy").send(ask("INVITE", body=sdp()), txn="call")
    scenario.expect(100, optional=True, txn="call").expect(180, optional=True, txn="call")
    scenario.expect(200, txn="call").send(ACK, txn="call").pause(300)
    scenario.send(BYE, txn="bye").expect(200, txn="bye")
    async with await Sipp.start(
        tmp_path, scenario.write(tmp_path), *SERVICE, "-r", "10", to=exchange.address, calls=10
    ) as sipp:
        await sipp.succeeds()
    ended = [call.ending for call in exchange.calls if call.ending]
    assert len(ended) == 10, f"{exchange.endpoint.weather}"


async def test_a_second_call_finds_the_only_office_line_busy(tmp_path: Path) -> None:
    async with await Gateway.start() as gateway:
        mobile = gateway.mobile(NUMBER, behaviours.answers_silently(after=0.1))
        scenario = _calls().expect(180).expect(200).send(ACK)
        scenario.pause(1500).send(BYE).expect(200)
        second = Scenario("second").send(ask("INVITE", body=sdp())).expect(486)
        second.send(ask("ACK"))
        async with await Sipp.start(
            tmp_path, scenario.write(tmp_path), *SERVICE, to=gateway.address
        ) as sipp:
            await mobile.rings()
            async with await Sipp.start(
                tmp_path / "second", second.write(tmp_path), *SERVICE, to=gateway.address
            ) as late:
                await late.succeeds()
            await sipp.succeeds()


async def test_a_call_over_tcp(tmp_path: Path) -> None:
    scenario = _calls().expect(180).expect(200).send(ACK).send(BYE).expect(200)
    async with await Exchange.start(transport="tcp") as exchange:
        mobile = exchange.mobile(NUMBER, behaviours.answers_silently(after=0.1))
        async with await Sipp.start(
            tmp_path, scenario.write(tmp_path), *SERVICE, "-t", "t1", to=exchange.address
        ) as sipp:
            await sipp.succeeds()
        assert len(mobile.calls) == 1
