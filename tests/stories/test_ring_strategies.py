"""Who is rung, in which order: as the office chose, and never in vain."""

from __future__ import annotations

import asyncio

import pytest

from hotline.control.client import Refused
from hotline.media.catalogue import Prompt
from tests.sim.sip import OutgoingCall, behaviours
from tests.sim.sip.exchange import Behaviour
from tests.stories.stage import (
    STAFF,
    Stage,
    heard,
    key,
    menu,
    office,
    person,
    was_heard,
)

ANA, ION, EVA = (STAFF[name][1] for name in ("ana", "ion", "eva"))
AT_ONCE = behaviours.answers(after=0.1, thinks=0)


def orders(strategy: str) -> list[dict[str, object]]:
    return [{"id": "orders", "name": {"en": "orders"}, "strategy": strategy}]


async def taken_by(stage: Stage, caller: OutgoingCall) -> str:
    """Who took it; the call is over then, and everybody is free again."""
    await stage.step(caller, "joined")
    await caller.hang_up()
    return (await stage.story(caller)).call.person


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (behaviours.busy(), "busy"),
        (behaviours.rejects(after=0.1), "rejected"),
        (behaviours.off(), "off"),
        (behaviours.off(404), "no such number"),
        (behaviours.off(503), "the network fails"),
        (behaviours.answers_and_hangs_up(after=0.1, holds=0.2), "hung up at once"),
        (behaviours.dead(), "the network says nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_in_order_the_second_is_rung_when_the_first_cannot(
    stage: Stage, first: Behaviour, why: str
) -> None:
    await stage.opens(office(person("ana"), person("ion"), topics=orders("in order")))
    ana, ion = stage.staff("ana", first), stage.staff("ion", AT_ONCE)
    caller = await stage.forwarded()
    missed = await ana.rings()
    rung = await ion.rings(within=8)
    over = await missed.ended(within=2)
    assert rung.begun_at - over.at < 1
    await caller.hears(ION)
    # A line that fails gives way to the next line; nobody is rung again after the next person.
    assert all(call.begun_at < rung.begun_at for call in ana.calls)
    assert why == "the network fails" or len(ana.calls) == 1


async def test_over_the_only_free_channel_one_after_another_is_rung(tight_stage: Stage) -> None:
    stage = tight_stage
    await stage.opens(office(person("ana"), person("ion"), topics=orders("in order")))
    stage.staff("ana", behaviours.answers(after=0.1, press="2", thinks=0))
    stage.staff("ion", AT_ONCE)
    caller = await stage.forwarded()
    await caller.hears(ION)


async def test_a_topic_rings_only_who_knows_about_it(stage: Stage) -> None:
    await stage.opens(
        office(
            person("ana", topics=["roses"]),
            person("ion", topics=["orders"]),
            topics=[{"id": "roses", "name": {}}, *orders("all at once")],
        )
    )
    ana, ion = stage.staff("ana", AT_ONCE), stage.staff("ion", AT_ONCE)
    caller = await stage.forwarded()
    await caller.hears(ION)
    assert (len(ana.calls), len(ion.calls)) == (0, 1)


async def test_the_experts_are_rung_only_after_the_first_line(stage: Stage) -> None:
    people = [person("eva", level=2), person("ana"), person("ion")]
    await stage.opens(office(*people, topics=orders("all at once")))
    ana, ion = stage.staff("ana", behaviours.busy()), stage.staff("ion", behaviours.rejects(486))
    eva = stage.staff("eva", AT_ONCE)
    caller = await stage.forwarded()
    rung = await eva.rings()
    assert all(mobile.calls[0].ending for mobile in (ana, ion))
    assert rung.begun_at > (await ion.calls[0].ended()).at
    await caller.hears(EVA)


async def test_all_at_once_the_first_with_key_one_has_it_and_the_others_stop_ringing(
    stage: Stage,
) -> None:
    people = [person(name) for name in STAFF]
    await stage.opens(office(*people, topics=orders("all at once")))
    ana = stage.staff("ana", behaviours.never_answers())
    ion = stage.staff("ion")
    eva = stage.staff("eva", behaviours.answers_silently(after=0.1))
    caller = await stage.forwarded()
    rings = await asyncio.gather(ana.rings(), ion.rings(), eva.rings())
    assert max(call.begun_at for call in rings) - min(call.begun_at for call in rings) < 0.5
    rings[1].answer()
    await rings[1].hears_speech()
    pressed = await rings[1].press("1")
    assert await rings[0].cancelled(within=2) - pressed < 0.5
    await caller.hears(ION)
    await rings[2].ended(within=6)
    assert not was_heard(caller, EVA)


