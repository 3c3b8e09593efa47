"""An office, its lines and its callers, for as many days as one likes; and the diary of it.

The board, the queue, the switchboard, the story of a call and the records are the box's own. Around
them is the network of `network` with the people of `people`, on a loop that never waits.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from hotline.calls.board import Board
from hotline.calls.caps import Caps
from hotline.calls.exchange import Exchange
from hotline.calls.promising import Promising
from hotline.calls.returning import Returning
from hotline.calls.stafftexts import StaffTexts
from hotline.calls.switchboard import Switchboard
from hotline.clock import Clock
from hotline.inbox.case import Case
from hotline.notify.outbox import Outbox
from hotline.options import Limits
from hotline.routing.adherence import Record
from hotline.routing.changes import Change, changed, must_stand
from hotline.routing.confirmed import only_confirmed
from hotline.routing.office import Office, Shift, Strategy, WallTime
from hotline.routing.presence import Away, Decision, Why
from hotline.storage import adherence, complaints
from hotline.storage import calls as journal
from hotline.storage.calls import CallStory, Journal
from hotline.storage.complaints import Cases, Show
from hotline.storage.files import Recordings
from hotline.storage.officefile import read_office
from hotline.storage.presence import Presences, StaffTrail, SwapAsks
from hotline.storage.promises import Promises
from hotline.storage.schema import RECORDS
from hotline.storage.waiting import WaitingList
from tests.month import people
from tests.month.loop import run
from tests.month.network import CALLING, Bridge, Sentences, Telephone, Trunk, Visit, now
from tests.month.staff import Asked, Letters, Staff, Texted, Told, Watched, Wish
from tests.storage.conftest import AtOnce

OFFICE_FILE = Path(__file__).with_name("office.yaml")
FIRST_DAY, MONTH = date(2026, 10, 1), 31
HOUR_S, MINUTE_S = 3600, 60
# From, for so many minutes, so many seconds ahead: until it is set right over the network.
JUMPS = ((datetime(2026, 10, 7, 11, 0), 40, 180), (datetime(2026, 10, 15, 15, 10), 35, -120))

# The lines with their channels, both directions together; most callers know the first number.
LINES = {"trunk": (5, 65), "mobile": (3, 22), "old number": (2, 13)}
LIMITS = Limits(minutes_per_day=150, concurrent=5, calls_per_hour_per_number=20)
MOST_CALLS = 150  # a day
BEFORE_CHANGE_S = 120
# How many call on which day of the week, and on the days of a campaign; in how many bursts.
USUAL = (95, 85, 80, 85, 100, 60, 40)
CAMPAIGN_DAYS = {4: 4, 7: 3, 16: 3, 18: 4, 24: 3, 28: 3}  # day of the month: bursts
CAMPAIGN, BURST, BURST_S = 128, 16, 240
OUTAGES = {5: ("trunk", 10.6, 1.5), 21: ("mobile", 14.2, 3.0)}  # day: line, from hour, hours
NUMBERS, WITHHELD, FROM_STAFF, FIRST_IN_LINE = 300, 0.07, 0.01, 0.12
# Until then nobody has confirmed the trainee's number; and when another office comes into force.
TRAINEE = "+37369000109"
CONFIRMED, CHANGED = datetime(2026, 10, 15, 12), datetime(2026, 10, 16, 11, 40)
BEFORE_CHANGED = 6  # callers in the last minute
NEVER = float("inf")
ASKS = 10  # of the staff, a day
CALLS_AGAIN = 0.5  # of those who reached nobody and left nothing


@dataclass(repr=False)  # a Runner asks for it when its work is done
class Diary:
    """What happened: as the network and the callers saw it, and what the box wrote down.

    office: with everybody who was ever rung. offices: since when which one was in force, without
    numbers that nobody had confirmed. missed: at an instant, the ids of the calls on the list of
    those not returned. stories: of those who called, in the order of `visits`. returned: of the
    calls back. used: at an instant, the seconds talked that the caps have counted. reports: from,
    to, and what the office is told of its staff. left: what was still in use when the last caller
    had long gone. jumps: from, to, and by how much the clock of the box was ahead. Seconds count
    from `start`.
    """

    office: Office
    offices: list[tuple[float, Office]]
    limits: Limits
    start: datetime
    days: int
    visits: list[Visit]
    trunks: list[Trunk]
    missed: list[tuple[float, set[int]]] = field(default_factory=list)
    stories: list[CallStory] = field(default_factory=list)
    returned: list[CallStory] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    letters: int = 0
    given_up: list[int] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    texted: list[Texted] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    used: list[tuple[float, float]] = field(default_factory=list)
    reports: list[tuple[float, float, tuple[Record, ...]]] = field(default_factory=list)
    jumps: list[tuple[float, float, float]] = field(default_factory=list)
    left: dict[str, object] = field(default_factory=dict)

    def office_at(self, at: float) -> Office:
        """The office in force."""
        return next(office for since, office in reversed(self.offices) if since <= at)

    def instant(self, at: float) -> datetime:
        """The instant, UTC, as the clock of the box says."""
        return self.start + timedelta(seconds=at + self._ahead(at))

    def _ahead(self, at: float) -> float:
        return next((by for begin, end, by in self.jumps if begin <= at < end), 0.0)

    def seconds(self, at: datetime) -> float:
        """Seconds from the start; the first time, where the clock shows the same twice."""
        return self.every(at)[0]

    def every(self, at: datetime) -> list[float]:
        """Whenever the clock of the box shows it; where it leaves it out, when it jumps."""
        shown = (at - self.start).total_seconds()
        found = [shown] if self._ahead(shown) == 0.0 else []
        found += [shown - by for begin, end, by in self.jumps if begin <= shown - by < end]
        jumps = (end if by < 0 else begin for begin, end, by in self.jumps if begin <= shown < end)
        return sorted(found) or [next(jumps, shown)]

    def clock(self, at: float) -> str:
        """As it is told to people: the office's clock on the wall."""
        return self.instant(at).astimezone(self.office.zone).strftime("%d.%m. %H:%M:%S")


