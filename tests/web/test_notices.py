"""Who answers for the office sees what did not arrive, mends it, and no secret is sent back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from hotline.control.messages.letters import (
    LetterAgain,
    LetterGiveUp,
    LettersAnswer,
    LetterTry,
    MailNow,
    MailSet,
    MessengerAdd,
    MessengerRemove,
)
from hotline.control.messages.office import OfficeSet
from hotline.errors import BadSettings
from hotline.options.mailproviders import MAIL_PROVIDERS, MailProvider
from hotline.storage.users import Role
from tests.web.conftest import PASSWORD, Page, send, token
from tests.web.letters import MAIL, NOW, TO, waiting
from tests.web.test_pages import seen

SECRET = "canary-93d1"
MAILBOX = {"sender": "office@gmail.com", "password": SECRET}


def asked_mail(page: Page) -> MailSet:
    (asked,) = page.daemon.desk.asked
    assert isinstance(asked, MailSet)
    return asked


def test_of_a_known_mailbox_address_and_password_are_enough(page: Page) -> None:
    page.daemon.desk.letters = LettersAnswer(room=8)
    answer = send(page.owner(), "/notices/mail", **MAILBOX)
    assert answer.location == "/notices"
    assert asked_mail(page).settings == {
        "sender": "office@gmail.com", "host": "smtp.gmail.com", "port": 465, "security": "tls",
        "user": "office@gmail.com", "password": SECRET, "house": False,
    }  # fmt: skip


@pytest.mark.parametrize("provider", MAIL_PROVIDERS, ids=lambda one: one.words)
def test_every_address_of_a_known_provider_finds_its_server(
    page: Page, provider: MailProvider
) -> None:
    for domain in provider.domains:
        page.daemon.desk.asked.clear()
        send(page.owner(), "/notices/mail", sender=f"Office@{domain.upper()}", password="p")
        assert asked_mail(page).settings["host"] == provider.host


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ({"sender": "office"}, "Write the whole address, such as flowers@example.com."),
        ({"sender": "a@flowers.md"}, "Write the mail server of this mailbox"),
        ({"sender": "a@outlook.com"}, "This provider lets no box like this one write."),
        ({"password": ""}, "Write the password of this mailbox."),
        ({"host": "https://x/"}, "Write the address alone, such as mail.example.com."),
        ({"host": "mail.example.com", "port": "99999"}, "Write the number of the port"),
    ],
)
def test_a_mailbox_that_cannot_be_meant_is_said_so_at_its_field_and_kept_as_typed(
    page: Page, typed: dict[str, str], advice: str
) -> None:
    given = MAILBOX | typed
    answer = send(page.owner(), "/notices/mail", **given)
    assert answer.status_code == 409
    assert advice in answer.text
    assert f'value="{given["sender"]}"' in answer.text
    assert SECRET not in answer.text
    assert page.daemon.desk.asked == []


def test_a_server_is_reached_by_the_port_that_was_typed_as_that_port_encrypts(page: Page) -> None:
    browser, desk = page.owner(), page.daemon.desk
    for port, security in (("465", "tls"), ("587", "starttls"), ("", "starttls")):
        desk.asked.clear()
        typed = {"sender": "a@flowers.md", "host": "mail.flowers.md", "port": port, "password": "p"}
        send(browser, "/notices/mail", **typed)
        settings = asked_mail(page).settings
        assert (settings["port"], settings["security"]) == (int(port or 587), security)


def test_an_unprotected_server_is_told_no_password(page: Page) -> None:
    typed = MAILBOX | {"host": "mail.lan", "security": "none", "house": "1"}
    send(page.owner(), "/notices/mail", **typed)
    settings = asked_mail(page).settings
    assert "password" not in settings
    assert (settings["user"], settings["house"]) == ("", True)


def test_the_password_of_the_same_mailbox_may_be_left_out(page: Page) -> None:
    browser = page.owner()
    form = browser.get("/notices/mail").text
    assert 'value="box@example.com"' in form
    typed = {"sender": MAIL.sender, "host": MAIL.host, "port": "465"}
    assert send(browser, "/notices/mail", **typed).location == "/notices"
    assert "password" not in asked_mail(page).settings


def test_what_the_daemon_does_not_take_is_shown_and_the_form_kept(page: Page) -> None:
    page.daemon.desk.refuse = BadSettings("The mailbox", ("host of [mail] must be a host name",))
    answer = send(page.owner(), "/notices/mail", **MAILBOX)
    assert answer.status_code == 409
    assert "host of [mail] must be a host name" in answer.text
    assert 'value="office@gmail.com"' in answer.text
    assert SECRET not in answer.text


def test_what_stands_in_the_boxs_own_file_is_shown_so_and_not_changed_here(page: Page) -> None:
    fixed = MailNow(**MAIL.model_dump() | {"fixed": True})
    page.daemon.desk.letters = page.daemon.desk.letters.model_copy(update={"mail": fixed})
    text = seen(page.owner(), "/notices")
    assert "Letters leave from box@example.com." in text
    assert "Set in the box's own file" in text
    assert "Change the mailbox" not in text


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("telegram", {"token": "123456789:AAEabcdefghijklmnopqrstuvwxyz", "chat": "-100123456"}),
        ("ntfy", {"topic": "flowers-7391"}),
        ("gotify", {"server": "push.example.com", "token": "Axyz12345"}),
        ("webhook", {"address": "https://example.com/in?key=1"}),
        ("other", {"address": "matrixs://user:pass@matrix.example.com/room"}),
    ],
)
def test_a_messenger_is_added_by_what_its_service_told(
    page: Page, kind: str, typed: dict[str, str]
) -> None:
    answer = send(page.owner(), "/notices/messenger", **typed, **{"as": kind})
    assert answer.location == "/notices"
    (asked,) = page.daemon.desk.asked
    assert asked == MessengerAdd(
        kind=kind, settings=typed | {"house": False}, by="maria"  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "typed", "advice"),
    [
        ("telegram", {"token": "hello", "chat": "1234"}, "Copy it whole from @BotFather"),
        ("telegram", {"token": f"123456789:{'A' * 30}", "chat": "me"}, "the number of the chat"),
        ("webhook", {"address": "example.com"}, "begins with https://"),
        ("other", {"address": "dbus://"}, "Write it as Apprise does"),
        ("other", {"address": "syslog://local"}, "Write it as Apprise does"),
    ],
)
def test_a_messenger_that_cannot_be_meant_is_said_so_at_its_field(
    page: Page, kind: str, typed: dict[str, str], advice: str
) -> None:
    answer = send(page.owner(), "/notices/messenger", **typed, **{"as": kind})
    assert answer.status_code == 409
    assert advice in answer.text
    assert page.daemon.desk.asked == []


def test_a_secret_that_was_typed_is_not_sent_back(page: Page) -> None:
    secret = "123456789:AAEcanarycanarycanarycanary"
    typed = {"as": "telegram", "token": secret, "chat": "?"}
    assert secret not in send(page.owner(), "/notices/messenger", **typed).text


def test_a_messenger_is_removed_and_nobody_elses(page: Page) -> None:
    browser = page.owner()
    assert send(browser, "/notices/messenger/remove", name="telegram").location == "/notices"
    assert page.daemon.desk.asked == [MessengerRemove(name="telegram", by="maria")]
    assert send(browser, "/notices/messenger/remove", name="nobody").status_code == 404


def test_what_did_not_arrive_stands_there_with_why_since_when_and_what_to_do(page: Page) -> None:
    page.daemon.desk.letters = LettersAnswer(waiting=(waiting("Complaint 103: orders"),))
    text = seen(page.owner(), "/notices")
    assert "1 letter has waited for more than an hour." in text
    for words in ("E-mail to flori@example.com", "Complaint 103: orders", "tried 9 times"):
        assert words in text
    assert "smtp.example.com does not answer on port 465." in text
    assert "Check its name, its port and the Internet connection." in text


def test_where_everything_arrived_the_page_says_so(page: Page) -> None:
    page.daemon.desk.letters = LettersAnswer(mail=MAIL)
    assert "Everything was delivered." in seen(page.owner(), "/notices")


def test_a_letter_is_tried_again_or_given_up_by_a_button(page: Page) -> None:
    browser = page.owner()
    send(browser, "/notices/letter/again", id="0123abcd")
    send(browser, "/notices/letter/give_up", id="0123abcd")
    assert page.daemon.desk.asked == [
        LetterAgain(id="0123abcd", by="maria"),
        LetterGiveUp(id="0123abcd", by="maria"),
    ]
    assert send(browser, "/notices/letter/again", id="../x").status_code == 404


@pytest.mark.parametrize(("way", "who"), [("email", TO), ("apprise", "telegram"), ("sms", "ana")])
def test_each_way_and_person_has_a_button_that_tests_it(page: Page, way: str, who: str) -> None:
    browser = page.owner()
    shown = browser.get("/notices").text
    assert f'name="way" value="{way}"><input type="hidden" name="recipient" value="{who}"' in shown
    answer = send(browser, "/notices/try", way=way, recipient=who)
    assert answer.location == "/notices#tests"
    assert page.daemon.desk.asked == [LetterTry(way=way, recipient=who, by="maria")]  # type: ignore[arg-type]


def test_what_came_of_a_test_is_found_again_on_the_page(page: Page) -> None:
    text = seen(page.owner(), "/notices")
    for words in ("It is on the telephone", "The service took it", "Not delivered yet"):
        assert words in text


def test_who_hears_of_what_is_what_the_office_says(page: Page) -> None:
    text = seen(page.owner(), "/notices")
    rows = "Complaints, messages, wishes to be called back E-mail to flori@example.com"
    assert rows in text
    assert "Text to whoever is on duty" in text
    assert "Text to the missed caller" not in text


def test_who_hears_of_what_is_changed_in_the_office_itself(page: Page) -> None:
    browser = page.owner()
    form = browser.get("/notices/who").text
    mark = re.search(r'name="seen" value="([^"]+)"', form)
    assert mark
    data = {"csrf_token": token(browser, "/"), "seen": mark[1], "text_missed": "1"}
    data["notify_to"] = "ana@example.com, ion@example.com"
    answer = browser.post("/notices/who", data=data)
    assert answer.location == "/notices"
    (asked,) = page.daemon.desk.asked
    assert isinstance(asked, OfficeSet)
    assert asked.sections == {
        "notify_to": ["ana@example.com", "ion@example.com"],
        "text_staff": False,
        "text_missed": True,
        "text_caller": False,
        "supervisor": "",
    }
    assert "ion@example.com" in browser.get("/notices/who").text


def test_no_mailbox_but_an_address_takes_letters(page: Page) -> None:
    browser = page.owner()
    data = {"csrf_token": token(browser, "/"), "notify_to": "ana@example.com\nion"}
    answer = browser.post("/notices/who", data=data)
    assert answer.status_code == 409
    assert "This is no e-mail address: ion." in answer.text
    assert "ana@example.com" in answer.text
    assert page.daemon.desk.asked == []


def test_the_first_page_tells_of_letters_that_wait_for_more_than_an_hour(page: Page) -> None:
    desk, browser = page.daemon.desk, page.owner()
    told = "2 letters to your people have not arrived for over an hour."
    for since, shown in ((NOW - timedelta(minutes=50), False), (NOW - timedelta(hours=2), True)):
        desk.state = desk.state.model_copy(update={"unsent": 2, "unsent_since": since})
        assert (told in seen(browser, "/")) is shown
    page.accounts.add("ion", f"{PASSWORD} ion", Role.AGENT)
    agent = page.browser()
    send(agent, "/login", name="ion", password=f"{PASSWORD} ion")
    assert told in seen(agent, "/")
    assert "See why" not in seen(agent, "/")
