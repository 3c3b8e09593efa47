"""Records of five years: a million calls and fifty thousand complaints behind those of one day.

The day is the office of the page's own tests, so every address of theirs leads somewhere. What is
behind it is invented by a seed and written at once, through the real schema; made once and kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome
from hotline.storage import schema
from hotline.storage.accountschema import accounts_file
from hotline.storage.database import Database, text_of
from hotline.storage.users import Accounts
from tests.web.conftest import OWNER, PASSWORD, Hands
from tests.web.office import NOW, Office

CACHE = Path(__file__).parents[2] / ".cache" / "bench"
FIRST_CALL, FIRST_CASE = 1000, 1000
A_DAY = 550  # calls, as of a busy office over five years; the newest of them today
NUMBERS = 40_000
WHY = ("", "not_reached", "nobody", "caller_gone", "no_press", "unconfirmed")
ANSWERED = 0.72
OPEN_CASES = 400
UNTIL_LATELY = 1500  # who was missed in these last calls is owed one, all others were called back

# These records are made again if the power is cut.
QUICKLY = ("pragma synchronous = off", "pragma cache_size = -600000", "pragma secure_delete = off")
# As the journal notes it when somebody is spoken with.
SPOKEN_WITH_LATER = """update calls set settled_by = (
    select min(later.id) from calls as later where later.caller_number = calls.caller_number
    and later.outcome = 'spoken' and later.id > calls.id) where outcome = 'missed'"""

CALL = (
    "insert into calls (id, line, caller_number, started_at, answered_at, ended_at, outcome,"
    " person, returned_at, returned_by, case_number, hindrance)"
    " values (?,?,?,?,?,?,?,?,?,?,?,?)"
)
STEP = "insert into steps (call_id, seq, at, what, words, facts) values (?,?,?,?,?,?)"
CASE = (
    "insert into cases (number, kind, state, topic, caller_number, call_id, language, recording,"
    " seconds, created, due, filed, heard_at, done_at) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)
CALLED_BACK = """update calls set returned_at = ended_at, returned_by = 'maria'
    where outcome = 'missed' and settled_by is null and returned_at is null and id < ?"""

Row = tuple[object, ...]


def made(calls: int, cases: int) -> Path:
    """The folder of the records; the one there is, if nothing that makes it has changed."""
    makers = b"".join(Path(file).read_bytes() for file in (__file__, schema.__file__))
    key = hashlib.sha256(makers + f"{calls} {cases}".encode()).hexdigest()[:12]
    folder = CACHE / f"records-{key}"
    if not folder.exists():
        shutil.rmtree(CACHE, ignore_errors=True)  # what another schema had is never asked for again
        CACHE.mkdir(parents=True)
        # Under a short path: the place of a Unix socket may have 107 letters.
        fresh = Path(tempfile.mkdtemp(dir=CACHE))
        _write(fresh, calls, cases)
        fresh.rename(folder)
    return folder


def _write(folder: Path, calls: int, cases: int) -> None:
    office = Office(folder)
    office.close()
    _behind(office.file.connect(), calls, cases)
    file = accounts_file(folder)
    file.prepare(NOW)
    accounts = Accounts(file, Hands(NOW).clock())
    accounts.claim(accounts.new_claim_code(), OWNER, PASSWORD, "127.0.0.1")
    for name in (folder / "recordings").iterdir():
        os.utime(name, (NOW.timestamp(), NOW.timestamp()))


def _behind(database: Database, calls: int, cases: int) -> None:
    chance = random.Random(20261205)
    raw = database.conn
    assert raw
    for pragma in QUICKLY:
        raw.execute(pragma)
    with raw:
        raw.executemany(CALL, _calls(chance, calls, cases))
        raw.executemany(STEP, _steps(calls))
        raw.executemany(CASE, _cases(chance, calls, cases))
        raw.execute(SPOKEN_WITH_LATER)
        raw.execute(CALLED_BACK, (FIRST_CALL + calls - UNTIL_LATELY,))
    raw.close()


def _at(call: int, calls: int) -> datetime:
    """When the call came: so many a day, the last one a minute ago, today's since midnight."""
    ago = calls - call
    if ago < A_DAY:
        return NOW - timedelta(minutes=1, seconds=ago * 10 * 3600 / A_DAY)
    return NOW - timedelta(days=ago // A_DAY, seconds=(ago % A_DAY) * 36)


def _calls(chance: random.Random, calls: int, cases: int) -> Iterator[Row]:
    every = max(1, calls // cases)
    for n in range(1, calls + 1):
        at = _at(n, calls)
        began, ended = text_of(at), text_of(at + timedelta(seconds=95))
        number = f"+3736{chance.randrange(NUMBERS):07d}"
        person, returned, by, case, why = "", None, "", None, ""
        if n % every == 0:
            outcome, case = Outcome.COMPLAINT, FIRST_CASE + n // every
        elif chance.random() < ANSWERED:
            outcome, person = Outcome.SPOKEN, chance.choice(("ana", "ion"))
        else:
            outcome, why = Outcome.MISSED, WHY[n % len(WHY)]
            if n < calls - UNTIL_LATELY and chance.random() < 0.5:
                returned, by = ended, "maria"  # the others were spoken with later, most of them
        yield (
            *(FIRST_CALL + n, "Office line", number, began, began, ended, outcome.value),
            *(person, returned, by, case, why),
        )


def _steps(calls: int) -> Iterator[Row]:
    ana = json.dumps({"person": "ana"})
    cost = json.dumps({"person": "ana", "seconds": 40.0})
    for n in range(1, calls + 1):
        at = text_of(_at(n, calls))
        yield FIRST_CALL + n, 1, at, "answered", "answered", "{}"
        yield FIRST_CALL + n, 2, at, "ringing", "ringing", ana
        yield FIRST_CALL + n, 3, at, "joined", "joined", ana
        yield FIRST_CALL + n, 4, at, "leg_cost", "", cost


def _cases(chance: random.Random, calls: int, cases: int) -> Iterator[Row]:
    every = max(1, calls // cases)
    for n in range(1, cases + 1):
        at = _at(n * every, calls)
        done = n <= cases - OPEN_CASES
        ended = text_of(at + timedelta(hours=5)) if done else None
        yield (
            *(FIRST_CASE + n, CaseKind.COMPLAINT.value, "done" if done else "new", "delivery"),
            *(f"+3736{chance.randrange(NUMBERS):07d}", FIRST_CALL + n * every, "ro", None, 31.0),
            *(text_of(at), text_of(at + timedelta(days=1)), 1, ended, ended),
        )
