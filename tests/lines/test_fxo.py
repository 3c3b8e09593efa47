"""The office's own line answers whoever rings, ends with the call, and never keeps the line."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from tests.sim.fxo import Faults, HangUp, VoiceModem
from tests.sim.fxo.line import TOLD_AFTER_S
from tests.sim.gsm import AirCall, MobileNetwork
from tests.sim.sound import FRAME, RATE, Silence, Tone

from hotline.at.voice import Encoding
from hotline.errors import CallerGone, LineDown
from hotline.lines import fxo
from hotline.lines.fxo import UP, OfficeLine
from hotline.lines.port import Cause, Leg, LineState
from hotline.media import companding
from hotline.options import VoiceModem as Options

ANA = "+37322111222"


class SoundDouble:
    """The bridge's side: what is put into `waiting` is said, in frames; what is heard is kept."""

    abandoned, quiet_seconds = False, 0.0

    def __init__(self) -> None:
        self.encoding = Encoding.LINEAR_16
        self.waiting: list[np.ndarray] = []
        self.heard = b""

    def open(self) -> None: ...

    def talk(self, encoding: Encoding) -> SoundDouble:
        self.encoding = encoding
        return self

    def say(self, tone: Tone, seconds: float) -> None:
        samples = tone.lasting(seconds)
        self.waiting += [samples[n : n + FRAME] for n in range(0, len(samples), FRAME)]

    @property
    def spoken_to(self) -> bool:
        return bool(self.waiting)

    def words(self, *, behind: bool = False) -> bytes:
        if not self.waiting:
            return b""
        pause = behind and len(self.waiting) == 1 and not self.waiting[0].any()
        return companding.encode(self.waiting[0] if pause else self.waiting.pop(0), self.encoding)

    def forget_words(self) -> None:
        self.waiting.clear()

    def hear(self, sound: bytes, now: float) -> None:
        self.heard += sound

    def beat(self, now: float) -> None: ...

    def turn(self) -> None: ...

    def stirred(self) -> None: ...

    def tells(self, digit: str) -> bool:
        return True


class Desk:
    """One line on one simulated modem, and who rang on it."""

    def __init__(self, folder: Path, faults: Faults, model: str, country: str) -> None:
        self.network = MobileNetwork()
        self.modem = VoiceModem(self.network, folder, "+37322900900", faults, model)
        self.sound = SoundDouble()
        told = Options("office", self.modem.port, model)  # type: ignore[arg-type]
        self.line = OfficeLine(told, country, self.sound)
        self.rings: asyncio.Queue[Leg] = asyncio.Queue()
        self._changed = asyncio.Event()
        self.line.on_state = lambda _state: self._changed.set()

    async def until(self, said: str) -> LineState:
        """Wait until the line says this."""
        async with asyncio.timeout(30):
            while said not in self.line.state().words:
                self._changed.clear()
                await self._changed.wait()
        return self.line.state()

    async def answered(self, **manner: Tone) -> tuple[AirCall, Leg]:
        """A caller whom the line has just answered."""
        call = await self.network.caller(ANA, **manner).call()
        leg = await asyncio.wait_for(self.rings.get(), 20)
        await leg.answer()
        await call.answered()
        return call, leg


@contextlib.asynccontextmanager
async def desk(
    folder: Path, faults: Faults | None = None, model: str = "usr5637", country: str = "MD"
) -> AsyncIterator[Desk]:
    one = Desk(folder, faults or Faults(), model, country)
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
        (Faults(split=True), UP),
        (Faults(late={"AT+FCLASS=8": 3.0}), UP),
        (Faults(answers={"AT+VDR=1,15": "ERROR", "ATE0": "ERROR"}), UP),
        (Faults(answers={"AT+FCLASS=8": "ERROR"}), "cannot speak"),
        (Faults(answers={"AT+VSM=?": "ERROR"}), "no sound that the box knows"),
        (Faults(answers={"AT+VSM=?": '129,"IMA ADPCM",4\r\n\r\nOK'}), "no sound"),
        (Faults(hangs=True), "does not answer"),
    ],
)
async def test_the_owner_reads_how_the_line_is(tmp_path: Path, faults: Faults, words: str) -> None:
    async with desk(tmp_path, faults) as one:
        assert (await one.until(words)).up == (words == UP)


@pytest.mark.parametrize("model", ["usr5637", "cx930xx", "mt9234"])
async def test_the_callers_number_is_asked_for_after_each_reset_and_each_call(
    tmp_path: Path, model: str
) -> None:
    async with desk(tmp_path, model=model) as one:
        await one.until(UP)
        commands = one.modem.commands
        assert commands.index("AT+VCID=1") > commands.index("ATZ")
        _, leg = await one.answered()
        leg.hang_up()
        await asyncio.wait_for(leg.gone, 5)
        assert commands.count("AT+VCID=1") == 2


