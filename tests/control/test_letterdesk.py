"""By what letters leave: what whoever holds the page cannot do with it, and what a letter may."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hotline.box.carriers import Carriers
from hotline.calls.notices import Notices, Texting
from hotline.clock import Clock
from hotline.control.letterdesk import LetterDesk
from hotline.control.messages.letters import (
    LetterAgain,
    LetterAsk,
    LetterGiveUp,
    LetterTry,
    MailRemove,
    MailSet,
    MessengerAdd,
    MessengerRemove,
)
from hotline.control.messages.lines import Setting
from hotline.errors import BadSettings, HotlineError
from hotline.notify.outbox import Outbox, WayDown
from hotline.options import Mail, Notify, Options, Secret
from hotline.options.notices import read_notices
from hotline.routing.office import Office
from hotline.said import say
from hotline.storage.audit import Act
from hotline.storage.officefile import read_office
from hotline.storage.outbox import Letter
from hotline.storage.schema import records_file
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW

SECRET = "canary-12af"
MAIL: dict[str, Setting] = {
    "sender": "box@example.com",
    "host": "mail.example.com",
    "port": 465,
    "security": "tls",
    "user": "box@example.com",
    "password": SECRET,
    "house": False,
}
TELEGRAM: dict[str, Setting] = {"token": f"123456789:{'A' * 30}", "chat": "-100123"}
OFFICE = """
name: Flowers
zone: Europe/Chisinau
country: MD
languages: [en]
people: [{id: ana, name: Ana, number: 069000101}, {id: desk, name: Desk, number: 022000900}]
notify_to: [boss@example.com]
"""


@dataclass
class Box:
    """A desk over real records. sent: what left; down: nothing leaves while it is set."""

    desk: LetterDesk
    outbox: Outbox
    sent: list[Letter]
    noted: list[tuple[Act, str, str]]
    ways: dict[str, bool] = field(default_factory=dict)

    async def sets(self, **more: Setting) -> None:
        await self.desk.set_mail(MailSet(settings=MAIL | more, by="maria"))

    def file(self) -> str:
        return self.desk.path.read_text()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, Writer]]:
    file = records_file(tmp_path)
    file.prepare(NOW)
    writer = Writer(file, Clock(wall=lambda: NOW))
    yield tmp_path, writer
    writer.close()


def opened(place: tuple[Path, Writer], options: Options | None = None) -> Box:
    data, writer = place
    office: Office = read_office(OFFICE, "office.yaml")[0]
    sent: list[Letter] = []
    down: dict[str, bool] = {}

    async def way(letter: Letter) -> None:
        if down.get(letter.way):
            raise WayDown(say("No mailbox is set up."))
        sent.append(letter)

    clock = Clock(wall=lambda: NOW)
    outbox = Outbox(writer, (), dict.fromkeys(("email", "apprise", "sms"), way), clock)
    carriers = Carriers(read_notices(data / "notices.toml", options or Options()), data)
    notices = Notices(outbox, carriers.names(), Texting("MD", lambda: 9))
    noted: list[tuple[Act, str, str]] = []
    desk = LetterDesk(
        carriers,
        data / "notices.toml",
        outbox,
        notices,
        lambda: office,
        records_file(data),
        clock,
        lambda *what: noted.append(what),
    )
    return Box(desk, outbox, sent, noted, down)


@pytest.fixture
def box(place: tuple[Path, Writer]) -> Box:
    return opened(place)


async def test_a_mailbox_is_there_after_a_restart_and_read_by_the_box_alone(
    box: Box, place: tuple[Path, Writer]
) -> None:
    await box.sets()
    assert stat.S_IMODE(box.desk.path.stat().st_mode) == 0o600
    again = opened(place).desk.carriers.now.mailbox
    assert again is not None
    assert (again.mail.host, again.mail.password.reveal()) == ("mail.example.com", SECRET)
    assert SECRET not in (await box.desk.look()).model_dump_json()
    assert box.noted == [(Act.MAILBOX_SET, "box@example.com", "maria")]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"host": "mail.evil.example"},
        {"port": 2525},
        {"security": "none"},
        {"user": "somebody else"},
    ],
)
async def test_a_password_is_told_to_no_other_server_than_the_one_it_was_written_for(
    box: Box, elsewhere: dict[str, Setting]
) -> None:
    await box.sets()
    with pytest.raises(HotlineError, match="belongs to the mailbox"):
        await box.sets(**{"password": ""} | elsewhere)
    now = box.desk.carriers.now.mailbox
    assert now is not None
    assert now.mail.host == "mail.example.com"


async def test_the_password_stays_where_the_server_does(box: Box) -> None:
    await box.sets()
    await box.sets(password="", house=True)
    now = box.desk.carriers.now.mailbox
    assert now is not None
    assert (now.mail.password.reveal(), now.house) == (SECRET, True)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"password_file": "/etc/shadow"}, "password_file is for box.toml alone"),
        ({"host": "a b"}, "host of .mail. must be a host name"),
        ({"port": 0}, "port of .mail. must be 1 or more"),
        ({"sender": "nobody"}, "sender of .mail. must be an e-mail address"),
    ],
)
async def test_what_the_page_may_not_set_is_refused_and_nothing_is_kept(
    box: Box, settings: dict[str, Setting], problem: str
) -> None:
    with pytest.raises(BadSettings, match=problem):
        await box.sets(**settings)
    assert not box.desk.path.exists()


async def test_what_stands_in_box_toml_is_changed_in_box_toml_alone(
    place: tuple[Path, Writer],
) -> None:
    mail = Mail(host="mail.lan", sender="box@flowers.md")
    options = Options(mail=mail, notify=Notify(apprise=(Secret("json://192.168.1.9"),)))
    box = opened(place, options)
    for change in (
        box.desk.set_mail(MailSet(settings=MAIL, by="maria")),
        box.desk.remove_mail(MailRemove(by="maria")),
        box.desk.remove(MessengerRemove(name="apprise 1", by="maria")),
    ):
        with pytest.raises(HotlineError, match=r"box's own file, box\.toml"):
            await change
    shown = await box.desk.look()
    assert shown.mail is not None
    assert shown.mail.fixed
    assert [(one.name, one.fixed) for one in shown.messengers] == [("apprise 1", True)]


async def test_the_next_letter_goes_to_a_messenger_that_was_just_added_and_to_none_that_left(
    box: Box,
) -> None:
    ask = MessengerAdd(kind="telegram", settings=TELEGRAM, by="maria")
    assert (await box.desk.add(ask)).name == "telegram"
    assert box.desk.notices.messengers == ("telegram",)
    assert "tgram://123456789:" in box.file()
    assert "123456789" not in (await box.desk.look()).model_dump_json()
    await box.desk.remove(MessengerRemove(name="telegram", by="maria"))
    assert box.desk.notices.messengers == ()
    assert "tgram" not in box.file()


async def test_what_waits_for_a_messenger_that_left_is_given_up(box: Box) -> None:
    await box.desk.add(MessengerAdd(kind="telegram", settings=TELEGRAM, by="maria"))
    box.outbox.add("apprise", "telegram", "Complaint 104", "")
    await box.desk.remove(MessengerRemove(name="telegram", by="maria"))
    assert box.outbox.waiting() == []
    (given_up,) = (await box.desk.look()).given_up
    assert given_up.subject == "Complaint 104"


@pytest.mark.parametrize("target", ["dbus://", "syslog://x", "nonsense", "https:// x"])
async def test_no_messenger_is_a_part_of_the_box_itself(box: Box, target: str) -> None:
    ask = MessengerAdd(kind="other", settings={"address": target}, by="maria")
    with pytest.raises(BadSettings, match="address cannot be meant"):
        await box.desk.add(ask)


async def test_the_box_takes_no_more_than_eight_messengers(box: Box) -> None:
    ask = MessengerAdd(kind="ntfy", settings={"topic": "flowers"}, by="maria")
    names = [(await box.desk.add(ask)).name for _ in range(8)]
    assert names == ["ntfy", *(f"ntfy{number}" for number in range(2, 9))]
    with pytest.raises(HotlineError, match="takes no more"):
        await box.desk.add(ask)


@pytest.mark.parametrize(
    ("way", "to", "recipient"),
    [("email", "boss@example.com", "boss@example.com"), ("sms", "ana", "+37369000101")],
)
async def test_a_test_is_a_letter_that_leaves_and_whose_end_is_found_again(
    box: Box, way: Any, to: str, recipient: str
) -> None:
    put = await box.desk.try_out(LetterTry(way=way, recipient=to, by="maria"))
    await box.outbox.send_due()
    assert [letter.recipient for letter in box.sent] == [recipient]
    assert "Test from the hotline of Flowers" in box.sent[0].subject
    box.outbox._writer.submit(lambda _: None).result(5)
    assert (await box.desk.ask(LetterAsk(id=put.id))).state == "sent"
    assert [one.id for one in (await box.desk.look()).tests] == [put.id]


@pytest.mark.parametrize(
    ("way", "to"),
    [("email", "stranger@example.net"), ("apprise", "telegram"), ("sms", "desk"), ("sms", "x")],
)
async def test_nobody_is_sent_a_test_whom_the_office_does_not_write_to(
    box: Box, way: Any, to: str
) -> None:
    with pytest.raises(HotlineError, match="nothing this way"):
        await box.desk.try_out(LetterTry(way=way, recipient=to, by="thief"))
    assert box.outbox.waiting() == []


async def test_of_many_tests_that_do_not_arrive_one_waits(box: Box) -> None:
    box.ways["email"] = True
    for _ in range(3):
        ask = LetterTry(way="email", recipient="boss@example.com", by="maria")
        put = await box.desk.try_out(ask)
        await box.outbox.send_due()
    assert [letter.id for letter in box.outbox.waiting()] == [put.id]


async def test_what_waits_is_tried_at_once_or_given_up_for_good(box: Box) -> None:
    box.ways["email"] = True
    for subject in ("first", "second"):
        box.outbox.add("email", "boss@example.com", subject, "")
    await box.outbox.send_due()
    first, second = (await box.desk.look()).waiting
    assert (first.why, first.attempts) == ("No mailbox is set up.", 1)
    await box.desk.give_up(LetterGiveUp(id=first.id, by="maria"))
    box.ways["email"] = False
    await box.desk.again(LetterAgain(id=second.id, by="maria"))
    await box.outbox.send_due()
    assert [letter.subject for letter in box.sent] == ["second"]
    with pytest.raises(HotlineError, match="waits no more"):
        await box.desk.again(LetterAgain(id=second.id, by="maria"))
    assert (Act.LETTER_GIVEN_UP, "email boss@example.com", "maria") in box.noted


async def test_letters_that_wait_leave_at_once_by_a_mailbox_that_was_just_set_up(box: Box) -> None:
    box.ways["email"] = True
    box.outbox.add("email", "boss@example.com", "Complaint 104", "")
    await box.outbox.send_due()
    box.ways["email"] = False
    await box.sets()
    await box.outbox.send_due()
    assert [letter.subject for letter in box.sent] == ["Complaint 104"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[mail\n", "left out: .*line 1"),
        ('[mail]\nhost = "x"\n', "sender of .mail. is missing"),
        ('[[messenger]]\nname = "a"\n', "a: target is missing"),
        ('[[messenger]]\nname = "a"\ntarget = "dbus://"\n', "not a part of this machine"),
        ("[limits]\nconcurrent = 99\n", "limits. does not belong here"),
    ],
)
async def test_what_is_wrong_in_the_file_is_told_and_kept_beside_when_it_is_written_anew(
    place: tuple[Path, Writer], text: str, told: str
) -> None:
    (place[0] / "notices.toml").write_text(text)
    box = opened(place)
    (wrong,) = (await box.desk.look()).wrong

    assert re.search(told, wrong), wrong
    await box.sets()
    assert (place[0] / "notices.toml.old").read_text() == text
