"""A SIP line mends itself, says how it is, and lets in only its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from hotline.errors import CallerGone, LineDown
from hotline.lines import sip
from hotline.lines.port import Cause, Leg
from hotline.lines.sip import Guard, SipLeg, SipLine
from hotline.options import Trunk

UP = "Callers can reach you on this line."


class StackDouble:
    """The SIP stack's side: notes what was asked, answers when the test says so."""

    def __init__(self) -> None:
        self.allowed: set[str] = set()
        self.names: dict[str, str] = {}
        self.networks: tuple[str, ...] = ()
        self.registered = asyncio.Semaphore(0)
        self.invited: list[str] = []
        self.headers: dict[str, str] = {}
        self.hung_up: list[int] = []
        self.answers = self.unregistered = self.closed = 0
        self.agrees = lambda: None

    def account(self, trunk: Trunk, listener: SipLine) -> StackDouble:
        return self

    def allow(self, networks: Iterable[str]) -> None:
        self.allowed = set(networks)

    def know(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)

    def register(self) -> None:
        self.registered.release()

    def unregister(self) -> None:
        self.unregistered += 1
        self.agrees()

    def ask_options(self, uri: str) -> None: ...

    def invite(self, uri: str, headers: dict[str, str], listener: SipLeg) -> StackDouble:
        self.invited.append(uri)
        self.headers = headers
        return self

    def close(self) -> None:
        self.closed += 1

    def answer(self) -> None:
        self.answers += 1

    def ring(self) -> None: ...

    def hang_up(self, code: int = 0) -> None:
        self.hung_up.append(code)


def provider(**more: Any) -> Trunk:
    usual = {"name": "office", "kind": "provider", "host": "192.0.2.1", "keep_alive_seconds": 0}
    return Trunk(**usual | more)


async def started(trunk: Trunk) -> tuple[SipLine, StackDouble, list[Leg]]:
    stack, rings = StackDouble(), list[Leg]()
    line = SipLine(trunk, "MD", stack, Guard(stack))
    await line.start(rings.append)
    async with asyncio.timeout(5):
        await stack.registered.acquire()
    line.on_registration(200, "OK")
    return line, stack, rings


async def test_how_fast_a_provider_answers_is_known_and_silence_is_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = asyncio.get_running_loop().time()
    line, *_ = await started(provider(keep_alive_seconds=30))
    assert line.reading().trip is None
    times = iter([clock + 0.025, clock + 0.1, clock + 32.1])
    line._asked_at = clock
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: next(times, clock + 99))
    line.on_options_reply(200)
    assert line.reading().trip == pytest.approx(25.0)
    line.on_options_reply(408)
    assert line.reading().trip is None
    monkeypatch.undo()
    await line.stop()


async def test_a_refused_password_is_told_in_plain_words_and_not_hammered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    line, stack, _ = await started(provider())
    monkeypatch.setattr(sip.asyncio, "sleep", _noting(waits))
    line.on_registration(403, "Forbidden")
    await stack.registered.acquire()
    assert not line.state().up
    assert "password" in line.state().words
    assert waits[0] >= 0.8 * sip.REFUSED_RETRY_S
    await line.stop()


@pytest.mark.parametrize(
    ("number", "told"),
    [("+37322000900", {"P-Preferred-Identity": "<sip:+37322000900@192.0.2.1>"}), (None, {})],
)
async def test_whoever_is_called_sees_the_number_of_the_office(
    number: str | None, told: dict[str, str]
) -> None:
    line, stack, _ = await started(provider(number=number))
    line.dial("+37369000101")
    assert stack.headers == told
    await line.stop()


async def test_a_silent_provider_is_asked_again_ever_more_slowly_but_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    line, stack, _ = await started(provider())
    monkeypatch.setattr(sip.asyncio, "sleep", _noting(waits))
    for _ in range(12):
        line.on_registration(408, "Timeout")
        await stack.registered.acquire()
    assert waits[0] < 3
    assert max(waits) <= 1.2 * sip.LONGEST_RETRY_S
    assert waits[-1] >= 0.8 * sip.LONGEST_RETRY_S
    line.on_registration(200, "OK")
    assert line.state().up
    await line.stop()