async def test_all_at_once_a_voicemail_does_not_stop_the_others(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion"), topics=orders("all at once")))
    stage.staff("ana", behaviours.voicemail(after=0, seconds=0.5))
    stage.staff("ion", behaviours.answers(after=2, thinks=0))
    caller = await stage.forwarded()
    await caller.hears(ION)


async def test_whoever_was_idle_longest_is_rung_first(stage: Stage) -> None:
    people = [person(name) for name in STAFF]
    await stage.opens(office(*people, topics=orders("longest idle")))
    for name in STAFF:
        stage.staff(name, AT_ONCE)
    order = [await taken_by(stage, await stage.forwarded()) for _ in range(5)]
    assert sorted(order[:3]) == ["ana", "eva", "ion"]
    assert order[3:] == order[:2]


async def test_whoever_had_the_fewest_calls_today_is_rung_first(stage: Stage) -> None:
    extra = key("4", "topic", "only_ana")
    topics = [*orders("fewest calls"), {"id": "only_ana", "name": {}}]
    main = menu(key("1", "topic", "orders"), extra)
    people = [
        person("ana", id="ana2", topics=["orders", "only_ana"]),
        person("ion", id="ion2", topics=["orders"]),
    ]
    await stage.opens(office(*people, topics=topics, menus=(main,)))
    stage.staff("ana", AT_ONCE)
    stage.staff("ion", AT_ONCE)
    for _ in range(2):
        caller = await stage.called()
        await caller.press("4")
        assert await taken_by(stage, caller) == "ana2"
    order = [await taken_by(stage, await stage.forwarded()) for _ in range(3)]
    assert order == ["ion2", "ion2", "ana2"]


async def test_rotating_begins_each_time_with_the_next(stage: Stage) -> None:
    people = [person(name, id=f"{name}3") for name in STAFF]
    await stage.opens(office(*people, topics=orders("rotating")))
    for name in STAFF:
        stage.staff(name, AT_ONCE)
    order = [await taken_by(stage, await stage.forwarded()) for _ in range(4)]
    assert order == ["ana3", "ion3", "eva3", "ana3"]


async def test_who_had_their_share_of_the_hour_is_rung_only_when_all_had_theirs(
    stage: Stage,
) -> None:
    people = [person(name, id=f"{name}5") for name in ("ana", "ion")]
    await stage.opens(office(*people, topics=orders("in order"), calls_per_hour=1))
    stage.staff("ana", AT_ONCE)
    stage.staff("ion", AT_ONCE)
    order = [await taken_by(stage, await stage.forwarded()) for _ in range(3)]
    assert order == ["ana5", "ion5", "ana5"]


async def test_who_called_before_speaks_with_the_same_person_again(stage: Stage) -> None:
    people = [person(name, id=f"{name}4") for name in STAFF]
    await stage.opens(office(*people, topics=orders("rotating")))
    for name in STAFF:
        stage.staff(name, AT_ONCE)
    first = await stage.forwarded()
    with_whom = await taken_by(stage, first)
    again = await stage.called(first.number)
    await again.press("1")
    assert await taken_by(stage, again) == with_whom


async def test_a_person_without_a_number_never_breaks_the_chain(stage: Stage) -> None:
    people = [person("ana", number=None), person("ion")]
    await stage.opens(office(*people, topics=orders("in order")))
    stage.staff("ion", AT_ONCE)
    caller = await stage.forwarded()
    await caller.hears(ION)
    assert stage.dialled == [STAFF["ion"][0]]


@pytest.mark.parametrize("number", ["+37390000000", "+882161234567", "112"])
async def test_an_office_with_a_number_that_costs_is_not_taken(stage: Stage, number: str) -> None:
    await stage.opens(office(person("ion"), topics=orders("in order")))
    stage.staff("ion", AT_ONCE)
    costly = office(person("ana", number=number), person("ion"), topics=orders("in order"))
    with pytest.raises(Refused) as refusal:
        await asyncio.to_thread(stage.box.control.office_put, costly, "the story")
    assert "Ana" in str(refusal.value.problems)
    caller = await stage.forwarded()
    await caller.hears(ION)
    assert stage.dialled == [STAFF["ion"][0]]


async def test_a_mobile_that_is_off_is_not_rung_again_and_again(stage: Stage) -> None:
    await stage.opens(office(person("ana"), topics=orders("in order")))
    ana = stage.staff("ana", behaviours.off())
    caller = await stage.forwarded()
    await heard(caller, Prompt.NOBODY_NOW, within=3)
    assert len(ana.calls) == 1
