"""No caller is sent to a telephone whose owner has not keyed the code that the office shows."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import confirming, ringing
from hotline.calls.alarms import TOLD_A_DAY, Alarms
from hotline.calls.caps import NotConfirmed
from hotline.calls.confirming import Attempt, Confirming, State
from hotline.calls.measuring import Measuring
from hotline.calls.notices import Texting
from hotline.calls.rollcall import RollCalls
from hotline.control.numberdesk import NumberDesk
from hotline.errors import HotlineError, LineDown, NumberRefused
from hotline.inbox.outcome import Outcome
from hotline.lines.port import Caller, Cause
from hotline.media.catalogue import Prompt
from hotline.options import Limits
from hotline.routing.office import Person
from hotline.storage import audit as audit_storage
from hotline.storage import confirmations
from hotline.storage.audit import Act, Audit
from hotline.storage.confirmations import KEPT_OUTSIDE, Confirmation, Confirmations
from tests.calls.hotline import ANA, OFFICE, Hotline, StaffLine, Telephone

ION = Person("ion", "Ion", "+37369000102", languages=("ro",), ring_seconds=5)
ANAS, IONS = ANA.number or "", ION.number or ""
SHOP = replace(OFFICE, people=(ANA, ION), languages=("en", "ro"), supervisor="ion")


class Shop(Hotline):
    """Ana is confirmed, Ion is not."""

    def __init__(self, folder: Path, texting: Texting | None = None) -> None:
        super().__init__(folder, SHOP, confirmed=[ANAS], texting=texting)
        writer: Any = self.records
        self.audit = Audit(writer)
        self.asking = Confirming(self.exchange, self.confirmed, self.audit)
        self.alarms = Alarms(
            self.board.caps,
            self.exchange.notices,
            self.audit,
            self.board.clock,
            self.exchange.office,
        )
        self.board.numbers = self.alarms

    async def asks(self, *tries: str, person: str = "ion") -> tuple[Attempt, Telephone]:
        """Ask a person, who keys this; "code" is the right one. The call is over then."""
        attempt = self.asking.begin(person, "maria")
        phone = self.line.rung[-1]
        wrong = "0000" if attempt.code != "0000" else "1111"
        given = [attempt.code if one == "code" else one.replace("wrong", wrong) for one in tries]
        phone.presses = {Prompt.CONFIRM_ASK: given[0] if given else ""}
        if len(given) > 1:
            phone.presses |= {Prompt.CONFIRM_WRONG: given[1]}
        for task in tuple(self.asking._calls):
            await task
        return attempt, phone

    async def taken_by(self) -> str:
        """Who takes the next call."""
        caller = self.rings("1")
        await self.step(caller, "joined")
        caller.hang_up(Cause.HUNG_UP)
        return (await self.over(caller)).call.person

    def acts(self) -> list[Act]:
        """What was written down, the oldest first."""
        return [entry.what for entry in audit_storage.newest(self.records.database)][::-1]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(confirming, "FIRST_KEY_S", 0.02)
    monkeypatch.setattr(confirming, "NEXT_KEY_S", 0.02)
    return Shop(tmp_path)


# -- before ----------------------------------------------------------------------------------------


async def test_who_is_not_confirmed_is_not_rung_and_the_next_person_is(shop: Shop) -> None:
    shop._in_force = replace(SHOP, people=(ION, ANA))
    assert await shop.taken_by() == "ana"
    assert [phone.caller.number for phone in shop.line.rung] == [ANAS]


async def test_with_nobody_confirmed_the_caller_leaves_a_message_at_once_and_the_call_says_why(
    shop: Shop,
) -> None:
    shop._in_force = replace(SHOP, people=(ION,))
    story = await shop.called("1")
    assert story.call.outcome is Outcome.MESSAGE
    steps = [step.what for step in story.steps]
    assert "unconfirmed" in steps
    assert "waiting" not in steps
    assert shop.line.rung == []


async def test_a_number_taken_back_during_a_call_is_not_rung_in_it(shop: Shop) -> None:
    shop.line.key = "2"
    engaged = shop.board.engage(ANA, lambda _seconds: None)
    assert engaged
    shop.confirmed.forget(ANAS)
    with pytest.raises(NotConfirmed):
        shop.board.dial(engaged)


async def test_the_office_is_told_once_a_day_that_somebody_could_not_be_rung(shop: Shop) -> None:
    shop._in_force = replace(SHOP, people=(ION,))
    for _ in range(3):
        await shop.called("1")
    told = [subject for subject in shop.letters() if "not confirmed" in subject]
    assert told == ["Ion was not rung: the number +373 69… 02 is not confirmed"]
    assert shop.acts() == [Act.REFUSED]


async def test_who_is_not_confirmed_hears_by_text_of_who_was_missed(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop._in_force = replace(SHOP, people=(ION,))
    shop.exchange.notices.texting = Texting("MD", lambda: 10)
    await shop.called("1")
    assert [one.recipient for one in shop.outbox.waiting() if one.way == "sms"] == [IONS]


# -- the call to the owner -------------------------------------------------------------------------


async def test_who_keys_the_code_is_rung_from_then_on(shop: Shop) -> None:
    attempt, phone = await shop.asks("code")
    assert attempt.state is State.CONFIRMED
    assert phone.heard == [Prompt.CONFIRM_ASK, Prompt.CONFIRM_DONE]
    assert phone.gone.done()
    person = shop.exchange.office().person("ion")
    assert person
    assert person.number == IONS


async def test_a_disk_that_takes_nothing_now_keeps_nobody_on_the_telephone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirming, "DISK_S", 0.02)
    keep = shop.confirmed.keep

    def later(one: Confirmation) -> Future[None]:
        keep(one)
        return Future()

    monkeypatch.setattr(shop.confirmed, "keep", later)
    async with asyncio.timeout(5):
        attempt, phone = await shop.asks("code")
    assert attempt.state is State.CONFIRMED
    assert phone.heard[-1] == Prompt.CONFIRM_DONE


async def test_who_hangs_up_after_a_wrong_code_has_pressed_a_wrong_code(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirming, "FIRST_KEY_S", 60.0)
    attempt = shop.asking.begin("ion", "maria")
    phone = shop.line.rung[-1]
    phone.presses = {Prompt.CONFIRM_ASK: "0000" if attempt.code != "0000" else "1111"}
    hears = phone.hears

    def and_goes(sentence: str) -> None:
        hears(sentence)
        if sentence == Prompt.CONFIRM_WRONG:
            phone.hang_up(Cause.HUNG_UP)

    monkeypatch.setattr(phone, "hears", and_goes)
    for task in tuple(shop.asking._calls):
        await task
    assert attempt.state is State.WRONG


async def test_a_confirmation_is_on_the_disk_with_when_and_by_whom(shop: Shop) -> None:
    await shop.asks("code")
    kept = {one.number: one for one in confirmations.known(shop.records.database)}
    assert (kept[IONS].by, kept[IONS].person) == ("maria", "Ion")
    assert kept[IONS].at == shop.time.now()
    assert shop.acts() == [Act.ASKED, Act.CONFIRMED]


async def test_everybody_hears_that_a_new_telephone_may_receive_callers(shop: Shop) -> None:
    await shop.asks("code")
    assert shop.letters() == ["A new telephone may now receive callers: +373 69… 02 (Ion)"]


async def test_who_confirmed_is_texted_whose_number_to_save_and_what_to_press(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, Texting("MD", lambda: 500))
    await shop.asks("code")
    assert shop.texts(IONS) == ["V-a sunat Flowers: salvati numarul. Preluati apelul cu tasta 1."]


@pytest.mark.parametrize(
    ("tries", "state"),
    [
        ((), State.SILENT),
        (("wrong",), State.WRONG),
        (("wrong", "wrong"), State.WRONG),
        (("12",), State.WRONG),
        (("1",), State.WRONG),
    ],
)
async def test_a_wrong_code_or_a_voicemail_confirms_nobody(
    shop: Shop, tries: tuple[str, ...], state: State
) -> None:
    attempt, phone = await shop.asks(*tries)
    assert attempt.state is state
    assert phone.heard[-1] == Prompt.CONFIRM_NOT
    assert len(phone.heard) == confirming.TRIES + 1
    assert not shop.confirmed.holds(IONS)
    assert shop.acts() == [Act.ASKED, Act.NOT_CONFIRMED]
    assert shop.letters() == ["A telephone was not confirmed: +373 69… 02 (Ion)"]


async def test_who_mistypes_may_try_again(shop: Shop) -> None:
    attempt, _phone = await shop.asks("wrong", "code")
    assert attempt.state is State.CONFIRMED


async def test_a_code_is_worth_nothing_after_its_call(shop: Shop) -> None:
    first, _phone = await shop.asks()
    assert first.code == ""
    shop.line.rung.clear()
    old = "4711"
    second = shop.asking.begin("ion", "maria")
    shop.line.rung[0].presses = {Prompt.CONFIRM_ASK: old if second.code != old else "0815"}
    for task in tuple(shop.asking._calls):
        await task
    assert not shop.confirmed.holds(IONS)


async def test_who_hangs_up_has_confirmed_nothing(shop: Shop) -> None:
    attempt = shop.asking.begin("ion", "maria")
    shop.line.rung[-1].hang_up(Cause.HUNG_UP)
    for task in tuple(shop.asking._calls):
        await task
    assert not shop.confirmed.holds(IONS)
    assert attempt.state is State.NOT_REACHED


async def test_the_person_is_asked_in_their_own_language(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = []
    files = shop.words.files

    async def noted(language: str, prompt: Prompt, **values: object) -> list[Path]:
        spoken.append((language, prompt))
        return await files(language, prompt, **values)

    monkeypatch.setattr(shop.words, "files", noted)
    await shop.asks("code")
    assert spoken == [("ro", Prompt.CONFIRM_ASK), ("ro", Prompt.CONFIRM_DONE)]
    assert shop.words.values[Prompt.CONFIRM_ASK] == {"office": "Flowers"}


async def test_nobody_else_rings_a_telephone_that_is_being_asked(shop: Shop) -> None:
    shop.asking.begin("ion", "maria")
    with pytest.raises(HotlineError, match="being called already"):
        shop.asking.begin("ion", "maria")
    await shop.asking.close()
    assert shop.staff_is_free()


async def test_asking_costs_minutes_like_any_other_call(shop: Shop) -> None:
    await shop.asks("code")
    assert [use.number for use in shop.board.caps.spent] == [IONS]
    shop.board.caps.limits = Limits(calls_per_hour_per_number=1)
    shop.confirmed.forget(IONS)
    with pytest.raises(NumberRefused, match="within the hour"):
        shop.asking.begin("ion", "maria")


async def test_without_a_line_that_can_call_the_reason_is_said(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(number: str) -> Any:
        raise LineDown("The modem is in use.")

    monkeypatch.setattr(shop.line, "dial", down)
    with pytest.raises(LineDown):
        shop.asking.begin("ion", "maria")
    assert shop.staff_is_free()


async def test_a_mute_line_does_not_keep_the_owner_from_being_asked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    mute, mobile = StaffLine(full_duplex=True), shop.line
    mobile.name = "mobile"
    monkeypatch.setattr(ringing, "FIRST_SIGN_S", 0.01)
    monkeypatch.setattr(mute, "dial", lambda number: Telephone(Caller(number), {}))
    shop.board.lines = (mute, mobile)
    attempt = shop.asking.begin("ion", "maria")
    mobile.on_hearing = lambda _: shop.line.rung[-1].presses.update(
        {Prompt.CONFIRM_ASK: attempt.code}
    )
    for task in tuple(shop.asking._calls):
        await task
    assert attempt.state is State.CONFIRMED


@pytest.mark.parametrize(
    ("person", "why"), [("ana", "confirmed already"), ("eva", "Nobody here"), ("", "Nobody here")]
)
async def test_only_who_is_waiting_for_it_is_asked(shop: Shop, person: str, why: str) -> None:
    with pytest.raises(HotlineError, match=why):
        shop.asking.begin(person, "maria")
    assert shop.line.rung == []


# -- bound to the number ---------------------------------------------------------------------------


async def test_a_changed_number_is_a_new_one(shop: Shop) -> None:
    await shop.asks("code")
    moved = replace(ION, number="+37369000199")
    shop._in_force = replace(SHOP, people=(moved,))
    story = await shop.called("1")
    assert story.call.outcome is Outcome.MESSAGE


async def test_two_people_with_one_telephone_confirm_it_once(shop: Shop) -> None:
    eva = replace(ION, id="eva", name="Eva")
    shop._in_force = replace(SHOP, people=(ION, eva))
    await shop.asks("code")
    assert all(person.number == IONS for person in shop.exchange.office().people)


async def test_by_command_a_number_is_not_rung_any_more(shop: Shop) -> None:
    await shop.asking.forget("ana", "maria")
    with pytest.raises(HotlineError, match="not confirmed"):
        await shop.asking.forget(ANAS, "maria")
    assert not shop.confirmed.holds(ANAS)
    assert confirmations.known(shop.records.database) == []
    assert shop.acts() == [Act.FORGOTTEN]


@pytest.mark.parametrize(("away", "rung"), [(timedelta(days=1), True), (KEPT_OUTSIDE, False)])
async def test_who_left_the_office_for_good_has_to_confirm_again(
    shop: Shop, away: timedelta, rung: bool
) -> None:
    shop.asking.look(replace(SHOP, people=(ION,)))
    shop.time.pass_by(away + timedelta(hours=1))
    shop.asking.look(SHOP)
    assert shop.confirmed.holds(ANAS) is rung
    assert shop.acts() == ([] if rung else [Act.LEFT])
    writer: Any = shop.records
    again = Confirmations(writer, confirmations.known(shop.records.database))
    assert again.holds(ANAS) is rung


async def test_who_stays_in_the_office_never_has_to_confirm_again(shop: Shop) -> None:
    for _ in range(5):
        shop.asking.look(SHOP)
        shop.time.pass_by(KEPT_OUTSIDE)
    assert shop.confirmed.holds(ANAS)


# -- alarms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["+37390012345", "+40722123456", "+881612345678", "112"])
async def test_the_first_attempt_at_a_number_that_is_never_dialled_is_an_alarm(
    shop: Shop, number: str
) -> None:
    for _ in range(3):
        with pytest.raises(NumberRefused):
            shop.board.permit(number, confirmed=False)
    (subject,) = shop.letters()
    assert subject == f"The box was to dial {number} and refused"


async def test_the_alarm_comes_again_the_next_day(shop: Shop) -> None:
    for _ in range(2):
        with pytest.raises(NumberRefused):
            shop.board.permit("112")
        shop.time.pass_by(timedelta(days=1))
    assert len(shop.letters()) == 2


async def test_who_tries_number_after_number_does_not_flood_the_offices_mail(shop: Shop) -> None:
    for n in range(100):
        with pytest.raises(NumberRefused):
            shop.board.permit(f"+379{n:05d}")
    assert len(shop.letters()) == TOLD_A_DAY


async def test_when_the_minutes_are_used_up_the_office_is_told_once_and_callers_leave_messages(
    shop: Shop,
) -> None:
    shop.board.caps.talked(ANAS, 3600, shop.board.clock.steady())
    for _ in range(3):
        assert (await shop.called("1")).call.outcome is Outcome.MESSAGE
    told = [one for one in shop.letters() if "used up" in one]
    assert told == ["The minutes of forwarded calls are used up: 60 today"]
    assert Act.BREACH in shop.acts()


async def test_the_supervisor_gets_a_text_when_the_minutes_are_used_up(shop: Shop) -> None:
    shop.exchange.notices.texting = Texting("MD", lambda: 10)
    shop.board.caps.talked(ANAS, 3600, shop.board.clock.steady())
    with pytest.raises(NumberRefused):
        shop.board.permit(ANAS)
    (text,) = (one for one in shop.outbox.waiting() if one.way == "sms")
    assert (text.recipient, text.subject) == (
        IONS,
        "The minutes of forwarded calls are used up: 60 today",
    )


async def test_one_command_lets_callers_through_again_and_a_second_breach_is_told_again(
    shop: Shop,
) -> None:
    spend, clock = shop.board.caps.talked, shop.board.clock
    spend(ANAS, 3600, clock.steady())
    await shop.called("1")
    assert shop.alarms.resume("maria") == 30
    assert await shop.taken_by() == "ana"
    spend(ANAS, 1800, clock.steady())
    await shop.called("1")
    with pytest.raises(HotlineError, match="once a day"):
        shop.alarms.resume("maria")
    told = [one for one in shop.letters() if "minutes" in one]
    assert told == [
        "The minutes of forwarded calls are used up: 60 today",
        "30 more minutes for forwarded calls today",
        "The minutes of forwarded calls are used up: 90 today",
    ]
    about_minutes = [act for act in shop.acts() if act is not Act.REFUSED]
    assert about_minutes == [Act.BREACH, Act.RESUMED, Act.BREACH]


async def test_a_number_rung_too_often_within_the_hour_is_no_alarm(shop: Shop) -> None:
    shop.board.caps.limits = Limits(calls_per_hour_per_number=0)
    with pytest.raises(NumberRefused):
        shop.board.permit(ANAS)
    assert shop.letters() == []


# -- telephones outside the office -----------------------------------------------------------------


async def test_an_entry_of_the_directory_is_confirmed_as_a_person_is(shop: Shop) -> None:
    bank = Person("bank", "The bank", "+37322000202", ring_seconds=5)
    shop._in_force = replace(SHOP, directory=(bank,))
    assert shop.exchange.office().directory[0].number is None
    x, asking = shop.exchange, shop.asking
    calls = RollCalls(x, shop.checks, shop.confirmed, shop.switchboard)
    desk = NumberDesk(x, asking, shop.alarms, Measuring(x, shop.checks), calls)
    listed = [(one.person, one.state, one.outside) for one in desk.all().people]
    assert listed[-2:] == [("ion", "unconfirmed", False), ("bank", "unconfirmed", True)]
    assert [one.id for one in desk.unconfirmed()] == ["ion"]  # of who would be rung
    attempt, _ = await shop.asks("code", person="bank")
    assert attempt.state is State.CONFIRMED
    assert shop.exchange.office().directory[0].number == bank.number
    shop.asking.look(shop.exchange.office())
    shop.time.pass_by(KEPT_OUTSIDE + timedelta(days=1))
    shop.asking.look(shop.exchange.office())
    assert shop.confirmed.holds(bank.number or "")
    assert await shop.asking.forget("bank", "maria") == bank.number
