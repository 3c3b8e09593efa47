"""What the people of the office find on the page, and what becomes of what they do there."""

from __future__ import annotations

import gzip
import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hotline.control.messages.calls import CallBack, CaseAssign
from hotline.control.messages.lines import DivertLeft, LineDivertState, LineNetwork, LineState
from hotline.control.messages.people import OnDuty, StaffAsk
from hotline.errors import HotlineError, LineDown
from hotline.health import power
from hotline.inbox.case import Case, CaseKind
from hotline.inbox.outcome import Outcome
from hotline.said import say, together
from hotline.storage import complaints
from hotline.storage.files import why_name
from hotline.storage.officewriting import write_office
from hotline.storage.presence import StaffTrail
from tests.web.conftest import Page, send
from tests.web.office import Caller


def seen(browser: FlaskClient, path: str) -> str:
    """The words on a page, without its markup."""
    text = re.sub(r"<(head|script|svg).*?</\1>|<[^>]+>", " ", browser.get(path).text, flags=re.S)
    return " ".join(html.unescape(text).split())


def case(page: Page, number: int) -> Case:
    with page.office.file.reading() as database:
        found = complaints.get(database, number)
    assert found
    return found


def test_the_first_page_says_whether_callers_can_reach_us_and_why_not(page: Page) -> None:
    browser = page.owner()
    assert "Callers can reach you on 1 of 2 lines. Mobile: The SIM card asks for its PIN." in seen(
        browser, "/"
    )
    up = LineState(id="office", name="Office line", up=True)
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"lines": (up,)})
    assert "Callers can reach you. 1 line is ready." in seen(browser, "/")


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"lines": ()}, "Callers cannot reach you. No telephone line is set up."),
        (
            {"lines": (LineState(id="a", name="Mobile", up=False, words="No signal."),)},
            "Callers cannot reach you. Mobile: No signal.",
        ),
        ({"trouble": "The disk is full."}, "Callers can reach you, but the box has trouble."),
        (
            {"power": power.WEAK, "power_action": power.ACTION},
            f"Callers can reach you, but the box has trouble. {power.WEAK} {power.ACTION}",
        ),
        ({"on_duty": ()}, "Callers can reach the box, but nobody is on duty."),
        ({"on_duty": (), "open": False}, "Callers can reach you. 1 line is ready."),
        (
            {"on_duty": (OnDuty(person="ana", name="Ana", away="break"),)},
            "Callers can reach the box, but everybody on duty is away.",
        ),
    ],
)
def test_the_worst_thing_decides_what_the_first_page_says(
    page: Page, change: dict[str, object], verdict: str
) -> None:
    up = (LineState(id="office", name="Office line", up=True),)
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"lines": up, **change})
    assert verdict in seen(page.owner(), "/")


def test_with_the_service_down_the_first_page_says_so_and_the_records_are_still_there(
    page: Page,
) -> None:
    browser = page.owner()
    page.daemon.path.rename(page.daemon.path.with_name("gone"))
    first = seen(browser, "/")
    assert "Callers cannot reach you. The hotline service is not running. Wait a minute" in first
    assert "Complaint 102" in first
    assert browser.get("/inbox/102/sound").status_code == 200
    answer = send(browser, "/inbox/102/done", seen="/inbox/102")
    assert answer.status_code == 503
    assert "The hotline service is not running." in answer.text


def test_a_page_that_never_heard_the_service_knows_names_and_hours_of_the_office(
    page: Page,
) -> None:
    page.daemon.path.rename(page.daemon.path.with_name("gone"))
    calls = seen(page.owner(), "/calls")
    assert "Flori" in calls
    assert "today 08:30 +373 793 33 444 ✓ Spoke with Ion" in calls  # 06:30 UTC


def test_the_first_page_says_who_is_on_duty_and_who_is_next(looking: FlaskClient) -> None:
    assert "On duty now Ana until 14:30 Vasile Țurcanu → Ion 14:30" in seen(looking, "/")


def test_the_first_page_lists_what_waits_the_most_urgent_first(page: Page) -> None:
    first = seen(page.owner(), "/")
    wanted = (
        "Needs you (5)",
        "Call-back 101 Overdue",
        "Complaint 102 Not heard yet, 8 hours left",
        "Message 103 Not heard yet, 23 hours left",
        "+373 694 44 555 missed 4 min. ago, not yet called back",
        "Number withheld missed today 10:30, not yet called back",
    )
    places = [first.find(words) for words in wanted]
    assert -1 not in places
    assert places == sorted(places)