async def test_the_modem_is_tuned_to_the_country_of_its_line(tmp_path: Path) -> None:
    async with desk(tmp_path, country="GB") as one:
        await one.until(UP)
        assert "AT+GCI=B4" in one.modem.commands


async def test_nobody_is_called_over_a_line_that_can_join_nobody(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        with pytest.raises(LineDown):
            one.line.dial(ANA)


# -- ringing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faults", "number", "name"),
    [
        (Faults(), ANA, "TEST"),
        (Faults(blanks=False, name=""), ANA, ""),
        (Faults(caller_id="before it", name=""), ANA, ""),
        (Faults(caller_id="withheld"), None, "TEST"),
        (Faults(caller_id="out of area"), None, "TEST"),
        (Faults(caller_id="rubbish", name="A\x07'; AT+VLS=0" + "x" * 99), None, None),
        (Faults(caller_id="none", ring_every=3.0), None, ""),
        (Faults(cadence=True), ANA, "TEST"),
        (Faults(split=True), ANA, "TEST"),
    ],
)
async def test_who_rings_is_told_once_with_what_the_exchange_says(
    tmp_path: Path, faults: Faults, number: str | None, name: str | None
) -> None:
    async with desk(tmp_path, faults) as one:
        await one.until(UP)
        await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 10)
        assert leg.caller.number == number
        if name is None:
            assert leg.caller.name.isprintable()
            assert len(leg.caller.name) <= 64
        else:
            assert leg.caller.name == name
        await leg.answer()
        await asyncio.sleep(0)
        assert one.rings.empty()


@pytest.mark.parametrize("faults", [Faults(refuses=True), Faults(rings_on=1), Faults(rings_on=3)])
async def test_a_modem_that_refuses_to_answer_is_asked_until_it_does(
    tmp_path: Path, faults: Faults
) -> None:
    faults.ring_every, faults.caller_id = 2.0, "none"
    async with desk(tmp_path, faults) as one:
        await one.until(UP)
        call, leg = await one.answered()
        assert call.answered_at is not None
        assert not leg.gone.done()


async def test_who_gives_up_before_the_answer_is_gone_and_the_next_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.at.ringing.NO_MORE_RINGS_S", 2.0)
    async with desk(tmp_path) as one:
        await one.until(UP)
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 10)
        await call.hang_up()
        assert await asyncio.wait_for(leg.gone, 10) is Cause.HUNG_UP
        with pytest.raises(CallerGone):
            await leg.answer()
        await one.answered()


async def test_the_box_answers_within_half_a_second_of_knowing_who_calls(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(name="")) as one:
        await one.until(UP)
        now = asyncio.get_running_loop().time
        began = now()
        _, leg = await one.answered()
        assert leg.caller.number == ANA
        assert one.modem.off_hook_at[0] - began - TOLD_AFTER_S < 0.5


# -- sound -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["usr5637", "cx930xx", "mt9234"])
@pytest.mark.parametrize("split", [False, True])
async def test_what_is_said_is_heard_whole_and_in_time(
    tmp_path: Path, model: str, split: bool
) -> None:
    async with desk(tmp_path, Faults(split=split), model) as one:
        await one.until(UP)
        call, leg = await one.answered(tone=Silence())  # type: ignore[arg-type]
        one.sound.say(Tone(750), 1.5)
        await call.hears(Tone(750), lasting=1.4)
        await call.hears_silence(lasting=0.5)
        assert one.modem.underruns == 0
        assert one.modem.ahead <= 0.2 * RATE
        leg.hang_up()
        assert await asyncio.wait_for(leg.gone, 5) is Cause.OURS


async def spoken_with_a_late_loop(one: Desk, call: AirCall) -> None:
    """1.9 s of a tone that come as they are spoken, and four times 80 ms too late."""
    for _ in range(4):
        for _ in range(20):
            one.sound.say(Tone(750), 0.02)
            await call.lasts(0.02)
        await call.lasts(0.08)  # the loop is busy, and what was spoken meanwhile follows
        one.sound.say(Tone(750), 0.08)


