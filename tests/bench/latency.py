"""How long a caller waits for each thing the box does; one call at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from tests.bench.figures import Figure, spread
from tests.bench.office import PEOPLE, OfficeOnTheBench, person
from tests.sim.sip import behaviours
from tests.sim.sound import Silence, Tone

Measurement = Callable[[OfficeOnTheBench, int], Awaitable[list[Figure]]]
ANA = person(1)
KEY_S = 0.1
QUEUED = 10


async def answering(bench: OfficeOnTheBench, times: int) -> list[Figure]:
    """INVITE to 200 OK, and 200 OK to the first sample of the greeting."""
    answers, greetings = [], []
    caller = bench.provider.caller("+37322111222")
    await _first_call(bench)
    for _ in range(times):
        call = await caller.call(bench.number)
        answers.append(await call.answered(within=5) - call.begun_at)
        if len(greetings) < times // 10:
            first = await call.hears_any(within=5, since=0)
            greetings.append(max(0.0, first.at - (await call.answered())))
        await call.hang_up()
    return [
        *spread("INVITE to 200 OK", answers, {50: 5, 99.9: 250}),
        *spread("greeting after 200 OK", greetings, {50: 100, 99: 100}),
    ]


async def _first_call(bench: OfficeOnTheBench) -> None:
    """The first call of a new box may still wait for its greeting to be synthesised."""
    call = await bench.provider.caller("+37322111222").call(bench.number)
    await call.hears_any(within=10)
    await call.hang_up()
    await bench.box.idle()


async def forwarding(bench: OfficeOnTheBench, times: int, living: int = 0) -> list[Figure]:
    """Key to outgoing INVITE; staff's 1 to the caller hearing them. living: calls besides.

    While a key is held a telephone sends no sound, so the second one counts from its release.
    """
    keys, through = [], []
    ana = bench.provider.mobile(ANA, behaviours.answers_silently(0.0), tone=Tone(1880))
    caller = bench.provider.caller("+37322111222", tone=Tone(640))
    for _ in range(times):
        call = await caller.call(bench.number)
        await call.answered(within=5)
        await call.hears_any(within=5)
        pressed = await call.press("1")
        leg = await ana.rings(within=5)
        keys.append(leg.begun_at - pressed)
        await leg.hears_speech(within=10)
        before = len(call.heard)
        taken = await leg.press("1", seconds=KEY_S)
        heard = await call.hears(Tone(1880), within=5, lasting=0.1, since=before)
        through.append(heard.at - (taken + KEY_S))
        await call.hang_up()
        await leg.ended(within=5)
        await bench.left(living)
    return [
        *spread("key to outgoing INVITE", keys, {50: 150, 99: 150}),
        *spread("staff's key 1 released to their sound at the caller", through, {50: 120, 99: 120}),
    ]


async def next_person(bench: OfficeOnTheBench, times: int, living: int = 0) -> list[Figure]:
    """A busy person to the next one's INVITE. living: calls besides."""
    waits = []
    bo = bench.provider.mobile(person(2), behaviours.never_answers())
    ana = bench.provider.mobile(ANA, behaviours.busy())
    caller = bench.provider.caller("+37322111222")
    for _ in range(times):
        call = await caller.call(bench.number)
        await call.answered(within=5)
        await call.press("1")
        leg = await bo.rings(within=5)
        waits.append(leg.begun_at - ana.calls[-1].begun_at)
        await call.hang_up()
        await bench.left(living)
    return spread("busy person to the next one's INVITE", waits, {99: 1000})


async def beside_a_queue(bench: OfficeOnTheBench, times: int) -> list[Figure]:
    """The same two while so many callers wait for somebody who talks."""
    bench.provider.mobile(person(PEOPLE), behaviours.answers(0.0, "1"), tone=Silence())
    for number in range(QUEUED + 1):
        call = await bench.provider.caller(f"+3732200{number:04d}").call(bench.number)
        await call.answered(within=5)
        await call.press("3")
        await bench.reached("waiting" if number else "joined", number or 1)
    figures = await forwarding(bench, times, QUEUED + 1)
    figures += await next_person(bench, times, QUEUED + 1)
    where = f", {QUEUED} callers in the queue, {PEOPLE} people"
    return [replace(figure, name=figure.name + where) for figure in figures]


async def added_delay(bench: OfficeOnTheBench, clicks: int) -> list[Figure]:
    """What the bridge adds to the way of a sound, SIP to SIP, packetisation not counted."""
    ana = bench.provider.mobile(ANA, behaviours.answers(0.0, "1"), tone=Silence())
    call = await bench.provider.caller("+37322111222", tone=Silence()).call(bench.number)
    await call.answered(within=5)
    await call.press("1")
    leg = await ana.rings(within=5)
    await bench.joined()
    delays = []
    for number in range(clicks):
        burst = Tone(900 + 50 * (number % 8)).lasting(0.06)
        await call.lasts(0.3)
        start = len(leg.heard)
        said = await call.say(burst)
        heard = await leg.hears_any(within=3, since=start)
        delays.append(heard.at - said)
    await call.hang_up()
    await bench.box.idle()
    return spread("delay the bridge adds, SIP to SIP", delays, {50: 20, 99: 60})
