"""What callers hear is listened to and changed on the page; a bad file changes nothing."""

from __future__ import annotations

import html
import io
import re
import wave
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.errors import HotlineError
from hotline.storage.places import Places
from hotline.storage.uploads import LARGEST_UPLOAD
from hotline.storage.users import Role
from tests.media.test_convert import encoded, riff, sine
from tests.web.conftest import PASSWORD, Page, send, token

ONE = "/prompts/en/please_hold"
SOUND = riff(encoded(sine(1150, 16000, 2.0), 1, 16), 1, 1, 16000, 16)


def upload(browser: FlaskClient, content: bytes, name: str = "my.wav") -> TestResponse:
    fields = {"csrf_token": token(browser, ONE), "sound": (io.BytesIO(content), name)}
    return browser.post(f"{ONE}/upload", data=fields)


def heard(browser: FlaskClient, path: str = f"{ONE}/now") -> wave.Wave_read:
    answer = browser.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "audio/wav")
    return wave.open(io.BytesIO(answer.data), "rb")


def seconds(sound: wave.Wave_read) -> float:
    return sound.getnframes() / sound.getframerate()


def text_of(answer: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def in_spool(page: Page) -> list[str]:
    place = Places(page.office.directory).uploads
    return [path.name for path in place.iterdir()] if place.exists() else []


def test_the_list_shows_what_is_recorded_and_what_is_not(page: Page) -> None:
    text = text_of(page.owner().get("/prompts?language=en"))
    assert "1 sentence is your own." in text
    assert "Thank you for calling. Goodbye. ✓ Your recording" in text
    assert "Sorry, we did not hear anything. ○ Not recorded: the box's voice" in text


def test_a_sentence_nobody_recorded_is_heard_as_the_box_speaks_it(page: Page) -> None:
    sound = heard(page.owner())
    assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 8000)
    assert seconds(sound) > 1
    samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    assert np.abs(samples).max() > 3000


def test_a_sentence_of_many_pieces_is_one_sound(page: Page) -> None:
    assert seconds(heard(page.owner(), "/prompts/en/message_saved/now")) > 3


def test_an_uploaded_sound_is_heard_then_the_one_before_then_the_box_again(page: Page) -> None:
    owner = page.owner()
    plain = seconds(heard(owner))
    assert upload(owner, SOUND).status_code == 302
    assert seconds(heard(owner)) == pytest.approx(2.0, abs=0.3)
    send(
        owner, f"{ONE}/text", seen=ONE, text="One moment, somebody is coming to the telephone now."
    )
    typed = seconds(heard(owner))
    text = text_of(owner.get(ONE))
    assert "✓ Your words, the box's voice" in text
    assert text.count("Use this again") == 1
    send(owner, f"{ONE}/revert", seen=ONE, number="1")
    assert seconds(heard(owner)) == pytest.approx(2.0, abs=0.3) != typed
    send(owner, f"{ONE}/revert", seen=ONE, number="0")
    assert seconds(heard(owner)) == pytest.approx(plain, abs=0.01)
    assert text_of(owner.get(ONE)).count("Use this again") == 2
    assert in_spool(page) == []


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "my.wav", "This is not a WAV file."),
        (b"ID3\3" + bytes(900), "my.mp3", "This is a compressed sound file"),
        (SOUND[:40], "my.wav", "This sound file ends too early."),
        (riff(bytes(8), 1, 1, 8000, 16, claimed=2**32 - 1), "my.wav", "claims to be longer"),
        (riff(bytes(800), 1, 0, 8000, 16), "my.wav", "not one or two channels"),
        (riff(bytes(32000), 1, 1, 8000, 16), "my.wav", "only silence"),
        (b"", "my.wav", "This sound file ends too early."),
        (b"", "", "Choose a file first."),
    ],
)
def test_a_bad_file_is_refused_in_words_at_the_field_and_the_old_sound_stays(
    page: Page, content: bytes, name: str, words: str
) -> None:
    owner = page.owner()
    upload(owner, SOUND)
    answer = upload(owner, content, name)
    assert answer.status_code == 422
    found = re.search(r'id="sound-wrong">([^<]*)', answer.text)
    assert found
    assert words in found[1]
    assert seconds(heard(owner)) == pytest.approx(2.0, abs=0.3)
    assert in_spool(page) == []


