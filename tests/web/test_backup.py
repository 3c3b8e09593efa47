"""The owner takes the whole box home in one file, and gets it back; nobody else even sees it."""

from __future__ import annotations

import html
import io
import re
import threading
import time

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.said import say
from hotline.storage import sealed
from hotline.storage.nightcopies import file_of
from hotline.storage.places import Places
from hotline.storage.restored import complete
from hotline.storage.schema import records_file
from hotline.storage.users import Role
from tests.web.conftest import PASSWORD, Page, send, token

PASSPHRASE = "lapte miere fagure stup"


def text_of(answer: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def until(browser: FlaskClient, words: str) -> str:
    """Poll as the page itself does until it says this."""
    end, never = time.monotonic() + 60, threading.Event()
    while words not in (said := text_of(browser.get("/backup/live"))):
        assert time.monotonic() < end, said
        never.wait(0.05)
    return said


def at_rest(browser: FlaskClient) -> None:
    """Poll until no child works any more."""
    end, never = time.monotonic() + 60, threading.Event()
    while "<progress" in browser.get("/backup/live").text:
        assert time.monotonic() < end
        never.wait(0.05)


def passphrases(answer: TestResponse) -> list[str]:
    """Those that this answer shows of the copies."""
    return re.findall(r"all these copies: ([a-z2-9-]{24})", text_of(answer))


def made(page: Page, owner: FlaskClient, **fields: str) -> bytes:
    """Make a backup on the page and save the file."""
    answer = post(owner, "make", passphrase=PASSPHRASE, again=PASSPHRASE, **fields)
    assert answer.status_code == 302, text_of(answer)
    until(owner, "The backup is ready.")
    return owner.get("/backup/file").data


def post(browser: FlaskClient, what: str, **fields: str) -> TestResponse:
    return send(browser, f"/backup/{what}", seen="/backup", **fields)


def bring(browser: FlaskClient, content: bytes, passphrase: str = PASSPHRASE) -> TestResponse:
    fields = {
        "csrf_token": token(browser, "/backup"),
        "passphrase": passphrase,
        "backup": (io.BytesIO(content), "my.hotlinebackup"),
    }
    return browser.post("/backup/bring", data=fields)


def mark(browser: FlaskClient) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]{16})"', browser.get("/backup").text)
    assert found
    return found[1]


def calls(page: Page) -> int:
    with records_file(page.office.directory).reading() as database:
        return int(database.execute("select count(*) from calls").fetchone()[0])


def test_a_backup_made_on_the_page_brings_the_office_back(page: Page) -> None:
    owner = page.owner()
    before = calls(page)
    file = made(page, owner, recordings="on")
    assert file.startswith(sealed.MAGIC)
    page.office.writer.submit(lambda db: db.execute("delete from calls")).result(5)
    assert bring(owner, file).status_code == 302
    until(owner, "See what is in the backup")
    shown = text_of(owner.get("/backup"))
    assert f"Calls In the backup: {before} Here now: 0" in shown
    assert "Office In the backup: Flori Here now: Flori" in shown
    assert post(owner, "restore", mark=mark(owner), sure="on").status_code == 302
    assert page.office.desk.began_anew == 1
    page.office.close()
    assert complete(Places(page.office.directory))
    assert calls(page) == before


def test_nothing_is_restored_without_a_tick_and_nothing_while_somebody_speaks(page: Page) -> None:
    owner = page.owner()
    bring(owner, made(page, owner))
    until(owner, "See what is in the backup")
    answer = post(owner, "restore", mark=mark(owner))
    assert answer.status_code == 422
    assert "Tick this first." in text_of(answer)
    page.office.desk.calls_now = 1
    answer = post(owner, "restore", mark=mark(owner), sure="on")
    assert answer.status_code == 409
    assert "Somebody is on the telephone" in text_of(answer)
    assert page.office.desk.began_anew == 0
    post(owner, "drop")
    assert "What this backup would bring" not in owner.get("/backup").text
    assert complete(Places(page.office.directory)) is None


