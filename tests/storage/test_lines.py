"""What is known of lines outlasts the box: diverts to be put back, and what a test found."""

from __future__ import annotations

from hotline.storage import diverts, linetests, linetones
from hotline.storage.database import DatabaseFile
from hotline.storage.diverts import DivertsBefore
from hotline.storage.linetests import Check, LineTest, LineTests, Outcome
from hotline.storage.linetones import LearnedTone, LearnedTones
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW

SIM, UNREACHABLE = "259010000000016", 3
FOUND = LineTest(
    "mobile",
    NOW,
    "+373 69… 22",
    (Check("hears", Outcome.FAILS, "Nichts — ничего"), Check("keys", Outcome.WORKS, "Yes.")),
)


def remembered(records: DatabaseFile) -> dict[tuple[str, int], str]:
    with records.reading() as database:
        return diverts.known(database)


async def test_the_first_divert_is_the_one_that_is_put_back(
    records: DatabaseFile, writer: Writer
) -> None:
    before = DivertsBefore(writer, {})
    await before.remember(SIM, UNREACHABLE, "+37369000999")
    assert before.recall(SIM, UNREACHABLE) == "+37369000999"
    assert remembered(records) == {(SIM, UNREACHABLE): "+37369000999"}
    await DivertsBefore(writer, {}).remember(SIM, UNREACHABLE, "+37369111222")
    assert remembered(records) == {(SIM, UNREACHABLE): "+37369000999"}
    await before.forget(SIM, UNREACHABLE)
    assert before.recall(SIM, UNREACHABLE) is None
    assert remembered(records) == {}


async def test_no_divert_before_is_remembered_as_such(
    records: DatabaseFile, writer: Writer
) -> None:
    await DivertsBefore(writer, {}).remember(SIM, UNREACHABLE, "")
    assert DivertsBefore(writer, remembered(records)).recall(SIM, UNREACHABLE) == ""


def test_the_newest_test_of_a_line_is_kept(records: DatabaseFile, writer: Writer) -> None:
    tests = LineTests(writer, {})
    tests.keep(LineTest("mobile", NOW, "old", ())).result(10)
    tests.keep(FOUND).result(10)
    with records.reading() as database:
        known = linetests.known(database)
    assert known == {"mobile": FOUND}
    assert LineTests(writer, known).of("mobile") == FOUND
    assert not FOUND.passed


def test_a_learned_tone_outlasts_the_box_until_it_is_forgotten(
    records: DatabaseFile, writer: Writer
) -> None:
    tones, tone = LearnedTones(writer, {}), LearnedTone("office", NOW, (480, 550), 0.35, 0.7)
    tones.keep(LearnedTone("office", NOW, (400,), 0.1, 0.1)).result(10)
    tones.keep(tone).result(10)
    with records.reading() as database:
        known = linetones.known(database)
    assert known == {"office": tone}
    again = LearnedTones(writer, known)
    assert again.of("office") == tone
    again.forget("office").result(10)
    assert again.of("office") is None
    with records.reading() as database:
        assert linetones.known(database) == {}
