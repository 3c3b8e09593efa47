"""Whoever is to be reached is rung over a line that works, if there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from hotline.calls import ringing
from hotline.calls.ringing import Ringing
from hotline.errors import LineDown
from hotline.lines.port import Caller, Cause
from tests.calls.hotline import Telephone


class Lines:
    """Some lines, of which each rings one telephone. dialled: over these, in order.

    does: "fails", is "mute", or "rings" and then what the test does.
    """

    def __init__(self, **does: str) -> None:
        self._does, self.dialled = does, dict[str, Telephone]()
        self.ringing = Ringing(self.dial(()), self.dial)

    def dial(self, tried: Collection[str]) -> Telephone:
        for name, does in self._does.items():
            if name not in tried:
                phone = self.dialled[name] = Telephone(Caller("+37369000101"), {})
                phone.line = name
                if does == "fails":
                    phone.hang_up(Cause.LINE_FAILED)
                if does == "answers":
                    phone.picks_up()
                if does == "rings":
                    phone.taken.set_result(None)
                return phone
        raise LineDown("No line can make a call now.")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ringing, "FIRST_SIGN_S", 0.01)


@pytest.mark.parametrize("first", ["fails", "mute"])
async def test_a_line_that_fails_or_is_mute_gives_way_to_the_next(first: str) -> None:
    lines = Lines(one=first, two=first, three="answers")
    assert await lines.ringing.answered(5) is None
    assert lines.ringing.leg is lines.dialled["three"]
    assert [phone.gone.done() for phone in lines.dialled.values()] == [True, True, False]


async def test_where_no_other_line_is_left_the_last_one_goes_on() -> None:
    lines = Lines(one="mute")
    answering = asyncio.ensure_future(lines.ringing.answered(5))
    await asyncio.wait({answering}, timeout=5 * ringing.FIRST_SIGN_S)
    assert not answering.done()
    lines.dialled["one"].picks_up()
    assert await answering is None


async def test_a_line_that_rings_is_not_left_for_another() -> None:
    lines = Lines(one="rings", two="answers")
    assert await lines.ringing.answered(5 * ringing.FIRST_SIGN_S) is Cause.NO_ANSWER
    assert list(lines.dialled) == ["one"]


async def test_who_declines_is_not_rung_over_another_line() -> None:
    lines = Lines(one="rings", two="answers")
    lines.dialled["one"].hang_up(Cause.REJECTED)
    assert await lines.ringing.answered(5) is Cause.REJECTED
    assert list(lines.dialled) == ["one"]


async def test_who_hangs_up_just_on_answering_was_not_reached() -> None:
    lines = Lines(one="answers")
    lines.dialled["one"].hang_up(Cause.HUNG_UP)
    assert await lines.ringing.answered(5) is Cause.HUNG_UP
