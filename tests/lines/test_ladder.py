"""A lost modem is brought back by what costs least, and a dead one is left in peace."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from hotline.lines import ladder
from hotline.lines.ladder import ALL, Ladder, Rung, Step, Trouble

RESTING_S = 6.0  # until a modem that is opened and does not answer is given up


class Afternoon:
    """A modem's troubles, and the time they take."""

    def __init__(self, possible: frozenset[Rung] = ALL) -> None:
        self.ladder, self.possible, self.now = Ladder(), possible, 1000.0
        self.ladder.worked(self.now)
        self.now += ladder.STEADY_S

    def after(self, seconds: float, trouble: Trouble) -> Step:
        self.now += seconds
        step = self.ladder.failed(trouble, self.now, self.possible)
        self.now += step.pause
        return step

    def hangs(self) -> Iterator[Step]:
        """It hangs whatever is done, and never leaves the bus."""
        while True:
            yield self.after(RESTING_S, Trouble.HUNG)
            self.ladder.did_nothing()


def climbed(afternoon: Afternoon, steps: int) -> list[Rung]:
    return [step.rung for step in itertools.islice(afternoon.hangs(), steps)]


def test_each_rung_is_taken_once_and_the_cheapest_first() -> None:
    assert climbed(Afternoon(), 4) == [Rung.REOPEN, Rung.RESTART, Rung.RESET, Rung.POWER]


def test_what_this_machine_cannot_do_is_passed_over() -> None:
    afternoon = Afternoon(frozenset({Rung.POWER}))
    assert climbed(afternoon, 2) == [Rung.REOPEN, Rung.POWER]


def test_the_owner_reads_what_is_done_and_what_to_do_when_nothing_helps() -> None:
    words = [step.words for step in itertools.islice(Afternoon().hangs(), 5)]
    assert words[1] == "The box restarts it."
    assert "USB connection" in words[2]
    assert "port off and on" in words[3]
    assert words[4] == ladder.UNPLUG


def test_a_dead_modem_is_tormented_more_and_more_seldom() -> None:
    afternoon, powered = Afternoon(), list[float]()
    for step in afternoon.hangs():
        if step.rung is Rung.POWER:
            powered.append(afternoon.now)
        if len(powered) == 8:
            break
    pauses = [later - earlier for earlier, later in itertools.pairwise(powered)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= ladder.FIRST_REST_S
    assert ladder.LONGEST_REST_S <= pauses[-1] <= ladder.LONGEST_REST_S + 120


def test_a_modem_that_has_just_been_plugged_in_is_not_restarted_while_it_wakes_up() -> None:
    afternoon = Afternoon()
    afternoon.after(0, Trouble.GONE)
    steps = [afternoon.after(RESTING_S, Trouble.HUNG) for _ in range(2)]
    assert [step.rung for step in steps] == [Rung.REOPEN, Rung.REOPEN]
    assert all(step.pause <= ladder.LOOK_AGAIN_S for step in steps)


def test_a_modem_that_was_restarted_has_time_to_start() -> None:
    afternoon = Afternoon()
    assert climbed(afternoon, 1) == [Rung.REOPEN]
    assert afternoon.after(RESTING_S, Trouble.HUNG).rung is Rung.RESTART
    assert afternoon.after(ladder.BOOT_S / 2, Trouble.HUNG).rung is Rung.REOPEN
    assert afternoon.after(ladder.BOOT_S, Trouble.HUNG).rung is Rung.RESET


def test_nothing_is_done_about_a_modem_that_is_not_there_but_looking() -> None:
    afternoon = Afternoon(frozenset())
    steps = [afternoon.after(0, Trouble.GONE) for _ in range(3600)]
    assert {(step.rung, step.pause) for step in steps} == {(Rung.REOPEN, ladder.LOOK_AGAIN_S)}


def test_a_modem_that_does_not_come_back_has_its_port_turned_off_and_on_once() -> None:
    afternoon = Afternoon()
    steps = [afternoon.after(0, Trouble.GONE) for _ in range(round(ladder.FIRST_REST_S))]
    assert [step.rung for step in steps].count(Rung.POWER) == 1
    assert steps.index(next(s for s in steps if s.rung is Rung.POWER)) >= ladder.ABSENT_S - 1


def test_what_only_the_owner_can_mend_is_looked_at_again_and_never_restarted() -> None:
    afternoon = Afternoon()
    steps = [afternoon.after(1, Trouble.REFUSED) for _ in range(50)]
    assert {step.rung for step in steps} == {Rung.REOPEN}
    assert steps[0].pause == ladder.FIRST_RETRY_S
    assert steps[-1].pause == ladder.LONGEST_RETRY_S


def test_a_cure_that_does_not_last_is_none() -> None:
    afternoon = Afternoon()
    climbed(afternoon, 2)
    afternoon.ladder.worked(afternoon.now)
    assert afternoon.after(ladder.STEADY_S - 1, Trouble.HUNG).rung is Rung.RESET


def test_after_a_good_while_a_new_trouble_is_a_new_one() -> None:
    afternoon = Afternoon()
    climbed(afternoon, 4)
    afternoon.ladder.worked(afternoon.now)
    assert afternoon.after(ladder.STEADY_S, Trouble.HUNG).rung is Rung.REOPEN


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (0, ""),
        (1, "recovered by opening it anew after 0 s"),
        (2, "recovered by restarting it after 6 s"),
    ],
)
def test_the_log_tells_what_helped(steps: int, words: str) -> None:
    afternoon = Afternoon()
    climbed(afternoon, steps)
    assert afternoon.ladder.worked(afternoon.now) == words


def test_the_log_tells_how_long_a_modem_was_away() -> None:
    afternoon = Afternoon()
    for _ in range(12):
        afternoon.after(0, Trouble.GONE)
    assert afternoon.ladder.worked(afternoon.now) == "recovered after 12 s"
