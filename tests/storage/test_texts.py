"""Texts on the disk: each once, each whole, and none forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.inbox.retention import Retention
from hotline.storage import outbox, texts
from hotline.storage.database import DatabaseFile
from hotline.storage.files import Recordings
from hotline.storage.housekeeping import Housekeeping
from hotline.storage.outbox import Letter, LetterState
from hotline.storage.sqlite import Database
from hotline.storage.texts import Direction, Text, Texts, TextState
from hotline.storage.writer import Writer
from tests.sim.gsm import sms
from tests.storage.conftest import NOW, AtOnce

ANA, ION = "+37369000101", "+37369000102"
LONG = "Жалоба: цветы завяли, а деньги не вернули. 🙂 " * 5


class Desk:
    """Texts over records in memory."""

    def __init__(self) -> None:
        self.writer = AtOnce()
        self.texts = Texts(self.writer, "MD")  # type: ignore[arg-type]

    def came(self, *written: str, at: timedelta = timedelta(), line: str = "mobile") -> None:
        for one in written:
            self.texts.came(line, one, NOW + at).result()

    def sent(self, *references: int, number: str = ANA, letter: str = "") -> None:
        self.texts.sent("mobile", number, "hello", references, NOW, letter).result()

    @property
    def database(self) -> Database:
        return self.writer.database

    def read(self) -> list[Text]:
        """The oldest first."""
        return texts.recent(self.database)[::-1]

    def said(self) -> list[str]:
        return [text.text for text in self.read()]


@pytest.fixture
def desk() -> Desk:
    return Desk()


# -- what came -------------------------------------------------------------------------------------


def test_a_text_is_filed_with_who_sent_it_and_when(desk: Desk) -> None:
    desk.came(*sms.delivers("069000101", "I am late", at=NOW - timedelta(hours=3)))
    (text,) = desk.read()
    assert text == Text(
        id=text.id,
        direction=Direction.IN,
        line="mobile",
        number=ANA,
        text="I am late",
        at=NOW,
        sent_at=NOW - timedelta(hours=3),
        state=TextState.RECEIVED,
        letter="",
        parts=1,
    )


def test_the_same_text_again_is_filed_once(desk: Desk) -> None:
    short, long = sms.delivers("Bank", "1234"), sms.delivers(ANA, LONG)
    desk.came(*short, *long, *short, *long[::-1], long[0].lower())
    assert desk.said() == ["1234", LONG]


def test_the_same_words_to_two_sim_cards_are_two_texts(desk: Desk) -> None:
    written = sms.delivers(ANA, "hello", at=NOW)
    desk.came(*written)
    desk.came(*written, line="other")
    assert len(desk.read()) == 2


def test_each_text_is_told_once_when_it_is_whole(desk: Desk) -> None:
    first, second = sms.delivers(ANA, "a" * 200)
    told = [desk.texts.came("mobile", one, NOW).result() for one in (first, second, second)]
    assert [[text.text for text in texts] for texts in told] == [[], ["a" * 200], []]


@given(order=st.permutations(range(9)))
def test_parts_of_several_senders_in_any_order_become_their_texts(order: list[int]) -> None:
    desk = Desk()
    parts = [
        *sms.delivers(ANA, "a" * 400, reference=7),
        *sms.delivers(ION, "b" * 400, reference=7),
        *sms.delivers(ION, "c" * 400, reference=7, sixteen_bits=True),
    ]
    desk.came(*(parts[place] for place in order))
    assert sorted(desk.said()) == ["a" * 400, "b" * 400, "c" * 400]
    assert {text.state for text in desk.read()} == {TextState.RECEIVED}


def test_a_part_whose_rest_never_comes_is_filed_as_it_is_after_a_day(desk: Desk) -> None:
    first, _, third = sms.delivers(ANA, "a" * 153 + "b" * 153 + "c" * 10)
    desk.came(third, first)
    assert desk.texts.file_overdue(NOW + timedelta(hours=23)).result() == []
    assert desk.read() == []
    told = desk.texts.file_overdue(NOW + timedelta(hours=25)).result()
    (text,) = desk.read()
    assert told == [text]
    assert (text.text, text.state) == ("a" * 153 + texts.GAP + "c" * 10, TextState.INCOMPLETE)


def test_a_reference_used_anew_mixes_no_two_texts(desk: Desk) -> None:
    older, newer = sms.delivers(ANA, "a" * 200), sms.delivers(ANA, "b" * 200)
    desk.came(older[0], newer[0], newer[1])
    assert desk.said() == ["a" * 153 + texts.GAP, "b" * 200]


def test_what_is_no_text_is_kept_as_unreadable(desk: Desk) -> None:
    desk.came("FF" * 20, "not even hexadecimal")
    assert [text.state for text in desk.read()] == [TextState.UNREADABLE] * 2


@given(st.lists(st.text(max_size=100) | st.text("0123456789ABCDEF", max_size=400), max_size=8))
def test_nothing_that_comes_stops_the_filing(written: list[str]) -> None:
    desk = Desk()
    desk.came(*written, *sms.delivers(ANA, "sense"))
    assert desk.said()[-1] == "sense"


# -- what was sent ---------------------------------------------------------------------------------


def report(reference: int, number: str = ANA, status: int = 0) -> str:
    return sms.report(reference, number, status)


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        ([], TextState.SENT),
        ([report(1)], TextState.SENT),
        ([report(1), report(2)], TextState.DELIVERED),
        ([report(1), report(2, status=0x41)], TextState.FAILED),
        ([report(1), report(2, status=0x30)], TextState.SENT),  # the network tries on
        ([report(1), report(2, number=ION)], TextState.SENT),
    ],
)
@pytest.mark.parametrize("early", [False, True])
def test_a_long_text_arrived_when_all_of_it_did(
    desk: Desk, reports: list[str], state: TextState, early: bool
) -> None:
    if early:
        desk.came(*reports)
    desk.sent(1, 2)
    if not early:
        desk.came(*reports)
    (text,) = desk.read()
    assert text.state is state


def test_a_reference_that_comes_round_again_belongs_to_the_newer_text(desk: Desk) -> None:
    desk.sent(1)
    desk.came(report(1))
    desk.sent(1)
    assert [text.state for text in desk.read()] == [TextState.DELIVERED, TextState.SENT]
    desk.came(report(1, status=0x41))
    assert [text.state for text in desk.read()] == [TextState.DELIVERED, TextState.FAILED]


def test_an_early_report_is_not_taken_for_that_of_an_older_text(desk: Desk) -> None:
    desk.sent(1)
    desk.came(report(1), report(1, status=0x41))
    desk.sent(1)
    assert [text.state for text in desk.read()] == [TextState.DELIVERED, TextState.FAILED]


@pytest.mark.parametrize(
    ("status", "state"), [(0, LetterState.DELIVERED), (0x41, LetterState.FAILED)]
)
def test_the_letter_says_what_became_of_its_text(
    desk: Desk, status: int, state: LetterState
) -> None:
    letter = Letter("1", NOW, "sms", ANA, "hello", "", NOW, 101, state=LetterState.SENT)
    outbox.store(desk.database, letter)
    desk.sent(9, letter="1")
    assert outbox.of_case(desk.database, 101) == [letter]
    desk.came(report(9, status=status))
    assert outbox.of_case(desk.database, 101) == [replace(letter, state=state)]


def test_every_part_counts_for_the_day(desk: Desk) -> None:
    desk.sent(1, 2, 3)
    desk.came(*sms.delivers(ANA, "not ours"))
    assert texts.parts_sent_since(desk.database, NOW - timedelta(days=1)) == [NOW] * 3
    assert texts.parts_sent_since(desk.database, NOW) == []


# -- forgetting ------------------------------------------------------------------------------------


def test_a_person_who_asks_to_be_forgotten_leaves_no_text(
    records: DatabaseFile, writer: Writer
) -> None:
    kept = Texts(writer, "MD")
    kept.came("mobile", sms.delivers(ANA, "from her")[0], NOW)
    kept.came("mobile", sms.delivers(ANA, "a" * 200)[0], NOW)
    kept.sent("mobile", ION, f"Missed call: {ANA}", [1], NOW, "")
    kept.sent("mobile", ION, "of another", [2], NOW, "").result()
    Housekeeping(records, writer, Recordings(records.path.parent)).forget(ANA, NOW)
    with records.reading() as database:
        assert [text.text for text in texts.recent(database)] == ["of another"]
        assert ANA not in "".join(
            str(row) for table in database.table_names() for row in database[table].rows
        )


def test_old_texts_go_with_the_calls(records: DatabaseFile, writer: Writer) -> None:
    Texts(writer, "MD").came("mobile", sms.delivers(ANA, "old")[0], NOW).result()
    broom = Housekeeping(records, writer, Recordings(records.path.parent))
    broom.tidy(NOW + timedelta(days=100), Retention())
    with records.reading() as database:
        assert len(texts.recent(database)) == 1
    broom.tidy(NOW + timedelta(days=200), Retention())
    with records.reading() as database:
        assert texts.recent(database) == []
        assert database["text_parts"].count == 0
