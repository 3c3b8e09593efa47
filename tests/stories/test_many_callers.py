"""Several callers at once: everybody has their own person, and nobody hears another."""

from __future__ import annotations

import asyncio

from tests.sim.sip import behaviours
from tests.stories.stage import CALLERS, STAFF, Stage, office, person, was_heard

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA, ION = STAFF["ana"][1], STAFF["ion"][1]


async def test_three_callers_and_three_of_the_staff_and_nobody_is_rung_twice(
    stage: Stage,
) -> None:
    await stage.opens(office(*(person(name) for name in STAFF)))
    mobiles = {name: stage.staff(name, behaviours.answers(after=0.3, thinks=0)) for name in STAFF}
    callers = await asyncio.gather(*(stage.forwarded(tone=tone) for tone in CALLERS))
    await asyncio.gather(*(stage.step(caller, "joined") for caller in callers))
    assert [len(mobile.calls) for mobile in mobiles.values()] == [1, 1, 1]
    for caller in callers:
        await caller.hang_up()
    took = [(await stage.story(caller)).call.person for caller in callers]
    assert sorted(took) == sorted(STAFF)


async def test_who_is_talking_is_not_rung_for_another_and_two_callers_never_hear_each_other(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana"), person("ion")))
    ana, ion = stage.staff("ana", AT_ONCE), stage.staff("ion", AT_ONCE)
    one = await stage.forwarded(tone=CALLERS[0])
    await one.hears(ANA)
    other = await stage.forwarded(tone=CALLERS[1])
    await other.hears(ION)
    await ion.calls[0].hears(CALLERS[1])
    await one.lasts(0.5)
    for call, stranger, its_person in (
        (one, CALLERS[1], ION),
        (other, CALLERS[0], ANA),
        (ana.calls[0], CALLERS[1], ION),
        (ion.calls[0], CALLERS[0], ANA),
    ):
        assert not was_heard(call, stranger)
        assert not was_heard(call, its_person)
    assert (len(ana.calls), len(ion.calls)) == (1, 1)


async def test_two_names_with_one_telephone_are_one_person(stage: Stage) -> None:
    await stage.opens(
        office(person("ana"), person("ana", id="shop"), strategy="all at once", menus=())
    )
    ana = stage.staff("ana", AT_ONCE)
    caller = await stage.called()
    await caller.hears(ANA)
    assert len(ana.calls) == 1
