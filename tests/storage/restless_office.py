"""An office that never rests, for the tests to cut off. It prints what it was promised is stored.

`python -m tests.storage.restless_office DIRECTORY`: each line is JSON, written only after the
writer's promise was kept.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hotline.clock import Clock
from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome
from hotline.storage import calls, complaints
from hotline.storage.calls import Journal
from hotline.storage.complaints import Cases
from hotline.storage.schema import records_file
from hotline.storage.writer import Writer


@dataclass(frozen=True)
class Caller:
    number: str | None
    name: str


def recover(directory: Path, now: datetime) -> tuple[Writer, Journal, Cases]:
    """What the box does at every start."""
    file = records_file(directory)
    finding = file.prepare(now)
    assert finding == "", finding
    writer = Writer(file, Clock())
    recordings = directory / "recordings"
    recordings.mkdir(exist_ok=True)
    adopted = writer.submit(
        lambda database: complaints.adopt(
            database, recordings, now, lambda path: float(path.stat().st_size)
        )
    ).result()
    writer.submit(lambda database: calls.file_open_rows(database, now)).result()
    with file.reading() as database:
        first = calls.next_call_id(database)
    return writer, Journal(writer, first), Cases(writer, adopted.next_number)


def promise(**stored: object) -> None:
    print(json.dumps(stored), flush=True)


def one_call(directory: Path, journal: Journal, cases: Cases) -> None:
    now = datetime.now(UTC)
    call = journal.begin("sip", Caller("+37369111222", "Ion"), now)
    journal.step(call, now, "menu", "Heard the menu")
    journal.answered(call, now).result()
    promise(call=call)
    case = cases.open(CaseKind.COMPLAINT, call, "orders", Caller(None, ""), "ro", now)
    case.stored.result()
    sound = directory / "recordings" / (case.recording or "")
    sound.write_bytes(b"x" * 10)
    promise(opened=case.number)
    cases.filed(case.number, 10.0).result()
    promise(filed=case.number)
    journal.end(call, now, Outcome.COMPLAINT, case_number=case.number).result()
    promise(ended=call)


def main() -> None:
    directory = Path(sys.argv[1])
    _, journal, cases = recover(directory, datetime.now(UTC))
    while True:
        one_call(directory, journal, cases)


if __name__ == "__main__":
    main()
