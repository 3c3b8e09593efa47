"""Letters leave when their way is open, and none is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from itertools import pairwise

import pytest

from hotline.errors import HotlineError
from hotline.notify.outbox import LetterRefused, Outbox, Way, WayDown
from hotline.said import say
from hotline.storage import outbox as rows
from hotline.storage.outbox import Letter, LetterState
from hotline.storage.writer import NotStored
from tests.storage.conftest import NOW, AtOnce, FakeTime


class Recorder:
    """A way that notes what it took. trouble: raised instead, while set."""

    def __init__(self, time: FakeTime) -> None:
        self.taken: list[str] = []
        self.tried: list[tuple[float, str]] = []
        self.trouble: Exception | None = None
        self._time = time

    async def __call__(self, letter: Letter) -> None:
        self.tried.append(((self._time.at - NOW).total_seconds(), letter.subject))
        if self.trouble is not None:
            raise self.trouble
        self.taken.append(letter.subject)


@pytest.fixture
def mail(fake_time: FakeTime) -> Recorder:
    return Recorder(fake_time)


def outbox_of(writer: AtOnce, ways: Mapping[str, Way], time: FakeTime) -> Outbox:
    waiting = rows.waiting(writer.database)
    return Outbox(writer, waiting, ways, time.clock(), jitter=lambda: 0.0)  # type: ignore[arg-type]


@pytest.fixture
def outbox(at_once: AtOnce, mail: Recorder, fake_time: FakeTime) -> Outbox:
    return outbox_of(at_once, {"email": mail}, fake_time)


def add(
    outbox: Outbox, subject: str, recipient: str = "ana@example.org", way: str = "email"
) -> None:
    outbox.add(way, recipient, subject, "body", case_number=104)


async def live_through(outbox: Outbox, time: FakeTime, span: timedelta) -> None:
    """Let the worker do what it would do in that time, without waiting for it."""
    end = time.at + span
    while True:
        await outbox.send_due()
        seconds = outbox.seconds_until_due()
        if seconds is None or time.at + timedelta(seconds=seconds) > end:
            time.at = end
            return
        time.pass_by(timedelta(seconds=seconds))


def states(writer: AtOnce) -> dict[str, LetterState]:
    return {letter.subject: letter.state for letter in rows.recent(writer.database)}


@pytest.mark.parametrize("turns", range(4))
async def test_a_letter_that_comes_just_as_the_box_stops_does_not_keep_it_running(
    outbox: Outbox, mail: Recorder, turns: int
) -> None:
    mail.trouble = OSError("down")
    add(outbox, "Complaint 103")  # tried again later, so the worker waits for a time
    running = asyncio.ensure_future(outbox.run())
    for _ in range(20):
        await asyncio.sleep(0)
    add(outbox, "Complaint 104")
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    for _ in range(50):
        await asyncio.sleep(0)
    over = running.cancelled()
    running.cancel()
    assert over


async def test_a_letter_leaves_at_once_and_once(
    outbox: Outbox, mail: Recorder, at_once: AtOnce, fake_time: FakeTime
) -> None:
    add(outbox, "Complaint 104")
    await live_through(outbox, fake_time, timedelta(days=2))
    assert mail.taken == ["Complaint 104"]
    (letter,) = rows.of_case(at_once.database, 104)
    assert (letter.state, letter.sent_at, letter.attempts) == (LetterState.SENT, NOW, 1)
    assert outbox.unsent_since() is None


async def test_a_way_that_is_down_for_a_day_loses_no_letter_and_is_not_pestered(
    outbox: Outbox, mail: Recorder, fake_time: FakeTime
) -> None:
    mail.trouble = WayDown("The mail server does not answer.")
    add(outbox, "first")
    await live_through(outbox, fake_time, timedelta(hours=12))
    add(outbox, "second")
    await live_through(outbox, fake_time, timedelta(hours=12))
    assert outbox.unsent_since() == NOW
    assert len(mail.tried) < 4 * 24 + 10
    mail.trouble = None
    await live_through(outbox, fake_time, timedelta(minutes=15))
    assert sorted(mail.taken) == ["first", "second"]


async def test_the_pauses_double_up_to_a_quarter_of_an_hour(
    outbox: Outbox, mail: Recorder, fake_time: FakeTime
) -> None:
    mail.trouble = WayDown("down")
    add(outbox, "letter")
    await live_through(outbox, fake_time, timedelta(hours=2))
    pauses = [later - earlier for (earlier, _), (later, _) in pairwise(mail.tried)]
    assert pauses[:8] == [15, 30, 60, 120, 240, 480, 900, 900]


async def test_chance_only_shortens_the_pause_by_a_quarter(
    at_once: AtOnce, mail: Recorder, fake_time: FakeTime
) -> None:
    mail.trouble = WayDown("down")
    outbox = Outbox(at_once, [], {"email": mail}, fake_time.clock(), jitter=lambda: 1.0)  # type: ignore[arg-type]
    add(outbox, "letter")
    await outbox.send_due()
    assert outbox.seconds_until_due() == 11.25


@pytest.mark.parametrize("jitter", [0.0, 1.0])
async def test_a_letter_is_tried_for_a_month_before_it_is_given_up(
    jitter: float, mail: Recorder, at_once: AtOnce, fake_time: FakeTime
) -> None:
    mail.trouble = WayDown("down")
    outbox = Outbox(at_once, [], {"email": mail}, fake_time.clock(), jitter=lambda: jitter)  # type: ignore[arg-type]
    add(outbox, "letter")
    await live_through(outbox, fake_time, timedelta(days=30))
    assert states(at_once) == {"letter": LetterState.WAITING}
    await live_through(outbox, fake_time, timedelta(days=3))
    assert states(at_once) == {"letter": LetterState.FAILED}


async def test_a_clock_set_right_by_years_gives_no_letter_up(
    outbox: Outbox, mail: Recorder, at_once: AtOnce, fake_time: FakeTime
) -> None:
    mail.trouble = WayDown("down")
    add(outbox, "letter")
    await outbox.send_due()
    fake_time.pass_by(timedelta(days=20_000))
    await outbox.send_due()
    assert states(at_once) == {"letter": LetterState.WAITING}


async def test_a_clock_set_back_by_years_delays_no_letter(
    outbox: Outbox, mail: Recorder, fake_time: FakeTime
) -> None:
    mail.trouble = WayDown("down")
    add(outbox, "letter")
    await outbox.send_due()
    fake_time.pass_by(timedelta(days=-2000))
    mail.trouble = None
    await outbox.send_due()
    assert mail.taken == ["letter"]


async def test_a_refused_letter_does_not_stop_the_others(
    outbox: Outbox, mail: Recorder, at_once: AtOnce, fake_time: FakeTime
) -> None:
    mail.trouble = LetterRefused("No such mailbox.")
    add(outbox, "refused")
    await outbox.send_due()
    mail.trouble = None
    add(outbox, "good")
    await outbox.send_due()
    assert mail.taken == ["good"]
    (waiting,) = outbox.waiting()
    assert (waiting.subject, waiting.last_error) == ("refused", "No such mailbox.")
    assert states(at_once) == {"refused": LetterState.WAITING, "good": LetterState.SENT}


async def test_a_way_closed_to_one_recipient_is_open_to_the_next(
    at_once: AtOnce, fake_time: FakeTime
) -> None:
    taken = []

    async def half_open(letter: Letter) -> None:
        if letter.recipient == "broken":
            raise WayDown("down")
        taken.append(letter.subject)

    outbox = outbox_of(at_once, {"apprise": half_open}, fake_time)
    for subject, recipient in [("1", "broken"), ("2", "broken"), ("3", "works")]:
        add(outbox, subject, recipient, "apprise")
    await outbox.send_due()
    assert taken == ["3"]
    assert [letter.attempts for letter in outbox.waiting()] == [1, 0]


async def test_ways_do_not_wait_for_each_other(at_once: AtOnce, fake_time: FakeTime) -> None:
    released = asyncio.Event()

    async def slow(letter: Letter) -> None:
        await released.wait()

    async def fast(letter: Letter) -> None:
        released.set()

    outbox = outbox_of(at_once, {"sms": slow, "email": fast}, fake_time)
    add(outbox, "slow", way="sms")
    add(outbox, "fast")
    await asyncio.wait_for(outbox.send_due(), 5)
    assert outbox.waiting() == []


@pytest.mark.parametrize("trouble", [OSError("no route"), ValueError("bad text"), TimeoutError()])
async def test_no_trouble_of_a_way_ends_the_outbox(
    outbox: Outbox, mail: Recorder, trouble: Exception
) -> None:
    mail.trouble = trouble
    add(outbox, "letter")
    await outbox.send_due()
    (waiting,) = outbox.waiting()
    assert waiting.last_error == (str(trouble) or "It took too long.")


async def test_a_letter_for_a_way_that_is_not_set_up_waits_and_says_so(
    outbox: Outbox, mail: Recorder
) -> None:
    add(outbox, "letter", way="sms")
    add(outbox, "good")
    await outbox.send_due()
    assert mail.taken == ["good"]
    assert [letter.last_error for letter in outbox.waiting()] == ["The way sms is not set up."]


async def test_letters_outlive_a_restart(
    outbox: Outbox, mail: Recorder, at_once: AtOnce, fake_time: FakeTime
) -> None:
    mail.trouble = WayDown("down")
    add(outbox, "letter")
    await outbox.send_due()
    before = outbox.waiting()
    mail.trouble = None
    again = outbox_of(at_once, {"email": mail}, fake_time)
    assert again.waiting() == before
    await live_through(again, fake_time, timedelta(minutes=1))
    assert mail.taken == ["letter"]


async def test_a_card_that_takes_nothing_silences_nobody(
    mail: Recorder, fake_time: FakeTime
) -> None:
    class Broken(AtOnce):
        def submit(self, work):  # type: ignore[no-untyped-def]
            future = super().submit(lambda database: None)
            future = type(future)()
            future.set_exception(NotStored("The card can only be read."))
            return future

    outbox = Outbox(Broken(), [], {"email": mail}, fake_time.clock())  # type: ignore[arg-type]
    add(outbox, "The card can only be read")
    await outbox.send_due()
    assert mail.taken == ["The card can only be read"]


async def test_what_was_repaired_can_be_tried_at_once(outbox: Outbox, mail: Recorder) -> None:
    mail.trouble = WayDown("down")
    add(outbox, "letter")
    await outbox.send_due()
    mail.trouble = None
    await outbox.send_due()
    outbox.try_now("sms")
    await outbox.send_due()
    assert mail.taken == []
    outbox.try_now("email")
    await outbox.send_due()
    assert mail.taken == ["letter"]


async def test_the_worker_wakes_up_for_a_new_letter(outbox: Outbox, mail: Recorder) -> None:
    worker = asyncio.create_task(outbox.run())
    await _turns(10)
    add(outbox, "letter")
    await _until(lambda: bool(mail.taken))
    worker.cancel()
    assert mail.taken == ["letter"]


async def test_delivered_letters_are_forgotten_after_their_time_and_waiting_ones_are_not(
    outbox: Outbox, mail: Recorder, at_once: AtOnce
) -> None:
    add(outbox, "sent")
    await outbox.send_due()
    mail.trouble = WayDown("down")
    add(outbox, "waiting")
    assert rows.purge(at_once.database, NOW + timedelta(days=1)) == 1
    assert list(states(at_once)) == ["waiting"]


async def test_letters_about_a_forgotten_caller_are_not_sent(
    outbox: Outbox, mail: Recorder
) -> None:
    outbox.add("email", "ana@example.org", "Missed call: +37369111222", "body")
    outbox.add("email", "ana@example.org", "Complaint 104", "body", case_number=104)
    outbox.add("email", "ana@example.org", "Complaint 105", "body", case_number=105)
    outbox.forget("+37369111222", {104})
    await outbox.send_due()
    assert mail.taken == ["Complaint 105"]


@pytest.mark.parametrize("trouble", [None, WayDown("down")])
async def test_a_letter_forgotten_while_it_is_sent_does_not_come_back(
    at_once: AtOnce, fake_time: FakeTime, trouble: Exception | None
) -> None:
    async def slow(letter: Letter) -> None:
        outbox.forget("+37369111222", ())
        rows.erase(at_once.database, "+37369111222", ())
        if trouble is not None:
            raise trouble

    outbox = outbox_of(at_once, {"email": slow}, fake_time)
    add(outbox, "Missed call: +37369111222")
    await outbox.send_due()
    assert (outbox.waiting(), states(at_once)) == ([], {})


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def _until(condition: Callable[[], bool]) -> None:
    async def met() -> None:
        while not condition():
            await _turns(1)

    waiting: Awaitable[None] = met()
    await asyncio.wait_for(waiting, 5)


async def test_a_letter_that_was_given_up_is_sent_no_more(
    outbox: Outbox, mail: Recorder, at_once: AtOnce, fake_time: FakeTime
) -> None:
    mail.trouble = WayDown("The mail server does not answer.")
    add(outbox, "given up")
    add(outbox, "kept")
    await outbox.send_due()
    first = next(letter for letter in outbox.waiting() if letter.subject == "given up")
    outbox.give_up(first)
    mail.trouble = None
    await live_through(outbox, fake_time, timedelta(days=1))
    assert mail.taken == ["kept"]
    assert states(at_once)["given up"] is LetterState.FAILED


async def test_a_letter_that_is_just_leaving_cannot_be_given_up(
    at_once: AtOnce, fake_time: FakeTime
) -> None:
    refused: list[str] = []

    async def way(letter: Letter) -> None:
        with pytest.raises(HotlineError, match="being sent just now") as refusal:
            outbox.give_up(letter)
        refused.append(str(refusal.value))

    outbox = outbox_of(at_once, {"email": way}, fake_time)
    add(outbox, "Complaint 104")
    await outbox.send_due()
    assert len(refused) == 1
    assert states(at_once) == {"Complaint 104": LetterState.SENT}


async def test_a_letter_that_was_given_up_while_another_left_is_not_sent(
    at_once: AtOnce, fake_time: FakeTime
) -> None:
    taken: list[str] = []

    async def way(letter: Letter) -> None:
        taken.append(letter.subject)
        for other in outbox.waiting():
            if other.subject == "second" and letter.subject == "first":
                outbox.give_up(other)

    outbox = outbox_of(at_once, {"email": way}, fake_time)
    add(outbox, "first")
    fake_time.pass_by(timedelta(seconds=1))
    add(outbox, "second")
    await outbox.send_due()
    assert taken == ["first"]


async def test_who_is_tried_at_once_does_not_hurry_what_waits_for_others(
    outbox: Outbox, mail: Recorder
) -> None:
    mail.trouble = WayDown("The mail server does not answer.")
    for name in ("ana", "ion"):
        add(outbox, name, f"{name}@example.org")
    await outbox.send_due()
    mail.trouble = None
    outbox.try_now("email", "ana@example.org")
    await outbox.send_due()
    assert mail.taken == ["ana"]


async def test_why_a_letter_waits_can_be_said_in_other_languages_after_a_restart_too(
    outbox: Outbox, mail: Recorder, at_once: AtOnce, fake_time: FakeTime
) -> None:
    mail.trouble = WayDown(
        say("The mail server %(server)s is not found.", server="x"), say("Look.")
    )
    add(outbox, "Complaint 104")
    await outbox.send_due()
    (letter,) = outbox_of(at_once, {"email": mail}, fake_time).waiting()
    assert letter.last_error == "The mail server x is not found. Look."
    assert [part.values for part in letter.last_error.parts] == [{"server": "x"}, {}]


async def test_why_a_letter_waited_in_an_older_version_is_still_told(at_once: AtOnce) -> None:
    at_once.database["outbox"].insert(  # type: ignore[union-attr]
        {
            "id": "1",
            "created": "2026-11-22T09:00:00+00:00",
            "way": "email",
            "recipient": "a@b.c",
            "subject": "s",
            "body": "b",
            "state": "waiting",
            "next_try_at": "2026-11-22T09:00:00+00:00",
            "last_error": "No such mailbox.",
        }
    )
    (letter,) = rows.waiting(at_once.database)
    assert letter.last_error == "No such mailbox."


async def test_a_way_that_is_stuck_does_not_hold_up_what_comes_for_another(
    at_once: AtOnce, fake_time: FakeTime
) -> None:
    stuck, arrived, begun = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def mail(_: Letter) -> None:
        begun.set()
        await stuck.wait()

    async def text(_: Letter) -> None:
        arrived.set()

    outbox = outbox_of(at_once, {"email": mail, "sms": text}, fake_time)
    running = asyncio.ensure_future(outbox.run())
    add(outbox, "Complaint 104")
    await begun.wait()
    add(outbox, "Complaint 104", "+37369000101", way="sms")
    async with asyncio.timeout(10):
        await arrived.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
