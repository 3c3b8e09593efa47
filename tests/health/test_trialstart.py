"""A box that was just updated is asked as a caller, a browser and the owner would ask it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.sim.box import BoxUnderTest

from hotline.control.messages.lines import LineState
from hotline.control.messages.status import StatusAnswer
from hotline.errors import HotlineError
from hotline.health import trialstart
from hotline.health.trialstart import Questions, Verdict, lines_up, speaks_sip, within

NOW = datetime(2026, 12, 5, tzinfo=UTC)


def status(*up: str, down: tuple[str, ...] = (), trouble: str = "") -> StatusAnswer:
    lines = [LineState(id=name, name=name, up=name in up, words="") for name in (*up, *down)]
    return StatusAnswer(
        version="2", started_at=NOW, now=NOW, office="Flowers", zone="UTC", lines=tuple(lines),
        trouble=trouble,
    )  # fmt: skip


def _gone() -> StatusAnswer:
    raise HotlineError("The hotline service is not running.")


@contextmanager
def far_side(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """A port at which somebody answers one datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(20)

        def play() -> None:
            asked, back = ear.recvfrom(4096)
            ear.sendto(answer(asked), back)

        player = threading.Thread(target=play)
        player.start()
        yield int(ear.getsockname()[1])
        player.join()


def _ok(asked: bytes) -> bytes:
    rows = asked.split(b"\r\n")
    kept = [row for row in rows if row.startswith((b"Via", b"From", b"To", b"Call-ID", b"CSeq"))]
    return b"SIP/2.0 200 OK\r\n" + b"\r\n".join(kept) + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("said", "speaks", "shows", "verdict"),
    [
        (lambda: status("office"), True, True, Verdict.WELL),
        (lambda: status("office", "more"), True, True, Verdict.WELL),
        (_gone, True, True, Verdict.DAEMON),
        (lambda: status("office", trouble="The disk is full."), True, True, Verdict.DAEMON),
        (lambda: status("office"), False, True, Verdict.SIP),
        (lambda: status("office"), True, False, Verdict.PAGE),
        (lambda: status(down=("office",)), True, True, Verdict.LINES),
        (status, True, True, Verdict.LINES),
    ],
)
def test_a_box_is_well_only_if_everything_is_as_before(
    monkeypatch: pytest.MonkeyPatch,
    said: Callable[[], StatusAnswer],
    speaks: bool,
    shows: bool,
    verdict: Verdict,
) -> None:
    monkeypatch.setattr(trialstart, "speaks_sip", lambda _: speaks)
    monkeypatch.setattr(trialstart, "shows_page", lambda _: shows)
    assert Questions(said, 5060, 443, frozenset({"office"})).verdict() is verdict


def test_a_line_that_was_down_before_is_not_held_against_the_update() -> None:
    rows: list[dict[str, object]] = [{"id": "office", "up": True}, {"id": "mobile", "up": False}]
    assert lines_up(rows) == {"office"}


def test_a_box_that_speaks_sip_is_heard() -> None:
    with far_side(_ok) as port:
        assert trialstart.speaks_sip(port)


def test_words_that_answer_nothing_we_asked_are_no_sip() -> None:
    with far_side(lambda _: b"SIP/2.0 200 OK\r\nVia: somebody else\r\n\r\n") as port:
        assert not trialstart.speaks_sip(port)


def test_a_port_at_which_nobody_is_shows_no_page_and_speaks_no_sip() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert not trialstart.shows_page(port)
    assert not trialstart.speaks_sip(port)


def test_a_box_is_given_time_but_not_for_ever() -> None:
    clock = iter(range(100))
    asked: list[Verdict] = []

    def ask(well_after: int) -> Callable[[], Verdict]:
        def verdict() -> Verdict:
            asked.append(Verdict.WELL if len(asked) >= well_after else Verdict.SIP)
            return asked[-1]

        return verdict

    rest: Callable[[float], None] = lambda _: None  # noqa: E731
    assert within(10, ask(3), lambda: next(clock), rest) is Verdict.WELL
    asked.clear()
    assert within(10, ask(99), lambda: next(clock), rest) is Verdict.SIP
    assert len(asked) <= 12


@pytest.mark.parametrize("on_trial", [True, False])
async def test_a_box_answers_its_own_question_while_it_is_on_trial_and_never_else(
    tmp_path: Path, on_trial: bool
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    if on_trial:
        (run / "trial").touch()
    box = BoxUnderTest(tmp_path / "box", office="", trunks="")
    box.environment["HOTLINE_RUN"] = str(run)
    box.write_settings()
    await box.start()
    try:
        assert await asyncio.to_thread(speaks_sip, box.port) is on_trial
    finally:
        await box.stop()