class Pauses(Presences):
    """Tells the diary whom the box does not ring any more."""

    def __init__(self, writer: Any, diary: Diary) -> None:
        super().__init__(writer, ())
        self._diary = diary

    def leave(self, away: Away) -> Any:
        if away.why is Why.PAUSED:
            end = self._diary.seconds(away.until)
            self._diary.asked.append(Asked(now(), away.person, "paused", "paused", 0, end))
        return super().leave(away)


class World:
    """The office from `first` on; it has no past."""

    def __init__(self, folder: Path, seed: int, first: date, days: int) -> None:
        self._office, _ = read_office(OFFICE_FILE.read_bytes(), OFFICE_FILE.name)
        self._read: dict[tuple[bool, bool], Office] = {}
        self._seed, self._first, self._days = seed, first, days
        start = self._midnight(0)
        trunks = [Trunk(name, channels, self._rings) for name, (channels, _) in LINES.items()]
        self.diary = Diary(self._office, [], LIMITS, start, days, [], trunks)
        self.diary.jumps = [
            (at, at + minutes * MINUTE_S, by)
            for begin, minutes, by in JUMPS
            if (at := self._at(begin)) >= 0
        ]
        self._news()
        self._changes = sorted(_changes(self._office))
        self._phones: dict[int, Telephone] = {}
        self._called: Counter[date] = Counter()
        self._chance = random.Random(f"{seed} calls")
        self._records = AtOnce()
        RECORDS.apply(self._records.database)
        self.exchange = self._exchange(folder)
        self.switchboard = Switchboard(self.exchange)
        writer: Any = self._records
        waiting = WaitingList(writer)
        self._returning = Returning(self.exchange, waiting, self.switchboard.talks_with)
        self._promising = Promising(self.exchange, waiting, self._returning, Promises(writer))
        self._staff_texts(writer)

    def _staff_texts(self, writer: Any) -> None:
        trail = StaffTrail(writer, 1)
        attendance = Watched(self.exchange, Pauses(writer, self.diary), trail)
        attendance.note = self._decided
        texts = StaffTexts(
            self.exchange,
            attendance,
            SwapAsks(writer, ()),
            trail,
            frozenset(),
            self._swapped,
        )
        later = asyncio.get_running_loop().call_later
        self._staff = Staff(self.diary, later, texts.came, attendance, self._in_force)
        self._letters.on_text = self._staff.told
        self._attendance = attendance

    def _decided(self, who: str, what: str, minutes: int, told: Decision) -> None:
        end = self.diary.seconds(told.until) if told.away and told.until else None
        asked = Asked(now(), who, what, told.verdict.value, minutes, end)
        self.diary.asked.append(asked)

    def _midnight(self, day: int) -> datetime:
        midnight = datetime.combine(self._first + timedelta(days=day), time(), self._office.zone)
        return midnight.astimezone(UTC)

    def _news(self, since: float = -NEVER) -> None:
        """The trainee confirms the number; and one day the plan is another from one second on.

        Written anew where people swap.
        """
        changed = [self._at(CONFIRMED), self._at(CHANGED)]
        past = [one for one in self.diary.offices if one[0] < since]
        new = [(at, self._as_of(at)) for at in (since, *changed) if at >= since]
        self.diary.offices[:] = past + new

    def _as_of(self, at: float) -> Office:
        written = self._written(at)
        return written if at >= self._at(CONFIRMED) else _without(written, TRAINEE)

    def _written(self, at: float | None = None) -> Office:
        at = now() if at is None else at
        return _changed(self._office) if at >= self._at(CHANGED) else self._office

    async def _swapped(self, change: Change, _by: str) -> None:
        """The plan is another. Raises DoesNotFit."""
        office = changed(self._written(), change)
        must_stand(office, self._written())
        self._office = replace(self._office, swaps=office.swaps)
        self._read.clear()
        self._news(now())

    def _at(self, wall: datetime) -> float:
        return self.diary.seconds(wall.replace(tzinfo=self._office.zone))

    def _in_force(self) -> Office:
        """What the box reads: one for each version, with the numbers that are confirmed."""
        version = now() >= self._at(CHANGED), now() >= self._at(CONFIRMED)
        if version not in self._read:
            self._read[version] = only_confirmed(self._written(), self._is_confirmed)
        return self._read[version]

    def _is_confirmed(self, number: str) -> bool:
        return number != TRAINEE or now() >= self._at(CONFIRMED)

    def _exchange(self, folder: Path) -> Exchange:
        writer: Any = self._records
        words: Any = Sentences()
        engine: Any = Bridge()
        loop = asyncio.get_running_loop()
        clock = Clock(wall=lambda: self.diary.instant(loop.time()), monotonic=loop.time)
        self._outbox = Outbox(writer, (), {}, clock)
        self._letters = Letters(self._outbox, ())
        self._letters.on_text = lambda _person, _text: None
        self._letters.on_given_up = self.diary.given_up.append
        caps = Caps(LIMITS, self._office.country, confirmed=self._is_confirmed)
        return Exchange(
            board=Board(self.diary.trunks, caps, clock),
            engine=engine,
            prompts=words,
            comfort=words,
            journal=Journal(writer, 1),
            cases=Cases(writer, 101),
            recordings=Recordings(folder),
            notices=self._letters,
            clock=clock,
            office=self._in_force,
        )

    # --- who calls when

    async def lives(self) -> Diary:
        """All the days, and the hours until the last caller has gone."""
        loop = asyncio.get_running_loop()
        for day in range(self._days):
            begins = self.diary.seconds(self._midnight(day))
            for at in self._calls_of(day):
                loop.call_at(begins + at, self._calls, self._somebody())
            self._fails(day, begins)
            self._staff_asks(day, begins)
            loop.call_at(self.diary.seconds(self._midnight(day + 1)), self._looks)
        end = self.diary.seconds(self._midnight(self._days)) + 2 * HOUR_S
        while now() < end:
            await asyncio.sleep(MINUTE_S)
            self._attendance.look()
        await self._promising.close()
        await self._returning.close()
        await self.exchange.board.settle()
        self._looks()
        self._closes()
        return self.diary

    def _calls_of(self, day: int) -> list[float]:
        """Seconds after midnight; some of them in the same second."""
        date_ = self._first + timedelta(days=day)
        campaign = date_.day in CAMPAIGN_DAYS
        bursts = CAMPAIGN_DAYS.get(date_.day, 0)
        calls = [
            float(int(self._hour() * HOUR_S))
            for _ in range(
                CAMPAIGN - bursts * BURST
                if campaign
                else self._chance.randint(-15, 15) + USUAL[date_.weekday()]
            )
        ]
        for _ in range(bursts):
            begins = self._chance.uniform(9, 21) * HOUR_S
            calls += [float(int(begins + self._chance.uniform(0, BURST_S))) for _ in range(BURST)]
        if date_ == CHANGED.date():
            begins = (CHANGED.hour * 60 + CHANGED.minute) * MINUTE_S
            calls += [float(begins - 10 * n) for n in range(1, BEFORE_CHANGED + 1)]
        return sorted(calls)

    def _hour(self) -> float:
        """Most call in the morning or after lunch; some at any hour, or just as people change."""
        kinds = ["morning", "afternoon", "any", "change"]
        kind = self._chance.choices(kinds, [30, 30, 20, 20])[0]
        if kind == "change":
            change = self._chance.choice(self._changes) * MINUTE_S
            return (change - self._chance.uniform(0, BEFORE_CHANGE_S)) / HOUR_S % 24
        hour = {"morning": (10.5, 1.7), "afternoon": (16.0, 2.2)}.get(kind)
        return self._chance.gauss(*hour) % 24 if hour else self._chance.uniform(0, 24)

    def _somebody(self) -> str | None:
        drawn = self._chance.random()
        if drawn < WITHHELD:
            return None
        if drawn < WITHHELD + FROM_STAFF:
            return self._chance.choice(self._office.people).number
        if drawn < WITHHELD + FROM_STAFF + FIRST_IN_LINE:
            return self._chance.choice(self._office.first_in_line)
        return f"+37322{self._chance.randrange(NUMBERS):06d}"

    def _fails(self, day: int, begins: float) -> None:
        outage = OUTAGES.get((self._first + timedelta(days=day)).day)
        if outage:
            name, hour, hours = outage
            trunk = next(one for one in self.diary.trunks if one.name == name)
            loop = asyncio.get_running_loop()
            loop.call_at(begins + hour * HOUR_S, trunk.fails, hours * HOUR_S)

    # --- the staff

    def _staff_asks(self, day: int, begins: float) -> None:
        """In whole minutes, so that it is certain who was away in which one."""
        chance, loop = (
            random.Random(f"{self._seed} staff {self._first}{day}"),
            asyncio.get_running_loop(),
        )
        for _ in range(ASKS):
            at = begins + chance.randrange(7 * 60, 21 * 60) * MINUTE_S
            person = chance.choice(self._office.people)
            loop.call_at(at, self._staff.writes, person.id, random.Random(chance.random()))

    # --- one call

    def _calls(self, number: str | None) -> None:
        day = self.diary.instant(now()).astimezone(self._office.zone).date()
        if self._called[day] >= MOST_CALLS:
            return
        self._called[day] += 1
        order = len(self.diary.visits)
        chance = random.Random(f"{self._seed} visit {order}")
        working = [trunk for trunk in self.diary.trunks if trunk.up]
        trunk = chance.choices(working, [LINES[one.name][1] for one in working])[0]
        visit = Visit(order, number, trunk.name, now())
        self.diary.visits.append(visit)
        copy_context().run(self._comes_in, trunk, visit, chance)

    def _comes_in(self, trunk: Trunk, visit: Visit, chance: random.Random) -> None:
        CALLING.set(visit)
        phone = self._phones[visit.order] = trunk.comes_in(visit)
        if not phone.gone.done():
            people.calls(phone, chance)
        phone.gone.add_done_callback(lambda _: self._over(visit, chance))
        self.switchboard.ring(phone)

    def _rings(self, phone: Telephone) -> None:
        visit = CALLING.get()
        chance = random.Random(f"{self._seed} visit {visit.order} ring {len(visit.legs)}")
        if visit.backs and phone.note in visit.backs[-1].caller:
            people.called_back(phone, chance)
        else:
            people.rung(phone, self._phones[visit.order], chance)

    def _over(self, visit: Visit, chance: random.Random) -> None:
        """Who reached nobody and left nothing may call again."""
        got_nothing = not visit.talks and not visit.spoken
        if got_nothing and visit.wish not in people.ONLY_ASK and chance.random() < CALLS_AGAIN:
            again = chance.uniform(1, 40) * MINUTE_S
            asyncio.get_running_loop().call_later(again, self._calls, visit.number)

    # --- what the box wrote down

    def _looks(self) -> None:
        database = self._records.database
        ids = {call.id for call in journal.missed_open(database, limit=10**6)}
        self.diary.missed.append((now(), ids))
        caps, clock = self.exchange.board.caps, self.exchange.clock
        self.diary.used.append((now(), caps.used(clock.steady())))

    def _closes(self) -> None:
        database, board = self._records.database, self.exchange.board
        ids = [row["id"] for row in database.query("select id from calls order by id")]
        stories = [story for one in ids if (story := journal.get(database, one))]
        self.diary.stories = [story for story in stories if not story.call.outgoing]
        self.diary.returned = [story for story in stories if story.call.outgoing]
        self.diary.cases = complaints.list_cases(database, Show.ALL, limit=10**6)
        for day in range(self._days):
            span = self._midnight(day), self._midnight(day + 1)
            told = adherence.report(database, self._office, *span)
            self.diary.reports.append((*map(self.diary.seconds, span), told))
        self.diary.letters = len(self._outbox.waiting())
        self.diary.left = {
            "calls": sorted(self.switchboard.live),
            "people": sorted(board.load(None).busy),
            "forwarded callers": board.caps.forwarding,
            "channels": sum(len(trunk.live) for trunk in self.diary.trunks),
        }


