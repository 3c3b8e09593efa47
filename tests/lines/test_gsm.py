"""A modem's line says in plain words how it is, and never makes anything worse."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.sim.gsm import Ec25, Faults, MobileNetwork
from tests.sim.sip import behaviours

from hotline.errors import CallerGone, LineDown
from hotline.lines import gsm
from hotline.lines.gsm import GsmLine
from hotline.lines.port import Cause, Leg, LineState
from hotline.options import Modem, Secret

ANA = "+37369000101"
UP = "Callers can reach you on this line."


class SoundDouble:
    """The bridge's side: takes keys as they come."""

    def __init__(self) -> None:
        self.opened = 0
        self.flows: list[bool] = []
        self.calls: list[str] = []
        self.broken = False
        self.silent = (0.0, 0.0, 0.0)

    async def open(self, lost: Callable[[str], None]) -> None:
        self.opened += 1

    def close(self) -> None: ...

    def flow(self, go: bool) -> None:
        self.flows.append(go)

    async def begin(self) -> None:
        if self.broken:
            raise LineDown("There is no sound card.")
        self.calls.append("begun")

    def end(self) -> None:
        self.calls.append("ended")

    def silent_for(self) -> tuple[float, float, float]:
        return self.silent

    def talk(self) -> SoundDouble:
        return self

    def tells(self, digit: str) -> bool:
        return True


class Desk:
    """One line on one simulated modem, and who rang on it."""

    def __init__(
        self,
        folder: Path,
        faults: Faults,
        pin: str,
        sound: SoundDouble | None = None,
        **more: Any,
    ) -> None:
        self.network = MobileNetwork()
        self.modem = Ec25(self.network, folder, "+37369000900", faults)
        self.sound = sound or SoundDouble()
        told = Modem("mobile", self.modem.at, self.modem.sound, "ec25", pin=Secret(pin), **more)
        self.line = GsmLine(told, "MD", self.sound)
        self.rings: asyncio.Queue[Leg] = asyncio.Queue()
        self.states: list[LineState] = []
        self.changed = asyncio.Event()
        self.line.on_state = self._state

    def _state(self, state: LineState) -> None:
        self.states.append(state)
        self.changed.set()

    async def until(self, said: str) -> LineState:
        """Wait until the line says this."""
        async with asyncio.timeout(15):
            while said not in self.line.state().words:
                self.changed.clear()
                await self.changed.wait()
        return self.line.state()


@contextlib.asynccontextmanager
async def desk(
    folder: Path,
    faults: Faults | None = None,
    pin: str = "",
    sound: SoundDouble | None = None,
    **more: Any,
) -> AsyncIterator[Desk]:
    """more: of the modem in box.toml."""
    one = Desk(folder, faults or Faults(), pin, sound, **more)
    with one.modem:
        await one.line.start(one.rings.put_nowait)
        yield one
        await one.line.stop()
        await one.network.stop()


# -- is it up, and if not, why ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (Faults(), UP),
        (Faults(creg=5), UP),
        (Faults(creg=3, cereg=1), UP),  # speaks over LTE only
        (Faults(creg=2, cereg=2), "looks for the mobile network"),
        (Faults(creg=3, cereg=3), "refuses the SIM card"),
        (Faults(creg=0, cereg=0), "not in the mobile network"),
        (Faults(sim_busy=1), UP),
        (Faults(line_end="\r\r\n"), UP),
        (Faults(split=True), UP),
        (Faults(inside='^RSSI:26\r\n\r\n+QIND: "csq",21,99'), UP),
        (Faults(answers={"ATE0": "ERROR"}), UP),  # it goes on echoing
        (Faults(answers={"AT+QPCMV?": "ERROR"}), "carries no speech"),
        (Faults(answers={"AT+CPIN?": "+CME ERROR: 10"}), "finds no SIM card"),
        (Faults(pin="1234", pin_tries=0), "asks for its PUK"),
        (Faults(pin="1234"), "asks for its PIN"),
    ],
)
async def test_the_owner_reads_how_the_line_is(tmp_path: Path, faults: Faults, words: str) -> None:
    async with desk(tmp_path, faults) as one:
        assert (await one.until(words)).up == (words == UP)


