"""`./box image --test`, its updates: a good one stays, a bad one is left, and no power cut hurts.

Two newer versions are made of the same root: 0.2.0 is well, the daemon of 0.3.0 never starts. Each
leaves a mark in the daemon's folder, as a migration of the records would.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from builder import bundle, disk, firmware, keys
from builder.recipe import Recipe, read_recipe

from tests.image import cuts
from tests.image.cuts import Write
from tests.image.machine import sound_ports
from tests.image.plugs import Plugs
from tests.image.told import Row, told_of
from tests.image.trial import TOP, WITHIN, data_of, set_up

GOOD, BROKEN, FOREIGN = "0.2.0", "0.3.0", "0.4.0"
SERVICE = "etc/systemd/system/hotline.service.d/trial.conf"
HEALTH = "etc/systemd/system/hotline-health.service.d/trial.conf"
REALLY_STARTED = 5  # each so many cuts, the box is started; of all the slot is compared
AT_ONCE = 2  # of them
STICK_MIB = 640


@dataclass(frozen=True)
class Made:
    """What a build left in its folder, and how it is signed."""

    card: Path
    variant: str
    work: Path
    keys: keys.Keys
    recipe: Recipe


def version(made: Made, number: str, room: Path) -> tuple[Path, Path]:
    """Root and boot files of another version of the same."""
    tree = room / f"tree-{number}"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["cp", "-al", made.work / "tree", tree], check=True)
    release = tree / "usr/lib/os-release"
    rows = release.read_text(encoding="utf-8").splitlines()
    release.unlink()
    rows = [f'IMAGE_VERSION="{number}"' if row.startswith("IMAGE_VERSION") else row for row in rows]
    release.write_text("\n".join(rows) + "\n", encoding="utf-8")
    mark = f"[Service]\nExecStartPre=/usr/bin/touch /data/hotline/migrated-{number}\n"
    _put(tree / SERVICE, mark + ("ExecStart=\nExecStart=/bin/false\n" if number == BROKEN else ""))
    if number == BROKEN:
        _put(tree / HEALTH, "[Service]\nEnvironment=HOTLINE_WITHIN=60\n")
    log = room / "versions.log"
    root = disk.make_root(tree, room / f"root-{number}", made.recipe, log, level=1)
    boot = bundle.make_boot(tree, room / f"boot-{number}", made.recipe, made.variant, room, log)
    return root, boot


def _put(file: Path, words: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(words, encoding="utf-8")


def stick(made: Made, room: Path, name: str, number: str, by: keys.Keys) -> Path:
    """A stick with the update to that version."""
    root, boot = room / f"root-{number}", room / f"boot-{number}"
    file, log = room / f"{name}.raucb", room / "versions.log"
    bundle.make_bundle(root, boot, file, made.recipe, made.variant, number, by, log)
    return _stick(room / f"{name}.stick", file, made.recipe, log)


def _stick(to: Path, file: Path, recipe: Recipe, log: Path) -> Path:
    return disk.make_fat(to, "stick", STICK_MIB, {file.name: file}, recipe, log)


def try_updates(made: Made, room: Path, count: int) -> int:
    """0 when every promise was kept. count: how often the power fails while one is written."""
    told: list[Row] = []
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    version(made, GOOD, room)
    version(made, BROKEN, room)
    good = stick(made, room, "good", GOOD, made.keys)
    broken = stick(made, room, "broken", BROKEN, made.keys)
    for name in (f"root-{FOREIGN}", f"boot-{FOREIGN}"):
        (room / name).write_bytes(random.randbytes(disk.MIB))
    foreign = stick(made, room, "foreign", FOREIGN, keys.made(room / "others"))
    (room / "too-large.raucb").write_bytes(b"")
    with (room / "too-large.raucb").open("r+b") as file:
        file.truncate(made.recipe.partitions.data * disk.MIB)
    large = _stick(room / "large.stick", room / "too-large.raucb", made.recipe, room / "log")
    card = set_up(made.card, room, made.recipe, made.work / "data", sound_ports())
    fresh = _copy(card, room / "fresh.img")
    written = _written(card, room, told, (foreign, large, good))
    _replayed(fresh, written, card, room, told)
    whole = state_of(card, "b")
    tried = _called_good(card, room, told)
    _left_again(card, room, told, broken)
    if count:
        seen = Seen(fresh, written, tried, {"a": state_of(fresh, "a"), "b": whole})
        _cuts(seen, room / "cuts", count, told)
    (room / "told.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    return int(any(row["failed"] for row in told))


@dataclass(frozen=True)
class Written:
    """What a start wrote. begin: so many writes came before what is looked at."""

    writes: list[Write]
    begin: int = 0


@dataclass(frozen=True)
class Seen:
    """fresh: the card before the first of both starts. slots: what each holds that may start."""

    fresh: Path
    written: Written
    tried: Written
    slots: dict[str, str]


def _written(card: Path, room: Path, told: list[Row], sticks: tuple[Path, Path, Path]) -> Written:
    """The box writes an update while it answers, until it starts itself anew."""
    foreign, large, good = sticks
    log = room / "writing.log"
    box, begin, trial = Plugs.on(card, room / "1", disk=cuts.logged(card, log)), 0, False
    try:
        told_of("update: it answers before", told, lambda: box.answers_sip(WITHIN))
        box.plug(foreign)
        told_of("update: a foreign signature is refused", told,
                lambda: box.shows("refused signature", box.seconds + WITHIN))  # fmt: skip
        box.plug(large)
        told_of("update: one without room is refused", told,
                lambda: box.shows("no room", box.seconds + WITHIN))  # fmt: skip
        box.plug(good)
        box.shows(f"update {GOOD}: installing", box.seconds + WITHIN)
        begin = log.stat().st_size
        told_of("update: a good one is written", told,
                lambda: box.shows(f"update {GOOD}: trying", box.seconds + WITHIN))  # fmt: skip
        trial = box.starts_anew(box.seconds + WITHIN)
    finally:
        box.cut()
    _expect("update: the next start is a trial", told, trial, True)
    writes = list(cuts.writes_of(log))
    return Written(writes, sum(write.data[1] < begin for write in writes))


def _replayed(fresh: Path, written: Written, card: Path, room: Path, told: list[Row]) -> None:
    """The log is to be believed: with it, the card before becomes the card after."""
    again = _copy(fresh, room / "again.img")
    cuts.apply(written.writes, again)
    same = subprocess.run(["cmp", again, card], capture_output=True, check=False).returncode
    _expect("update: the log tells all that was written", told, same, 0)
    again.unlink()


def _called_good(card: Path, room: Path, told: list[Row]) -> Written:
    log = room / "trying.log"
    box = Plugs.on(card, room / "2", True, disk=cuts.logged(card, log))
    try:
        told_of("update: the new version is called good", told,
                lambda: box.shows(f"update {GOOD}: updated", WITHIN))  # fmt: skip
        told_of("update: its records take their place", told,
                lambda: box.shows("what the trial wrote: keep", box.seconds + WITHIN))  # fmt: skip
        told_of("update: it answers", told, lambda: box.answers_sip(box.seconds + WITHIN))
    finally:
        box.cut()
    _expect("update: the usual start takes the new slot", told, slot_of(card), "b")
    return Written(list(cuts.writes_of(log)))


def _left_again(card: Path, room: Path, told: list[Row], broken: Path) -> None:
    box, trial = Plugs.on(card, room / "3"), False
    try:
        told_of("update: it answers after a power cut", told, lambda: box.answers_sip(WITHIN))
        box.plug(broken)
        told_of("update: a broken one is written", told,
                lambda: box.shows(f"update {BROKEN}: trying", box.seconds + WITHIN))  # fmt: skip
        trial = box.starts_anew(box.seconds + WITHIN)
    finally:
        box.cut()
    box = Plugs.on(card, room / "4", trial)
    try:
        told_of("update: a version that is not well is left", told,
                lambda: box.shows(f"update {BROKEN}: back", WITHIN))  # fmt: skip
        trial = box.starts_anew(box.seconds + WITHIN)
    finally:
        box.cut()
    _expect("update: the next start is no trial", told, trial, False)
    _expect("update: the slot before still starts", told, slot_of(card), "b")
    box = Plugs.on(card, room / "5")
    try:
        told_of("update: the version before answers", told, lambda: box.answers_sip(WITHIN))
    finally:
        box.cut()
    marks = migrated(card, room)
    _expect("update: the records are those of the good version", told, marks, {GOOD})


def _cuts(seen: Seen, room: Path, count: int, told: list[Row]) -> None:
    """The power fails at random instants while an update is written, and while it is on trial.

    It tears the write that is under way. At every second of the instants the card loses some of
    what was not flushed, too. Where the slot that is
    to start is whole to the last byte, it starts; each fifth is really started. The choice between
    slots is judged at every instant at which it is written.
    """
    room.mkdir()
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    writes = seen.written.writes + seen.tried.writes
    tried = len(seen.written.writes)
    while_tried = max(1, count // 4)
    at_random = {
        *chance.sample(range(seen.written.begin, tried), count - while_tried),
        *chance.sample(range(tried, len(writes)), while_tried),
    }
    choice = firmware.partitions(seen.fresh)[1]
    size = read_recipe(TOP / "image.yml").partitions.bootcfg * disk.MIB
    choosing = [
        instant for instant, write in enumerate(writes)
        if instant >= seen.written.begin and write.touches(choice, size)
    ]  # fmt: skip
    instants = sorted(at_random | {instant + after for instant in choosing for after in (0, 1)})
    now, done, failed, number = _copy(seen.fresh, room / "now.img"), 0, [], 0
    places = {slot: places_of(seen.fresh, slot) for slot in disk.SLOTS}
    known: dict[tuple[object, ...], str] = {}  # the state, by slot and all that was written to it
    starts: list[Start] = []
    for instant in instants:
        kept = cuts.flushed(writes[:instant])
        cuts.apply(writes[done:kept], now)
        done = kept
        number += instant in at_random
        loses = instant in at_random and number % 2 == 0
        left = [one for one in writes[kept:instant] if not loses or chance.random() < 0.5]
        lost = instant - kept - len(left)
        left += [one.torn(chance) for one in writes[instant : instant + 1]]
        words = f"cut after {instant} of {len(writes)} writes"
        if loses:
            words += f", {lost} of them lost"
        with cuts.applied(left, now):
            slot = slot_of(now)
            there = (slot, *(one for one in writes[:kept] + left if within(one, places[slot])))
            if there not in known:
                known[there] = state_of(now, slot)
        whole = known[there] == seen.slots[slot]
        print(f"  {words}: slot {slot} is {'whole' if whole else 'broken'}", file=sys.stderr)
        if not whole:
            failed.append(words)
        if instant in at_random and number % REALLY_STARTED == 0:
            starts.append(Start(room / f"start-{number}", writes[:kept] + left, slot, words))
    with ThreadPoolExecutor(AT_ONCE) as hands:
        failed += chain.from_iterable(hands.map(partial(_starts, seen.fresh), starts))
    _expect(
        f"update: {count} power cuts and each of {len(choosing)} writes of the choice leave a box"
        f" that starts (seed {seed})", told, "; ".join(failed), "",
    )  # fmt: skip


@dataclass(frozen=True)
class Start:
    """A card to start: what was written to it since it was fresh, and the slot that it takes."""

    room: Path
    writes: list[Write]
    slot: str
    words: str


def _starts(fresh: Path, start: Start) -> list[str]:
    """Really: the box answers, and its records are those of its version. What failed, in words."""
    start.room.mkdir()
    card, failed = _copy(fresh, start.room / "card.img"), []
    cuts.apply(start.writes, card)
    box = Plugs.on(card, start.room)
    try:
        seconds = box.answers_sip(WITHIN)
        print(f"  {start.words}: answers {seconds:.0f} s", file=sys.stderr, flush=True)
    except AssertionError as error:
        failed.append(f"{start.words}: {error}")
    finally:
        box.cut()
    marks = migrated(card, start.room)
    if marks != ({GOOD} if start.slot == "b" else set()):
        failed.append(f"{start.words}: slot {start.slot} has the records of {marks}")
    card.unlink()
    return failed


def _copy(card: Path, to: Path) -> Path:
    subprocess.run(["cp", "--sparse=always", card, to], check=True)
    return to


def slot_of(card: Path) -> str:
    """Which slot a usual start takes."""
    text = firmware.take(card, firmware.partitions(card)[1], "autoboot.txt").decode()
    number = firmware.chosen(firmware.sections(text), trial=False)
    return next(slot for slot, (boot, _) in disk.SLOTS.items() if boot == number)


def places_of(card: Path, slot: str) -> list[tuple[int, int]]:
    """Where its boot and its root partition begin, and their size: bytes of the card."""
    begins, ours = firmware.partitions(card), read_recipe(TOP / "image.yml").partitions
    boot, root = disk.SLOTS[slot]
    return [(begins[boot], ours.boot * disk.MIB), (begins[root], ours.root * disk.MIB)]


def within(write: Write, places: list[tuple[int, int]]) -> bool:
    """Does it write to one of them?"""
    return any(write.touches(*place) for place in places)


def state_of(card: Path, slot: str) -> str:
    """What its boot and root partition hold, in one number."""
    digest = hashlib.sha256()
    with card.open("rb") as file:
        for begin, size in places_of(card, slot):
            file.seek(begin)
            for _ in range(size // disk.MIB):
                digest.update(file.read(disk.MIB))
    return digest.hexdigest()


def migrated(card: Path, room: Path) -> set[str]:
    """By which versions the records on the data partition were changed."""
    partition = data_of(card, room)
    said = subprocess.run(
        ["debugfs", "-R", "ls -p /hotline", partition], capture_output=True, text=True, check=True
    ).stdout
    partition.unlink()
    names = [row.split("/")[5] for row in said.splitlines() if row.count("/") > 5]
    return {name.removeprefix("migrated-") for name in names if name.startswith("migrated-")}


def _expect(promise: str, told: list[Row], seen: object, wanted: object) -> None:
    def judged() -> float:
        assert seen == wanted, f"{seen!r}, not {wanted!r}"
        return 1.0

    told_of(promise, told, judged)


def main() -> int:
    """Card, variant, what it was made from, a room, key and certificate, number of cuts."""
    given, variant, *words, count = sys.argv[1:]
    card, work, room, key, certificate = (Path(word).resolve() for word in (given, *words))
    recipe = read_recipe(TOP / "image.yml")
    return try_updates(
        Made(card, variant, work, keys.Keys(key, certificate), recipe), room, int(count)
    )


if __name__ == "__main__":
    sys.exit(main())