def test_the_first_page_counts_the_calls_of_the_offices_own_day(looking: FlaskClient) -> None:
    assert "6 calls 3 answered 1 message 2 missed" in seen(looking, "/")


def test_the_inbox_is_read_page_by_page_the_soonest_due_first(page: Page) -> None:
    numbers = [
        page.office.case(CaseKind.MESSAGE, page.office.now, "+37369000000", "", "")
        for _ in range(60)
    ]
    browser = page.owner()
    first = browser.get("/inbox").text
    later = re.search(r'href="(/inbox\?show=open&amp;after=\d+)"', first)
    assert later
    second = browser.get(html.unescape(later[1])).text
    listed = re.findall(r'href="/inbox/(\d+)"', first + second)
    assert [int(one) for one in listed] == [101, 102, 103, *numbers]
    assert "Due later" not in second


def test_a_busy_day_is_counted_to_its_last_call(page: Page) -> None:
    for n in range(250):
        page.office.journal.begin("Office line", Caller(f"+373690{n:05d}"), page.office.now)
    page.office.writer.submit(lambda _: None).result(10)
    assert "256 calls 3 answered" in seen(page.owner(), "/")


def test_a_call_now_is_shown_step_by_step_with_names(looking: FlaskClient) -> None:
    live = seen(looking, "/live")
    assert "On the line now +373 691 23 456" in live
    assert "The box answers 0:00 The caller presses 1 0:00 Ringing Ana 0:00" in live


def test_the_call_log_says_in_words_how_each_call_ended(looking: FlaskClient) -> None:
    log = seen(looking, "/calls")
    for words in (
        "4 min. ago +373 694 44 555 ✕ Missed The caller hung up while somebody was being rung.",
        "yesterday 10:30 +373 601 11 222 ✓ Spoke with Ana",
        "today 09:30 +40 721 000 111 ✓ Answered by the menu",
    ):
        assert words in log


def test_the_log_goes_back_page_by_page_without_losing_a_call(page: Page) -> None:
    for n in range(95):
        page.office.call(page.office.now, f"+373690{n:05d}", Outcome.SELF_SERVICE)
    page.office.writer.submit(lambda _: None).result(10)
    browser, path, ids = page.owner(), "/calls", []
    while path:
        text = browser.get(path).text
        ids += re.findall(r'href="/calls/(\d+)"', text)
        older = re.search(r'href="(/calls\?[^"]*before=\d+)"', text)
        path = html.unescape(older[1]) if older else ""
    assert sorted(map(int, ids)) == [*range(1, 10), *range(100, 195)]


def test_a_returned_call_leaves_the_list_of_those_that_are_owed(page: Page) -> None:
    browser = page.owner()
    assert "+373 694 44 555" in seen(browser, "/calls?show=missed")
    answer = send(browser, "/calls/9/returned", seen="/calls?show=missed")
    assert answer.status_code == 302
    assert "+373 694 44 555" not in seen(browser, "/calls?show=missed")
    assert "Missed, called back by maria" in seen(browser, "/calls/9")


def test_a_missed_caller_who_was_spoken_with_later_is_not_owed_any_more(page: Page) -> None:
    page.office.call(page.office.now, "+37369444555", Outcome.SPOKEN, person="ana")
    page.office.writer.submit(lambda _: None).result(10)
    browser = page.owner()
    assert "+373 694 44 555" not in seen(browser, "/calls?show=missed")
    assert "Returned" not in seen(browser, "/calls/9")


def test_a_complaint_is_given_to_somebody_noted_closed_and_opened_again(page: Page) -> None:
    browser, at = page.owner(), "/inbox/102"
    send(browser, f"{at}/assign", seen=at, person="ion")
    assert case(page, 102).assigned_to == "ion"
    send(browser, f"{at}/note", seen=at, text="Зателефонувати <зранку>")
    assert "maria: Зателефонувати <зранку>" in seen(browser, at)
    send(browser, f"{at}/done", seen=at, note="Door replaced")
    assert case(page, 102).state == "done"
    assert "Complaint 102" in seen(browser, "/inbox?show=done")
    assert "Complaint 102" not in seen(browser, "/inbox")
    send(browser, f"{at}/reopen", seen=at)
    assert case(page, 102).state == "assigned"


