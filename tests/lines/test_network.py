"""The owner reads what a modem knows of its network, and what is left on its SIM card."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.lines.test_gsm import ANA, UP, Desk, desk
from tests.sim.gsm import AirCall, Faults

from hotline.at import commands
from hotline.at.answers import Done
from hotline.at.chat import Answer
from hotline.at.commands import Command
from hotline.at.services import packed
from hotline.errors import LineDown
from hotline.lines import balance, gsm
from hotline.lines.hearing import NO_BYTES, NOT_TAKEN, NOUGHTS
from hotline.lines.network import EVERY, NetworkView, bars
from hotline.lines.port import Cause, Leg, NetworkFacts
from hotline.lines.quirks import QUECTEL

CODE = "*100#"
CYRILLIC = "На счету 25,40 лей"


async def known(one: Desk) -> NetworkFacts:
    """What is known of the network, once it was looked at."""
    await one.until(UP)
    return one.line.network()


async def test_the_owner_reads_operator_technology_and_signal(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        facts = await known(one)
    assert facts == NetworkFacts("Simulated", "4G", volte=True, bars=4, roaming=False)


@pytest.mark.parametrize(
    ("access", "technology", "said"),
    [(7, "FDD LTE", "4G"), (2, "WCDMA", "3G"), (6, "HSPA+", "3G"), (0, "EDGE", "2G")],
)
async def test_the_technology_is_told_as_people_say_it(
    tmp_path: Path, access: int, technology: str, said: str
) -> None:
    async with desk(tmp_path) as one:
        one.modem.services.access, one.modem.services.technology = access, technology
        assert (await known(one)).generation == said


async def test_what_the_modem_does_not_tell_stays_unknown(tmp_path: Path) -> None:
    asked = ("AT+COPS?", "AT+QNWINFO", 'AT+QCFG="ims"', "AT+CSQ")
    silent = dict.fromkeys(asked, "ERROR")
    async with desk(tmp_path, Faults(answers=silent)) as one:
        assert await known(one) == NetworkFacts()


async def test_a_question_that_was_left_without_an_answer_is_not_asked_again() -> None:
    asked: list[Command] = []

    async def ask(command: Command) -> Answer:
        asked.append(command)
        return Answer(command, Done(False), late=command == QUECTEL.technology)

    view = NetworkView(QUECTEL, lambda _at: None)
    for _ in range(3 * EVERY):
        await view.look(ask)
    assert asked.count(commands.OPERATOR) == 3
    assert asked.count(QUECTEL.technology or commands.PROBE) == 1


async def test_a_sim_card_without_speech_over_lte_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        one.modem.services.ims = "1,0"
        assert (await known(one)).volte is False


async def test_a_sim_card_abroad_is_known(tmp_path: Path) -> None:
    async with desk(tmp_path, Faults(creg=5)) as one:
        assert (await known(one)).roaming


@pytest.mark.parametrize(
    ("dbm", "shown"), [(None, None), (-113, 0), (-105, 1), (-95, 2), (-85, 3), (-71, 4), (-51, 4)]
)
def test_the_signal_is_shown_as_on_a_telephone(dbm: int | None, shown: int | None) -> None:
    assert bars(dbm) == shown


# -- the network's time ----------------------------------------------------------------------------


async def test_the_time_of_the_network_is_passed_on(tmp_path: Path) -> None:
    told: list[datetime] = []
    noon = datetime(2026, 12, 5, 12, tzinfo=UTC)
    async with desk(tmp_path) as one:
        one.modem.services.clock, one.line.on_time = noon, told.append
        await one.until(UP)
    assert noon in told


# -- the balance -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (f'+CUSD: 0,"{packed("Balance 25.40 lei")}",15', "Balance 25.40 lei"),
        (f'+CUSD: 2,"{CYRILLIC.encode("utf-16-be").hex().upper()}",72', CYRILLIC),
        (f'+CUSD: 0,"{CYRILLIC.encode("utf-16-be").hex().upper()}",15', CYRILLIC),
        ('+CUSD: 0,"Balance: 25.40 lei",15', "Balance: 25.40 lei"),
        ('+CUSD: 0,"Balance:\n25.40 lei\nThank you",15', "Balance: 25.40 lei Thank you"),
    ],
    ids=["packed", "UCS2", "UCS2 with a wrong scheme", "plain", "several lines"],
)
async def test_the_balance_is_read_however_the_modem_writes_it(
    tmp_path: Path, reply: str, text: str
) -> None:
    async with desk(tmp_path, balance=CODE) as one:
        await one.until(UP)
        one.modem.services.replies[CODE] = reply
        assert await one.line.balance() == text


async def test_a_network_that_asks_back_is_told_that_we_are_done(tmp_path: Path) -> None:
    async with desk(tmp_path, balance=CODE) as one:
        await one.until(UP)
        one.modem.services.replies[CODE] = '+CUSD: 1,"25 lei. 1 More",15'
        assert await one.line.balance() == "25 lei. 1 More"
        assert one.modem.commands[-1] == "AT+CUSD=2"


async def test_a_network_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(balance, "REPLY_S", 0.3)
    async with desk(tmp_path, balance=CODE) as one:
        await one.until(UP)
        with pytest.raises(LineDown, match="did not answer"):
            await one.line.balance()


@pytest.mark.parametrize("reply", ["+CUSD: 4", "+CUSD: 2"])
async def test_a_network_without_an_answer_says_so(tmp_path: Path, reply: str) -> None:
    async with desk(tmp_path, balance=CODE) as one:
        await one.until(UP)
        one.modem.services.replies[CODE] = reply
        with pytest.raises(LineDown, match="no answer"):
            await one.line.balance()


async def test_the_balance_is_never_asked_for_in_a_call(tmp_path: Path) -> None:
    async with desk(tmp_path, balance=CODE) as one:
        await one.until(UP)
        await one.network.caller(ANA).call()
        await asyncio.wait_for(one.rings.get(), 5)
        with pytest.raises(LineDown, match="cannot be asked now"):
            await one.line.balance()
        assert one.modem.services.codes == []


async def test_a_box_that_does_not_know_the_code_says_where_to_write_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until(UP)
        with pytest.raises(LineDown, match=r"Write balance"):
            await one.line.balance()


# -- is a caller heard? ----------------------------------------------------------------------------


def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls are looked at often, so that nobody has to wait."""
    monkeypatch.setattr(gsm, "TALKING_S", 0.05)
    monkeypatch.setattr("hotline.lines.hearing.NEVER_S", 0.3)
    monkeypatch.setattr("hotline.lines.hearing.SILENT_S", 0.3)


