"""The record of a call says who was rung and why the others were not, once for each change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hotline.lines.port import Cause
from hotline.options import Limits
from hotline.routing.office import Do, Key, Menu, Person, Topic
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


async def test_a_large_office_is_told_of_in_a_few_names(tmp_path: Path) -> None:
    crowd = tuple(Person(f"p{n}", f"P{n}", None) for n in range(100))
    here = Hotline(tmp_path, replace(OFFICE, people=(ANA, *crowd)))
    here.line.key = "2"  # not now
    story = await here.called("1")
    (told,) = [step for step in story.steps if step.what == "round"]
    assert told.words.endswith("P6, P7, +92 (there is no number).")


async def test_who_waits_is_not_written_of_whenever_somebody_else_hangs_up(tmp_path: Path) -> None:
    ion = Person("ion", "Ion", "+37369000102", topics=frozenset({"other"}))
    only = replace(ANA, topics=frozenset({"orders"}))
    menu = Menu("main", (Key("1", Do.TOPIC, "orders"), Key("2", Do.TOPIC, "other")))
    topics = (Topic("orders", {}), Topic("other", {}))
    here = Hotline(tmp_path, replace(OFFICE, people=(only, ion), menus=(menu,), topics=topics))
    here.board.caps.limits = Limits(concurrent=9)
    await here.step(here.rings("1"), "joined")
    waiting = here.rings("1", "+37322000002")
    await here.step(waiting, "waiting")
    for _ in range(5):
        other = here.rings("2", "+37322000003")
        await here.step(other, "joined")
        other.hang_up(Cause.HUNG_UP)
        await here.over(other)
    waiting.hang_up(Cause.HUNG_UP)
    assert [step.what for step in (await here.over(waiting)).steps].count("round") == 1