async def test_a_provider_that_asks_for_peace_gets_it_within_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    line, stack, _ = await started(provider())
    monkeypatch.setattr(sip.asyncio, "sleep", _noting(waits))
    for peace in (45, 86400):
        line.on_registration(503, "Service Unavailable", peace)
        await stack.registered.acquire()
    assert waits == [45, sip.LONGEST_RETRY_S]
    await line.stop()


async def test_a_line_that_lacks_the_public_authorities_says_so_and_comes_up_once_they_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file, real, said = tmp_path / "ca-certificates.crt", asyncio.sleep, list[str]()

    async def installed_meanwhile(seconds: float) -> None:
        file.touch()
        await real(0)

    monkeypatch.setattr(sip, "public_authorities", lambda: file)
    monkeypatch.setattr(sip.asyncio, "sleep", installed_meanwhile)
    stack = StackDouble()
    line = SipLine(provider(transport="tls"), "MD", stack, Guard(stack))
    line.on_state = lambda state: said.append(state.words)
    await line.start(lambda leg: None)
    async with asyncio.timeout(5):
        await stack.registered.acquire()
    assert said[0] == (
        "There are no certificates of the public authorities on this machine"
        f" ({file}); install ca-certificates."
    )
    assert said[-1] == "The line is registering."
    await line.stop()


@pytest.mark.parametrize(
    "more",
    [{"transport": "udp"}, {"transport": "tls", "tls_ca": Path("provider.pem")}],
    ids=["no TLS", "an authority of its own"],
)
async def test_a_line_that_does_not_ask_the_public_authorities_does_not_wait_for_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, more: dict[str, Any]
) -> None:
    monkeypatch.setattr(sip, "public_authorities", lambda: tmp_path / "none")
    line, _, _ = await started(provider(**more))
    assert line.state().up
    await line.stop()


def _noting(waits: list[float]) -> Any:
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await real(0)

    return sleep


async def test_a_gateway_that_stops_answering_is_down_and_up_again_when_it_answers() -> None:
    gateway = Trunk(name="fxo", kind="gateway", host="192.0.2.9", register=False)
    stack = StackDouble()
    line = SipLine(gateway, "MD", stack, Guard(stack))
    line.on_options_reply(200)
    assert line.state().up
    line.on_options_reply(408)
    assert line.state().up
    line.on_options_reply(408)
    assert not line.state().up
    line.on_options_reply(404)
    assert line.state().up


async def test_a_gateway_that_never_answered_is_no_line_that_callers_reach() -> None:
    """The relay of the front panel takes the office's line while one is up."""
    gateway = Trunk(name="fxo", kind="gateway", host="192.0.2.9", register=False)
    stack = StackDouble()
    line = SipLine(gateway, "MD", stack, Guard(stack))
    for _ in range(4):
        line.on_options_reply(408)
        assert not line.state().up


async def test_only_the_addresses_of_the_line_are_let_in() -> None:
    line, stack, _ = await started(provider(register=True))
    assert stack.allowed == {"192.0.2.1"}
    await line.stop()


async def test_a_call_beyond_the_channels_hears_busy_at_once_but_is_written_down() -> None:
    line, stack, rings = await started(provider(channels=1))
    line.on_invite(stack, "INVITE sip:b@h SIP/2.0\r\n\r\n", "192.0.2.1:5060")
    line.on_invite(stack, "INVITE sip:b@h SIP/2.0\r\n\r\n", "192.0.2.1:5060")
    assert stack.hung_up == [486]
    with pytest.raises(CallerGone):
        await rings[1].answer()
    await line.stop()


async def test_a_channel_is_free_again_after_the_call() -> None:
    line, stack, _ = await started(provider(channels=1))
    leg = line.on_invite(stack, "INVITE sip:b@h SIP/2.0\r\n\r\n", "192.0.2.1:5060")
    leg.on_ended(200, "OK")
    await asyncio.sleep(0)
    assert line.free_channels() == 1
    await line.stop()


@pytest.mark.parametrize(
    ("style", "uri"),
    [
        ("+e164", "sip:+37369123456@192.0.2.1:5060;transport=udp"),
        ("00", "sip:0037369123456@192.0.2.1:5060;transport=udp"),
        ("national", "sip:069123456@192.0.2.1:5060;transport=udp"),
    ],
)
async def test_numbers_are_dialled_the_way_the_provider_wants_them(style: str, uri: str) -> None:
    line, stack, _ = await started(provider(number_format=style))
    line.dial("+37369123456")
    assert stack.invited == [uri]
    await line.stop()


