"""What `lines/port.py` promises of every line, whatever it is made of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from tests.lines.drivers import BOTH_WAYS, DRIVERS, INWARD, Driver, Engine, soon, sound_engine
from tests.sim import listen
from tests.sim.g711 import Samples
from tests.sim.sip import behaviours
from tests.sim.sound import RATE, Silence, Tone
from tests.sim.sound import wav as read_wav

from hotline.errors import CallerGone, LineDown
from hotline.lines.port import Cause, Leg
from hotline.media import wav
from hotline.media.mixer import MixedSound

calls_out = pytest.mark.parametrize("shared", BOTH_WAYS, indirect=True)
pytestmark = pytest.mark.asyncio(loop_scope="module")

ANA = "+37369000101"
OURS, THEIRS = Tone(1400), Tone(2260)
AT_ONCE = behaviours.answers(after=0.1, press="", thinks=0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    async with sound_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=DRIVERS)
async def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, engine: Engine
) -> AsyncIterator[Driver]:
    with pytest.MonkeyPatch.context() as patch:
        soon(patch)
        async with DRIVERS[request.param](engine, tmp_path_factory.mktemp("line")) as driver:
            yield driver


@pytest_asyncio.fixture(loop_scope="module")
async def driver(shared: Driver) -> AsyncIterator[Driver]:
    yield shared
    await shared.clear()


@pytest.fixture
def sign(tmp_path: Path) -> Path:
    wav.write(tmp_path / "sign.wav", OURS.lasting(1.0))
    return tmp_path / "sign.wav"


async def end_of(leg: Leg, within: float = 10.0) -> Cause:
    return await asyncio.wait_for(asyncio.shield(leg.gone), within)


def attached(driver: Driver, leg: Leg) -> MixedSound:
    return driver.engine.attach(leg.audio, leg.keys, in_band=not leg.reports_keys)


async def hear_each_other(driver: Driver, leg: Leg, call: object, folder: Path, sign: Path) -> None:
    """One after the other: not every line carries both at once."""
    sound = attached(driver, leg)
    playing = asyncio.ensure_future(sound.play([sign], loop=True))
    await call.hears(OURS, within=5, lasting=0.3)  # type: ignore[attr-defined]
    playing.cancel()
    recording = sound.record(folder / "heard.wav")
    await asyncio.sleep(0.8)
    await recording.stop()
    heard = read_wav(folder / "heard.wav")
    last = heard[-round(0.4 * RATE) :]
    assert listen.sounds(last[: listen.WINDOW], THEIRS), listen.in_words(heard)
    assert level_of_theirs(heard) == pytest.approx(THEIRS.level, rel=0.35)
    assert not np.array_equal(last, np.zeros_like(last))
    sound.close()


def level_of_theirs(heard: Samples) -> float:
    """Of the last 0.4 s, in short pieces: between clocks sound runs faster or slower by a 500th."""
    pieces = heard[-6 * listen.WINDOW :].reshape(-1, listen.WINDOW)
    return float(np.mean([listen.level_at(piece, THEIRS.hertz) for piece in pieces]))


# -- calls that come -------------------------------------------------------------------------------


async def test_a_call_is_told_once_and_says_who_calls(driver: Driver) -> None:
    call, leg = await driver.rung(ANA)
    shown = ANA if driver.shows_numbers else None
    assert (leg.caller.number, leg.line) == (shown, driver.line.name)
    assert not leg.answered.done()
    assert await call.lasts(1.5)  # modems ring again meanwhile
    assert driver.rings.empty()


async def test_a_number_that_is_withheld_is_none(driver: Driver) -> None:
    _, leg = await driver.rung("")
    assert leg.caller.number is None


async def test_who_is_answered_hears_the_box_and_is_heard_until_hanging_up(
    driver: Driver, tmp_path: Path, sign: Path
) -> None:
    call, leg = await driver.rung(ANA, tone=THEIRS)
    await leg.answer()
    await call.answered()
    assert leg.answered.done()
    assert driver.line.free_channels() == 0
    await hear_each_other(driver, leg, call, tmp_path, sign)
    await call.hang_up()
    assert await end_of(leg) is Cause.HUNG_UP
    leg.hang_up()
    assert await end_of(leg) is Cause.HUNG_UP


async def test_whether_the_caller_is_heard_while_the_box_speaks_is_said_before(
    driver: Driver, tmp_path: Path, sign: Path
) -> None:
    call, leg = await driver.rung(ANA, tone=THEIRS)
    await leg.answer()
    sound = attached(driver, leg)
    playing = asyncio.ensure_future(sound.play([sign], loop=True))
    await call.hears(OURS, within=5, lasting=0.5)
    recording = sound.record(tmp_path / "meanwhile.wav")
    await call.lasts(1.0)
    await recording.stop()
    playing.cancel()
    heard = read_wav(tmp_path / "meanwhile.wav")
    level = level_of_theirs(heard)
    assert (level > THEIRS.level / 2) == driver.line.capabilities.full_duplex
    sound.close()


async def test_keys_come_once_each_and_in_order(driver: Driver) -> None:
    call, leg = await driver.rung(ANA, tone=Silence())
    await leg.answer()
    attached(driver, leg)
    await asyncio.sleep(0.5)  # as long as nobody presses a key after being answered
    await call.press("14#", pause=0.2)
    keys = [await asyncio.wait_for(leg.keys.get(), 5) for _ in range(3)]
    assert keys == list("14#")
    await call.lasts(0.5)
    assert leg.keys.empty()


async def test_the_box_can_hang_up_and_twice_does_no_harm(driver: Driver) -> None:
    call, leg = await driver.rung(ANA)
    await leg.answer()
    await call.answered()
    leg.hang_up()
    leg.hang_up()
    assert not (await call.ended()).ours
    assert await end_of(leg) is Cause.OURS


async def test_who_gives_up_before_the_answer_is_gone(driver: Driver) -> None:
    call, leg = await driver.rung(ANA)
    await call.hang_up()
    assert await end_of(leg) in (Cause.HUNG_UP, Cause.NO_ANSWER)
    assert leg.answered.cancelled()
    with pytest.raises(CallerGone):
        await leg.answer()


async def test_a_call_that_is_refused_ends_where_the_line_can_refuse_and_else_rings_on(
    driver: Driver,
) -> None:
    call, leg = await driver.rung(ANA)
    leg.hang_up(Cause.BUSY)
    assert await end_of(leg) is Cause.OURS
    assert leg.answered.cancelled()
    with pytest.raises(CallerGone):
        await leg.answer()
    if driver.line.capabilities.can_refuse:
        assert not (await call.ended()).ours
    else:
        assert await call.lasts(2.0)
        assert call.answered_at is None
        assert driver.rings.empty()  # and is not told as another caller


# -- calls that go ---------------------------------------------------------------------------------


@calls_out
async def test_who_is_called_and_answers_hears_the_box_and_is_heard(
    driver: Driver, tmp_path: Path, sign: Path
) -> None:
    assert driver.line.capabilities.can_dial
    ana = driver.world.mobile(ANA, AT_ONCE, tone=THEIRS)
    leg = driver.line.dial(ANA)
    call = await ana.rings()
    await asyncio.wait_for(leg.answered, 10)
    assert leg.taken.done()
    await hear_each_other(driver, leg, call, tmp_path, sign)
    await call.hang_up()
    assert await end_of(leg) is Cause.HUNG_UP


@calls_out
@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        (behaviours.rejects(486, after=0.3), Cause.BUSY),
        (behaviours.rejects(after=0.3), Cause.REJECTED),
    ],
)
async def test_why_somebody_did_not_answer_is_known(
    driver: Driver, behaviour: behaviours.Behaviour, cause: Cause
) -> None:
    driver.world.mobile(ANA, behaviour)
    leg = driver.line.dial(ANA)
    assert await end_of(leg) is cause
    assert leg.answered.cancelled()


@calls_out
async def test_a_call_that_nobody_answers_can_be_given_up(driver: Driver) -> None:
    ana = driver.world.mobile(ANA)
    leg = driver.line.dial(ANA)
    call = await ana.rings()
    await asyncio.wait_for(leg.taken, 5)
    leg.hang_up()
    assert not (await call.ended()).ours
    assert await end_of(leg) is Cause.OURS


@pytest.mark.parametrize("shared", INWARD, indirect=True)
async def test_a_line_that_only_takes_calls_dials_nobody_and_goes_on_taking_them(
    driver: Driver,
) -> None:
    driver.world.mobile(ANA, AT_ONCE)
    assert not driver.line.capabilities.can_dial
    with pytest.raises(LineDown, match="only takes calls"):
        driver.line.dial(ANA)
    await driver.rung(ANA)
    assert driver.world.dialled == []


async def test_a_line_without_a_free_channel_dials_nobody(driver: Driver) -> None:
    await driver.rung(ANA)
    assert driver.line.free_channels() == 0
    with pytest.raises(LineDown):
        driver.line.dial("+37369000102")
