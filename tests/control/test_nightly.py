"""Nobody has to think of copies: they come by night, give way, and are told of when they fail."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from hotline.clock import Clock
from hotline.control.nightly import Nightly
from hotline.said import NOTHING, Said, say
from hotline.storage.backupchild import Work
from hotline.storage.places import Places

EVENING = datetime(2026, 12, 4, 20, tzinfo=UTC)
DAY = timedelta(days=1)
FULL, DELETE = say("The disk is full."), say("Delete something.")


@dataclass
class Night:
    """A box and its clock. does: what the child is asked for; fails: which of it fails."""

    nightly: Nightly = field(init=False)
    now: datetime = EVENING
    calls: int = 0
    does: list[str] = field(default_factory=list)
    fails: frozenset[str] = frozenset()
    told: list[bool] = field(default_factory=list)

    async def work(self, work: Work) -> tuple[Said, Said]:
        self.does.append(work.what)
        if work.what in self.fails:
            return FULL, DELETE
        if work.what == "make":
            Path(work.file).write_bytes(b"sealed")  # noqa: ASYNC240 - one name
        return NOTHING, NOTHING

    async def passes(self, nights: int = 1) -> None:
        for _ in range(nights):
            self.now += DAY
            await self.nightly.look()
            await self.nightly.look()


@pytest.fixture
def night(tmp_path: Path) -> Night:
    night = Night()
    night.nightly = begun_anew(night, tmp_path)
    night.nightly.nights()
    return night


def begun_anew(night: Night, folder: Path, clock: Callable[[], datetime] | None = None) -> Nightly:
    zone: tzinfo = UTC
    return Nightly(
        Places(folder),
        Clock(wall=clock or (lambda: night.now)),
        night.work,
        nullcontext,
        lambda: night.calls,
        lambda: zone,
        night.told.append,
    )


async def test_each_night_has_one_copy_and_each_week_one_rehearsal(night: Night) -> None:
    await night.passes(9)
    assert night.does == ["make", "prove", *["make"] * 7, "prove", "make"]
    now = night.nightly.now()
    assert (now.on, len(now.copies), now.trouble) == (True, 8, "")
    assert now.proven == EVENING + 8 * DAY


async def test_a_box_that_was_only_just_set_up_waits_for_the_night(night: Night) -> None:
    night.now += timedelta(hours=1)
    await night.nightly.look()
    assert night.does == []


async def test_while_somebody_calls_no_copy_is_begun(night: Night) -> None:
    night.calls = 1
    await night.passes()
    assert night.does == []
    night.calls = 0
    await night.nightly.look()
    assert night.does == ["make", "prove"]


async def test_switched_off_no_copy_is_made_and_switched_on_it_waits_for_the_night(
    night: Night,
) -> None:
    await night.nightly.switch(on=False)
    await night.passes(3)
    await night.nightly.switch(on=True)
    await night.nightly.look()
    assert night.does == []
    await night.passes()
    assert night.does == ["make", "prove"]


async def test_the_office_hears_once_of_two_nights_in_a_row_without_a_copy(night: Night) -> None:
    night.fails = frozenset({"make"})
    await night.passes()
    assert night.told == []
    assert night.nightly.now().trouble == FULL
    assert night.nightly.pressing.cause == ""
    await night.passes(4)
    assert night.told == [True]
    assert (night.nightly.pressing.cause, night.nightly.pressing.action) == (FULL, DELETE)
    night.fails = frozenset()
    await night.passes()
    assert night.nightly.now().trouble == ""
    assert night.nightly.pressing.cause == ""


async def test_a_rehearsal_that_fails_is_told_at_once_and_tried_each_night_until_it_goes_well(
    night: Night,
) -> None:
    night.fails = frozenset({"prove"})
    await night.passes(3)
    assert night.does == ["make", "prove"] * 3
    assert night.told == [False]
    assert night.nightly.pressing.cause == FULL
    night.fails = frozenset()
    await night.passes(2)
    assert night.does == [*["make", "prove"] * 4, "make"]
    assert night.nightly.pressing.cause == ""


async def test_a_box_killed_by_the_work_does_not_try_again_in_the_same_night(
    night: Night, tmp_path: Path
) -> None:
    async def killed(work: Work) -> tuple[Said, Said]:
        raise KeyboardInterrupt

    night.now += DAY
    dying = begun_anew(night, tmp_path)
    dying.work = killed
    with pytest.raises(KeyboardInterrupt):
        await dying.look()
    again = begun_anew(night, tmp_path)
    await again.look()
    assert night.does == []


async def test_what_failed_is_known_after_a_restart(night: Night, tmp_path: Path) -> None:
    night.fails = frozenset({"make"})
    await night.passes(2)
    again = begun_anew(night, tmp_path)
    await again.look()
    assert again.pressing.cause == FULL
    assert night.told == [True]


async def test_a_clock_that_is_not_trusted_knows_of_no_night(night: Night, tmp_path: Path) -> None:
    wrong = begun_anew(night, tmp_path)
    wrong.clock = Clock(EVENING + 30 * DAY, wall=lambda: EVENING + DAY)
    assert not wrong.clock.trusted()
    await wrong.look()
    assert night.does == []
