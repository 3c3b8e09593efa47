"""What is known of lines outlasts the box: diverts to be put back, and what a test found."""

from __future__ import annotations

import pytest

from hotline.storage import diverts, linetests, linetones
from hotline.storage.database import DatabaseFile
from hotline.storage.diverts import Changed, DivertsBefore
from hotline.storage.linetests import Check, LineTest, LineTests, Outcome
from hotline.storage.linetones import LearnedTone, LearnedTones
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW

SIM, OTHER_SIM, UNREACHABLE = "259010000000016", "259010000000017", 3
VOICEMAIL, OWNER, ANA = "+37369000999", "+37369111222", "+37369000101"
FOUND = LineTest(
    "mobile",
    NOW,
    "+373 69… 22",
    (Check("hears", Outcome.FAILS, "Nichts — ничего"), Check("keys", Outcome.WORKS, "Yes.")),
)


def remembered(records: DatabaseFile) -> list[Changed]:
    with records.reading() as database:
        return diverts.known(database)


async def test_the_first_divert_is_the_one_that_is_put_back(
    records: DatabaseFile, writer: Writer
) -> None:
    before = DivertsBefore(writer, ())
    await before.remember(SIM, UNREACHABLE, VOICEMAIL, line="mobile", target=OWNER)
    assert before.recall(SIM, UNREACHABLE) == VOICEMAIL
    changed = Changed(SIM, UNREACHABLE, VOICEMAIL, "mobile", OWNER)
    assert remembered(records) == [changed]
    again = DivertsBefore(writer, [changed])
    await again.remember(SIM, UNREACHABLE, OWNER, line="office", target=ANA)
    assert remembered(records) == [Changed(SIM, UNREACHABLE, VOICEMAIL, "office", ANA)]
    await again.forget(SIM, UNREACHABLE)
    assert again.recall(SIM, UNREACHABLE) is None
    assert remembered(records) == []


async def test_no_divert_before_is_remembered_as_such(
    records: DatabaseFile, writer: Writer
) -> None:
    await DivertsBefore(writer, ()).remember(SIM, UNREACHABLE, "", line="mobile", target=OWNER)
    assert DivertsBefore(writer, remembered(records)).recall(SIM, UNREACHABLE) == ""


@pytest.mark.parametrize(
    ("sims", "left"),
    [
        ({}, True),  # no modem is set up any more
        ({"mobile": SIM}, False),
        ({"mobile": OTHER_SIM}, True),  # another card is in it
        ({"mobile": ""}, False),  # not seen yet: it may be in there
        ({"second": SIM}, False),  # only called otherwise
        ({"second": ""}, True),
    ],
)
async def test_a_divert_is_left_over_when_its_sim_card_is_in_no_line(
    writer: Writer, sims: dict[str, str], left: bool
) -> None:
    changed = Changed(SIM, UNREACHABLE, "", "mobile", OWNER)
    assert DivertsBefore(writer, [changed]).left(sims) == [changed] * left


@pytest.mark.parametrize(("sim", "left"), [("", False), (OTHER_SIM, True)])
async def test_of_a_divert_whose_line_was_not_written_down_every_line_may_have_the_card(
    writer: Writer, sim: str, left: bool
) -> None:
    changed = Changed(SIM, UNREACHABLE, "")
    assert DivertsBefore(writer, [changed]).left({"mobile": sim}) == [changed] * left


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
