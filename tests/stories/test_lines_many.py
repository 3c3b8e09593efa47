"""Several lines at once: each call belongs to its line, and one that fails delays nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.sim.box import BoxUnderTest
from tests.sim.sip import Exchange, Gateway, OutgoingCall, Provider, Target, behaviours
from tests.stories.lines import Far, box_on, clear, line
from tests.stories.stage import PASSWORD, STAFF, Stage, office, person

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA = STAFF["ana"][1]
Lines = dict[str, Stage]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> AsyncIterator[Lines]:
    """Two accounts at one provider, another provider, and two gateways at one address."""
    users = {"sales": PASSWORD, "service": PASSWORD}
    one = await Provider.start("127.0.0.2", users=users)
    other = await Provider.start(
        "127.0.0.3", users={"office": PASSWORD}, algorithm="SHA-256", max_expires=1
    )
    quick = "keep_alive_seconds = 1"
    far = {
        "sales": Far(one, "sales", more='number = "+37322555001"\n' + quick),
        "service": Far(one, "service", more='number = "+37322555002"\n' + quick),
        "other": Far(other, "office", more=quick, channels=2),
        "desk": Far(await Exchange.start("127.0.0.4"), more=quick),
        "cellar": Far(await Gateway.start("127.0.0.4"), channels=1, more=quick),
    }
    async with box_on(tmp_path_factory.mktemp("box"), spoken, far) as stages:
        yield stages


@pytest_asyncio.fixture(loop_scope="session")
async def lines(shared: Lines) -> AsyncIterator[Lines]:
    await shared["sales"].opens(office(person("ana", ring_seconds=20)))
    yield shared
    for stage in shared.values():
        stage.exchange.endpoint.weather.deaf = False
        if isinstance(stage.exchange, Provider):
            stage.exchange.refuses_calls = 0
    await clear(shared)
    await _all_up(shared)


async def _all_up(lines: Lines) -> None:
    box = lines["sales"].box
    await box.until(lambda status: all(one.up for one in status.lines), "all lines up", 15)


def _nobody_but(lines: Lines, *names: str) -> None:
    """Only these lines reach Ana; the others refuse as a provider does who has no way on."""
    for name, stage in lines.items():
        stage.staff("ana", AT_ONCE if name in names else behaviours.off(503))


# -- whose call is it? ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sales", "service", "other", "desk", "cellar"])
async def test_a_call_belongs_to_the_line_on_which_it_came(lines: Lines, name: str) -> None:
    caller = await lines[name].called()
    await caller.hang_up()
    assert (await lines[name].story(caller)).call.line == name


@pytest.mark.parametrize(
    ("number", "name"), [("+37322555001", "sales"), ("37322555002", "service")]
)
async def test_of_two_accounts_at_one_provider_the_number_dialled_decides(
    lines: Lines, number: str, name: str
) -> None:
    """Some providers dial the number, not the name of the account, and name themselves in To."""
    stage = lines[name]
    host, port = stage.box.address
    target = Target(f"sip:{number}@{host}:{port}", stage.box.address)
    caller = await stage.caller().call(target, to=number)
    await caller.answered()
    await caller.hang_up()
    assert (await stage.story(caller)).call.line == name


async def test_calls_on_all_lines_at_once_each_belong_to_their_own(lines: Lines) -> None:
    callers = await asyncio.gather(*(stage.called() for stage in lines.values()))
    await asyncio.gather(*(caller.hang_up() for caller in callers))
    for (name, stage), caller in zip(lines.items(), callers, strict=True):
        assert (await stage.story(caller)).call.line == name


# -- over which line are the staff rung? ----------------------------------------------------------


async def test_the_staff_are_rung_over_the_first_line_that_can(lines: Lines) -> None:
    _nobody_but(lines, *lines)
    caller = await lines["desk"].forwarded()
    await caller.hears(ANA)
    assert len(lines["sales"].exchange.dialled) == 1
    assert lines["other"].exchange.dialled == []


@pytest.mark.parametrize("refusal", [403, 488, 500, 503])
async def test_when_the_line_refuses_the_same_person_is_rung_over_the_next_at_once(
    lines: Lines, refusal: int
) -> None:
    _nobody_but(lines, "other")
    provider = lines["sales"].exchange
    assert isinstance(provider, Provider)
    provider.refuses_calls = refusal
    caller = await lines["desk"].forwarded()
    pressed = asyncio.get_running_loop().time()
    rung = await lines["other"].exchange.mobiles[STAFF["ana"][0].lstrip("+")].rings()
    assert rung.begun_at - pressed < 2
    await caller.hears(ANA)
    assert "other_line" in [step.what for step in await _steps(lines["desk"], caller)]


async def test_a_line_without_a_free_channel_is_passed_over(lines: Lines) -> None:
    """The provider refuses, two callers fill the next line: only the gateway is left."""
    _nobody_but(lines, "desk", "other")
    full = [await lines["other"].called() for _ in range(2)]
    caller = await lines["sales"].forwarded()
    await caller.hears(ANA)
    assert lines["other"].exchange.dialled == []
    assert len(lines["desk"].exchange.dialled) == 1
    assert all(one.ending is None for one in full)


async def test_a_gateway_whose_line_is_in_use_gives_way_too(lines: Lines) -> None:
    """It says busy (486), and means its own line: Ana is not busy."""
    for name, stage in lines.items():
        stage.staff("ana", behaviours.off(503 if name != "desk" else 486))
    lines["cellar"].staff("ana", AT_ONCE)
    caller = await lines["other"].forwarded()
    await caller.hears(ANA)
    assert len(lines["cellar"].exchange.dialled) == 1


async def test_a_person_who_is_busy_is_not_rung_again_over_another_line(lines: Lines) -> None:
    _nobody_but(lines, *lines)
    lines["sales"].staff("ana", behaviours.busy())
    caller = await lines["desk"].forwarded()
    await lines["desk"].step(caller, "not_reached")
    assert len(lines["sales"].exchange.dialled) == 1
    assert lines["other"].exchange.dialled == []


async def test_a_line_that_has_just_died_holds_nobody_up_for_long(lines: Lines) -> None:
    """Nobody has noticed yet: the box does, when not even "trying" comes back."""
    _nobody_but(lines, "other")
    lines["sales"].exchange.endpoint.weather.deaf = True
    caller = await lines["other"].forwarded()
    begun = asyncio.get_running_loop().time()
    await caller.hears(ANA, within=15)
    assert asyncio.get_running_loop().time() - begun < 10


async def test_a_dead_line_is_told_and_not_tried_and_comes_back_by_itself(lines: Lines) -> None:
    _nobody_but(lines, "other")
    box = lines["sales"].box
    lines["sales"].exchange.endpoint.weather.deaf = True
    await box.until(lambda _: not line(box, "sales").up, "the line down", 40)
    assert "does not answer" in line(box, "sales").words
    caller = await lines["other"].forwarded()
    await caller.hears(ANA, within=4)
    lines["sales"].exchange.endpoint.weather.deaf = False
    await _all_up(lines)


# -- registration ----------------------------------------------------------------------------------


async def test_a_registration_is_refreshed_before_it_runs_out(lines: Lines) -> None:
    """This provider grants one second at a time."""
    provider = lines["other"].exchange
    assert isinstance(provider, Provider)
    before = provider.registrations
    await lines["other"].box.until(lambda _: provider.registrations > before + 2, "refreshed")
    assert line(lines["other"].box, "other").up


async def test_after_a_refused_registration_the_box_waits_as_asked_and_registers_again(
    lines: Lines,
) -> None:
    """This provider asks for five seconds of peace."""
    provider = lines["other"].exchange
    assert isinstance(provider, Provider)
    box = lines["other"].box
    provider.refuses = 503
    await box.until(lambda _: not line(box, "other").up, "the refusal told")
    refused = asyncio.get_running_loop().time()
    provider.refuses = 0
    await box.until(lambda _: line(box, "other").up, "registered again", 15)
    assert asyncio.get_running_loop().time() - refused > 4


async def test_a_box_that_stops_takes_its_registration_back(tmp_path: Path) -> None:
    async with await Provider.start("127.0.0.5", users={"office": PASSWORD}) as provider:
        box = BoxUnderTest(tmp_path, office(), Far(provider, "office").trunk("office"))
        await box.set_up()
        await box.start()
        await provider.registered("office")
        assert await box.stop() == 0
        await provider.unregistered("office", within=1)


async def _steps(stage: Stage, caller: OutgoingCall) -> list[object]:
    await caller.hang_up()
    return list((await stage.story(caller)).steps)
