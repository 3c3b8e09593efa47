"""ofonod, which drives real modems, finds ours believable: it calls, is called and texts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.sim import ofono
from tests.sim.gsm import AirCall, Ec25, Faults, MobileNetwork
from tests.sim.gsm.network import BUSY
from tests.sim.sip import behaviours

ANA, ION = "+37369000101", "+37369000102"
LACKS = ofono.missing()
pytestmark = [
    pytest.mark.skipif(bool(LACKS), reason=LACKS),
    pytest.mark.asyncio(loop_scope="module"),
]


@dataclass
class Judged:
    """A modem and the ofonod that drives it."""

    modem: Ec25
    network: MobileNetwork
    phone: ofono.Ofono


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Judged]:
    folder = tmp_path_factory.mktemp("ofono")
    network = MobileNetwork()
    # This driver takes a data session in +CLCC for a call of its own.
    with Ec25(network, folder, "+37369000900", Faults(data=False)) as modem:
        async with ofono.ofono(modem, folder) as phone:
            yield Judged(modem, network, phone)
        await network.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def judged(shared: Judged) -> AsyncIterator[Judged]:
    yield shared
    # By itself first: a NO CARRIER while it waits for an answer to +CLCC makes it lose count.
    with contextlib.suppress(ofono.Refused):
        await shared.phone.manager("HangupAll")
    for call in shared.network.calls:
        await call.hang_up()
    await shared.phone.none()
    shared.network.mobiles.clear()


async def test_it_is_identified(judged: Judged) -> None:
    said = await judged.phone.properties("Modem")
    for words in ("Quectel", "EC25", "EC25EFAR06A06M4G", "861107030000016"):
        assert f'"{words}"' in said


async def test_it_is_at_home_in_its_network(judged: Judged) -> None:
    said = await judged.phone.until_it_says("NetworkRegistration", '"Strength"')
    for name, value in (
        ("Status", '"registered"'), ("Technology", '"lte"'), ("Name", '"Simulated"'),
        ("LocationAreaCode", "uint16 6699"), ("Strength", "byte 67"),
        ("MobileCountryCode", '"259"'), ("MobileNetworkCode", '"01"'),
    ):  # fmt: skip
        assert ofono.value(said, name) == value


async def test_it_rings_with_the_number_and_is_answered(judged: Judged) -> None:
    call = await judged.network.caller(ANA).call()
    seen = await judged.phone.one("incoming")
    assert seen.number == ANA
    await judged.phone.ask(seen.path, "VoiceCall.Answer")
    await judged.phone.one("active")
    await call.answered()
    await judged.phone.ask(seen.path, "VoiceCall.Hangup")
    assert not (await call.ended()).ours
    await judged.phone.none()


async def test_a_withheld_number_is_seen_to_be_withheld(judged: Judged) -> None:
    await judged.network.caller("").call()
    assert (await judged.phone.one("incoming")).number == "withheld"


async def test_it_is_told_that_the_caller_gave_up(judged: Judged) -> None:
    call = await judged.network.caller(ANA).call()
    await judged.phone.one("incoming")
    await call.hang_up()
    await judged.phone.none()


async def test_it_refuses_a_call(judged: Judged) -> None:
    call = await judged.network.caller(ANA).call()
    seen = await judged.phone.one("incoming")
    await judged.phone.ask(seen.path, "VoiceCall.Hangup")
    assert (await call.ended()).status == BUSY


async def test_it_dials_and_hears_ringing_answer_and_end(judged: Judged) -> None:
    ana = judged.network.mobile(ANA)
    await judged.phone.manager("Dial", f"string:{ANA}", "string:default")
    rung = await ana.rings()
    assert (await judged.phone.one("alerting")).number == ANA
    rung.answer()
    await judged.phone.one("active")
    await rung.hang_up()
    await judged.phone.none()


async def test_it_takes_back_a_call_that_is_not_picked_up(judged: Judged) -> None:
    ana = judged.network.mobile(ANA)
    await judged.phone.manager("Dial", f"string:{ANA}", "string:default")
    rung = await ana.rings()
    await judged.phone.one("alerting")
    await judged.phone.manager("HangupAll")
    assert not (await rung.ended()).ours
    await judged.phone.none()


@pytest.mark.parametrize("reason", [behaviours.busy(), behaviours.rejects(), behaviours.off()])
async def test_it_sees_the_end_of_a_call_that_cannot_be_had(judged: Judged, reason: object) -> None:
    judged.network.mobile(ANA, reason)  # type: ignore[arg-type]
    await judged.phone.manager("Dial", f"string:{ANA}", "string:default")
    await judged.phone.none()


async def test_a_second_caller_gets_busy_and_the_first_stays(judged: Judged) -> None:
    first = await judged.network.caller(ANA).call()
    seen = await judged.phone.one("incoming")
    await judged.phone.ask(seen.path, "VoiceCall.Answer")
    await first.answered()
    second = await judged.network.caller(ION).call()
    assert (await second.ended()).status == BUSY
    assert (await judged.phone.one("active")).number == ANA


async def test_hold_is_refused_where_there_is_none_and_the_call_stays(
    judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged.network, "holds", False)
    ana = judged.network.mobile(ANA)
    await judged.phone.manager("Dial", f"string:{ANA}", "string:default")
    (await ana.rings()).answer()
    await judged.phone.one("active")
    with pytest.raises(ofono.Refused):
        await judged.phone.manager("SwapCalls")
    assert "AT+CHLD=2" in judged.modem.commands
    assert (await judged.phone.one("active")).number == ANA


async def in_two_calls(judged: Judged) -> tuple[AirCall, AirCall]:
    """Somebody who called waits on hold, somebody else talks with the modem."""
    caller = await judged.network.caller(ION).call()
    seen = await judged.phone.one("incoming")
    await judged.phone.ask(seen.path, "VoiceCall.Answer")
    await judged.phone.one("active")
    ana = judged.network.mobile(ANA)
    await judged.phone.manager("Dial", f"string:{ANA}", "string:default")
    rung = await ana.rings()
    rung.answer()
    await judged.phone.until(
        lambda calls: {call.number: call.state for call in calls} == {ION: "held", ANA: "active"},
        "one held, one active",
    )
    return caller, rung


async def test_it_holds_one_call_for_another_and_takes_it_back(judged: Judged) -> None:
    caller, rung = await in_two_calls(judged)
    active = next(call for call in await judged.phone.calls() if call.state == "active")
    await judged.phone.ask(active.path, "VoiceCall.Hangup")
    assert not (await rung.ended()).ours
    assert (await judged.phone.one("held")).number == ION
    await judged.phone.manager("SwapCalls")
    assert (await judged.phone.one("active")).number == ION
    assert caller.ending is None


async def test_it_joins_two_calls_and_the_rest_goes_on_when_one_leaves(judged: Judged) -> None:
    caller, rung = await in_two_calls(judged)
    await judged.phone.manager("CreateMultiparty")
    await judged.phone.until(
        lambda calls: [call.in_conference for call in calls] == [True, True], "a conference"
    )
    await rung.hears(caller.tone)
    await caller.hears(rung.tone)
    await rung.hang_up()
    assert (await judged.phone.one("active")).number == ION


async def test_it_connects_two_calls_and_leaves_where_the_operator_allows(
    judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, rung = await in_two_calls(judged)
    with pytest.raises(ofono.Refused):
        await judged.phone.manager("Transfer")
    assert caller.ending is rung.ending is None
    monkeypatch.setattr(judged.network, "transfers", True)
    await judged.phone.manager("Transfer")
    await judged.phone.none()
    await rung.hears(caller.tone)
    await caller.hears(rung.tone)
    await caller.hang_up()
    await rung.ended()


async def test_a_join_the_operator_refuses_leaves_both_as_they_were(
    judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged.network, "joins", False)
    caller, rung = await in_two_calls(judged)
    with pytest.raises(ofono.Refused):
        await judged.phone.manager("CreateMultiparty")
    await rung.hears_silence()
    assert caller.ending is None


async def test_texts_go_to_and_fro(judged: Judged) -> None:
    words = "Жалоба {1} " * 12
    await judged.phone.ask(
        ofono.MODEM, "MessageManager.SendMessage", f"string:{ANA}", f"string:{words}"
    )
    assert await judged.network.texts.arrives(ANA) == words
    async with judged.phone.told("IncomingMessage") as told:
        judged.network.texts.text(judged.modem, ANA, words)
        said = await told
    assert words in said
    assert ANA in said
