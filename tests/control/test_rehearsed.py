"""The rehearsal is one page that whoever watches the plan can read, and act on."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from hotline.__main__ import main
from hotline.clock import Clock
from hotline.control.rehearsed import page_of
from hotline.routing.office import Campaign, Do, Key, Menu, Office
from hotline.routing.rehearsal import rehearse
from hotline.storage.confirmations import Confirmation, Confirmations
from hotline.storage.numberchecks import NumberChecks, Voicemail
from hotline.storage.schema import records_file
from hotline.storage.writer import Writer
from tests.routing.shop import at, hours, office, person, shift, topic

ANA, ION = person("Ana"), person("Ion")
DAYTIME = (hours("mon-fri", "09:00-18:00"),)
OFFICE = """
name: Flowers
zone: Europe/Bucharest
country: MD
languages: [en]
hours: [{days: mon-fri, time: 09:00-18:00}]
people: [{id: ana, name: Ana, number: 069000101}, {id: ion, name: Ion, number: 069000102}]
shifts:
  - {person: ana, days: mon-fri, time: 09:00-18:00, breaks: [12:00 +15m]}
  - {person: ion, days: mon-fri, time: 17:00-18:00}
"""


def page(shop: Office, days: int = 7) -> list[tuple[str, str]]:
    end = at(f"2026-11-{23 + days} 00:00")
    return list(page_of(shop, rehearse(shop, at("2026-11-23 00:00"), end)))


def test_a_campaign_says_when_it_is_on_next_and_where_nobody_would_answer_it() -> None:
    lawyer = Campaign(
        "lawyer", "Lawyer", hours=(hours("thu", "18:00-20:00"),), people=("ion",), menu=""
    )
    plan = (shift("ana", "mon-fri", "09:00-18:00"), shift("ion", "thu", "18:00-19:00"))
    told = page(office(ANA, ION, hours=DAYTIME, shifts=plan, campaigns=(lawyer,)))
    ((_, times),) = [line for line in told if line[1].startswith("«Lawyer»  ")]
    assert times.startswith("«Lawyer»  Thu 26.11. 18:00-20:00, Thu 03.12. 18:00-20:00, ")
    assert times.count("18:00-20:00") == 10
    assert (
        "hole",
        "«Lawyer», Thu 26.11. 19:00-20:00: nobody answers. Could stand in: Ion.",
    ) in told
    assert all(mark != "well" for mark, _ in told)


def test_a_campaign_that_is_over_for_good_is_told() -> None:
    over = Campaign("season", "Season", date(2025, 6, 1), date(2025, 6, 30))
    told = page(office(ANA, campaigns=(over,)))
    assert ("doubt", "«Season» is never on again: give it new days, or take it out.") in told


def rehearsed(folder: Path, *words: str) -> int:
    return main(["--data", str(folder), "rehearse", *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "office.yaml").write_text(OFFICE, encoding="utf-8")
    assert main(["--data", str(tmp_path), "office", "import", str(tmp_path / "office.yaml")]) == 0
    writer = Writer(records_file(tmp_path), Clock())
    confirmations = Confirmations(writer, ())
    for number in ("+37369000101", "+37369000102"):
        confirmations.keep(Confirmation(number, at("2026-11-20 12:00"), "", "")).result(5)
    writer.close()
    return tmp_path


def test_days_that_are_alike_stand_on_one_line_with_everybodys_hours() -> None:
    plan = (shift("ana", "mon-fri", "09:00-15:00"), shift("ion", "mon-fri", "15:00-18:00"))
    assert page(office(ANA, ION, hours=DAYTIME, shifts=plan)) == [
        ("", "Mon 23.11. to Fri 27.11.  open 09:00-18:00: Ana 09:00-15:00; Ion 15:00-18:00"),
        ("", "Sat 28.11. to Sun 29.11.  closed"),
        ("well", "Every caller finds somebody who can be rung while the line is open."),
    ]


def test_a_hole_is_told_with_its_reason_and_with_who_could_stand_in() -> None:
    plan = (shift("ana", "mon", "09:00-18:00", "12:00 +15m"),)
    shop = office(ANA, ION, hours=(hours("mon", "09:00-18:00"),), shifts=plan)
    told = "Mon 23.11. 12:00-12:15: nobody answers; Ana then has a break. Could stand in: Ion."
    assert ("hole", told) in page(shop)


def test_a_night_is_told_on_both_of_its_days() -> None:
    shop = office(
        ANA, shifts=(shift("ana", "mon", "22:00-06:00"),), hours=(hours("mon", "22:00-06:00"),)
    )
    assert page(shop, days=2)[:2] == [
        ("", "Mon 23.11.  open 22:00-24:00: Ana 22:00-24:00"),
        ("", "Tue 24.11.  open 00:00-06:00: Ana 00:00-06:00"),
    ]


def test_a_topic_that_nobody_knows_is_told_once_with_its_hours() -> None:
    ana = person("Ana", topics=frozenset({"orders"}))
    menu = Menu("main", (Key("1", Do.TOPIC, "orders"), Key("2", Do.TOPIC, "repairs")))
    plan = (shift("ana", "mon-fri", "09:00-18:00"),)
    shop = office(
        ana, hours=DAYTIME, shifts=plan, menus=(menu,), topics=(topic("orders"), topic("repairs"))
    )
    told = "find nobody who knows about it, others are rung: mon-fri 09:00-18:00 (5 times)."
    assert [words for mark, words in page(shop) if mark == "doubt"] == [
        f"Callers of «repairs» (ro) {told}"
    ]


def test_the_command_fails_while_there_is_a_hole(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rehearsed(folder, "--from", "2026-11-23", "--days", "1") == 1
    assert "Mon 23.11. 12:00-12:15: nobody answers" in capsys.readouterr().out
    assert rehearsed(folder, "--from", "2026-11-28", "--days", "2") == 0


def test_the_rehearsal_is_there_for_programs_too(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    rehearsed(folder, "--from", "2026-11-23", "--days", "1", "--json")
    (hole,) = json.loads(capsys.readouterr().out)["holes"]
    assert (hole["from"], hole["instead"]) == ("2026-11-23T10:00:00+00:00", ["ion"])


def test_who_is_not_rung_before_the_number_is_confirmed_is_a_hole_with_one_action(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = OFFICE.replace("069000102", "069000109")
    (folder / "office.yaml").write_text(changed, encoding="utf-8")
    main(["--data", str(folder), "office", "import", str(folder / "office.yaml")])
    assert rehearsed(folder, "--from", "2026-11-28", "--days", "2") == 1
    told = capsys.readouterr().out
    assert "Ion's number is not confirmed yet" in told
    assert "hotline numbers confirm ion" in told
    assert "Every caller finds somebody" not in told


def measured(folder: Path, *voicemails: Voicemail) -> None:
    """These were measured."""
    writer = Writer(records_file(folder), Clock())
    checks = NumberChecks(writer, (), ())
    for voicemail in voicemails:
        checks.keep_voicemail(voicemail).result(5)
    writer.close()


def test_a_voicemail_that_answers_too_soon_is_a_doubt_and_an_unknown_one_is_said_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rehearsed(folder, "--from", "2026-11-28", "--days", "2")
    told = capsys.readouterr().out
    assert told.count("When the voicemail answers is not known of: Ana, Ion.") == 1
    when = at("2026-11-20 12:00")
    soon, never = Voicemail("+37369000101", when, 17), Voicemail("+37369000102", when, None)
    measured(folder, soon, never)
    assert rehearsed(folder, "--from", "2026-11-28", "--days", "2") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Ana: a voicemail answers after 17 s, but ring_seconds is 20." in told
    assert "is not known" not in told


@pytest.mark.parametrize("words", [("--days", "0"), ("--days", "401"), ("--from", "monday")])
def test_days_that_cannot_be_rehearsed_are_refused_with_a_hint(
    folder: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        rehearsed(folder, *words)
    assert "is no" in capsys.readouterr().err


def test_one_command_hands_the_line_to_the_outside_centre_and_back(folder: Path) -> None:
    def answers(*words: str) -> int:
        return main(["--data", str(folder), "office", *words])

    with_centre = OFFICE.replace("shifts:", "overflow: [ion]\nshifts:")
    (folder / "office.yaml").write_text(with_centre, encoding="utf-8")
    assert answers("import", str(folder / "office.yaml")) == 0
    kept = folder / "kept.yaml"
    for whom in ("centre", "house", "both"):
        assert answers("answered-by", whom) == 0
        assert answers("export", str(kept)) == 0
        assert f"answered_by: {whom}" in kept.read_text(encoding="utf-8")


def test_a_centre_that_is_nobody_cannot_answer(folder: Path) -> None:
    assert main(["--data", str(folder), "office", "answered-by", "centre"]) == 1
