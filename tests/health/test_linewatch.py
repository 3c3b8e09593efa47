"""The owner can look back at how a line was, and reads what the box did when it was lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from tests.storage.conftest import NOW

from hotline.calls.board import Board
from hotline.clock import Clock
from hotline.health.linewatch import LOOK_S, LineWatch
from hotline.lines.gsm import RESTING
from hotline.lines.keeper import WANTED, Mending
from hotline.lines.ladder import Rung, Trouble
from hotline.lines.port import Hardware, LineState, Reading
from hotline.said import NOTHING, Said, say
from hotline.storage import linehistory, linetroubles
from hotline.storage.database import DatabaseFile
from hotline.storage.linehistory import LineHistory, Quarter
from hotline.storage.linetroubles import Kind, LineTrouble, LineTroubles
from hotline.storage.schema import records_file
from hotline.storage.writer import Writer

UP = LineState(True, say("Callers can reach you on this line."))
SILENT = say("The modem does not answer any more.")
RESTARTS = say("The box restarts it.")
UNPLUGGED = say("The modem is gone.")
DAY = timedelta(days=1)


@dataclass
class Line:
    """A line that is as the test says."""

    name: str = "mobile"
    now: LineState = UP
    heard: Reading = field(default_factory=lambda: Reading(-75, "Orange 4G"))

    def state(self) -> LineState:
        return self.now

    def reading(self) -> Reading:
        return self.heard

    async def hardware(self) -> Hardware:
        return Hardware()


@dataclass
class Lines:
    """What of the board is watched."""

    lines: tuple[Line, ...]


class World:
    """A box that was just started, its clock, and one line that is up."""

    def __init__(self, file: DatabaseFile, writer: Writer, *, up: bool = True) -> None:
        self.file, self.writer = file, writer
        self.wall, self.monotonic = NOW, 1000.0
        self.line = Line(now=UP if up else LineState(False, say("The line is starting.")))
        self.lines = Lines((self.line,))
        self.history, self.troubles = LineHistory(writer), LineTroubles(writer)
        self.watch = self._watch()
        self.watch.look()

    def _watch(self) -> LineWatch:
        clock = Clock(wall=lambda: self.wall, monotonic=lambda: self.monotonic)
        board = cast(Board, self.lines)
        return LineWatch(board, clock, self.history, self.troubles, lambda: self.monotonic)

    def passes(self, seconds: float) -> None:
        """The box looks every few seconds meanwhile."""
        while seconds > 0:
            step = min(LOOK_S, seconds)
            self.wall += timedelta(seconds=step)
            self.monotonic += step
            seconds -= step
            self.watch.look()

    def becomes(self, up: bool, words: Said = SILENT) -> None:
        self.line.now = UP if up else LineState(False, words)
        self.watch.changed("mobile", self.line.now)

    def does(self, trouble: Trouble, rung: Rung, did: Said = NOTHING, seen: Said = SILENT) -> None:
        self.watch.mending("mobile", Mending(trouble, seen, rung, did))
        self.becomes(False, seen)

    def quarters(self, since: datetime = NOW - DAY, until: datetime = NOW + DAY) -> list[Quarter]:
        self.writer.submit(lambda _database: None).result(10)
        with self.file.reading() as database:
            return linehistory.quarters(database, "mobile", since, until)

    def told(self) -> list[LineTrouble]:
        self.writer.submit(lambda _database: None).result(10)
        with self.file.reading() as database:
            return linetroubles.of_line(database, "mobile", NOW - DAY)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[DatabaseFile, Writer]]:
    file = records_file(tmp_path)
    file.prepare(NOW)
    writer = Writer(file, Clock())
    yield file, writer
    writer.close()


@pytest.fixture
def world(opened: tuple[DatabaseFile, Writer]) -> World:
    return World(*opened)


# -- how it was ------------------------------------------------------------------------------------


def test_every_quarter_of_an_hour_says_how_well_a_line_was_heard(world: World) -> None:
    world.passes(300)
    world.line.heard = Reading(-105, "Orange 2G")
    world.passes(600)
    (one,) = world.quarters()
    assert (one.at, one.watched, one.down) == (NOW, 900.0 - LOOK_S, 0.0)
    assert (one.lowest, one.highest, one.network) == (-105, -75, "Orange 2G")
    assert one.mean is not None
    assert -105 < one.mean < -75


def test_the_seconds_for_which_a_line_was_down_are_counted_between_the_looks(
    world: World,
) -> None:
    world.passes(100)
    world.wall += timedelta(seconds=3)
    world.monotonic += 3
    world.becomes(False)
    world.wall += timedelta(seconds=4)
    world.monotonic += 4
    world.becomes(True)
    world.passes(900)
    first = world.quarters()[0]
    assert first.down == 4.0


@pytest.mark.parametrize("hours", [5, 24 * 400])
def test_a_clock_that_is_set_forward_and_back_loses_no_second(world: World, hours: int) -> None:
    world.passes(600)
    world.wall += timedelta(hours=hours)
    world.passes(200)
    world.wall -= timedelta(hours=hours)
    world.passes(1000)
    world.watch.close()
    far = world.quarters(until=NOW + timedelta(days=1000))
    assert sum(one.watched for one in far) == 1800.0
    assert sum(one.watched for one in world.quarters(until=NOW + timedelta(hours=1))) == 1600.0


def test_an_hour_that_comes_twice_is_not_written_over(world: World) -> None:
    world.passes(900)
    world.wall -= timedelta(hours=1)
    world.passes(900)
    world.passes(3600)
    world.watch.close()
    assert sum(one.watched for one in world.quarters()) == 5400.0


def test_a_box_that_stood_still_says_nothing_of_that_time(world: World) -> None:
    world.passes(100)
    world.monotonic += 7200
    world.wall += timedelta(hours=2)
    world.watch.look()
    world.passes(100)
    world.watch.close()
    assert sum(one.watched for one in world.quarters()) == 200.0


def test_what_was_seen_is_kept_when_the_box_ends(world: World) -> None:
    world.passes(420)
    world.watch.close()
    assert [one.watched for one in world.quarters()] == [420.0]


def test_nobody_waits_for_the_disk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise AssertionError("the look waits for the disk")

    monkeypatch.setattr("concurrent.futures.Future.result", refused)
    world.passes(2000)
    world.does(Trouble.HUNG, Rung.RESTART, RESTARTS)
    world.passes(2000)


# -- when it was lost ------------------------------------------------------------------------------


def test_a_modem_that_hung_and_was_restarted_is_told_with_what_helped(world: World) -> None:
    world.passes(100)
    world.does(Trouble.HUNG, Rung.REOPEN)
    world.passes(5)
    world.does(Trouble.HUNG, Rung.RESTART, RESTARTS)
    world.passes(20)
    world.becomes(True)
    world.passes(10)
    (one,) = world.told()
    assert (one.kind, one.why, one.seconds, one.stopped) == (Kind.HUNG, SILENT, 25.0, False)
    assert one.ended == one.began + timedelta(seconds=25)
    assert [(step.did, step.helped) for step in one.steps] == [
        ("The box opens it anew.", False),
        (RESTARTS, True),
    ]


def test_a_modem_that_is_away_is_told_once_however_often_the_box_looks(world: World) -> None:
    for _ in range(60):
        world.does(Trouble.GONE, Rung.REOPEN, seen=UNPLUGGED)
        world.passes(1)
    world.becomes(True)
    world.passes(10)
    (one,) = world.told()
    assert (one.kind, len(one.steps), one.seconds) == (Kind.GONE, 1, 60.0)


def test_a_cure_that_does_not_last_is_one_trouble_and_did_not_help(world: World) -> None:
    world.passes(10)
    world.does(Trouble.HUNG, Rung.RESTART, RESTARTS)
    world.passes(20)
    world.becomes(True)
    world.passes(20)
    world.does(Trouble.HUNG, Rung.RESET, say("The box resets its USB connection."))
    world.passes(30)
    world.becomes(True)
    world.passes(100)
    (one,) = world.told()
    assert [step.helped for step in one.steps] == [False, True]
    assert one.seconds == 50.0


def test_a_line_that_is_lost_a_second_time_later_is_told_twice(world: World) -> None:
    for _ in range(2):
        world.passes(100)
        world.becomes(False)
        world.passes(30)
        world.becomes(True)
    world.passes(10)
    assert [(one.kind, one.seconds) for one in world.told()] == [(Kind.AWAY, 30.0)] * 2


def test_what_no_caller_noticed_is_not_told(world: World) -> None:
    world.passes(100)
    world.becomes(False)
    world.monotonic += 1
    world.becomes(True)
    world.passes(20)
    assert world.told() == []


def test_what_the_box_did_is_told_however_quick_it_was(world: World) -> None:
    world.passes(100)
    world.does(Trouble.ASKED, Rung.RESTART, RESTARTS, WANTED)
    world.monotonic += 1
    world.becomes(True)
    world.passes(20)
    (one,) = world.told()
    assert (one.kind, one.seconds) == (Kind.ASKED, 1.0)


def test_a_modem_that_has_to_rest_after_each_call_was_not_lost(world: World) -> None:
    world.passes(100)
    world.does(Trouble.GONE, Rung.REOPEN, seen=RESTING)
    world.passes(40)
    world.becomes(True)
    world.passes(20)
    assert world.told() == []


def test_a_line_may_take_a_minute_after_the_box_has_started(
    opened: tuple[DatabaseFile, Writer],
) -> None:
    world = World(*opened, up=False)
    world.passes(40)
    world.becomes(True)
    world.passes(20)
    assert world.told() == []


def test_a_line_that_never_came_up_is_told_from_the_start_of_the_box(
    opened: tuple[DatabaseFile, Writer],
) -> None:
    world = World(*opened, up=False)
    world.passes(100)
    (one,) = world.told()
    assert (one.began, one.ended) == (NOW, None)


def test_a_trouble_that_goes_on_is_on_the_disk_within_seconds(world: World) -> None:
    world.passes(100)
    world.does(Trouble.HUNG, Rung.RESTART, RESTARTS)
    world.passes(LOOK_S)
    (one,) = world.told()
    assert (one.ended, one.stopped) == (None, False)


def test_a_box_that_ends_says_so_of_a_line_that_was_lost(world: World) -> None:
    world.passes(100)
    world.becomes(False)
    world.passes(30)
    world.watch.close()
    (one,) = world.told()
    assert (one.stopped, one.seconds) == (True, 30.0)


def test_who_wanted_a_modem_restarted_is_no_fault_of_the_modem(world: World) -> None:
    world.passes(100)
    world.does(Trouble.ASKED, Rung.RESTART, RESTARTS, WANTED)
    for _ in range(10):
        world.does(Trouble.GONE, Rung.REOPEN, seen=UNPLUGGED)
        world.passes(1)
    world.becomes(True)
    world.passes(10)
    (one,) = world.told()
    assert (one.kind, one.why) == (Kind.ASKED, WANTED)


def test_a_line_that_was_taken_out_is_watched_no_more(world: World) -> None:
    world.passes(900)
    world.lines.lines = ()
    world.passes(1800)
    assert len(world.quarters()) == 1
