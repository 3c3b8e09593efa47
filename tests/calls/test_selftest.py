"""A test call costs no more than any other, and rings nobody it may not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hotline.calls.selftest import SelfTests
from hotline.errors import HotlineError, LineDown, NumberRefused, TextRefused
from hotline.lines.port import Caller, Capabilities, TextLine
from hotline.media.catalogue import Prompt
from hotline.notify.outbox import WayDown
from hotline.storage.linetests import LineTest, LineTests, Outcome
from hotline.storage.texts import TextState
from hotline.storage.uses import Use, What
from tests.calls.hotline import ANA, Hotline, Telephone

OWNER = "+37369111222"


class Postman:
    """Sends texts; what becomes of them is said before."""

    def __init__(self, becomes: TextState | HotlineError) -> None:
        self.becomes = becomes
        self.sent: list[tuple[str, str]] = []

    async def send(self, line: TextLine, number: str, text: str) -> TextState:
        self.sent.append((line.name, number))
        if isinstance(self.becomes, HotlineError):
            raise self.becomes
        return self.becomes


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    one = Hotline(tmp_path)
    dial = one.line.dial

    def answers(number: str) -> Any:
        phone = dial(number)
        phone.presses = {Prompt.SELF_TEST: "1"}
        return phone

    one.line.dial = answers  # type: ignore[method-assign]
    return one


def lab(hotline: Hotline, postman: Postman | None = None) -> SelfTests:
    writer: Any = hotline.records
    return SelfTests(hotline.exchange, LineTests(writer, {}), postman)


def outcomes(test: LineTest) -> dict[str, Outcome]:
    return {check.what: check.outcome for check in test.checks}


async def test_the_test_is_kept_and_its_number_is_hidden(hotline: Hotline) -> None:
    tests = lab(hotline)
    done = await tests.run("office", OWNER)
    assert tests.results.of("office") == done
    assert done.number == "+373 69… 22"
    found = outcomes(done)
    assert found["dials"] is found["speaks"] is found["keys"] is Outcome.WORKS
    assert found["hears"] is Outcome.FAILS  # nothing is heard in memory
    assert not done.passed
    (phone,) = hotline.line.rung
    assert phone.gone.done()
    assert Prompt.SELF_TEST_THANKS in phone.heard


@pytest.mark.parametrize("number", ["112", "+37390012345", "+40722123456", "*100#"])
async def test_numbers_that_are_never_dialled_are_not_dialled_for_a_test(
    hotline: Hotline, number: str
) -> None:
    with pytest.raises(NumberRefused):
        await lab(hotline).run("office", number)
    assert hotline.line.rung == []


async def test_the_page_has_only_confirmed_numbers_called_for_a_test(hotline: Hotline) -> None:
    hotline.board.caps.confirmed = {ANA.number}.__contains__
    for number, second in ((OWNER, ""), (ANA.number or "", OWNER)):
        with pytest.raises(NumberRefused, match="confirmed"):
            await lab(hotline).run("office", number, second, named=False)
    assert hotline.line.rung == []
    await lab(hotline).run("office", ANA.number or "", named=False)
    await lab(hotline).run("office", OWNER)


async def test_tests_count_among_the_calls_of_the_hour(hotline: Hotline) -> None:
    tests = lab(hotline)
    most = hotline.board.caps.limits.calls_per_hour_per_number
    for _ in range(most):
        await tests.run("office", OWNER)
    with pytest.raises(NumberRefused, match="within the hour"):
        await tests.run("office", OWNER)
    assert len(hotline.line.rung) == most


async def test_the_minutes_of_a_test_are_counted(hotline: Hotline) -> None:
    await lab(hotline).run("office", OWNER)
    assert len(hotline.board.caps.spent) == 1


async def test_the_minutes_of_a_test_still_count_after_a_restart(hotline: Hotline) -> None:
    uses: list[Use] = []
    hotline.board.caps.on_use = uses.append
    await lab(hotline).run("office", OWNER)
    assert [use.what for use in uses] == [What.DIALLED, What.TALKED]


async def test_no_test_begins_while_as_many_calls_as_allowed_go_out(hotline: Hotline) -> None:
    hotline.board.caps.forwarding = hotline.board.caps.limits.concurrent
    with pytest.raises(HotlineError, match="going out already"):
        await lab(hotline).run("office", OWNER)
    assert hotline.line.rung == []


async def test_nobody_is_rung_for_a_test_who_talks_to_a_caller(hotline: Hotline) -> None:
    assert hotline.board.engage(ANA, lambda _seconds: None)
    with pytest.raises(HotlineError, match="on the telephone"):
        await lab(hotline).run("office", ANA.number or "")
    assert hotline.line.rung == []


async def test_after_a_test_the_person_can_be_rung_again(hotline: Hotline) -> None:
    await lab(hotline).run("office", ANA.number or "")
    assert hotline.board.engage(ANA, lambda _seconds: None)
    assert hotline.board.caps.forwarding == 0


async def test_a_line_that_cannot_dial_now_is_said_to_fail(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(number: str) -> Any:
        raise LineDown("The modem is in use.")

    monkeypatch.setattr(hotline.line, "dial", down)
    test = await lab(hotline).run("office", OWNER)
    assert outcomes(test)["dials"] is Outcome.FAILS


@pytest.mark.parametrize(
    ("becomes", "outcome"),
    [
        (TextState.DELIVERED, Outcome.WORKS),
        (TextState.FAILED, Outcome.FAILS),
        (TextState.SENT, Outcome.UNKNOWN),
        (WayDown("Today's 50 texts are used up."), Outcome.UNKNOWN),
        (TextRefused("The text was refused."), Outcome.FAILS),
    ],
)
async def test_what_became_of_the_text_is_told(
    hotline: Hotline,
    becomes: TextState | HotlineError,
    outcome: Outcome,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hotline.line, "capabilities", Capabilities(channels=9, can_text=True))
    postman = Postman(becomes)
    test = await lab(hotline, postman).run("office", OWNER)
    assert outcomes(test)["texts"] is outcome
    assert postman.sent == [("office", OWNER)]


async def test_a_test_that_is_broken_off_leaves_nobody_on_the_telephone(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    dial, asked = hotline.line.dial, asyncio.Event()

    def silent(number: str) -> Any:
        phone = dial(number)
        phone.hears = lambda _sentence: asked.set()
        return phone

    monkeypatch.setattr(hotline.line, "dial", silent)
    testing = asyncio.ensure_future(lab(hotline).run("office", OWNER))
    await asyncio.wait_for(asked.wait(), 5)
    testing.cancel()
    await asyncio.gather(testing, return_exceptions=True)
    assert hotline.line.rung[0].gone.done()
    assert hotline.board.caps.forwarding == 0


async def test_a_telephone_nobody_takes_rings_no_longer_than_the_test(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.calls.selftest.RING_S", 0.01)
    phone = Telephone(Caller(OWNER), {})
    monkeypatch.setattr(hotline.line, "dial", lambda _number: phone)
    test = await lab(hotline).run("office", OWNER)
    assert outcomes(test)["dials"] is Outcome.UNKNOWN
    assert phone.gone.done()