async def test_words_are_not_torn_when_the_loop_is_late(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call, _ = await one.answered(tone=Silence())  # type: ignore[arg-type]
        one.sound.say(Tone(950), 0.3)  # the first turn, which may not wait
        await call.lasts(1)
        before = one.modem.underruns
        await spoken_with_a_late_loop(one, call)
        await call.hears(Tone(750), lasting=1.8, since=0)
        assert one.modem.underruns == before


async def test_the_first_words_are_not_torn_either_once_there_was_a_pause_in_them(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call, _ = await one.answered(tone=Silence())  # type: ignore[arg-type]
        for _ in range(10):
            one.sound.say(Tone(950), 0.02)
            await call.lasts(0.02)
        for _ in range(5):
            one.sound.waiting.append(np.zeros(FRAME, dtype=np.int16))
            await call.lasts(0.02)
        await spoken_with_a_late_loop(one, call)
        await call.hears(Tone(750), lasting=1.8, since=0)
        assert one.modem.underruns == 0
        assert one.modem.commands.count("AT+VTX") == 1


async def test_the_box_speaks_first_and_does_not_have_to_turn_round_for_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call, _ = await one.answered(tone=Silence())  # type: ignore[arg-type]
        await call.lasts(0.1)
        one.sound.say(Tone(750), 1.0)
        await call.hears(Tone(750), lasting=0.8)
        assert "AT+VRX" not in one.modem.commands


async def test_who_is_answered_hears_the_first_word_within_a_tenth_of_a_second(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        one.sound.say(Tone(750), 1.0)  # from the moment of the answer on
        call, _ = await one.answered(tone=Silence())  # type: ignore[arg-type]
        first = await call.hears(Tone(750), lasting=0.8, since=0)
        assert first.position <= 0.1 * RATE


async def test_the_last_words_are_said_before_the_line_hangs_up(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call, leg = await one.answered(tone=Silence())  # type: ignore[arg-type]
        one.sound.say(Tone(3350), 1.0)
        leg.hang_up()
        await call.hears(Tone(3350), lasting=0.9)
        await call.ended()


async def test_a_key_stops_what_is_being_said_and_counts_once(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(keys="thrice")) as one:
        await one.until(UP)
        call, leg = await one.answered(tone=Silence())  # type: ignore[arg-type]
        one.sound.say(Tone(750), 20.0)
        await call.hears(Tone(750))
        pressed = len(call.heard)
        await call.press("5")
        assert await asyncio.wait_for(leg.keys.get(), 5) == "5"
        silence = await call.hears_silence(lasting=0.5, since=pressed)
        assert silence.position - pressed < 0.1 * RATE
        assert leg.keys.empty()


async def test_a_long_speech_either_way_is_one_piece(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call, _ = await one.answered()
        await call.lasts(10)
        one.sound.say(Tone(750), 10.0)
        await call.hears(Tone(750), lasting=9.9)
        assert one.modem.commands.count("AT+VRX") == 1
        assert one.modem.commands.count("AT+VTX") == 1
        assert len(one.sound.heard) == pytest.approx(10 * RATE, rel=0.05)


async def test_a_modem_that_listens_and_sends_nothing_is_opened_anew(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(deaf=True)) as one:
        await one.until(UP)
        _, leg = await one.answered()
        assert await asyncio.wait_for(leg.gone, 15) is Cause.LINE_FAILED
        assert not (await one.until("carries no sound")).up


@pytest.mark.parametrize("late", [{"AT+VTX-end": 4.0}, {"AT+VRX-end": 4.0}, {"AT+VRX": 2.0}])
async def test_a_modem_whose_answers_come_late_is_heard_all_the_same(
    tmp_path: Path, late: dict[str, float]
) -> None:
    async with desk(tmp_path, Faults(late=late)) as one:
        await one.until(UP)
        call, leg = await one.answered(tone=Silence())  # type: ignore[arg-type]
        for hertz in (750, 950):
            one.sound.say(Tone(hertz), 1.0)
            await call.hears(Tone(hertz), lasting=0.8, within=20)
        leg.hang_up()
        assert await asyncio.wait_for(leg.gone, 20) is Cause.OURS


async def test_a_modem_that_begins_to_listen_much_too_late_is_talked_to_again(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, Faults(late={"AT+VRX": 4.5})) as one:
        await one.until(UP)
        call, leg = await one.answered(tone=Silence())  # type: ignore[arg-type]
        await call.lasts(1)
        one.modem.faults.late.clear()
        one.sound.say(Tone(750), 1.0)
        await call.hears(Tone(750), lasting=0.8, within=20)
        assert not leg.gone.done()


# -- the end of a call -----------------------------------------------------------------------------


@pytest.mark.parametrize("how", [HangUp.LOOP_BREAK, HangUp.POLARITY])
async def test_a_caller_who_hangs_up_frees_the_line_at_once(tmp_path: Path, how: HangUp) -> None:
    async with desk(tmp_path, Faults(hang_up=how)) as one:
        await one.until(UP)
        call, leg = await one.answered()
        await call.lasts(fxo.SETTLING_S + 0.2)
        await call.hang_up()
        assert await asyncio.wait_for(leg.gone, 2) is Cause.HUNG_UP


async def test_a_turn_of_the_polarity_because_we_answered_ends_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call, leg = await one.answered()
        one.modem._sign("L")
        assert await call.lasts(1.5)
        assert not leg.gone.done()


async def test_a_modem_that_hears_tones_is_believed_the_second_time(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(hang_up=HangUp.BUSY, hears_tones=True)) as one:
        await one.until(UP)
        call, leg = await one.answered()
        one.modem._sign("b")
        assert await call.lasts(0.5)
        assert not leg.gone.done()
        one.sound.say(Tone(750), 20.0)
        await call.hang_up()
        assert await asyncio.wait_for(leg.gone, 10) is Cause.HUNG_UP


async def test_the_line_is_on_hook_for_two_seconds_before_it_answers_again(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(caller_id="before it")) as one:
        await one.until(UP)
        _, leg = await one.answered()
        leg.hang_up()
        await asyncio.wait_for(leg.gone, 5)
        await one.answered()
        assert one.modem.off_hook_at[1] - one.modem.on_hook_at[0] >= fxo.ON_HOOK_S


async def test_after_a_call_the_line_waits_for_the_next_ring(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        _, leg = await one.answered()
        leg.hang_up()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(one.rings.get(), 20)


async def test_a_call_cannot_last_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fxo, "LONGEST_CALL_S", 3.0)
    async with desk(tmp_path) as one:
        await one.until(UP)
        call, leg = await one.answered()
        assert not (await call.ended(within=8)).ours
        assert await asyncio.wait_for(leg.gone, 5) is Cause.OURS


async def test_a_telephone_picked_up_beside_the_box_has_the_call_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call, leg = await one.answered()
        one.sound.say(Tone(750), 20.0)
        await call.hears(Tone(750))
        lifted = asyncio.get_running_loop().time()
        one.modem.phone_lifted()
        assert await asyncio.wait_for(leg.gone, 2) is Cause.ELSEWHERE
        await asyncio.sleep(1)
        assert one.modem.on_hook_at[0] - lifted < 1
        assert call.ending is None


async def test_who_is_answered_at_another_telephone_before_the_box_could_is_left_in_peace(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        call = await one.network.caller(ANA).call()
        await call.lasts(0.5)  # the first ring
        one.modem.phone_lifted()
        assert await call.lasts(15)
        assert one.rings.empty()
        assert one.modem.off_hook_at == []
        one.modem.phone_down()
        await one.answered()


async def test_who_is_answered_at_another_telephone_while_the_box_thinks_is_not_interrupted(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, Faults(refuses=True)) as one:
        await one.until(UP)
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 10)
        one.modem.phone_lifted()
        assert await asyncio.wait_for(leg.gone, 2) is Cause.ELSEWHERE
        with pytest.raises(CallerGone):
            await leg.answer()
        assert await call.lasts(15)
        assert one.modem.off_hook_at == []


async def test_a_modem_that_is_pulled_out_ends_its_call_and_is_free_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        _, leg = await one.answered()
        one.modem.unplug()
        assert await asyncio.wait_for(leg.gone, 5) is Cause.LINE_FAILED
        assert not (await one.until("no modem at")).up
        one.modem.plug()
        await one.until(UP)
        await one.answered()


@pytest.mark.parametrize("seed", range(3))
async def test_a_modem_that_babbles_costs_no_more_than_the_babble(
    tmp_path: Path, seed: int
) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        one.modem.babble(random.Random(seed).randbytes(200_000))
        await one.until(UP)
        async with asyncio.timeout(120):
            while True:
                call = await one.network.caller(ANA).call()
                if await _served(one, call):
                    return


async def _served(one: Desk, call: AirCall) -> bool:
    """Is this caller answered, or somebody else who never rang?"""
    while call.ending is None and call.answered_at is None:
        leg = await one.rings.get()
        with contextlib.suppress(CallerGone):
            await leg.answer()
    return call.answered_at is not None


async def test_a_call_that_was_left_over_from_before_is_ended(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(clings=True)) as one:
        await one.until(UP)
        call, leg = await one.answered()
        one.line._keeper.fail("as if the daemon had died")
        await asyncio.wait_for(leg.gone, 5)
        assert not (await call.ended(within=3.5)).ours
        await one.until(UP)
