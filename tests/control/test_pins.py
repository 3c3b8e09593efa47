"""PINs of the staff as the commands and the daemon's desk give them: told once, to who asked."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotline.__main__ import main
from hotline.control.messages.people import (
    NumbersAnswer,
    NumberState,
    StaffAsk,
    StaffOpen,
    StaffPin,
)
from hotline.control.pindesk import PinDesk
from hotline.errors import HotlineError
from hotline.routing.office import Person
from hotline.storage.places import Places
from tests.control.desk import Daemon, running

ANA = Person("ana", "Ana", None)
BY = getpass.getuser()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with running(Places(tmp_path).control) as daemon:
        yield daemon


def says(daemon: Daemon, *words: str) -> int:
    return main(["--data", str(daemon.path.parent), *words])


def test_a_new_pin_is_printed_with_the_number_to_key_before_it(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert says(daemon, "staff", "pin", "Ana") == 0
    assert daemon.desk.asked == [StaffPin(person="Ana", by=BY)]
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith("Ana keys the number 1 and hash;")
    assert told.endswith("shown only now: 20461357")
    says(daemon, "staff", "pin", "Ana", "--json")
    made = json.loads(capsys.readouterr().out)
    assert made == {"name": "Ana", "number": "1", "digits": "20461357"}


def test_a_pin_is_forgotten_and_the_menu_opened_by_command(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert says(daemon, "staff", "pin", "ana", "--forget") == 0
    assert says(daemon, "staff", "unlock") == 0
    assert daemon.desk.asked == [
        StaffPin(person="ana", by=BY, forget=True),
        StaffOpen(by=BY),
    ]
    assert "Ana has no PIN any more." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [(("pin",), "Whose PIN?"), (("ana", "fly"), "fly is nothing one can do.")],
)
def test_what_is_not_understood_changes_nothing(
    daemon: Daemon, words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert says(daemon, "staff", *words) == 1
    assert told in capsys.readouterr().err
    assert daemon.desk.asked == []


def test_people_still_leave_and_come_back_by_command(daemon: Daemon) -> None:
    says(daemon, "staff", "ana", "break", "20")
    by = f"command: {BY}"
    assert daemon.desk.asked == [StaffAsk(person="ana", what="break", minutes=20, by=by)]


class Door:
    """What the desk is told to do at the door."""

    shut = True

    def __init__(self) -> None:
        self.did: list[tuple[str, ...]] = []

    def number_of(self, person: str) -> str:
        return "1" if person == "ana" else ""

    async def make(self, person: Person, by: str) -> tuple[str, str]:
        self.did.append(("make", person.id, by))
        return "1", "20461357"

    def forget(self, person: Person, by: str) -> None:
        self.did.append(("forget", person.id, by))

    def open_again(self, by: str) -> None:
        self.did.append(("open", by))


def desk() -> tuple[PinDesk, Door]:
    def find(name: str) -> Person:
        if name != "ana":
            raise HotlineError("Nobody here is called so.")
        return ANA

    door: Any = Door()
    return PinDesk(door, find), door


async def test_the_desk_makes_forgets_and_opens() -> None:
    pins, door = desk()
    made = await pins.pin(StaffPin(person="ana", by="maria"))
    assert (made.name, made.number, made.digits) == ("Ana", "1", "20461357")
    assert (await pins.pin(StaffPin(person="ana", by="maria", forget=True))).digits == ""
    await pins.open(StaffOpen(by="maria"))
    assert door.did == [("make", "ana", "maria"), ("forget", "ana", "maria"), ("open", "maria")]


async def test_nobody_gets_a_pin_who_is_not_of_the_office() -> None:
    pins, door = desk()
    with pytest.raises(HotlineError):
        await pins.pin(StaffPin(person="bob", by="maria"))
    assert door.did == []


def test_the_list_of_people_tells_who_has_a_pin_and_that_the_menu_is_shut() -> None:
    pins, _ = desk()
    state = {"number": "", "state": "missing"}
    people = [NumberState(person=one, name=one, **state) for one in ("ana", "ion")]  # type: ignore[arg-type]
    told = pins.added_to(NumbersAnswer(people=tuple(people)))
    assert [one.staff_number for one in told.people] == ["1", ""]
    assert told.staff_shut
