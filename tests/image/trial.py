"""`./box image --test`: the finished card starts in a computer and is judged from outside.

Every step says what was seen; a step that fails does not hide the next.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np
from builder import disk, firmware, steps
from builder.recipe import Recipe, read_recipe

from tests.image import owner
from tests.image.machine import HERE, INSIDE, Machine, sound_ports
from tests.image.told import Row, told_of
from tests.sim import g711, listen
from tests.sim.sound import FRAME, RATE, Tone

TOP = Path(__file__).resolve().parents[2]
CALL = Path(__file__).parent / "call.xml"
PCMA = 8
SOURCE = 0x484F544C  # of the caller's sound
SAID = Tone(1150)  # what sounds like an exchange (425, 440 Hz) is no message
KEPT_S = 3.0  # of it, at least, in what the page plays
DATA = 7  # the partition
WITHIN = 900.0  # without help of the processor; minutes more where others want it, too
SETTINGS = f"""
[box]
data = "/data/hotline"
[sip]
public_address = "{HERE}"
rtp_first = {{first}}
rtp_last = {{last}}
[[trunk]]
name = "office-line"
kind = "gateway"
host = "{INSIDE}"
"""


class Unheard(AssertionError):  # noqa: N818 - it is what was heard: nothing
    """The call was answered, and no words came."""


def set_up(card: Path, room: Path, recipe: Recipe, data: Path, sound: range) -> Path:
    """A copy of the card of a box with one line, to a gateway which this machine plays."""
    copy = room / "card.img"
    subprocess.run(["cp", "--sparse=always", card, copy], check=True)
    folder = room / "data"
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["cp", "-a", data, folder], check=True)
    (folder / "hotline").mkdir(exist_ok=True)
    settings = folder / "hotline/box.toml"
    settings.write_text(SETTINGS.format(first=sound[0], last=sound[-1]), encoding="utf-8")
    settings.chmod(0o644)
    # What the packet filter lets in, as long as the daemon does not say it itself.
    (folder / "hotline/peers").write_text(f"{INSIDE}\n", encoding="utf-8")
    partition = disk.make_data(folder, room / "data.ext4", recipe, room / "trial.log")
    begin = firmware.partitions(copy)[DATA]
    write(partition, copy, begin)
    return copy


def write(part: Path, whole: Path, begin: int) -> None:
    """Puts a partition in its place."""
    steps.run(
        ["dd", f"if={part}", f"of={whole}", "bs=1M", f"seek={begin // disk.MIB}",
         "conv=notrunc,sparse"], part.with_suffix(".log"),
    )  # fmt: skip


def call(machine: Machine, room: Path) -> float:
    """A foreign SIP client calls, and says a tone all the time; seconds of sound that it heard.

    Raises AssertionError if it was not answered, Unheard if nobody spoke.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind((HERE, 0))
        heard: list[bytes] = []
        over = threading.Event()
        listener = threading.Thread(target=_talk, args=(ear, heard, over))
        listener.start()
        try:
            done = subprocess.run(
                ["sipp", "-sf", CALL, "-i", HERE, "-m", "1", "-nostdin", "-timeout", "120",
                 "-timeout_error", "-key", "sound", str(ear.getsockname()[1]), "-trace_err",
                 "-trace_msg", f"{HERE}:{machine.sip}"],
                cwd=room, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        finally:
            over.set()
            listener.join()
    if done.returncode:
        raise AssertionError(f"SIPp is not content ({done.returncode}); its words are in {room}")
    samples = g711.decode(b"".join(heard), PCMA)
    np.save(room / "heard.npy", samples)
    if not listen.is_speech(samples):
        raise Unheard(f"no speech in {len(samples) / RATE:.1f} s of sound")
    return len(samples) / RATE


def greeted(machine: Machine, room: Path, within: float) -> float:
    """Seconds from power on until the end of a call that was greeted in words.

    A box that starts for the first time makes its sentences first: who calls meanwhile hears the
    beep alone, and may leave a message.
    """
    while True:
        try:
            call(machine, room)
        except Unheard:
            if machine.seconds > within:
                raise
        else:
            return machine.seconds


def _talk(ear: socket.socket, heard: list[bytes], over: threading.Event) -> None:
    """Hears, and says a packet every 20 ms to where the first came from (RFC 3550, 5.1): a box that
    listens sends none.
    """
    said, box, began = 0, None, 0.0
    ear.settimeout(FRAME / RATE / 2)
    while not over.is_set():
        with contextlib.suppress(TimeoutError):
            packet, came_from = ear.recvfrom(2048)
            if len(packet) > 12 and packet[1] & 0x7F == PCMA:
                heard.append(packet[12:])
                box, began = box or came_from, began or time.monotonic()
        while box and said * FRAME / RATE < time.monotonic() - began:
            begin = said * FRAME
            head = struct.pack(">BBHII", 0x80, PCMA, said & 0xFFFF, begin, SOURCE)
            ear.sendto(head + g711.encode(SAID.at(begin, FRAME), PCMA), box)
            said += 1


def data_of(card: Path, room: Path) -> Path:
    """The data partition of a box that is switched off, mended as its next start would."""
    partition = room / "kept.ext4"
    begin = firmware.partitions(card)[DATA]
    steps.run(
        ["dd", f"if={card}", f"of={partition}", "bs=1M", f"skip={begin // disk.MIB}"],
        room / "kept.log",
    )
    subprocess.run(["e2fsck", "-fy", partition], capture_output=True, check=False)
    return partition


def calls_kept(card: Path, room: Path) -> int:
    """Calls in the journal of a box that is switched off, read from its data partition."""
    partition = data_of(card, room)
    found = room / "hotline.sqlite"
    found.unlink(missing_ok=True)
    steps.run(
        ["debugfs", "-R", f"dump /hotline/hotline.sqlite {found}", partition], room / "kept.log"
    )
    assert found.exists(), "there are no records on the data partition"
    with closing(sqlite3.connect(found)) as records:
        return int(records.execute("select count(*) from calls").fetchone()[0])


def try_image(card: Path, data: Path, room: Path) -> int:
    """0 when every promise was kept. data: the folder that /data was made from."""
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    sound = sound_ports()
    copy = set_up(card, room, read_recipe(TOP / "image.yml"), data, sound)
    told: list[Row] = []
    _one_start("a", copy, room, sound, told, trial=False)
    (room / "told.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    return int(any(row["failed"] for row in told))


def _one_start(
    slot: str, card: Path, room: Path, sound: range, told: list[Row], trial: bool
) -> None:
    """From power on to the plug being pulled."""
    place = room / slot
    place.mkdir()
    machine = Machine.start(card, place, sound, trial)
    try:
        told_of(f"slot {slot}: ready to answer", told, lambda: machine.answers_sip(WITHIN))
        told_of(f"slot {slot}: greeting heard", told, lambda: greeted(machine, place, WITHIN))
        told_of(f"slot {slot}: the page asks to be claimed", told, lambda: _claims(machine))
        told_of("the owner claims it, and hears what the caller said", told,
                lambda: _heard(machine, True))  # fmt: skip
    finally:
        machine.cut()
    told_of(f"slot {slot}: calls kept over a power cut", told, lambda: calls_kept(card, place))
    machine = Machine.start(card, place, sound, trial)
    try:
        told_of("after a power cut: ready to answer", told, lambda: machine.answers_sip(WITHIN))
        told_of("after a power cut the owner hears what the caller said", told,
                lambda: _heard(machine, False))  # fmt: skip
    finally:
        machine.cut()


def _heard(machine: Machine, first: bool) -> float:
    """Seconds of what the caller said that the page played."""
    machine.page(machine.seconds + WITHIN)
    with owner.before(machine) as maria:
        if first:
            maria.claims(machine.log.read_text(errors="replace"))
        else:
            maria.logs_in()
        seconds = maria.plays(SAID)
    assert seconds >= KEPT_S, f"{seconds:.1f} s of it"
    return seconds


def _claims(machine: Machine) -> float:
    seconds, status, text = machine.page(WITHIN)
    assert status == 200, status
    assert "code" in text.lower(), "the page does not ask for the one-time code"
    return seconds


if __name__ == "__main__":
    sys.exit(try_image(*(Path(word).resolve() for word in sys.argv[1:4])))
