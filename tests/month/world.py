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
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from hotline.calls.board import Board
from hotline.calls.caps import Caps
from hotline.calls.exchange import Exchange
from hotline.calls.notices import Notices
from hotline.calls.switchboard import Switchboard
from hotline.clock import Clock
from hotline.inbox.case import Case
from hotline.notify.outbox import Outbox
from hotline.options import Limits
from hotline.routing.office import Office
from hotline.storage import calls as journal
from hotline.storage import complaints
from hotline.storage.calls import CallStory, Journal
from hotline.storage.complaints import Cases, Show
from hotline.storage.files import Recordings
from hotline.storage.officefile import read_office
from hotline.storage.schema import RECORDS
from tests.month import people
from tests.month.loop import run
from tests.month.network import CALLING, Bridge, Sentences, Telephone, Trunk, Visit, now
from tests.storage.conftest import AtOnce

OFFICE_FILE = Path(__file__).with_name("office.yaml")
FIRST_DAY, MONTH = date(2026, 10, 1), 31
HOUR_S, MINUTE_S = 3600, 60

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
CALLS_AGAIN = 0.5  # of those who reached nobody and left nothing


@dataclass
class Diary:
    """What happened: as the network and the callers saw it, and what the box wrote down.

    missed: at an instant, the ids of the calls on the list of those not returned. left: what was
    still in use when the last caller had long gone. Seconds count from `start`.
    """

    office: Office
    limits: Limits
    start: datetime
    days: int
    visits: list[Visit]
    trunks: list[Trunk]
    missed: list[tuple[float, set[int]]] = field(default_factory=list)
    stories: list[CallStory] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    letters: int = 0
    left: dict[str, object] = field(default_factory=dict)

    def instant(self, at: float) -> datetime:
        """The instant, UTC."""
        return self.start + timedelta(seconds=at)

    def seconds(self, at: datetime) -> float:
        """Seconds from the start."""
        return (at - self.start).total_seconds()

    def clock(self, at: float) -> str:
        """As it is told to people: the office's clock on the wall."""
        return self.instant(at).astimezone(self.office.zone).strftime("%d.%m. %H:%M:%S")


class World:
    """The office from `first` on; it has no past."""

    def __init__(self, folder: Path, seed: int, first: date, days: int) -> None:
        self._office, _ = read_office(OFFICE_FILE.read_bytes(), OFFICE_FILE.name)
        self._seed, self._first, self._days = seed, first, days
        start = self._midnight(0)
        trunks = [Trunk(name, channels, self._rings) for name, (channels, _) in LINES.items()]
        self.diary = Diary(self._office, LIMITS, start, days, [], trunks)
        self._changes = sorted(_changes(self._office))
        self._phones: dict[int, Telephone] = {}
        self._called: Counter[date] = Counter()
        self._chance = random.Random(f"{seed} calls")
        self._records = AtOnce()
        RECORDS.apply(self._records.database)
        self.exchange = self._exchange(folder)
        self.switchboard = Switchboard(self.exchange)

    def _midnight(self, day: int) -> datetime:
        midnight = datetime.combine(self._first + timedelta(days=day), time(), self._office.zone)
        return midnight.astimezone(UTC)

    def _exchange(self, folder: Path) -> Exchange:
        writer: Any = self._records
        words: Any = Sentences()
        engine: Any = Bridge()
        loop = asyncio.get_running_loop()
        clock = Clock(wall=lambda: self.diary.instant(loop.time()), monotonic=loop.time)
        self._outbox = Outbox(writer, (), {}, clock)
        caps = Caps(LIMITS, self._office.country, confirmed=lambda _number: True)
        return Exchange(
            board=Board(self.diary.trunks, caps, clock),
            engine=engine,
            prompts=words,
            comfort=words,
            journal=Journal(writer, 1),
            cases=Cases(writer, 101),
            recordings=Recordings(folder),
            notices=Notices(self._outbox, ()),
            clock=clock,
            office=lambda: self._office,
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
            loop.call_at(self.diary.seconds(self._midnight(day + 1)), self._looks)
        await asyncio.sleep(self.diary.seconds(self._midnight(self._days)) + 2 * HOUR_S)
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
        chance = random.Random(f"{self._seed} visit {visit.order} ring {len(visit.rings)}")
        people.rung(phone, self._phones[visit.order], chance)

    def _over(self, visit: Visit, chance: random.Random) -> None:
        """Who reached nobody and left nothing may call again."""
        got_nothing = not visit.talks and not visit.spoken
        if got_nothing and visit.wish != "prices" and chance.random() < CALLS_AGAIN:
            again = chance.uniform(1, 40) * MINUTE_S
            asyncio.get_running_loop().call_later(again, self._calls, visit.number)

    # --- what the box wrote down

    def _looks(self) -> None:
        database = self._records.database
        ids = {call.id for call in journal.missed_open(database, limit=10**6)}
        self.diary.missed.append((now(), ids))

    def _closes(self) -> None:
        database, board = self._records.database, self.exchange.board
        ids = [row["id"] for row in database.query("select id from calls order by id")]
        self.diary.stories = [story for one in ids if (story := journal.get(database, one))]
        self.diary.cases = complaints.list_cases(database, Show.ALL, limit=10**6)
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


def days_of(seed: int, first: date = FIRST_DAY, days: int = MONTH) -> Diary:
    """So many days of the office, lived through; the same seed gives the same days."""

    async def live(folder: Path) -> Diary:
        return await World(folder, seed, first, days).lives()

    with tempfile.TemporaryDirectory() as folder:
        return run(live(Path(folder)))