def test_a_case_cannot_be_given_to_somebody_who_is_not_of_the_office(page: Page) -> None:
    answer = send(page.owner(), "/inbox/102/assign", seen="/inbox/102", person="stranger")
    assert answer.status_code == 400
    assert not [a for a in page.daemon.desk.asked if isinstance(a, CaseAssign)]


def test_the_daemons_refusal_is_shown_with_its_way_out(page: Page) -> None:
    page.daemon.desk.refuse = HotlineError("Complaint 102 is done already.", "Reopen it first.")
    answer = send(page.owner(), "/inbox/102/done", seen="/inbox/102")
    assert answer.status_code == 409
    assert "Complaint 102 is done already." in answer.text
    assert "Reopen it first." in answer.text


def test_listening_counts_as_heard_and_looking_does_not(page: Page) -> None:
    browser = page.owner()
    browser.get("/inbox")
    browser.get("/inbox/102")
    browser.head("/inbox/102/sound")
    assert case(page, 102).unheard
    browser.get("/inbox/102/sound", headers={"Range": "bytes=0-"})
    assert not case(page, 102).unheard


def test_what_a_missed_caller_said_is_heard_on_the_list_and_with_the_call(page: Page) -> None:
    browser, missed = page.owner(), page.office.missed
    kept = page.office.directory / "recordings" / why_name(missed)
    for path in ("/calls?show=missed", f"/calls/{missed}"):
        assert seen(browser, path).count("Why the caller called") == 1
        assert f'src="/calls/{missed}/why"' in browser.get(path).text
    assert browser.get(f"/calls/{missed}/why").data == kept.read_bytes()
    kept.unlink()
    assert "Why the caller called" not in seen(browser, "/calls?show=missed")
    assert browser.get(f"/calls/{missed}/why").status_code == 404


def test_the_player_gets_the_part_of_the_recording_it_asks_for(looking: FlaskClient) -> None:
    whole = looking.get("/inbox/102/sound")
    assert (whole.status_code, whole.mimetype) == (200, "audio/wav")
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = looking.get("/inbox/102/sound", headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.data)}"
    assert part.data == whole.data[100:200]
    last = looking.get("/inbox/102/sound", headers={"Range": "bytes=-50"})
    assert last.data == whole.data[-50:]
    beyond = looking.get("/inbox/102/sound", headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416


def test_a_recording_that_is_gone_is_said_to_be_gone(page: Page) -> None:
    for sound in (page.office.directory / "recordings").iterdir():
        sound.unlink()
    browser = page.owner()
    assert browser.get("/inbox/102/sound").status_code == 404
    assert "There is no recording." in seen(browser, "/inbox/102")


def test_who_answers_on_saturday_at_nine_is_asked_in_the_offices_time(page: Page) -> None:
    text = seen(page.owner(), "/duty?at=2026-12-05T09:00&topic=orders")
    assert "Saturday, 5 December 2026, 09:00 The line is open. 1. Ana 20 seconds" in text
    asked = page.daemon.desk.asked[-1]
    assert (asked.at.isoformat(), asked.topic) == ("2026-12-05T07:00:00+00:00", "orders")  # type: ignore[attr-defined]


def test_who_is_away_is_shown_with_the_time_they_are_back(page: Page) -> None:
    back = page.office.now + timedelta(minutes=15)
    away = [("ana", "Ana", "break"), ("ion", "Ion", "off"), ("eva", "Eva", "paused")]
    there = tuple(
        OnDuty(person=one, name=name, away=why, away_until=back)  # type: ignore[arg-type]
        for one, name, why in away
    )
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"on_duty": there})
    words = "Ana on a break until 12:45 Ion off until 12:45 Eva missed calls; not rung until 12:45"
    assert words in seen(page.owner(), "/")
    assert words in seen(page.owner(), "/duty")


def test_somebody_is_sent_on_a_break_and_called_back_with_one_tap(page: Page) -> None:
    browser = page.owner()
    assert send(browser, "/duty/staff", seen="/duty", person="ana", what="break").status_code == 302
    assert page.daemon.desk.asked[-1] == StaffAsk(person="ana", what="break", by="page: maria")
    assert "ana break 15" in seen(browser, "/duty")
    send(browser, "/duty/staff", seen="/duty", person="last", what="off")
    refused = browser.get("/duty").text
    assert re.search(r'role="alert">.{1,80}<p>Break denied: too few', refused, re.S)


