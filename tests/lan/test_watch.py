"""A box that was given another address by its router tells its lines, and nobody is lost by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from hotline.lan.watch import LOOK_S, own_address, watch

HOME, AWAY = "192.168.1.9", "192.168.1.50"


@dataclass
class Street:
    """Where the box is, and how often it said that it has moved."""

    address: str = HOME
    undecided: bool = False
    moves: list[str] = field(default_factory=list)

    async def at(self, address: str, *, undecided: bool = False) -> None:
        self.address, self.undecided = address, undecided
        await asyncio.sleep(2 * LOOK_S)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """The box looks at its address, and has done so once."""
        told = lambda: self.moves.append(self.address)  # noqa: E731
        task = asyncio.create_task(watch(told, lambda: self.undecided, lambda: self.address))
        await asyncio.sleep(LOOK_S)
        try:
            yield
        finally:
            task.cancel()


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    made = Street()
    async with made.watched():
        yield made


async def test_another_address_is_told_once(street: Street) -> None:
    await street.at(AWAY)
    await street.at(AWAY)
    assert street.moves == [AWAY]


async def test_a_cable_that_was_pulled_and_plugged_in_again_is_no_move(street: Street) -> None:
    await street.at("")
    await street.at(HOME)
    assert street.moves == []


async def test_another_address_after_a_pulled_cable_is_one(street: Street) -> None:
    await street.at("")
    await street.at(AWAY)
    assert street.moves == [AWAY]


async def test_the_first_address_of_a_box_that_began_before_its_network_is_told_once() -> None:
    """It has called itself 127.0.0.1 till then, and nobody would find it again."""
    nowhere = Street(address="")
    async with nowhere.watched():
        assert nowhere.moves == []
        await nowhere.at(HOME)
        await nowhere.at(HOME)
    assert nowhere.moves == [HOME]


async def test_an_address_on_trial_is_told_once_it_is_kept(street: Street) -> None:
    await street.at(AWAY, undecided=True)
    assert street.moves == []
    await street.at(AWAY)
    assert street.moves == [AWAY]


async def test_a_trial_that_takes_itself_back_is_no_move(street: Street) -> None:
    await street.at(AWAY, undecided=True)
    await street.at(HOME)
    assert street.moves == []


def test_the_address_is_found_without_a_word_sent() -> None:
    assert own_address().count(".") in (0, 3)
