"""A telephone of the staff that is diverted to the hotline itself costs nobody a caller."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from hotline.calls.alarms import Alarms
from hotline.inbox.outcome import Outcome
from hotline.lines.port import Caller, Cause
from hotline.routing.office import Person, Strategy
from hotline.storage.audit import Audit
from tests.calls.hotline import ANA, OFFICE, Hotline, Telephone

OURS = "+37322000000"
ION = Person("ion", "Ion", "+37369000102", ring_seconds=5)
WATCHED = replace(OFFICE, people=(ANA, ION), supervisor="ion", survey=False)
TOLD = "Ana's telephone is diverted to the hotline itself"


class Looped(Hotline):
    """A hotline some of whose telephones are diverted to it. came_back: the calls that did."""

    def __init__(self, folder: Path, office: object, diverted: Collection[str | None]) -> None:
        super().__init__(folder, office)  # type: ignore[arg-type]
        self.board.own = frozenset({OURS})
        audit, x = Audit(self.records), self.exchange  # type: ignore[arg-type]
        self.board.numbers = Alarms(self.board.caps, x.notices, audit, x.clock, x.office)
        self.came_back: list[Telephone] = []
        self._diverted, self._dial = diverted, self.line.dial
        self.line.does |= {str(number): "rings" for number in diverted}
        self.line.dial = self._dial_and_come_back  # type: ignore[method-assign]

    def _dial_and_come_back(self, number: str) -> Telephone:
        phone = self._dial(number)
        if number in self._diverted:
            back = Telephone(Caller(OURS), {})
            self.came_back.append(back)
            back.gone.add_done_callback(lambda gone: phone.hang_up(gone.result()))
            back.gone.get_loop().call_soon(self.switchboard.ring, back)
        return phone


async def test_it_is_refused_at_once_and_the_next_person_is_rung(tmp_path: Path) -> None:
    hotline = Looped(tmp_path, WATCHED, {ANA.number})
    caller = hotline.rings("1")
    await hotline.step(caller, "joined")
    (back,) = hotline.came_back
    assert (back.gone.result(), back.answered.done()) == (Cause.BUSY, False)
    caller.hang_up()
    story = await hotline.over(caller)
    assert (story.call.outcome, story.call.person) == (Outcome.SPOKEN, "ion")
    said = [step.words for step in story.steps if step.what == "not_reached"]
    assert said == ["Ana's telephone sends calls back to the hotline."]


async def test_what_came_back_is_no_missed_caller(tmp_path: Path) -> None:
    hotline = Looped(tmp_path, WATCHED, {ANA.number, ION.number})
    story = await hotline.called("1")
    assert story.call.outcome == Outcome.MESSAGE
    assert (len(hotline.came_back), hotline.missed()) == (2, [])


async def test_the_office_hears_of_it_once_a_day(tmp_path: Path) -> None:
    hotline = Looped(tmp_path, WATCHED, {ANA.number})
    for _ in range(2):
        caller = hotline.rings("1")
        await hotline.step(caller, "joined")
        caller.hang_up()
        await hotline.over(caller)
    assert hotline.letters() == [TOLD]


async def test_where_all_are_rung_at_once_the_others_go_on_ringing(tmp_path: Path) -> None:
    office = replace(WATCHED, strategy=Strategy.ALL)
    hotline = Looped(tmp_path, office, {ANA.number})
    caller = hotline.rings("1")
    await hotline.step(caller, "joined")
    caller.hang_up()
    assert (await hotline.over(caller)).call.person == "ion"


async def test_somebody_who_calls_from_a_number_of_the_box_is_answered_like_anybody(
    tmp_path: Path,
) -> None:
    hotline = Looped(tmp_path, WATCHED, ())
    caller = hotline.rings("1", OURS)
    await hotline.step(caller, "joined")
    caller.hang_up()
    assert (await hotline.over(caller)).call.outcome == Outcome.SPOKEN
