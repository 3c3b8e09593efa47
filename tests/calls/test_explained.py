"""The record of a call says who was rung and why the others were not, once for each change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hotline.lines.port import Cause
from hotline.routing.office import Person
from tests.calls.hotline import ANA, OFFICE, Hotline

ION = Person("ion", "Ion", None)


async def test_the_record_tells_whom_the_box_meant_to_ring_and_why_not_the_others(
    tmp_path: Path,
) -> None:
    here = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION)))
    first = here.rings("1")
    await here.step(first, "joined")
    second = here.rings("1")
    await here.step(second, "waiting")
    first.hang_up(Cause.HUNG_UP)
    await here.step(second, "joined")
    second.hang_up(Cause.HUNG_UP)
    told = [step.words for step in (await here.over(second)).steps if step.what == "round"]
    assert told == [
        "Whom to ring: nobody. Not rung: Ana (on the telephone); Ion (there is no number).",
        "Whom to ring: Ana. Not rung: Ion (there is no number).",
    ]
