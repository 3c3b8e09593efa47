"""Copies of the whole box that it makes by itself each night: which there are, and which stay.

They lie beside what they are copies of: they help against a mistake, not against a fire. Each is a
sealed file as any backup, without recordings, which lie here anyhow. The box has made their
passphrase itself and remembers it: it has to open them without anybody.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path

from hotline.said import NOTHING, Part, Said, parts_of
from hotline.storage.durable import write_whole
from hotline.storage.files import RESERVE
from hotline.storage.passphrases import made
from hotline.storage.places import Places

LAST, WEEKS = 7, 4  # so many stay, and of so many weeks before one each
NIGHT = time(4, 10)  # local: after the broom, and no clock changes at this minute
REHEARSED_EACH = timedelta(days=7)
ROOM = 4 * RESERVE  # bytes; where less is free older copies go, before any recording has to
FOLDER, PRIVATE = 0o750, 0o600
SEALED = 0o640  # the page hands one out, and may be another user
REMEMBERED = "remembered.json"
_NAME = re.compile(r"hotline-(\d{8}T\d{6})-short\.hotlinebackup")
_STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True)
class Copy:
    """One that is whole."""

    path: Path
    at: datetime
    size: int


@dataclass(frozen=True)
class Trouble:
    """What failed, why, and what to do. times: so often in a row."""

    cause: Said = NOTHING
    action: Said = NOTHING
    times: int = 0


@dataclass(frozen=True)
class Nights:
    """What the box remembers of its nights. tried: when a copy was begun last.

    proven: when a copy was last unpacked and found whole, None for never. making, proving: what
    is wrong with either now.
    """

    passphrase: str = field(repr=False)
    tried: datetime
    on: bool = True
    proven: datetime | None = None
    making: Trouble = Trouble()
    proving: Trouble = Trouble()

    def due(self, now: datetime, zone: tzinfo) -> bool:
        """Has it been night since the last one was begun? A box that was off then is late."""
        return self.on and self.tried < _last_night(now, zone)

    def to_prove(self, now: datetime) -> bool:
        """Is a rehearsal due? One that failed is tried again with the next copy."""
        late = self.proven is None or now - self.proven > REHEARSED_EACH - timedelta(hours=12)
        return late or bool(self.proving.times)


def remembered(places: Places) -> Nights | None:
    """None on a box that has not begun with it."""
    try:
        told = json.loads((places.nights / REMEMBERED).read_text(encoding="utf-8"))
        return Nights(
            passphrase=str(told["passphrase"]),
            tried=datetime.fromisoformat(told["tried"]),
            on=bool(told["on"]),
            proven=datetime.fromisoformat(told["proven"]) if told["proven"] else None,
            making=_trouble(told["making"]),
            proving=_trouble(told["proving"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def begun(places: Places, now: datetime) -> Nights:
    """What is remembered; on a box that has not begun, it begins with the next night."""
    if known := remembered(places):
        return known
    places.nights.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    nights = Nights(made(), now)
    remember(places, nights)
    return nights


def remember(places: Places, nights: Nights) -> None:
    """On the disk when this returns. Raises OSError."""
    told = asdict(nights) | {
        "tried": nights.tried.isoformat(),
        "proven": nights.proven.isoformat() if nights.proven else "",
        "making": _told(nights.making),
        "proving": _told(nights.proving),
    }
    write_whole(places.nights / REMEMBERED, json.dumps(told).encode(), PRIVATE)


def file_of(places: Places, at: datetime) -> Path:
    """Where a copy begun at that instant lies."""
    stamp = at.astimezone(UTC).strftime(_STAMP)
    return places.nights / f"hotline-{stamp}-short.hotlinebackup"


def copies(places: Places) -> list[Copy]:
    """All that are whole, the newest first."""
    found = []
    for path in places.nights.iterdir() if places.nights.is_dir() else ():
        if named := _NAME.fullmatch(path.name):
            at = datetime.strptime(f"{named[1]}+0000", f"{_STAMP}%z")
            found.append(Copy(path, at, path.stat().st_size))
    return sorted(found, key=lambda one: one.at, reverse=True)


def staying(made_at: Iterable[datetime], zone: tzinfo) -> frozenset[datetime]:
    """The last ones, and the newest of each of some weeks before them."""
    newest_first = sorted(made_at, reverse=True)
    weeks: dict[tuple[int, int], datetime] = {}
    for at in newest_first[LAST:]:
        year, week, _ = at.astimezone(zone).isocalendar()
        weeks.setdefault((year, week), at)
    return frozenset((*newest_first[:LAST], *list(weeks.values())[:WEEKS]))


def thin(places: Places, zone: tzinfo) -> None:
    """Delete those whose time is over."""
    found = copies(places)
    stay = staying((one.at for one in found), zone)
    for one in found:
        if one.at not in stay:
            one.path.unlink(missing_ok=True)


def sweep(places: Places) -> None:
    """Take away what a run that was cut off has left; while nobody works there."""
    kept = {REMEMBERED, *(one.path.name for one in copies(places))}
    for path in places.nights.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def give_room(places: Places) -> None:
    """Delete the oldest while the disk is short; the newest stays."""
    found = copies(places)
    while len(found) > 1 and shutil.disk_usage(places.nights).free < ROOM:
        found.pop().path.unlink(missing_ok=True)


def failed(before: Trouble, cause: Said, action: Said) -> Trouble:
    """Once more."""
    return replace(before, cause=cause, action=action, times=before.times + 1)


def _last_night(now: datetime, zone: tzinfo) -> datetime:
    here = now.astimezone(zone)
    tonight = here.replace(hour=NIGHT.hour, minute=NIGHT.minute, second=0, microsecond=0)
    return tonight if tonight <= here else tonight - timedelta(days=1)


def _told(trouble: Trouble) -> dict[str, object]:
    return {
        "cause": [(part.text, dict(part.values)) for part in parts_of(trouble.cause)],
        "action": [(part.text, dict(part.values)) for part in parts_of(trouble.action)],
        "times": trouble.times,
    }


def _trouble(told: dict[str, list[tuple[str, dict[str, str]]]]) -> Trouble:
    cause, action = (Said(*(Part(*part) for part in told[key])) for key in ("cause", "action"))
    return Trouble(cause, action, int(str(told["times"])))