@pytest.mark.parametrize("what", ["", "fire", "break; off"])
def test_nothing_else_can_be_done_to_people(page: Page, what: str) -> None:
    answer = send(page.owner(), "/duty/staff", seen="/duty", person="ana", what=what)
    assert answer.status_code == 400
    assert not any(isinstance(one, StaffAsk) for one in page.daemon.desk.asked)


def test_what_people_asked_for_stands_on_the_page_with_who_asked(page: Page) -> None:
    trail = StaffTrail(page.office.writer, 1)
    now = page.office.now - timedelta(minutes=4)
    trail.note(now, "ana", "text", "<b>BREAK 15", "Break until 12:45.")
    trail.note(now, "ion", "page: Maria", "off", "").result(10)
    text = seen(page.owner(), "/duty")
    assert "Ion 4 min. ago , Maria off → – " in text
    assert "Ana 4 min. ago , by text <b>BREAK 15 → Break until 12:45." in text


@pytest.mark.parametrize("at", ["", "x", "2026-13-40T99:99", "0001-01-01T00:00", "2026-12-05"])
def test_a_day_that_does_not_exist_gets_words_not_a_crash(looking: FlaskClient, at: str) -> None:
    answer = looking.get("/duty", query_string={"at": at, "topic": "nope"})
    assert answer.status_code == 200
    assert "This is not a day and time." in answer.text


def test_the_lines_say_how_they_are_and_what_to_do(looking: FlaskClient) -> None:
    text = seen(looking, "/lines")
    assert "Office line ✓ Ready +373 22 000 000" in text
    assert (
        "Mobile ✕ Not ready Modem with a SIM card The SIM card asks for its PIN. Enter it" in text
    )


def test_the_lines_say_what_a_test_call_found(looking: FlaskClient) -> None:
    text = seen(looking, "/lines")
    assert "What this line can do Tried with a call to +373 69… 56" in text
    assert "✕ Callers are not heard ✓ Callers hear the box ! Transfer by the network" in text


MOBILE = LineState(
    id="mobile",
    name="Mobile",
    up=True,
    trouble="Callers cannot be heard: the modem gives no sound.",
    network=LineNetwork(operator="Moldcell", generation="3G", volte=False, bars=2, roaming=True),
    divert=LineDivertState(
        well=True, words="When the box is dead, calls go on.", number="+37369111222"
    ),
)


def test_a_line_says_that_its_hang_up_tone_was_learned(page: Page) -> None:
    line = LineState(id="office", name="Office", up=True, tone="425 Hz, 0.25 s on, 0.25 s off")
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"lines": (line,)})
    assert "has learned how this line sounds when a caller has gone" in seen(page.owner(), "/lines")


def test_a_line_with_a_sim_card_says_what_its_network_is(page: Page) -> None:
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"lines": (MOBILE,)})
    text = seen(page.owner(), "/lines")
    assert "Mobile ! Ready, with trouble Callers cannot be heard" in text
    assert "Moldcell, 3G, signal 2 of 4, no calls over 4G, abroad" in text
    assert "When the box is dead, calls go on. +373 691 11 222" in text


def test_what_to_know_of_a_model_stands_by_its_line(page: Page) -> None:
    line = MOBILE.model_copy(update={"caution": "Not recommended.", "trouble": ""})
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"lines": (line,)})
    assert "Mobile ✓ Ready ! Not recommended. Moldcell" in seen(page.owner(), "/lines")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "There is no modem at USB 1-1.3. Plug it in. The box restarts it."),
        ("ro", "Nu există niciun modem la USB 1-1.3. Conectați-l. Cutia îl repornește."),
        ("ru", "На USB 1-1.3 нет модема. Подключите его. Коробка перезапускает его."),
        ("uk", "На USB 1-1.3 немає модема. Підключіть його. Коробка перезапускає його."),
    ],
)
def test_a_line_says_how_it_is_in_the_language_of_who_reads_it(
    page: Page, language: str, told: str
) -> None:
    there = say("There is no modem at USB %(place)s.", place="1-1.3")
    words = together(there, say("Plug it in."), say("The box restarts it."))
    line = MOBILE.model_copy(update={"up": False, "words": words})
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"lines": (line,)})
    for path in ("/lines", "/"):
        text = page.owner().get(path, headers={"Accept-Language": language}).text
        assert told in html.unescape(text)


def test_what_the_daemon_refuses_is_said_in_the_language_of_who_asked(page: Page) -> None:
    page.daemon.desk.refuse = LineDown(say("The line %(line)s is in use.", line="mobile"))
    browser = page.owner()
    send(browser, "/language", seen="/", language="ru")
    place = f"/inbox/{page.office.complaint}"
    assert "Линия mobile занята." in send(browser, f"{place}/done", seen=place).text