def test_the_work_goes_on_when_the_page_is_left_and_is_found_again(page: Page) -> None:
    made(page, page.owner())
    shown = text_of(page.owner().get("/backup"))
    assert "The backup on this box ✓ Ready" in shown
    assert "without recordings" in shown


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("short", "short", "This passphrase is too short."),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "This passphrase would be guessed."),
        (PASSPHRASE, f"{PASSPHRASE}x", "The two are not the same."),
        ("", "", "This passphrase is too short."),
    ],
)
def test_a_bad_passphrase_is_refused_at_its_field_and_is_not_shown_again(
    page: Page, first: str, second: str, words: str
) -> None:
    answer = post(page.owner(), "make", passphrase=first, again=second)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not first or f'value="{first}"' not in answer.text
    assert not list(Places(page.office.directory).data.glob("backups/*"))


def test_the_passphrase_the_page_proposes_is_taken(page: Page) -> None:
    owner = page.owner()
    (proposed,) = re.findall(r'translate="no">([a-z2-9-]{24})<', owner.get("/backup").text)
    assert post(owner, "make", passphrase=proposed, again=proposed).status_code == 302
    until(owner, "The backup is ready.")


@pytest.mark.parametrize(
    ("spoil", "passphrase", "words"),
    [
        (lambda file: file, f"{PASSPHRASE}x", "This passphrase does not open the backup."),
        (lambda file: file[:-1], PASSPHRASE, "its end is missing or damaged"),
        (lambda file: file[:-9] + bytes(9), PASSPHRASE, "This backup is not whole"),
        (lambda file: b"RIFF" + file, PASSPHRASE, "This is not a backup of a hotline."),
        (lambda file: file[:15] + b"\2" + file[16:], PASSPHRASE, "a newer version of the box"),
    ],
)
def test_a_bad_file_is_told_in_plain_words_and_nothing_changes(
    page: Page, spoil: object, passphrase: str, words: str
) -> None:
    owner = page.owner()
    file = made(page, owner)
    before = calls(page)
    bring(owner, spoil(file), passphrase)  # type: ignore[operator]
    assert words in until(owner, words)
    assert calls(page) == before
    assert not list(Places(page.office.directory).uploads.iterdir())
    assert "What this backup would bring" not in owner.get("/backup").text


def test_without_a_file_the_page_says_so(page: Page) -> None:
    owner = page.owner()
    answer = bring(owner, b"")
    until(owner, "This is not a backup of a hotline.")
    fields = {"csrf_token": token(owner, "/backup"), "passphrase": "x"}
    answer = owner.post("/backup/bring", data=fields)
    assert answer.status_code == 422
    assert "Choose a file first." in text_of(answer)


def test_a_larger_file_than_a_form_reaches_the_box(page: Page) -> None:
    """Megabytes are taken from the owner, and from nobody else."""
    owner = page.owner()
    assert bring(owner, sealed.MAGIC + bytes(3 << 20)).status_code == 302
    until(owner, "newer version")
    page.accounts.add("manager", f"{PASSWORD} manager", Role.MANAGER)
    other = page.browser()
    send(other, "/login", name="manager", password=f"{PASSWORD} manager")
    fields = {
        "csrf_token": token(other, "/"),
        "backup": (io.BytesIO(bytes(3 << 20)), "my.hotlinebackup"),
    }
    assert other.post("/backup/bring", data=fields).status_code == 413
    assert not list(Places(page.office.directory).uploads.iterdir())


def test_what_was_made_can_be_deleted_from_the_box(page: Page) -> None:
    owner = page.owner()
    made(page, owner)
    post(owner, "forget")
    assert owner.get("/backup/file").status_code == 404
    assert not list(Places(page.office.directory).backups.iterdir())