async def test_what_the_owner_reads_of_a_line_can_be_said_in_another_language(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, Faults(answers={"AT+CPIN?": "+CME ERROR: 10"})) as one:
        told = (await one.until("finds no SIM card")).words
        asked = ("The modem finds no SIM card.", "Put one in, with its contacts downwards.")
        assert tuple(part.text for part in told.parts) == asked


async def test_an_answer_that_comes_too_late_confuses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, Faults(late={"AT+CREG?": 5.5})) as one:
        await one.until(UP)
        caller = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 15)
        assert leg.caller.number == ANA
        await caller.hang_up()
        assert await asyncio.wait_for(leg.gone, 15) is Cause.HUNG_UP


async def test_a_modem_that_is_plugged_in_later_is_found(tmp_path: Path) -> None:
    one = Desk(tmp_path, Faults(), "")
    await one.line.start(one.rings.put_nowait)
    await one.until("no modem at")
    with one.modem:
        await one.until(UP)
        await one.line.stop()


# -- the PIN ---------------------------------------------------------------------------------------


async def test_the_right_pin_is_given(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(pin="1234"), pin="1234") as one:
        await one.until(UP)


async def test_a_wrong_pin_is_given_once_and_never_again(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(pin="1234"), pin="9999") as one:
        await one.until("refuses the PIN")
        await one.until("a wrong one was given before")
        assert [c for c in one.modem.commands if c.startswith("AT+CPIN=")] == ['AT+CPIN="9999"']


async def test_no_pin_is_given_where_a_wrong_one_was_given_before(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(pin="1234", pin_tries=2), pin="1234") as one:
        await one.until("a wrong one was given before")
        assert not [c for c in one.modem.commands if c.startswith("AT+CPIN=")]


async def test_no_pin_is_given_where_the_tries_left_are_not_known(tmp_path: Path) -> None:
    faults = Faults(pin="1234", answers={'AT+QPINC="SC"': "ERROR"})
    async with desk(tmp_path, faults, pin="1234") as one:
        await one.until("asks for its PIN")
        assert not [c for c in one.modem.commands if c.startswith("AT+CPIN=")]


# -- calls -----------------------------------------------------------------------------------------


async def test_a_call_is_told_once_however_often_it_rings(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        assert leg.caller.number == ANA
        await call.lasts(gsm.SETTING_UP_S * 8)
        assert one.rings.empty()
        await call.hang_up()
        assert await asyncio.wait_for(leg.gone, 5) is Cause.HUNG_UP


async def test_who_hangs_up_while_the_box_answers_is_gone(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(answer_takes=1.0)) as one:
        await one.until(UP)
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        answering = asyncio.ensure_future(leg.answer())
        await call.lasts(0.3)
        await call.hang_up()
        with pytest.raises(CallerGone):
            await asyncio.wait_for(answering, 5)
        assert one.line.free_channels() == 1


@pytest.mark.parametrize("answered", [True, False])
async def test_who_rings_in_the_moment_another_hangs_up_is_heard_of(
    tmp_path: Path, answered: bool
) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        first = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        if answered:
            await leg.answer()
        await first.hang_up()
        await one.network.caller("+37369000102").call()
        second = await asyncio.wait_for(one.rings.get(), 5)
        assert second.caller.number == "+37369000102"
        assert await asyncio.wait_for(leg.gone, 1) is Cause.HUNG_UP
        await second.answer()


async def test_a_call_can_be_refused(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        leg.hang_up(Cause.BUSY)
        assert (await call.ended()).status == 17
        assert await asyncio.wait_for(leg.gone, 5) is Cause.OURS


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        (behaviours.busy(), Cause.BUSY),
        (behaviours.rejects(after=0.2), Cause.REJECTED),
        (behaviours.off(480), Cause.UNREACHABLE),
        (behaviours.off(404), Cause.NO_SUCH_NUMBER),
        (behaviours.off(503), Cause.LINE_FAILED),
        (behaviours.answers_and_hangs_up(after=0.2, holds=1.0), Cause.HUNG_UP),
    ],
)
async def test_why_somebody_could_not_be_reached_is_known(
    tmp_path: Path, behaviour: behaviours.Behaviour, cause: Cause
) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        one.network.mobile(ANA, behaviour)
        leg = one.line.dial(ANA)
        assert one.line.free_channels() == 0
        assert await asyncio.wait_for(leg.gone, 10) is cause
        assert one.line.free_channels() == 1