def test_a_line_on_which_nobody_is_heard_is_said_on_the_first_page(page: Page) -> None:
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"lines": (MOBILE,)})
    said = "Callers can reach you, but a line has trouble. Mobile: Callers cannot be heard"
    assert said in seen(page.owner(), "/")


def test_a_divert_that_is_not_set_says_why_and_what_to_do(page: Page) -> None:
    words, why, action = "The divert for a dead box is not set.", "Not in its plan.", "Ask."
    off = LineDivertState(well=False, words=words, number="+37369111222", why=why, action=action)
    lines = (MOBILE.model_copy(update={"divert": off}),)
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"lines": lines})
    assert f"{words} {why} {action}" in seen(page.owner(), "/lines")


def test_callers_who_are_sent_past_the_box_are_told_of(page: Page) -> None:
    words = "The mobile network sends every caller straight on, past the box."
    straight = LineDivertState(well=True, words=words, number="+37369111222")
    line = MOBILE.model_copy(update={"straight": straight})
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"lines": (line,)})
    assert f"{words} +373 691 11 222 When the box is dead" in seen(page.owner(), "/lines")


def test_a_divert_that_was_left_behind_is_told_with_what_undoes_it(page: Page) -> None:
    left = DivertLeft(line="old", number="+37369111222", words="Still diverted.", action="Undo it.")
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"diverts_left": (left,)})
    told = "! Still diverted. It was the line old. +373 691 11 222 Undo it."
    assert told in seen(page.owner(), "/lines")


def test_an_empty_office_has_a_sentence_and_a_button_on_every_page(page: Page) -> None:
    page.office.writer.submit(
        lambda db: [db.execute(f"delete from {t}") for t in ("steps", "calls", "cases")]
    ).result(5)
    browser = page.owner()
    assert "Nothing waits for you." in seen(browser, "/")
    assert "Nobody has called yet today." in seen(browser, "/")
    assert "No message or complaint is here." in seen(browser, "/inbox")
    assert "No call has come yet." in seen(browser, "/calls")
    assert "Every caller was answered or called back." in seen(browser, "/calls?show=missed")


def test_records_that_cannot_be_read_do_not_hide_whether_callers_get_through(page: Page) -> None:
    browser = page.owner()
    page.office.close()
    (page.office.directory / "hotline.sqlite").write_bytes(b"not a database" * 100)
    first = seen(browser, "/")
    assert "Callers can reach you on 1 of 2 lines." in first
    assert "The records cannot be read now." in first


def test_times_near_now_are_relative_and_others_have_their_day(page: Page) -> None:
    browser = page.owner()
    page.hands.forward(timedelta(hours=13))
    browser = page.owner()
    text = seen(browser, "/calls")
    assert "today 12:26" not in text
    assert "yesterday 12:26 +373 694 44 555" in text


def test_the_first_visit_weighs_less_than_150_kib(page: Page) -> None:
    browser = page.owner()
    text = browser.get("/").data
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', text.decode())
    assert len(files) == 4
    weight = sum(len(gzip.compress(browser.get(file).data)) for file in files)
    assert weight + len(gzip.compress(text)) < 150 * 1024


def test_the_files_of_others_are_the_ones_we_know() -> None:
    from web.vendor import FILES, digest

    for file in FILES:
        assert digest(file.path.read_bytes()) == file.sha256
    served = {p.name for p in Path("web/hotline_web/static").iterdir()}
    ours = {"app.css", "app.js", "atdesk.js", "board.js", "icon.svg", "inbox.js", "record.js"}
    ours |= {"setup.js", "telephone.js", "try.js"}
    assert served == ours | {"htmx-4.0.1.min.js"}


# -- missed, not returned --------------------------------------------------------------------------

MISSED = "/calls?show=missed"


def test_a_caller_who_called_five_times_stands_on_the_list_once(page: Page) -> None:
    for _ in range(4):
        page.office.call(page.office.now, "+37369444555", Outcome.MISSED)
    text = seen(page.owner(), MISSED)
    assert text.count("+373 694 44 555") == 1
    assert "called 5 times" in text
    assert "3 callers wait for a call." in text
    assert text.index("+380 67 123 4567") < text.index("Number withheld")  # who waits longest


