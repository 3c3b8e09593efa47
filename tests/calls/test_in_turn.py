"""Random days of callers who wait and callers who are called back: nobody overtakes, nobody is
lost, nobody rings twice. Time costs nothing here.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import promising, returncall
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Person
from tests.calls.hotline import ANA, OFFICE, Telephone
from tests.calls.test_promising import Shop
from tests.month.loop import run
from tests.storage.conftest import NOW, FakeTime

PEOPLE = (ANA, Person("ion", "Ion", "+37369000102", ring_seconds=5))
SHOP = replace(OFFICE, people=PEOPLE, total_seconds=600, survey=False)
STAFF = {person.number for person in PEOPLE}
CALLERS, SPREAD_S, LAST_S = 24, 600, 4 * 3600.0
SLACK_S = promising.LOOK_S + 0.01


@dataclass
class Customer:
    """One caller of the day. free_from: since when it could be their turn; None while it cannot."""

    number: str
    arrival: int
    asks: bool
    answers: bool
    waits_from: float | None = None
    spoken: bool = False
    calls: list[float] = field(default_factory=list)


class Day(Shop):
    """A shop whose callers and colleagues do what chance says."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        super().__init__(folder, SHOP)
        self.chance = chance
        self.customers: dict[str, Customer] = {}
        self.wrong: list[str] = []
        engine: Any = self.exchange.engine
        self._join, engine.join = engine.join, self._joined
        self._dial = self.line.dial
        self.line.dial = self._dials  # type: ignore[method-assign]

    async def lives(self) -> None:
        loop = asyncio.get_running_loop()
        times = sorted(self.chance.uniform(0, SPREAD_S) for _ in range(CALLERS))
        for n, at in enumerate(times):
            loop.call_at(at, self._calls, f"+3732200{n:04d}", n)
        if self.chance.random() < 0.5:
            loop.call_at(self.chance.uniform(0, SPREAD_S), self._again)
        await asyncio.sleep(LAST_S)

    def _again(self) -> None:
        """The box forgets all but what stands on the disk: when the last try was, too."""
        for one in self.customers.values():
            if one.calls and one.waits_from is not None:
                one.waits_from = max(one.waits_from, now() + promising.PAUSE_S)
        self._restarting = asyncio.ensure_future(self.restarts())

    def _calls(self, number: str, order: int) -> None:
        one = Customer(number, order, self.chance.random() < 0.6, self.chance.random() < 0.8)
        self.customers[number] = one
        if not one.answers:
            self.line.silent.add(number)
        phone = self.rings("1", number)
        one.waits_from = now()
        phone.gone.add_done_callback(lambda _: self._gone(one))
        if one.asks:
            phone.presses = {**phone.presses, Prompt.STILL_WAITING: "9"}

    def _gone(self, one: Customer) -> None:
        if not one.asks:
            one.waits_from = None

    def _dials(self, number: str) -> Telephone:
        if any(p.caller.number == number and not p.gone.done() for p in self.line.rung):
            self.wrong.append(f"{number} was rung twice")
        if number in self.customers:
            one = self.customers[number]
            one.calls.append(now())
            self._in_turn(one)
            pause = returncall.RING_S + promising.PAUSE_S
            one.waits_from = now() + pause if len(one.calls) < SHOP.callback_tries else None
        return self._dial(number)

    def _joined(self, one: Any, other: Any) -> None:
        legs = {leg._leg.caller.number: leg._leg for leg in (one, other)}
        (number,) = legs.keys() - STAFF
        customer = self.customers[number]
        if customer.spoken:
            self.wrong.append(f"{number} was spoken with twice")
        if not customer.calls:
            self._in_turn(customer)
        customer.spoken, customer.waits_from = True, None
        length = 20 + self.chance.expovariate(1 / 90)
        asyncio.get_running_loop().call_later(length, legs[number].hang_up, Cause.HUNG_UP)
        self._join(one, other)

    def _in_turn(self, mine: Customer) -> None:
        """Nobody who came before waits still."""
        for other in self.customers.values():
            since = other.waits_from
            waits = since is not None and now() - since > SLACK_S and not other.spoken
            if waits and other.arrival < mine.arrival:
                self.wrong.append(f"{other.arrival} was overtaken by {mine.arrival} at {now():.1f}")


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize("seed", range(12))
def test_nobody_overtakes_nobody_is_lost_and_nobody_rings_twice(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeTime, "now", lambda _: NOW + timedelta(seconds=now()))

    async def lives() -> Day:
        day = Day(tmp_path, random.Random(seed))
        await day.lives()
        await day.promising.close()
        assert day.staff_is_free()
        return day

    day = run(lives())
    assert day.wrong == [], f"seed {seed}"
    owed = {entry.caller_number for entry in day.entries()}
    left = {case.caller_number for case in day.cases()}
    lost = {n for n, one in day.customers.items() if not one.spoken} - owed - left
    assert lost == set(), f"seed {seed}"
    for one in day.customers.values():
        between = [b - a for a, b in zip(one.calls, one.calls[1:], strict=False)]
        assert all(pause >= promising.PAUSE_S for pause in between), f"seed {seed}: {one}"
        assert len(one.calls) <= SHOP.callback_tries
        assert one.spoken or one.answers is False or not one.calls, f"seed {seed}: {one}"
    assert any(one.calls and one.spoken for one in day.customers.values())
