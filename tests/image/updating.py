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
import time
from dataclasses import dataclass
from pathlib import Path

from builder import bundle, disk, firmware, keys, steps
from builder.recipe import Recipe, read_recipe

from tests.image.machine import sound_ports
from tests.image.plugs import DEVICE, Plugs
from tests.image.told import Row, told_of
from tests.image.trial import TOP, WITHIN, data_of, set_up

VARIANT = "amd64"
GOOD, BROKEN, FOREIGN = "0.2.0", "0.3.0", "0.4.0"
SERVICE = "etc/systemd/system/hotline.service.d/trial.conf"
HEALTH = "etc/systemd/system/hotline-health.service.d/trial.conf"
WRITING = "writing"  # the state of a machine that has just begun to write
REALLY_STARTED = 5  # each so many cuts, the box is started; of the others the slot is compared
STICK_MIB = 640


@dataclass(frozen=True)
class Made:
    """What a build left in its folder, and how it is signed."""

    card: Path
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
    boot = bundle.make_boot(tree, room / f"boot-{number}", made.recipe, VARIANT, room, log)
    return root, boot


def _put(file: Path, words: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(words, encoding="utf-8")


def stick(made: Made, room: Path, name: str, number: str, by: keys.Keys) -> Path:
    """A stick with the update to that version."""
    root, boot = room / f"root-{number}", room / f"boot-{number}"
    file, log = room / f"{name}.raucb", room / "versions.log"
    bundle.make_bundle(root, boot, file, made.recipe, VARIANT, number, by, log)
    return _stick(room / f"{name}.stick", file, made.recipe, log)


def _stick(to: Path, file: Path, recipe: Recipe, log: Path) -> Path:
    return disk.make_fat(to, "stick", STICK_MIB, {file.name: file}, recipe, log)


def try_updates(made: Made, room: Path, cuts: int) -> int:
    """0 when every promise was kept. cuts: how often the power fails while one is written."""
    told: list[Row] = []
    data = made.work / "data"
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
    card = set_up(made.card, room, made.recipe, data, sound_ports())
    kept = room / "kept.qcow2"
    steps.run(["qemu-img", "convert", "-O", "qcow2", card, kept], room / "log")
    fresh = room / "fresh.img"
    subprocess.run(["cp", "--sparse=always", card, fresh], check=True)
    before = state_of(fresh)
    seconds = _good_and_bad(card, kept, room, told, (foreign, large, good, broken))
    if cuts:
        _cuts(Kept(kept, fresh, before, good, seconds), room / "cuts", cuts, told)
    (room / "told.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    return int(any(row["failed"] for row in told))


@dataclass(frozen=True)
class Kept:
    """A machine that has just begun to write: goes on from there as often as it is asked to.

    disk: with that state in it. card: as it began. before: what its slots held. stick: what is
    plugged in. seconds: how long the writing takes.
    """

    disk: Path
    card: Path
    before: dict[str, str]
    stick: Path
    seconds: float


def _good_and_bad(
    card: Path, kept: Path, room: Path, told: list[Row], sticks: tuple[Path, Path, Path, Path]
) -> float:
    """Seconds that the good update took to be written. kept: the card, and stays as it then was."""
    foreign, large, good, broken = sticks
    box = Plugs.on(card, room / "1", False, _qcow2(kept))
    written, trial = 0.0, False
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
        box.tell(f"savevm {WRITING}", within=WITHIN)
        began = box.seconds
        told_of("update: a good one is written", told,
                lambda: box.shows(f"update {GOOD}: trying", box.seconds + WITHIN))  # fmt: skip
        written = box.seconds - began
        trial = box.starts_anew(box.seconds + WITHIN)
    finally:
        box.cut()
    steps.run(["qemu-img", "convert", "-O", "raw", kept, card], room / "log")
    _expect("update: the next start is a trial", told, trial, True)
    box = Plugs.on(card, room / "2", trial)
    try:
        told_of("update: the new version is called good", told,
                lambda: box.shows(f"update {GOOD}: updated", WITHIN))  # fmt: skip
        told_of("update: it answers", told, lambda: box.answers_sip(box.seconds + WITHIN))
    finally:
        box.cut()
    _expect("update: the usual start takes the new slot", told, slot_of(card), "b")
    box = Plugs.on(card, room / "3")
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
    return written


def _cuts(kept: Kept, room: Path, cuts: int, told: list[Row]) -> None:
    """The plug is pulled at random instants while an update is written.

    The slot that runs is not to be touched: where it is the same to the last byte, it starts as it
    did before.
    """
    room.mkdir()
    chance = random.Random()
    failed: list[str] = []
    for number in range(1, cuts + 1):
        after = chance.uniform(0, kept.seconds * 1.1)
        place = room / "cut"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        subprocess.run(["cp", "--sparse=always", kept.disk, place / "card.qcow2"], check=True)
        drive = f"if=none,id=stick3d,file={kept.stick},format=raw,readonly=on"
        device = f"{DEVICE},id=stick3,drive=stick3d,port=3"
        plugged = ("-drive", drive, "-device", device, "-loadvm", WRITING)
        box = Plugs.on(kept.card, place, False, _qcow2(place / "card.qcow2"), *plugged)
        try:
            box.tell("cont", within=120)
            time.sleep(after)
        finally:
            box.cut()
        left = place / "card.img"
        steps.run(["qemu-img", "convert", "-O", "raw", place / "card.qcow2", left], room / "log")
        now = state_of(left)
        words = f"cut {number} after {after:.1f} s"
        if slot_of(left) != "a":
            failed.append(f"{words}: another slot starts")
        elif now["a"] != kept.before["a"]:
            failed.append(f"{words}: the slot that runs was changed")
        else:
            print(f"  {words}: slot b {'as before' if now['b'] == kept.before['b'] else 'half'}",
                  file=sys.stderr, flush=True)  # fmt: skip
        if number % REALLY_STARTED == 1 or number == cuts:
            _starts(left, place / "again", words, failed)
    _expect(f"update: {cuts} power cuts while it was written leave a box that starts", told,
            "; ".join(failed), "")  # fmt: skip


def _starts(card: Path, room: Path, words: str, failed: list[str]) -> None:
    box = Plugs.on(card, room)
    try:
        print(f"  {words}: answers {box.answers_sip(WITHIN):.0f} s", file=sys.stderr, flush=True)
    except AssertionError as error:
        failed.append(f"{words}: {error}")
    finally:
        box.cut()


def _qcow2(file: Path) -> str:
    return f"file={file},if=virtio,format=qcow2"


def slot_of(card: Path) -> str:
    """Which slot a usual start takes."""
    text = firmware.take(card, firmware.partitions(card)[1], "autoboot.txt").decode()
    number = firmware.chosen(firmware.sections(text), trial=False)
    return next(slot for slot, (boot, _) in disk.SLOTS.items() if boot == number)


def state_of(card: Path) -> dict[str, str]:
    """What boot and root partition of each slot hold, in one number."""
    begins = firmware.partitions(card)
    ours = read_recipe(TOP / "image.yml").partitions
    found = {}
    for slot, (boot, root) in disk.SLOTS.items():
        digest = hashlib.sha256()
        with card.open("rb") as file:
            for number, size in ((boot, ours.boot), (root, ours.root)):
                file.seek(begins[number])
                for _ in range(size):
                    digest.update(file.read(disk.MIB))
        found[slot] = digest.hexdigest()
    return found


def migrated(card: Path, room: Path) -> set[str]:
    """By which versions the records on the data partition were changed."""
    partition = data_of(card, room)
    said = subprocess.run(
        ["debugfs", "-R", "ls -p /hotline", partition], capture_output=True, text=True, check=True
    ).stdout
    names = [row.split("/")[5] for row in said.splitlines() if row.count("/") > 5]
    return {name.removeprefix("migrated-") for name in names if name.startswith("migrated-")}


def _expect(promise: str, told: list[Row], seen: object, wanted: object) -> None:
    def judged() -> float:
        assert seen == wanted, f"{seen!r}, not {wanted!r}"
        return 1.0

    told_of(promise, told, judged)


def main() -> int:
    """Card, what it was made from, a room, key and certificate, number of cuts."""
    *words, cuts = sys.argv[1:]
    card, work, room, key, certificate = (Path(word).resolve() for word in words)
    recipe = read_recipe(TOP / "image.yml")
    return try_updates(Made(card, work, keys.Keys(key, certificate), recipe), room, int(cuts))


if __name__ == "__main__":
    sys.exit(main())