def test_a_second_work_is_not_begun_beside_the_first(page: Page) -> None:
    owner = page.owner()
    assert post(owner, "make", passphrase=PASSPHRASE, again=PASSPHRASE).status_code == 302
    seen = token(owner, "/backup")
    form = {"csrf_token": seen, "passphrase": PASSPHRASE, "again": PASSPHRASE}
    answer = owner.post("/backup/make", data=form)
    if answer.status_code == 422:  # else the first was done before the second was asked for
        assert "Another backup is being made" in text_of(answer)
    until(owner, "The backup is ready.")


def test_a_copy_of_the_night_is_looked_into_and_brings_the_office_back(page: Page) -> None:
    owner = page.owner()
    assert "There is none yet" in text_of(owner.get("/backup"))
    assert owner.get("/backup/copy").status_code == 404
    assert post(owner, "nights", do="now").status_code == 302
    at_rest(owner)
    shown = text_of(owner.get("/backup"))
    assert "1 copy" in shown
    assert "Proven" in shown
    assert owner.get("/backup/copy").data.startswith(sealed.MAGIC)
    (file,) = re.findall(r'name="copy" value="([^"]+)"', owner.get("/backup").text)
    before = calls(page)
    page.office.writer.submit(lambda db: db.execute("delete from calls")).result(5)
    assert post(owner, "nights", do="look", copy=file).status_code == 302
    until(owner, "See what is in the backup")
    assert f"Calls In the backup: {before} Here now: 0" in text_of(owner.get("/backup"))


def test_a_copy_that_is_saved_opens_with_the_words_the_owner_is_shown(page: Page) -> None:
    owner = page.owner()
    post(owner, "nights", do="now")
    at_rest(owner)
    (words,) = passphrases(post(owner, "words"))
    assert words not in owner.get("/backup").text
    bring(owner, owner.get("/backup/copy").data, words)
    until(owner, "See what is in the backup")


def test_copies_are_switched_off_and_on_and_those_that_are_there_stay(page: Page) -> None:
    owner, places = page.owner(), Places(page.office.directory)
    owner.get("/backup")
    file_of(places, page.office.now).write_bytes(b"sealed")
    post(owner, "nights", do="off")
    shown = text_of(owner.get("/backup"))
    assert "Nobody can go back to how the box was some days ago." in shown
    assert "1 copy" in shown
    post(owner, "nights", do="on")
    assert "Each night the box locks a copy of itself" in text_of(owner.get("/backup"))


@pytest.mark.parametrize(
    "name", ["", "../web.sqlite", "hotline-20200101T000000-short.hotlinebackup"]
)
def test_nothing_but_a_copy_is_looked_into(page: Page, name: str) -> None:
    answer = post(page.owner(), "nights", do="look", copy=name)
    assert answer.status_code == 422
    assert "This copy is not there any more. Choose another one." in text_of(answer)


def test_a_wish_that_no_button_sends_is_refused(page: Page) -> None:
    assert post(page.owner(), "nights", do="everything").status_code == 400


def test_a_night_without_a_copy_waits_on_the_first_page_for_who_can_mend_it(page: Page) -> None:
    wrong = {"copies": say("The backup was not made."), "copies_action": say("Make another one.")}
    page.office.desk.state = page.office.desk.state.model_copy(update=wrong)
    shown = text_of(page.owner().get("/"))
    assert "Copies of the box by night The backup was not made. Make another one." in shown
    page.accounts.add("ion", f"{PASSWORD} ion", Role.AGENT)
    agent = page.browser()
    send(agent, "/login", name="ion", password=f"{PASSWORD} ion")
    assert "Copies of the box" not in text_of(agent.get("/"))


def test_the_page_and_its_daemon_carry_no_ciphers() -> None:
    """Not even when they have shown everything: the child alone needs them."""
    import subprocess
    import sys

    script = (
        "import sys, hotline_web, hotline.control.backupdesk; "
        "print('cryptography' in sys.modules, 'fpdf' in sys.modules, 'PIL' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": ":".join(filter(None, ["firmware", "web", *sys.path]))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["False", "False", "False"]
