"""Who is rung for whom, and whose turn it is, where more call than can be answered at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from hotline.media.catalogue import Prompt
from tests.sim.sip import OutgoingCall, behaviours
from tests.stories.stage import (
    SIGNS,
    STAFF,
    Stage,
    dead_air,
    heard,
    key,
    menu,
    office,
    person,
)

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA, ION, EVA = (STAFF[name][1] for name in ("ana", "ion", "eva"))
REGULAR = "+37322000777"


def orders(**more: Any) -> dict[str, Any]:
    """The topic of key 1."""
    return {"topics": [{"id": "orders", "name": {"en": "orders"}, **more}]}


async def talking(stage: Stage) -> OutgoingCall:
    """A caller with whom Ana talks."""
    stage.staff("ana", AT_ONCE)
    first = await stage.forwarded()
    await first.hears(ANA)
    return first


async def told_the_place(
    stage: Stage, call: OutgoingCall, place: int, within: float, since: int = 0
) -> int:
    """Wait until the caller is told this place, and one minute as the expected wait."""
    said = await call.hears(SIGNS[Prompt.POSITION], within, since=since)
    numbers = [await stage.words(str(one)) for one in (place, 1)]
    return (await call.hears_piece(np.concatenate(numbers), since=said.position)).position


async def test_who_waits_hears_the_place_and_the_wait_and_is_told_anew_as_the_turn_comes_nearer(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana")))
    for _ in range(3):  # of fewer talks no wait can be told
        await (await talking(stage)).hang_up()
        await stage.box.idle()
    first = await talking(stage)
    second = await stage.forwarded()
    told = await told_the_place(stage, second, 1, within=5)
    third = await stage.forwarded()
    await told_the_place(stage, third, 2, within=5)
    await first.hang_up()
    joined = await second.hears(ANA)
    assert dead_air(second.heard[told : joined.position]) < 1
    then = third.rtp.heard.length
    await told_the_place(stage, third, 1, within=30, since=then)
    await third.hears(SIGNS[Prompt.STILL_WAITING], since=then)
    await third.press("*")
    await heard(third, Prompt.MESSAGE_INTRO)


async def test_who_would_wait_behind_too_many_leaves_a_message_instead(stage: Stage) -> None:
    await stage.opens(office(person("ana"), queue_length=1))
    first = await talking(stage)
    second = await stage.forwarded()
    await stage.step(second, "waiting")
    third = await stage.forwarded()
    await heard(third, Prompt.NOBODY_NOW, within=5)
    await first.hang_up()
    await second.hears(ANA)


async def test_a_known_caller_goes_first_and_the_others_keep_their_turn(stage: Stage) -> None:
    await stage.opens(office(person("ana"), first_in_line=[REGULAR]))
    first = await talking(stage)
    second = await stage.forwarded()
    await stage.step(second, "waiting")
    known = await stage.called(REGULAR)
    await known.press("1")
    await stage.step(known, "waiting")
    await first.hang_up()
    await known.hears(ANA)
    await known.hang_up()
    await second.hears(ANA)


async def test_a_crisis_goes_before_everything_else(stage: Stage) -> None:
    crisis = {"id": "crisis", "name": {"en": "crisis"}, "urgent": True}
    topics = [*orders()["topics"], crisis]
    main = menu(key("1", "topic", "orders"), key("2", "topic", "crisis"))
    await stage.opens(office(person("ana"), menus=(main,), topics=topics))
    first = await talking(stage)
    second = await stage.forwarded()
    await stage.step(second, "waiting")
    urgent = await stage.called()
    await urgent.press("2")
    await stage.step(urgent, "waiting")
    await first.hang_up()
    await urgent.hears(ANA)


async def test_what_nobody_takes_overflows_to_the_centre_which_hears_the_topic(
    stage: Stage,
) -> None:
    shop = {"overflow": ["eva"], "overflow_seconds": 2}
    await stage.opens(office(person("ana"), person("eva"), **shop, **orders()))
    stage.staff("ana", behaviours.busy())
    eva = stage.staff("eva", behaviours.answers_silently(after=0.1))
    caller = await stage.forwarded()
    rung = await eva.rings(within=12)
    await rung.hears_piece(await stage.words("orders"))
    await rung.press("1")
    await caller.hears(EVA)


async def test_one_switch_hands_all_callers_to_the_centre(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("eva"), overflow=["eva"]))
    ana, _ = stage.staff("ana", AT_ONCE), stage.staff("eva", AT_ONCE)
    await stage.box.command("office", "answered-by", "centre")
    caller = await stage.forwarded()
    await caller.hears(EVA)
    assert ana.calls == []


async def test_the_manager_is_not_rung_for_what_is_none_of_hers(stage: Stage) -> None:
    topic = orders(levels_never_unasked=[3])
    await stage.opens(office(person("ana"), person("eva", level=3), **topic))
    stage.staff("ana", behaviours.answers(after=0.1, press="2", thinks=0))
    eva = stage.staff("eva", AT_ONCE)
    caller = await stage.forwarded()
    await heard(caller, Prompt.NOBODY_NOW, within=8)
    assert eva.calls == []


async def test_a_caller_is_given_somebody_who_speaks_the_language(stage: Stage) -> None:
    people = person("ana", languages=["en"]), person("ion", languages=["ru"])
    main = menu(key("1", "topic", "orders"), key("8", "language", "ru"), prompt={})
    more: dict[str, Any] = {"languages": ["en", "ru"], "menus": (main,)}
    await stage.opens(office(*people, **more, **orders()))
    ana, _ = stage.staff("ana", AT_ONCE), stage.staff("ion", AT_ONCE)
    caller = await stage.called()
    await caller.press("8")
    await caller.press("1")
    await caller.hears(ION, within=8)
    assert ana.calls == []


async def test_weighted_shares_the_calls_by_weight(stage: Stage) -> None:
    people = person("ana", id="ana9", weight=2), person("ion", id="ion9", weight=1)
    await stage.opens(office(*people, **orders(strategy="weighted")))
    stage.staff("ana", AT_ONCE)
    stage.staff("ion", AT_ONCE)
    took = []
    for _ in range(3):
        caller = await stage.forwarded()
        await stage.step(caller, "joined")
        await caller.hang_up()
        took.append((await stage.story(caller)).call.person)
    assert sorted(took) == ["ana9", "ana9", "ion9"]
