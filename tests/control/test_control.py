"""What the page and the commands may rely on when they speak to the daemon."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.control.client import Control, Refused, ServiceDown
from hotline.control.messages.calls import CallBack, CallClaim, CallTried, CaseDone, CaseNote
from hotline.control.messages.lines import LineDivert
from hotline.control.messages.status import Event, Who
from hotline.control.messages.wire import LINE_LIMIT
from hotline.control.server import ControlServer, only_one
from hotline.errors import HotlineError
from hotline.inbox.waiting import Tried
from hotline.storage.officesections import mark_of, sections_of
from tests.control.desk import NOON, Daemon, FakeDesk, running


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with running(tmp_path / "control") as daemon:
        yield daemon


def said(path: Path, line: bytes) -> dict[str, object]:
    """Send raw bytes, as something hostile would, and read what comes back."""
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(5)
        wire.connect(str(path))
        wire.sendall(line)
        answer: dict[str, object] = json.loads(wire.makefile("rb").readline())
        return answer


def test_the_page_hears_how_the_lines_are(daemon: Daemon) -> None:
    (line,) = Control(daemon.path).status().lines
    assert (line.name, line.up) == ("Office line", True)


def test_who_would_answer_on_saturday_at_noon(daemon: Daemon) -> None:
    answer = Control(daemon.path).who(Who(at=NOON, topic="orders"))
    assert (answer.at, answer.rounds[0].names) == (NOON, ("Ana",))


def test_a_closed_complaint_reaches_the_daemon_with_the_name_of_who_closed_it(
    daemon: Daemon,
) -> None:
    asked = CaseDone(case=104, by="ana", note="Door replaced")
    Control(daemon.path).change(asked)
    assert daemon.desk.asked == [asked]


def test_the_daemons_refusal_arrives_in_its_own_words(daemon: Daemon) -> None:
    daemon.desk.refuse = HotlineError("Complaint 104 does not exist.", "Look in the inbox.")
    with pytest.raises(Refused) as refusal:
        Control(daemon.path).change(CaseDone(case=104, by="ana"))
    assert (refusal.value.cause, refusal.value.action) == (
        "Complaint 104 does not exist.",
        "Look in the inbox.",
    )


ORDER = b'{"do": "line_divert", "line": "mobile", "to": "+37369000101", "at_box": %s}\n'
SENDS = """
import socket, sys
wire = socket.socket(socket.AF_UNIX)
wire.connect(sys.argv[1])
wire.sendall(sys.argv[2].encode())
wire.makefile("rb").readline()
"""
NOBODY = 65534


def test_a_command_at_the_box_is_known_by_its_user_whatever_it_says(daemon: Daemon) -> None:
    for claim in (b"false", b"true"):
        said(daemon.path, ORDER % claim)
    assert [ask.at_box for ask in daemon.desk.asked if isinstance(ask, LineDivert)] == [True, True]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_the_pages_user_is_not_taken_for_a_command_at_the_box_whatever_it_says() -> None:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "control") as daemon:
        Path(folder).chmod(0o755)
        daemon.path.chmod(0o666)
        told = [sys.executable, "-c", SENDS, str(daemon.path), (ORDER % b"true").decode()]
        subprocess.run(told, user=NOBODY, check=True, timeout=10)
        (ask,) = daemon.desk.asked
        assert isinstance(ask, LineDivert)
        assert not ask.at_box


def test_a_wrong_office_file_names_every_problem_at_once(daemon: Daemon) -> None:
    with pytest.raises(Refused) as refusal:
        Control(daemon.path).office_put("x: 1", "ana")
    assert refusal.value.problems == ("name: is missing", "zone: is missing")
    assert "\n" not in refusal.value.cause


def test_a_right_office_file_is_taken_with_its_warnings(daemon: Daemon) -> None:
    control = Control(daemon.path)
    assert control.office_put("name: Nou\n", "ana") == ("Nobody is on duty on Sunday.",)
    assert control.office_get() == "name: Nou\n"


def test_a_part_of_the_office_is_refused_with_the_place_of_each_problem(daemon: Daemon) -> None:
    daemon.desk.yaml = "name: Flori\nzone: UTC\ncountry: MD\nlanguages: [ro]\n"
    seen = mark_of(sections_of(daemon.desk.yaml), ["hours"])
    with pytest.raises(Refused) as refusal:
        Control(daemon.path).office_set({"hours": [{"days": "mon", "time": "9"}]}, seen, "ana")
    assert [place for place, _ in refusal.value.places] == [("hours", 0, "time")]


def test_events_reach_whoever_listens(daemon: Daemon) -> None:
    events = Control(daemon.path).events()
    daemon.publish(Event(at=NOON, kind="case", subject="0"))  # before anybody listens: lost

    def tell(number: int) -> Event:
        event = Event(at=NOON, kind="call", subject=str(number), words="It rings")
        daemon.publish(event)
        return event

    listening = daemon.desk.feed._listeners
    first = _next_after(events, listening, lambda: tell(1))
    assert first.subject == "1"
    assert tell(2) == next(events)
    events.close()


def _next_after(
    events: Generator[Event, None, None], listening: object, tell: Callable[[], object]
) -> Event:
    got: list[Event] = []
    reader = threading.Thread(target=lambda: got.append(next(events)))
    reader.start()
    while not listening:
        reader.join(0.01)
    tell()
    reader.join(5)
    return got[0]


def test_a_listener_that_has_gone_is_forgotten(daemon: Daemon) -> None:
    events = Control(daemon.path).events()
    _next_after(
        events,
        daemon.desk.feed._listeners,
        lambda: daemon.publish(Event(at=NOON, kind="line")),
    )
    events.close()
    for _ in range(200):
        Control(daemon.path).status()
        if not daemon.desk.feed._listeners:
            break
    assert not daemon.desk.feed._listeners


def test_without_the_service_the_owner_is_told_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(ServiceDown) as down:
        Control(tmp_path / "nothing").status()
    assert "not running" in down.value.cause
    assert "starts by itself" in down.value.action
    assert "Start it" in down.value.at_terminal


def test_a_service_that_hangs_does_not_hang_the_page(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        with pytest.raises(ServiceDown, match="does not answer"):
            Control(tmp_path / "silent", timeout=0.05).status()


def test_a_mistake_inside_the_daemon_costs_one_answer_and_no_more(daemon: Daemon) -> None:
    daemon.desk.broken = True
    with pytest.raises(ServiceDown):
        Control(daemon.path).status()
    daemon.desk.broken = False
    assert Control(daemon.path).status().office == "Flori"


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"hello\n",
        b"null\n",
        b"[]\n",
        b"\xff\xfe\x00\n",
        b'{"do":"rm"}\n',
        b'{"do":"__class__"}\n',
        b'{"do":"events"}\n',
        b'{"do":"status","extra":1}\n',
        b'{"do":"case_done","case":"x","by":"ana"}\n',
        b'{"do":"case_done","case":0,"by":"ana"}\n',
        b'{"do":"case_assign","case":1,"person":"../etc","by":"ana"}\n',
        b'{"do":"who","at":"2026-12-05T12:00:00"}\n',
        b"[" * 30000 + b"\n",
        b"x" * (LINE_LIMIT + 10) + b"\n",
    ],
    ids=lambda line: repr(line[:40]),
)
def test_nonsense_is_refused_and_changes_nothing(daemon: Daemon, line: bytes) -> None:
    answer = said(daemon.path, line)
    assert answer["ok"] is False
    assert answer["error"]["cause"]  # type: ignore[index]
    assert daemon.desk.asked == []


def test_a_line_without_end_is_not_kept_in_memory(daemon: Daemon) -> None:
    assert said(daemon.path, b"x" * (3 * LINE_LIMIT))["ok"] is False
    assert Control(daemon.path).status()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300))
def test_whatever_is_sent_the_daemon_goes_on(daemon: Daemon, noise: bytes) -> None:
    said(daemon.path, b"#" + noise + b"\n")
    assert Control(daemon.path).status().office == "Flori"


def test_a_text_too_long_is_refused_before_it_is_sent(daemon: Daemon) -> None:
    with pytest.raises(HotlineError, match="too much"):
        Control(daemon.path).office_put("я" * LINE_LIMIT, "ana")


def test_cyrillic_notes_arrive_letter_by_letter(daemon: Daemon) -> None:
    note = CaseNote(case=1, by="оля", text="двері пошкоджені\nпередзвонити")
    Control(daemon.path).change(note)
    assert daemon.desk.asked == [note]


def test_only_the_service_and_its_group_may_speak_to_it(daemon: Daemon) -> None:
    assert stat.S_IMODE(daemon.path.stat().st_mode) == 0o660


def test_a_second_hotline_is_told_that_one_is_running(tmp_path: Path) -> None:
    place = tmp_path / "control"
    with only_one(place), pytest.raises(HotlineError, match="already running"), only_one(place):
        pass


def test_the_place_of_a_hotline_that_ended_is_free_again(tmp_path: Path) -> None:
    for _ in range(2):
        with only_one(tmp_path / "control"):
            pass


def test_a_socket_left_by_a_killed_service_does_not_stop_the_next(tmp_path: Path) -> None:
    left = tmp_path / "control"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(left))
    with running(left) as daemon:
        assert Control(daemon.path).status()


async def test_a_file_in_the_place_of_the_socket_is_never_deleted(tmp_path: Path) -> None:
    (tmp_path / "control").write_text("precious")
    with pytest.raises(HotlineError, match="not the hotline's socket"):
        await ControlServer(tmp_path / "control", FakeDesk()).open()
    assert (tmp_path / "control").read_text() == "precious"


async def test_the_same_place_can_be_used_again_after_closing(tmp_path: Path) -> None:
    for _ in range(2):
        server = ControlServer(tmp_path / "control", FakeDesk())
        await server.open()
        await server.close()
    assert not (tmp_path / "control").exists()


# -- calling back ----------------------------------------------------------------------------------


def test_who_is_asked_to_call_back_hears_what_happens_next(daemon: Daemon) -> None:
    asked = CallBack(call_id=9, person="ana", by="maria")
    told = Control(daemon.path).call_back(asked)
    assert told == "Ana is rung now; pick up and press 1."
    assert daemon.desk.asked == [asked]


def test_why_nobody_can_be_called_back_arrives_in_the_daemons_words(daemon: Daemon) -> None:
    daemon.desk.refuse = HotlineError("Nobody waits for a call because of call 9.")
    with pytest.raises(Refused, match="Nobody waits"):
        Control(daemon.path).call_back(CallBack(call_id=9, person="ana", by="maria"))


@pytest.mark.parametrize(
    "asked",
    [
        CallClaim(call_id=9, person="ana", by="maria"),
        CallClaim(call_id=9, by="maria"),
        CallTried(call_id=9, by="maria", outcome=Tried.BUSY),
    ],
    ids=["claim", "release", "tried"],
)
def test_owner_and_attempts_reach_the_daemon(daemon: Daemon, asked: CallClaim | CallTried) -> None:
    Control(daemon.path).change(asked)
    assert daemon.desk.asked == [asked]