def test_a_caller_is_taken_by_one_person_and_released(page: Page) -> None:
    browser = page.owner()
    send(browser, "/calls/9/claim", seen=MISSED, person="ana")
    assert "Ana calls back" in seen(browser, MISSED)
    refusal = send(browser, "/calls/9/claim", seen=MISSED, person="ion")
    assert (refusal.status_code, "already" in refusal.text) == (409, True)
    send(browser, "/calls/9/claim", seen=MISSED)
    assert "Ana calls back" not in seen(browser, MISSED)


def test_an_attempt_is_counted_with_who_made_it(page: Page) -> None:
    browser = page.owner()
    send(browser, "/calls/9/tried", seen=MISSED)
    assert "maria: no answer" in seen(browser, MISSED)


@pytest.mark.parametrize(("path", "case"), [("/calls/9/back", False), ("/inbox/101/back", True)])
def test_a_button_calls_back_through_the_box(page: Page, path: str, case: bool) -> None:
    browser = page.owner()
    before = MISSED if not case else "/inbox/101"
    answer = send(browser, path, seen=before, person="ana")
    assert answer.status_code == 302
    (asked,) = page.daemon.desk.asked
    wanted = CallBack(case=101 if case else None, call_id=None if case else 9, person="ana", by="x")
    assert asked == wanted.model_copy(update={"by": "maria"})
    assert "Ana is rung now; pick up and press 1." in seen(browser, before)


def test_the_number_is_sent_by_text_on_request(page: Page) -> None:
    send(page.owner(), "/calls/9/back", seen=MISSED, person="ana", text="1")
    (asked,) = page.daemon.desk.asked
    assert isinstance(asked, CallBack)
    assert asked.text


@pytest.mark.parametrize("path", ["/calls/9/back", "/calls/9/claim", "/inbox/101/back"])
def test_nobody_else_than_people_of_the_office_calls_back(page: Page, path: str) -> None:
    assert send(page.owner(), path, person="olga").status_code == 400
    assert page.daemon.desk.asked == []


def test_a_returned_caller_is_off_the_list_with_the_wish_to_be_called(page: Page) -> None:
    browser = page.owner()
    assert "+380 67 123 4567" in seen(browser, MISSED)
    send(browser, "/calls/1/returned", seen=MISSED)
    assert "+380 67 123 4567" not in seen(browser, MISSED)
    assert case(page, 101).state == "done"


# -- who waits -------------------------------------------------------------------------------------


def test_the_first_page_says_who_waits_where_in_the_queue_and_whom_the_box_rings(
    looking: FlaskClient,
) -> None:
    assert (
        "Waiting for a person (100) +373 69… 56 orders ✓ Ringing Ana 0:09"
        " Number withheld ! Number 1 in the queue 0:09 98 more" in seen(looking, "/")
    )
    assert "Waiting for a person (100)" in seen(looking, "/live")


def test_when_nobody_waits_nothing_is_said_of_a_queue(page: Page) -> None:
    desk = page.daemon.desk
    desk.state = desk.state.model_copy(update={"waiting": (), "waiting_more": 0})
    assert "Waiting for a person" not in seen(page.owner(), "/")


def test_of_many_calls_the_first_are_shown_and_the_others_counted(page: Page) -> None:
    desk = page.daemon.desk
    calls = tuple(desk.state.live[0].model_copy(update={"id": str(n)}) for n in range(8))
    desk.state = desk.state.model_copy(update={"live": calls, "live_more": 50})
    first = seen(page.owner(), "/")
    assert first.count("On the line now") == 6
    assert "52 more calls on the line now" in first


def test_the_first_page_shows_what_of_the_days_minutes_is_used(looking: FlaskClient) -> None:
    assert "What calls to your people may cost ✓ 12 of 60 minutes within a day" in seen(
        looking, "/"
    )


def test_one_switch_hands_the_line_to_the_outside_centre_and_back(page: Page) -> None:
    browser = page.owner()
    assert "Who answers callers" not in seen(browser, "/duty")  # there is no centre
    before = page.office.desk._office()
    page.office.desk.plans.offices.save(
        write_office(replace(before, overflow=("ion",))), "maria", page.office.now
    ).result(5)
    assert "Who answers callers" in seen(browser, "/duty")
    for whom in ("centre", "house", "both"):
        send(browser, "/duty/answered-by", whom=whom)
        assert page.office.desk._office().answered_by == whom
        assert f'value="{whom}" selected' in browser.get("/duty").text
    assert send(browser, "/duty/answered-by", whom="nobody").status_code == 400