async def test_a_key_of_the_call_before_that_is_told_late_is_none_of_the_next(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        phone = one.network.mobile(ANA, behaviours.answers_silently(after=0.3))
        leg = one.line.dial(ANA)
        await phone.rings()
        one.modem.say_later(0, "+DTMF: 2,120")
        await asyncio.wait_for(leg.answered, 5)
        one.modem.say_later(0, "+DTMF: 5,120")
        assert await asyncio.wait_for(leg.keys.get(), 5) == "5"


async def test_what_is_no_number_is_never_sent_to_the_modem(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        leg = one.line.dial("+3736900;+CHUP")
        assert await asyncio.wait_for(leg.gone, 5) is Cause.FAILED
        assert not [c for c in one.modem.commands if c.startswith("ATD")]


async def test_a_line_in_use_dials_nobody_else(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        one.network.mobile(ANA)
        leg = one.line.dial(ANA)
        with pytest.raises(LineDown, match="in use"):
            one.line.dial("+37369000102")
        leg.hang_up()
        assert await asyncio.wait_for(leg.gone, 5) is Cause.OURS


async def test_who_still_talks_when_the_box_starts_anew_is_led_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call = await one.network.caller(ANA).call()
        await (await asyncio.wait_for(one.rings.get(), 5)).answer()
        one.line._keeper.fail("as if the daemon had died")
        leg = await asyncio.wait_for(one.rings.get(), 10)
        assert leg.caller.number == ANA
        await asyncio.wait_for(leg.answered, 5)
        assert one.modem.commands.count("ATA") == 1
        assert "AT+CHUP" not in one.modem.commands
        await call.hang_up()
        assert await asyncio.wait_for(leg.gone, 5) is Cause.HUNG_UP


async def test_a_call_of_ours_that_was_left_over_from_before_is_ended(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        phone = one.network.mobile(ANA, behaviours.answers(after=0.1, thinks=0))
        leg = one.line.dial(ANA)
        rung = await phone.rings()
        await asyncio.wait_for(leg.answered, 5)
        one.line._keeper.fail("as if the daemon had died")
        assert not (await rung.ended(within=10)).ours
        assert one.rings.empty()


async def test_who_still_rings_when_the_box_starts_anew_is_answered(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        await one.network.caller(ANA).call()
        await asyncio.wait_for(one.rings.get(), 5)
        one.line._keeper.fail("as if the daemon had died")
        leg = await asyncio.wait_for(one.rings.get(), 10)
        assert leg.caller.number == ANA
        await leg.answer()


async def test_a_modem_that_has_restarted_by_itself_is_set_up_anew(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        one.modem.forgets("RDY")
        await one.until("restarted itself")
        await one.until(UP)
        assert one.modem.commands.count("AT+CLIP=1") == 2


async def test_a_modem_that_is_pulled_out_ends_its_call_and_is_free_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        await leg.answer()
        one.modem.unplug()
        assert await asyncio.wait_for(leg.gone, 5) is Cause.LINE_FAILED
        assert not one.line.state().up
        one.modem.plug()
        await one.until(UP)
        assert one.line.free_channels() == 1
        assert one.sound.opened >= 2


async def test_the_modem_may_ask_for_a_pause_of_the_sound(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        one.modem.babble(b"\r\n+QPCMV: 0,0\r\n\r\n+QPCMV: 1,0\r\n")
        await one.network.caller(ANA).call()
        await asyncio.wait_for(one.rings.get(), 5)
        assert one.sound.flows == [False, True]
