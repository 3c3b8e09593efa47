"""The child that makes a backup of the whole box, unpacks one, or rehearses a restore.

Hours of recordings, their arithmetic and a file that somebody has sent are kept out of the process
that answers calls. It reads one line of JSON (`Work`) and tells a line now and then: how far it is,
and at the end `{"done": true}` or the words with which it refuses.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from hotline.background import give_way
from hotline.errors import HotlineError
from hotline.said import parts_of
from hotline.storage.places import Places

MEMORY = 512 << 20  # of which the key takes 64
TELL_EACH_S = 0.25


@dataclass(frozen=True)
class Work:
    """make: write `file`; unpack: it waits for a yes then; prove: unpack it, look, throw it away.

    now: as ISO 8601.
    """

    what: Literal["make", "unpack", "prove"]
    data: str
    file: str
    passphrase: str
    recordings: bool
    now: str

    def __repr__(self) -> str:
        return f"Work({self.what}, file={self.file})"


def _do(work: Work, told: Callable[[int, int], None]) -> None:
    from hotline.storage.unpacked import look, prove
    from hotline.storage.wholebackup import write_backup

    places, file = Places(Path(work.data)), Path(work.file)
    if work.what == "make":
        now = datetime.fromisoformat(work.now)
        write_backup(places, file, work.passphrase, now, recordings=work.recordings, told=told)
    elif work.what == "prove":
        prove(file, work.passphrase, places.nights / "rehearsal", told)
    else:
        look(file, work.passphrase, places, told)


def _limit_self() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the passphrase is in memory
    give_way()


def _tell(words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _now_and_then() -> Callable[[int, int], None]:
    last = 0.0

    def told(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL_EACH_S:
            last = time.monotonic()
            _tell({"bytes": done, "of": of})

    return told


def _child() -> None:
    _limit_self()
    work = Work(**json.loads(sys.stdin.readline()))
    try:
        _do(work, _now_and_then())
    except HotlineError as refusal:
        _tell({"refused": [_parts(refusal.cause), _parts(refusal.action)]})
    else:
        _tell({"done": True})


def _parts(text: str) -> list[tuple[str, dict[str, str]]]:
    return [(part.text, dict(part.values)) for part in parts_of(text)]


if __name__ == "__main__":
    _child()
