"""A backup takes the place of everything, or everything stays: whatever kills the box meanwhile.

`take` is one rename: from then on it is decided. `complete` does what was decided, part by part,
and is called before anything is opened; killed at any point, it goes on there the next time. What
was before lies in the folder `previous` and can be taken back the same way.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hotline.errors import HotlineError
from hotline.inbox.label import label
from hotline.said import say
from hotline.storage.accountschema import accounts_file, hand_over
from hotline.storage.belongings import ACCOUNTS, MOVED
from hotline.storage.database import disk_trouble, instant, text_of
from hotline.storage.durable import put_in_place, sync_directory, write_whole
from hotline.storage.looked import mark_absent, mark_of, waiting, waiting_place
from hotline.storage.places import Places
from hotline.storage.schema import records_file

PREVIOUS_KEPT = timedelta(days=30)
DECISION = "decision.json"  # in what takes the place of everything
BEFORE = "before.json"  # in what it took the place of


@dataclass(frozen=True)
class Restored:
    """What took the place of everything. made_at: of the backup, "" where what was before was
    taken back; both instants as they are stored.
    """

    at: str
    by: str
    made_at: str


def take(places: Places, mark: str, by: str, now: datetime) -> None:
    """It is decided: the backup that waits takes the place of everything. mark: what was shown.

    Raises HotlineError when another one waits, or none.
    """
    looked = waiting(places)
    if looked is None or looked.mark != mark:
        raise HotlineError(
            say("This backup does not wait any more."), say("Choose the file once more.")
        )
    _decide(places, waiting_place(places), Restored(text_of(now), label(by), looked.made_at))


def take_back(places: Places, by: str, now: datetime) -> None:
    """It is decided: what a backup took the place of is in force again, and the backup lies there.

    Raises HotlineError when nothing does.
    """
    if previous(places) is None:
        raise HotlineError(say("There is nothing to go back to."), say("Restore a backup instead."))
    mark_absent(places.previous)
    places.restore.mkdir(mode=0o700, exist_ok=True)
    _decide(places, places.previous, Restored(text_of(now), label(by), ""))


def previous(places: Places) -> Restored | None:
    """How what lies in `previous` came there; None when nothing does."""
    return _read(places.previous / BEFORE)


def forget_previous(places: Places, now: datetime) -> None:
    """Throw away what was before once that is long ago."""
    before = previous(places)
    if before and instant(before.at) < now - PREVIOUS_KEPT:
        shutil.rmtree(places.previous, ignore_errors=True)


def complete(places: Places) -> Restored | None:
    """Do what is decided, if anything is; returns it. Nobody may write the records meanwhile.

    Raises HotlineError when the disk refuses: the box may not begin on a half of each.
    """
    taken, outgoing = _taken(places), places.restore / "outgoing"
    decided = _read(taken / DECISION)
    try:
        if decided:
            outgoing.mkdir(mode=0o700, exist_ok=True)
            _exchange(places, taken, outgoing)
            write_whole(outgoing / BEFORE, json.dumps(asdict(decided)).encode())
            (taken / DECISION).unlink()
            sync_directory(taken)
        if (outgoing / BEFORE).exists():
            shutil.rmtree(places.previous, ignore_errors=True)
            outgoing.replace(places.previous)
            sync_directory(places.restore)
            sync_directory(places.data)
    except OSError as error:
        raise HotlineError(
            f"A backup is being restored, and the disk refuses ({error}).",
            disk_trouble(error) or "Make room on the disk, then start again.",
        ) from error
    shutil.rmtree(taken, ignore_errors=True)
    return decided


def _decide(places: Places, folder: Path, decision: Restored) -> None:
    write_whole(folder / DECISION, json.dumps(asdict(decision)).encode())
    folder.replace(_taken(places))
    sync_directory(places.restore)
    sync_directory(places.data)


def _taken(places: Places) -> Path:
    return places.restore / "taken"


def _read(path: Path) -> Restored | None:
    try:
        return Restored(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _exchange(places: Places, taken: Path, outgoing: Path) -> None:
    """Each step may have been done before."""
    live = records_file(places.data)
    if live.path.exists():
        live.settle()
    journal = Path(f"{live.path}-journal")
    if journal.exists():  # of a damaged one: played into another it would damage that
        journal.replace(outgoing / journal.name)
    for part in MOVED:
        _move(places.data / part, taken / part, outgoing / part)
    _exchange_accounts(places, taken, outgoing)


def _move(live: Path, new: Path, old: Path) -> None:
    absent = mark_of(new)
    if not new.exists() and not absent.exists():
        return  # it was done before
    if live.exists() and not old.exists():
        live.replace(old)
        sync_directory(old.parent)
        sync_directory(live.parent)
    if new.exists():
        new.replace(live)
        sync_directory(live.parent)
    absent.unlink(missing_ok=True)
    sync_directory(new.parent)


def _exchange_accounts(places: Places, taken: Path, outgoing: Path) -> None:
    """In the file itself: the page has it open, and its journal belongs to the name."""
    new, old = taken / ACCOUNTS, outgoing / ACCOUNTS
    live = accounts_file(places.data)
    if not new.exists():
        return
    sound = live.path.exists() and live.settle()
    if sound and not old.exists():
        copy = outgoing / f".{ACCOUNTS}.new"
        live.copy_to(copy)
        put_in_place(copy, old)
    elif live.path.exists() and not old.exists():
        live.path.replace(old)
    if sound:
        live.take_over(new)
        new.unlink()
    else:
        hand_over(new, places.data)
        put_in_place(new, live.path)
    sync_directory(taken)
