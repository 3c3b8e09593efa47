"""baresip, a telephone that others wrote, calls and is called by the simulated far side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sim import listen
from tests.sim.baresip import Baresip
from tests.sim.sip import INACTIVE, SENDRECV, Exchange, NotAsExpected, Provider, behaviours
from tests.sim.sound import RATE, Tone, noise, speech

SAYS = Tone(880)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with await Provider.start(users={"office": "secret"}) as one:
        yield one


@pytest.fixture
async def phone(provider: Provider, tmp_path: Path) -> AsyncIterator[Baresip]:
    account = _account(provider, "secret")
    async with await Baresip.start(tmp_path / "phone", account, SAYS.lasting(60)) as one:
        yield one


def _account(provider: Provider, password: str) -> str:
    host, port = provider.address
    return f"<sip:office@{host}:{port}>;auth_pass={password};answermode=auto;regint=60"


async def test_a_telephone_with_the_right_password_is_registered(
    provider: Provider, phone: Baresip
) -> None:
    target = await provider.registered("office")
    assert target.address == phone.address


async def test_a_telephone_with_a_wrong_password_is_refused(
    provider: Provider, tmp_path: Path
) -> None:
    async with await Baresip.start(
        tmp_path / "stranger", _account(provider, "guess"), SAYS.lasting(1)
    ):
        await provider.turned_away()
    assert provider.binding("office") is None


async def test_a_telephone_that_leaves_is_no_longer_registered(
    provider: Provider, phone: Baresip
) -> None:
    await provider.registered("office")
    await phone.stop()
    await provider.unregistered("office")
    with pytest.raises(NotAsExpected, match="expected office to be registered"):
        provider.box("office")


async def test_both_ends_of_a_call_hear_each_other(provider: Provider, phone: Baresip) -> None:
    caller = provider.caller("+37369111222", name="Ion")
    call = await caller.call(await provider.registered("office"))
    await call.answered()
    await call.hears(SAYS, lasting=1.0)
    await call.lasts(0.5)
    assert await call.hang_up() == 200
    await phone.tells("CALL_CLOSED")
    assert listen.tones(phone.heard()[:4000]) == (1750,)


async def test_what_the_caller_says_arrives_whole(provider: Provider, phone: Baresip) -> None:
    words = speech("My order has not arrived. Please call me back.")
    call = await provider.caller("+37369111222").call(await provider.registered("office"))
    await call.answered()
    await call.hears(SAYS)
    await call.say(words)
    await call.lasts(0.5)
    await call.hang_up()
    await phone.tells("CALL_CLOSED")
    match = listen.find(words, phone.heard())
    assert match.likeness > 0.99
    assert (match.head_lost, match.tail_lost) < (0.3, 0.3)  # the words begin and end in silence


async def test_keys_pressed_are_understood_each_once(provider: Provider, phone: Baresip) -> None:
    call = await provider.caller("+37369111222").call(await provider.registered("office"))
    await call.answered()
    await call.hears(SAYS)
    await call.press("10#*9")
    understood = [(await phone.tells("CALL_DTMF_START"))["param"] for _ in range(5)]
    assert understood == ["1", "0", "#", "*", "9"]


async def test_keys_of_the_telephone_are_understood(provider: Provider, phone: Baresip) -> None:
    call = await provider.caller("+37369111222").call(await provider.registered("office"))
    await call.answered()
    await call.hears(SAYS)
    await phone.press("4")
    await call.hears_keys("4")
    assert call.keys == "4"


async def test_a_mobile_is_reached_and_takes_the_call(provider: Provider, phone: Baresip) -> None:
    mobile = provider.mobile("+37369123456", behaviours.answers_silently(after=0.2))
    await provider.registered("office")
    phone.command("dial", "069123456")
    rung = await mobile.rings()
    await phone.tells("CALL_RINGING")
    await phone.tells("CALL_ESTABLISHED")
    await rung.hears(SAYS)
    phone.command("hangup")
    assert not (await rung.ended()).ours
    assert provider.dialled == ["069123456"]


@pytest.mark.parametrize("status", [404, 486, 603])
async def test_a_refusal_of_the_network_is_understood(
    provider: Provider, phone: Baresip, status: int
) -> None:
    provider.mobile("+37369123456", behaviours.off(status))
    await provider.registered("office")
    phone.command("dial", "+37369123456")
    closed = await phone.tells("CALL_CLOSED")
    assert closed["param"].startswith(str(status))


async def test_sound_before_the_answer_is_heard(provider: Provider, phone: Baresip) -> None:
    announces = behaviours.announces(Tone(950), seconds=1.5)
    provider.mobile("+37369123456", announces)
    await provider.registered("office")
    phone.command("dial", "+37369123456")
    await phone.tells("CALL_PROGRESS")
    closed = await phone.tells("CALL_CLOSED")
    assert closed["param"].startswith("480")
    assert listen.tones(phone.heard()[:4000]) == (950,)


async def test_a_call_taken_back_stops_ringing(provider: Provider, phone: Baresip) -> None:
    mobile = provider.mobile("+37369123456", behaviours.never_answers())
    await provider.registered("office")
    phone.command("dial", "+37369123456")
    rung = await mobile.rings()
    await phone.tells("CALL_RINGING")
    phone.command("hangup")
    await rung.cancelled()
    assert (await rung.ended()).status == 487


async def test_hold_and_back_again(provider: Provider, phone: Baresip) -> None:
    call = await provider.caller("+37369111222").call(await provider.registered("office"))
    await call.answered()
    await call.hears(SAYS)
    assert (await call.hold(INACTIVE)).status == 200
    assert call.direction == INACTIVE
    assert (await call.resume()).status == 200
    assert call.direction == SENDRECV
    await call.hears(SAYS, since=call.rtp.heard.length + RATE // 10)


async def test_the_telephone_puts_us_on_hold(provider: Provider, phone: Baresip) -> None:
    call = await provider.caller("+37369111222").call(await provider.registered("office"))
    await call.answered()
    await call.hears(SAYS)
    phone.command("hold")
    await call.asked("INVITE")
    assert call.on_hold
    phone.command("resume")
    await call.asked("INVITE", times=2)
    assert not call.on_hold


async def test_a_direct_call_over_tcp(tmp_path: Path) -> None:
    account = "<sip:desk@127.0.0.9;transport=tcp>;regint=0;answermode=auto"
    async with (
        await Exchange.start(transport="tcp") as exchange,
        await Baresip.start(tmp_path / "desk", account, SAYS.lasting(60)) as desk,
    ):
        host, port = desk.address
        call = await exchange.caller("+37369111222").call(f"sip:desk@{host}:{port};transport=tcp")
        await call.answered()
        await call.hears(SAYS)
        desk.command("hangup")
        assert not (await call.ended()).ours


async def test_the_measured_delay_of_a_word_is_the_wire_alone(
    provider: Provider, phone: Baresip
) -> None:
    """Our own clock: what is said at a known time is found at its place in the sound sent."""
    click = noise(0.5, seed=7)
    call = await provider.caller("+37369111222").call(await provider.registered("office"))
    await call.answered()
    await call.hears(SAYS)
    began = await call.say(click)
    place = listen.find(click, call.rtp.spoken.samples()).offset
    assert call.rtp.sent_at(place) == pytest.approx(began, abs=0.002)