async def test_a_line_that_is_down_cannot_be_dialled_out_on() -> None:
    stack = StackDouble()
    line = SipLine(provider(), "MD", stack, Guard(stack))
    with pytest.raises(LineDown):
        line.dial("+37369123456")


async def test_answering_a_caller_who_has_just_gone_says_so() -> None:
    line, stack, _ = await started(provider())
    leg = line.on_invite(stack, "INVITE sip:b@h SIP/2.0\r\n\r\n", "192.0.2.1:5060")
    answering = asyncio.ensure_future(leg.answer())
    await asyncio.sleep(0)
    leg.on_ended(487, "cancelled")
    with pytest.raises(CallerGone):
        await answering
    await line.stop()


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (486, Cause.BUSY),
        (603, Cause.REJECTED),
        (480, Cause.UNREACHABLE),
        (404, Cause.NO_SUCH_NUMBER),
        (503, Cause.LINE_FAILED),
        (403, Cause.LINE_FAILED),
        (488, Cause.LINE_FAILED),
        (400, Cause.FAILED),
        (200, Cause.HUNG_UP),
    ],
)
async def test_why_a_person_was_not_reached_is_told_apart(code: int, cause: Cause) -> None:
    line, _, _ = await started(provider())
    leg = line.dial("+37369123456")
    leg.on_ended(code, "")
    assert leg.gone.result() is cause
    await line.stop()


async def test_a_telephone_that_rang_in_vain_is_told_apart_from_a_line_that_never_spoke() -> None:
    line, _, _ = await started(provider())
    rang, mute = line.dial("+37369123456"), line.dial("+37369123456")
    rang.on_progress(180)
    rang.on_ended(408, "")
    mute.on_ended(408, "")
    assert rang.gone.result() is Cause.NO_ANSWER
    assert mute.gone.result() is Cause.LINE_FAILED
    await line.stop()


async def test_a_gateway_that_says_busy_means_its_own_line() -> None:
    line, _, _ = await started(provider(kind="gateway"))
    leg = line.dial("+37369123456")
    leg.on_ended(486, "")
    assert leg.gone.result() is Cause.LINE_FAILED
    await line.stop()


async def test_a_certificate_that_is_not_accepted_is_told_until_the_line_answers() -> None:
    line, _, _ = await started(provider())
    line.on_bad_certificate("it was issued for another name.")
    line.on_registration(503, "Service Unavailable")
    assert not line.state().up
    assert "another name" in line.state().words
    line.on_registration(200, "OK")
    assert line.state().up
    await line.stop()


async def test_half_a_minute_without_sound_ends_the_call_and_says_why() -> None:
    line, stack, _ = await started(provider())
    leg = line.on_invite(stack, "INVITE sip:b@h SIP/2.0\r\n\r\n", "192.0.2.1:5060")
    leg.on_no_sound()
    leg.on_ended(200, "")
    assert leg.gone.result() is Cause.NO_SOUND
    await line.stop()


async def test_a_line_that_is_taken_out_says_goodbye_and_lets_in_nobody_any_more() -> None:
    line, stack, rings = await started(provider())
    said = list[str]()
    line.on_state = lambda state: said.append(state.words)
    stack.agrees = lambda: line.on_registration(200, "OK")
    await line.leave()
    assert (stack.unregistered, stack.closed, stack.allowed) == (1, 1, set())
    line.on_invite(stack, "INVITE sip:b@h SIP/2.0\r\n\r\n", "192.0.2.1:5060")
    assert (stack.hung_up, rings, said) == ([486], [], [])


async def test_taking_a_line_out_waits_for_no_provider_that_never_let_us_in() -> None:
    line, stack, _ = await started(provider())
    line.on_registration(403, "Forbidden")
    await line.leave()
    assert (stack.unregistered, stack.closed) == (0, 1)


async def test_what_another_line_lets_in_stays_when_one_is_taken_out() -> None:
    line, stack, _ = await started(provider())
    line._guard.let_in("other", "192.0.2.2", "192.0.2.2", ("192.0.2.2",))
    stack.agrees = lambda: line.on_registration(200, "OK")
    await line.leave()
    assert stack.allowed == {"192.0.2.2"}