async def talk(one: Desk) -> tuple[AirCall, Leg]:
    call = await one.network.caller(ANA).call()
    leg = await asyncio.wait_for(one.rings.get(), 5)
    await leg.answer()
    return call, leg


async def until(one: Desk, trouble: str) -> None:
    """Wait until the line has this trouble."""
    async with asyncio.timeout(10):
        while one.line.state().trouble != trouble:
            one.changed.clear()
            await one.changed.wait()


@pytest.mark.parametrize(
    ("silent", "trouble"), [((60.0, 60.0, 0.0), NO_BYTES), ((0.0, 0.0, 60.0), NOT_TAKEN)]
)
async def test_a_call_in_which_the_modem_gives_or_takes_no_sound_is_ended_as_such(
    tmp_path: Path,
    silent: tuple[float, float, float],
    trouble: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks_often(monkeypatch)
    async with desk(tmp_path) as one:
        await one.until(UP)
        one.sound.silent = silent
        _, leg = await talk(one)
        assert await asyncio.wait_for(leg.gone, 10) is Cause.NO_SOUND
        await one.until(trouble)  # it is opened anew
        await one.until(UP)
        assert one.line.state().trouble == trouble


async def test_a_line_that_was_mute_is_well_again_with_the_first_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_often(monkeypatch)
    async with desk(tmp_path) as one:
        await one.until(UP)
        for _ in range(2):
            one.sound.silent = (0.0, 60.0, 0.0)
            call, leg = await talk(one)
            await call.lasts(0.6)
            leg.hang_up()
            await asyncio.wait_for(leg.gone, 10)
        assert one.line.state().trouble == NOUGHTS
        one.sound.silent = (0.0, 0.0, 0.0)
        await talk(one)
        await until(one, "")