def _changes(office: Office) -> set[int]:
    """When shifts and breaks begin and end, in minutes after midnight."""
    minutes = {end.minutes for shift in office.shifts for end in (shift.start, shift.end)}
    return minutes | {pause.start.minutes for shift in office.shifts for pause in shift.breaks}


def _without(office: Office, number: str) -> Office:
    people = tuple(replace(p, number=None) if p.number == number else p for p in office.people)
    return replace(office, people=people)


def _changed(office: Office) -> Office:
    """Ana goes home early, Petru comes in her stead, and orders go around."""
    ana, petru = (WallTime(11 * 60 + 30), WallTime(19 * 60))
    shifts = tuple(
        replace(shift, end=ana, breaks=shift.breaks[:1]) if shift.person == "ana" else shift
        for shift in office.shifts
    )
    new = Shift("petru", frozenset(range(5)), ana, petru)
    topics = tuple(
        replace(topic, strategy=Strategy.ROTATING) if topic.id == "orders" else topic
        for topic in office.topics
    )
    return replace(office, shifts=(*shifts, new), topics=topics)


def days_of(seed: int, first: date = FIRST_DAY, days: int = MONTH) -> Diary:
    """So many days of the office, lived through; the same seed gives the same days."""

    async def live(folder: Path) -> Diary:
        return await World(folder, seed, first, days).lives()

    with tempfile.TemporaryDirectory() as folder:
        return run(live(Path(folder)))
