"""What the page reads: calls, cases, the office. Read-only, each question its own short look."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from hotline.errors import HotlineError
from hotline.inbox.case import Case
from hotline.inbox.outcome import Outcome
from hotline.inbox.waiting import Waiting
from hotline.routing.adherence import Record
from hotline.routing.office import Office
from hotline.storage import (
    adherence,
    audit,
    auditchain,
    calllist,
    calls,
    complaints,
    drafts,
    duecases,
    linehistory,
    linetroubles,
    listeners,
    presence,
    samecaller,
    waiting,
)
from hotline.storage import office as stored_office
from hotline.storage.audit import Entry, Wanted
from hotline.storage.auditchain import Checked
from hotline.storage.calllist import Look
from hotline.storage.calls import Call, CallStory
from hotline.storage.complaints import Show
from hotline.storage.database import Database
from hotline.storage.drafts import Draft
from hotline.storage.duecases import Pile
from hotline.storage.files import Recordings, call_of_why
from hotline.storage.linehistory import Quarter
from hotline.storage.linetroubles import LineTrouble
from hotline.storage.listeners import Listener
from hotline.storage.office import OfficeVersion
from hotline.storage.officefile import read_stored_office
from hotline.storage.presence import Turn
from hotline.storage.samecaller import SameCaller
from hotline.storage.schema import records_file

T = TypeVar("T")

LARGEST = 2**53 - 1  # of the numbers that a page, its script and the records all count with
READ_AT_ONCE = 100  # calls; a usual day of a small office in one look
NEEDS_SHOWN = 6
NEEDS_COUNTED = 200  # of each kind; the first page is asked for every two seconds


@dataclass(frozen=True)
class Needs:
    """What waits for somebody: the first few, and how many more there are."""

    cases: Sequence[Case]
    missed: Sequence[Waiting]
    total: int

    @property
    def more(self) -> int:
        """Waiting, but not among those shown."""
        return self.total - len(self.cases) - len(self.missed)


@dataclass(frozen=True)
class Today:
    """Calls since local midnight. hours: (hour, calls) for each of the 24."""

    calls: int
    answered: int
    messages: int
    missed: int
    hours: tuple[tuple[int, int], ...]

    @property
    def busiest(self) -> int:
        """Calls in the busiest hour, at least 1."""
        return max(1, *(calls for _, calls in self.hours))


class Records:
    """Reads the records in `directory`. Raises HotlineError when the disk lets nothing be read."""

    def __init__(self, directory: Path) -> None:
        self._file = records_file(directory)
        self._directory = directory
        self._parsed: tuple[OfficeVersion, Office] | None = None

    def _read(self, question: Callable[[Database], T]) -> T:
        if not self._file.path.exists():
            raise HotlineError("The hotline has never been started.", "Start the hotline service.")
        with self._file.reading() as database:
            return question(database)

    def cases(self, show: Show, limit: int, before: int | None = None) -> list[Case]:
        """Filed cases, the newest first."""
        return self._read(
            lambda database: complaints.list_cases(database, show, limit=limit, before=before)
        )

    def due(self, pile: Pile, limit: int, after: Case | None = None) -> list[Case]:
        """Open cases, the soonest due first; after: those that come behind that one."""
        return self._read(lambda database: duecases.listed(database, pile, limit, after))

    def due_beside(self, pile: Pile, case: Case) -> tuple[Case | None, Case | None]:
        """Which open case is due just before that one, and which just after."""

        def look(database: Database) -> tuple[Case | None, Case | None]:
            later = duecases.listed(database, pile, 1, after=case)
            return duecases.before(database, pile, case), next(iter(later), None)

        return self._read(look)

    def due_count(self, pile: Pile) -> int:
        """How many open cases there are."""
        return self._read(lambda database: duecases.count(database, pile))

    def done_after(self, case: Case) -> Case | None:
        """The closed case with the next number."""
        return self._read(lambda database: complaints.next_done(database, case.number))

    def listeners(self, case: Case) -> list[Listener]:
        """Who listened to its recording, the newest first."""
        return self._read(lambda database: listeners.of_case(database, case.number))

    def same_caller(self, case: Case) -> SameCaller | None:
        """What else came from that number; None where nothing did, or it was withheld."""
        return self._read(lambda database: samecaller.beside(database, case))

    def case(self, number: int) -> Case | None:
        """The case of that number."""
        return self._read(lambda database: complaints.get(database, number))

    def trail(self, limit: int) -> list[Turn]:
        """What the staff asked for and were told, the newest first."""
        return self._read(lambda database: presence.trail(database, limit))

    def audit(self, limit: int, wanted: Wanted) -> list[Entry]:
        """What the box wrote into the audit, the newest first."""
        return self._read(lambda database: audit.newest(database, limit, wanted))

    def audit_people(self) -> list[str]:
        """Who did anything there."""
        return self._read(audit.everybody)

    def audit_chain(self) -> Checked:
        """Whether its lines are as they were written."""
        return self._read(auditchain.checked)

    def calls(self, limit: int, before: int | None) -> list[Call]:
        """The newest calls first."""
        return self._read(lambda database: calls.recent(database, limit, before))

    def looked(self, look: Look, limit: int, before: int | None = None) -> list[Call]:
        """The newest calls of those somebody looks for first."""
        return self._read(lambda database: calllist.listed(database, look, limit, before))

    def left_by(self, number: str) -> list[Case]:
        """What a caller of that number has left, the newest first."""
        return self._read(lambda database: complaints.of_number(database, number))

    def call(self, call_id: int) -> CallStory | None:
        """One call with its steps."""
        return self._read(lambda database: calls.get(database, call_id))

    def owed_among(self, call_ids: Collection[int]) -> set[int]:
        """Those of these calls that are missed and not returned."""
        return self._read(lambda database: calls.owed_among(database, call_ids))

    def owed(self, call_id: int) -> bool:
        """True if this missed call is still on the list of those to be returned."""
        return not self._read(lambda database: calls.owed_nothing(database, call_id))

    def waiting(self) -> list[Waiting]:
        """Who is owed a call, each caller once, who waits longest first."""
        return self._read(waiting.still_waiting)

    def needs(self) -> Needs:
        """Open cases, the soonest due first, and missed callers without one, the newest first."""
        open_cases = sorted(self.cases(Show.OPEN, NEEDS_COUNTED), key=lambda case: case.due)
        missed = [one for one in self.waiting() if one.case_number is None]
        missed.sort(key=lambda one: one.call_id, reverse=True)
        shown_cases = open_cases[: max(NEEDS_SHOWN - len(missed), NEEDS_SHOWN // 2)]
        shown_missed = missed[: NEEDS_SHOWN - len(shown_cases)]
        return Needs(shown_cases, shown_missed, len(open_cases) + len(missed))

    def today(self, midnight: datetime) -> Today:
        """Incoming calls since `midnight`, an aware instant in the office's zone."""
        ours = (Outcome.TEST,)  # the box called itself
        found = self._since(midnight)
        since = [call for call in found if not call.outgoing and call.outcome not in ours]
        outcomes = [call.outcome for call in since]
        hours = [call.started_at.astimezone(midnight.tzinfo).hour for call in since]
        left = (Outcome.MESSAGE, Outcome.COMPLAINT, Outcome.CALLBACK)
        return Today(
            calls=len(since),
            answered=sum(o in (Outcome.SPOKEN, Outcome.SELF_SERVICE) for o in outcomes),
            messages=sum(o in left for o in outcomes),
            missed=outcomes.count(Outcome.MISSED),
            hours=tuple((hour, hours.count(hour)) for hour in range(24)),
        )

    def office(self) -> tuple[OfficeVersion, Office] | None:
        """The newest office as it was saved; None while there is none."""
        saved = self._read(stored_office.newest)
        if saved is None:
            return None
        if self._parsed is None or self._parsed[0].id != saved.id:
            self._parsed = saved, read_stored_office(saved.yaml, "the stored office")[0]
        return self._parsed

    def report(self, begin: datetime, end: datetime) -> Sequence[Record]:
        """How the plan and the calls went, of everybody; nobody while there is no office."""
        saved = self.office()
        if saved is None:
            return ()
        return self._read(lambda database: adherence.report(database, saved[1], begin, end))

    def draft(self) -> tuple[OfficeVersion, Draft] | None:
        """The newest office and what is drafted over it; None while there is no office."""
        found = self.office()
        if found is None:
            return None
        saved, office = found
        changes = self._read(drafts.drafted)
        return saved, drafts.draft_of(office, saved.id, changes)

    def quarters(self, line: str, begin: datetime, end: datetime) -> list[Quarter]:
        """How a line was in this span, in order of time."""
        return self._read(lambda database: linehistory.quarters(database, line, begin, end))

    def troubles(self, line: str, since: datetime) -> list[LineTrouble]:
        """When a line was lost since then, the newest first."""
        return self._read(lambda database: linetroubles.of_line(database, line, since))

    def _since(self, start: datetime) -> list[Call]:
        found: list[Call] = []
        before = None
        while rows := self.calls(READ_AT_ONCE, before):
            new = [call for call in rows if call.started_at >= start]
            if not new:
                break
            found += new
            before = rows[-1].id
        return found

    def why(self, call_ids: Iterable[int]) -> Path | None:
        """What the caller of the newest of these calls said why; None where nothing is kept."""
        return Recordings(self._directory / "recordings").newest_why(call_ids)

    def why_call(self, call_ids: Iterable[int]) -> int | None:
        """The call of which that is."""
        path = self.why(call_ids)
        return call_of_why(path.name) if path else None

    def recording(self, case: Case) -> Path | None:
        """The file of the case's recording, None if it has none or the file is gone.

        Raises HotlineError for a name that is not one of ours.
        """
        if case.recording is None:
            return None
        path = Recordings(self._directory / "recordings").path(case.recording)
        return path if path.is_file() and not path.is_symlink() else None
