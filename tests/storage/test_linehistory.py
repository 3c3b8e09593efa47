"""How lines were is kept for a month and small, and an hour that comes twice is kept twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hotline.said import say, together
from hotline.storage import linehistory, linetroubles
from hotline.storage.database import DatabaseFile
from hotline.storage.linehistory import LineHistory, Quarter, slot_of
from hotline.storage.linetroubles import Kind, LineTrouble, LineTroubles, Mended
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW

SLOT = slot_of(NOW)
HEARD = Quarter("mobile", SLOT, 900.0, 30.0, 90, -97, -88.5, -71, None, "Orange 4G")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SILENT = say("The modem %(line)s does not answer.", line="mobile")
TROUBLE = LineTrouble(
    4,
    "mobile",
    NOW - HOUR,
    Kind.HUNG,
    SILENT,
    seconds=41.0,
    ended=NOW,
    steps=(Mended(NOW - HOUR, together(SILENT, say("Plug it in.")), say("The box restarts it.")),),
)


def kept(records: DatabaseFile, line: str = "mobile") -> list[Quarter]:
    with records.reading() as database:
        return linehistory.quarters(database, line, NOW - DAY, NOW + DAY)


def test_a_quarter_that_is_written_again_is_kept_once(
    records: DatabaseFile, writer: Writer
) -> None:
    history = LineHistory(writer)
    history.keep([replace(HEARD, watched=600.0)], 0).result(10)
    history.keep([HEARD, replace(HEARD, line="office")], 0).result(10)
    assert kept(records) == [HEARD]


def test_a_quarter_in_which_the_box_was_restarted_is_added_up(
    records: DatabaseFile, writer: Writer
) -> None:
    first = replace(HEARD, watched=300.0, down=10.0, heard=30, lowest=-105, mean=-100.0, trip=20.0)
    LineHistory(writer).keep([first], 0).result(10)
    with records.reading() as database:
        part = linehistory.next_part(database)
    LineHistory(writer, part).keep([replace(HEARD, watched=500.0, trip=40.0)], part).result(10)
    (one,) = kept(records)
    assert (one.watched, one.down, one.heard) == (800.0, 40.0, 120)
    assert (one.lowest, one.highest, one.trip) == (-105, -71, 30.0)
    assert one.mean == (-100.0 * 30 + -88.5 * 90) / 120


def test_a_line_that_no_network_tells_of_has_no_signal(
    records: DatabaseFile, writer: Writer
) -> None:
    wires = Quarter("office", SLOT, 900.0, 0.0)
    LineHistory(writer).keep([wires], 0).result(10)
    LineHistory(writer).keep([wires], 1).result(10)
    (one,) = kept(records, "office")
    assert (one.watched, one.mean, one.lowest) == (1800.0, None, None)


def test_after_five_weeks_quarters_go_and_after_three_months_troubles(
    records: DatabaseFile, writer: Writer
) -> None:
    history, troubles = LineHistory(writer), LineTroubles(writer)
    history.keep([HEARD], 0).result(10)
    troubles.keep([TROUBLE]).result(10)
    for days, left in ((34, (1, 1)), (36, (0, 1)), (91, (0, 0))):
        now = NOW + timedelta(days=days)
        writer.submit(lambda database, now=now: linehistory.purge(database, now)).result(10)
        writer.submit(lambda database, now=now: linetroubles.purge(database, now)).result(10)
        with records.reading() as database:
            told = linetroubles.of_line(database, "mobile", NOW - DAY)
        assert (len(kept(records)), len(told)) == left, days


def test_a_month_of_eight_lines_is_small(records: DatabaseFile, writer: Writer) -> None:
    history = LineHistory(writer)
    for line in range(8):
        month = [replace(HEARD, line=f"line{line}", slot=SLOT - n) for n in range(35 * 96)]
        history.keep(month, 0).result(60)
    assert records.path.stat().st_size < 4 * 2**20


def test_a_trouble_is_told_in_the_words_it_was_seen_in(
    records: DatabaseFile, writer: Writer
) -> None:
    troubles = LineTroubles(writer)
    troubles.keep([replace(TROUBLE, ended=None, steps=())]).result(10)
    troubles.keep([TROUBLE]).result(10)
    with records.reading() as database:
        (one,) = linetroubles.of_line(database, "mobile", NOW - DAY)
        following = linetroubles.next_number(database)
    assert (one, following) == (TROUBLE, 5)
    assert one.why.parts == SILENT.parts
    assert one.steps[0].seen.parts == TROUBLE.steps[0].seen.parts


def test_what_went_on_when_the_box_stopped_is_over_when_it_starts(
    records: DatabaseFile, writer: Writer
) -> None:
    LineTroubles(writer).keep([replace(TROUBLE, ended=None), replace(TROUBLE, number=5)]).result(10)
    writer.submit(linetroubles.close_open).result(10)
    with records.reading() as database:
        found = linetroubles.of_line(database, "mobile", NOW - DAY)
    assert {one.number: one.stopped for one in found} == {4: True, 5: False}