def test_a_file_is_judged_by_what_is_in_it_not_by_its_name(page: Page) -> None:
    owner = page.owner()
    assert upload(owner, SOUND, "../../evil.exe").status_code == 302
    assert seconds(heard(owner)) == pytest.approx(2.0, abs=0.3)


def test_nothing_is_left_lying_where_the_daemon_does_not_take_it(page: Page) -> None:
    owner = page.owner()
    page.daemon.desk.refuse = HotlineError("Not now.", "Try again.")
    assert "Not now. Try again." in text_of(upload(owner, SOUND))
    assert in_spool(page) == []


def test_a_file_larger_than_is_taken_is_refused_with_a_word(page: Page) -> None:
    answer = upload(page.owner(), SOUND + bytes(LARGEST_UPLOAD))
    assert answer.status_code == 413
    assert "This file is larger than 12 MB. Record it shorter, or in mono." in text_of(answer)


def test_nobody_elses_form_becomes_longer_by_it(page: Page) -> None:
    long = SOUND + bytes(100 * 1024)
    page.accounts.add("vera", PASSWORD + " vera", Role.AGENT)
    agent, stranger = page.browser(), page.browser()
    send(agent, "/login", name="vera", password=PASSWORD + " vera")
    for browser, seen in ((agent, "/"), (stranger, "/login")):
        fields = {"csrf_token": token(browser, seen), "sound": (io.BytesIO(long), "a.wav")}
        assert browser.post(f"{ONE}/upload", data=fields).status_code == 413
    owner = page.owner()
    fields = {"csrf_token": token(owner, ONE), "text": (io.BytesIO(long), "a.wav")}
    assert owner.post(f"{ONE}/text", data=fields).status_code == 413
    assert upload(owner, long).status_code == 302


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR, Role.MANAGER])
def test_everybody_may_listen_and_only_who_answers_for_the_office_may_change(
    page: Page, role: Role
) -> None:
    page.accounts.add("vera", PASSWORD + " vera", role)
    vera = page.browser()
    send(vera, "/login", name="vera", password=PASSWORD + " vera")
    assert heard(vera, "/prompts/en/goodbye/now")
    allowed = role is Role.MANAGER
    for path in (f"{ONE}/upload", f"{ONE}/text", f"{ONE}/revert", "/prompts/announcement/off"):
        status = send(vera, path, text="Hello.", number="0").status_code
        assert (status != 403) is allowed, path
    assert ("Speak these words" in vera.get(ONE).text) is allowed
    assert ("Switch it on" in vera.get("/prompts/announcement").text) is allowed


def test_typed_words_without_words_are_refused_at_the_field_and_stay_there(page: Page) -> None:
    owner = page.owner()
    answer = send(owner, f"{ONE}/text", seen=ONE, text="-- !! --")
    assert answer.status_code == 422
    assert "There are no words in this text." in text_of(answer)
    assert "-- !! --</textarea>" in answer.text
    answer = send(owner, f"{ONE}/text", seen=ONE, text="a" * 1001)
    assert "Use at most 1000 letters." in text_of(answer)


@pytest.mark.parametrize(
    "path",
    ["/prompts/en/nothing", "/prompts/de/goodbye", "/prompts/en/goodbye/99", "/prompts/en/A"],
)
def test_a_sentence_that_is_not_there_is_an_answer_not_a_mistake(page: Page, path: str) -> None:
    assert page.owner().get(path).status_code in (404, 409)


