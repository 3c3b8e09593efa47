"""What is wrong with the set-up is said in one sentence with one thing to do, and calls go on."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.clock import Clock
from hotline.media.catalogue import Prompt
from hotline.storage.schema import records_file
from hotline.storage.staffpins import StaffPin, StaffPins, known
from hotline.storage.writer import Writer
from tests.sim.box import LISTEN, BoxUnderTest, trunk
from tests.sim.sip import Exchange, Target
from tests.stories.stage import Stage, heard, office, person

NOBODY = trunk("office", ("127.0.0.66", 5060), more="keep_alive_seconds = 0\n")


def box(tmp_path: Path, settings: str = "") -> BoxUnderTest:
    """A box that was never started, with settings and no office."""
    one = BoxUnderTest(tmp_path, office(), NOBODY, settings)
    one.write_settings()
    return one


async def refused(box: BoxUnderTest, *words: str) -> str:
    """The command fails with 1 and with words for people."""
    said = " ".join((await box.command(*words, code=1)).split())
    assert "Traceback" not in said
    return said


async def test_another_program_has_the_telephone_port(tmp_path: Path) -> None:
    box_ = box(tmp_path)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((LISTEN, box_.port))
        said = await refused(box_, "run")
    assert said.endswith(
        f"Another program already uses the telephone port {box_.port}."
        " Stop the other SIP program, or set another [sip] port in box.toml."
    )


async def test_a_second_daemon_on_the_same_folder_leaves_the_first_alone(stage: Stage) -> None:
    said = await refused(stage.box, "run")
    assert "already run" in said
    caller = await stage.called()
    await heard(caller, Prompt.GREETING_OPEN)


async def test_a_key_that_does_not_exist_is_named_with_its_line(tmp_path: Path) -> None:
    box_ = box(tmp_path, '[mail]\nhost = "127.0.0.1"\nsendr = "box@example.org"\n')
    line = box_.toml.read_text().splitlines().index('sendr = "box@example.org"') + 1
    said = await refused(box_, "run")
    assert f"line {line}: [mail] has no key sendr; did you mean sender?" in said


async def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    box_ = box(tmp_path, '[limits]\nminutes_per_day = "many"\n[pages]\n')
    said = await refused(box_, "run")
    assert "2 mistake(s)" in said
    assert "minutes_per_day of [limits] must be a whole number" in said
    assert "there is no section [pages]; did you mean page?" in said


async def test_there_is_no_settings_file(tmp_path: Path) -> None:
    box_ = BoxUnderTest(tmp_path, office(), NOBODY)
    assert f"There is no settings file {box_.toml}." in await refused(box_, "run")


@pytest.mark.parametrize("running", [True, False])
async def test_an_office_with_mistakes_leaves_the_old_one_in_force(
    stage: Stage, tmp_path: Path, running: bool
) -> None:
    box_ = stage.box
    if not running:
        box_ = box(tmp_path / "box")
        (tmp_path / "good.json").write_text(office(person("ana")))
        await box_.command("office", "import", str(tmp_path / "good.json"))
    before = await box_.command("office", "export", "-")
    wrong = tmp_path / "wrong.json"
    wrong.write_text(office(person("ana", number="not a number"), colour="green"))
    said = await refused(box_, "office", "import", str(wrong))
    assert "number" in said
    assert "colour" in said
    assert await box_.command("office", "export", "-") == before


async def test_the_holidays_of_the_country_need_not_be_typed(tmp_path: Path) -> None:
    box_ = box(tmp_path / "box")
    (tmp_path / "office.json").write_text(office(country="RO"))
    await box_.command("office", "import", str(tmp_path / "office.json"))
    assert "{from: 2027-12-25" in await box_.command("office", "holidays", "2027")
    assert "such as 2027" in await box_.command("office", "holidays", "next", code=2)


async def test_without_anybody_to_ring_the_caller_reaches_the_message(stage: Stage) -> None:
    await stage.opens(office())
    caller = await stage.forwarded()
    await heard(caller, Prompt.MESSAGE_INTRO)
    assert stage.dialled == []


async def test_before_any_office_was_set_up_a_message_is_taken(tmp_path: Path) -> None:
    async with await Exchange.start() as exchange:
        box_ = BoxUnderTest(tmp_path, office(), trunk("office", exchange.address))
        box_.write_settings()
        await box_.start(within=60)
        try:
            await box_.until(lambda status: all(line.up for line in status.lines), "the line up")
            target = Target.of(f"sip:{LISTEN}:{box_.port}")
            call = await exchange.caller("+37322123456").call(target)
            await call.answered()
            await call.hears_speech()
            story = "a message is asked for"
            await box_.until(
                lambda s: any(x.what == "message" for one in s.live for x in one.steps), story, 60
            )
            await call.hang_up()
        finally:
            await box_.stop()


async def test_who_left_the_office_while_no_daemon_ran_has_no_pin_when_it_starts(
    tmp_path: Path,
) -> None:
    box_ = BoxUnderTest(tmp_path, office(person("ana")), NOBODY)
    await box_.set_up()
    file, now = records_file(box_.data), datetime.now(UTC)
    writer = Writer(file, Clock())
    pins = StaffPins(writer, ())
    for whose, number in (("ana", "1"), ("gone", "2")):
        pins.keep(StaffPin(whose, number, "kept", now, "maria")).result(20)
    writer.close()
    await box_.start()
    await box_.stop()
    with file.reading() as database:
        assert [pin.person for pin in known(database)] == ["ana"]