def switch_on(page: Page, browser: FlaskClient, **text: str) -> TestResponse:
    local = f"{page.office.now + timedelta(hours=5):%Y-%m-%dT%H:%M}"  # Chisinau is two hours on
    fields = {f"text-{code}": words for code, words in text.items()}
    return send(
        browser, "/prompts/announcement", seen="/prompts/announcement", until=local, **fields
    )


def test_an_announcement_is_switched_on_seen_on_the_first_page_and_switched_off(
    page: Page,
) -> None:
    owner = page.owner()
    assert switch_on(page, owner, ro="Furtună. Nu livrăm azi.").status_code == 302
    said = page.daemon.desk.sentences.announcements.current()  # type: ignore[attr-defined]
    assert said.text == {"ro": "Furtună. Nu livrăm azi."}
    assert said.until == page.office.now + timedelta(hours=3)
    told = "Every caller hears your announcement first, until 15:30."
    assert told in text_of(owner.get("/"))
    assert told in text_of(owner.get("/prompts/announcement"))
    send(owner, "/prompts/announcement/off", seen="/prompts/announcement")
    assert told not in text_of(owner.get("/prompts/announcement"))


def test_an_announcement_with_nothing_to_say_keeps_what_was_typed(page: Page) -> None:
    owner = page.owner()
    answer = switch_on(page, owner, en="Storm.")
    assert answer.status_code == 422
    assert "There is nothing to announce in the office's first language." in text_of(answer)
    assert ">Storm.</textarea>" in answer.text


@pytest.mark.parametrize("until", ["", "yesterday", "2026-12-05T12:30", "0001-01-01T00:00"])
def test_an_announcement_ends_at_a_time_that_is_still_to_come(page: Page, until: str) -> None:
    owner, path = page.owner(), "/prompts/announcement"
    answer = send(owner, path, seen=path, until=until, **{"text-ro": "Furtună."})
    assert answer.status_code == 422
    assert "Choose a time that is still to come." in text_of(answer)
    assert ">Furtună.</textarea>" in answer.text


def test_an_announcement_does_not_stay_for_ever(page: Page) -> None:
    owner, path = page.owner(), "/prompts/announcement"
    answer = send(owner, path, seen=path, until="2027-12-05T12:30", **{"text-ro": "Furtună."})
    assert "An announcement ends within the next 31 days." in text_of(answer)


def test_a_recording_says_when_the_words_of_its_sentence_have_changed(page: Page) -> None:
    owner = page.owner()
    path = "/prompts/en/greeting_open"
    send(owner, f"{path}/text", seen=path, text="Good day, this is Flori.")
    assert "Says older words" not in text_of(owner.get(path))
    desk = page.daemon.desk
    yaml = desk._office  # type: ignore[attr-defined]
    changed = replace(yaml(), greeting={"en": "Flori is on holiday."})
    desk.sentences.office = lambda: changed  # type: ignore[attr-defined]
    assert "Says older words" in text_of(owner.get(path))


def test_the_page_that_records_may_ask_for_the_microphone_and_the_list_may_not(
    page: Page,
) -> None:
    owner = page.owner()
    assert "microphone=(self)" in owner.get(ONE).headers["Permissions-Policy"]
    assert "microphone=()" in owner.get("/prompts").headers["Permissions-Policy"]
    assert Path(ONE).name in owner.get("/prompts?language=en").text


def test_a_sentence_tells_by_which_digits_it_is_recorded_by_telephone(page: Page) -> None:
    look = page.daemon.desk.sentences
    place = "/prompts/en/greeting_open"
    text = text_of(page.owner().get(place))
    assert "Record it by telephone" in text
    assert "The menu has no key for your people." in text, "as in this office"
    desk = page.daemon.desk
    desk.plans.offices.save(desk.yaml, "maria", page.office.now).result(5)
    text = text_of(page.owner().get(place))
    code = next(c for c in map(str, range(1000, 10000)) if look.coded(c) == ("en", "greeting_open"))
    assert f"press #, key your number and your PIN, then 9, then {code} and #." in text
