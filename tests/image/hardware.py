"""The box in a virtual machine among hardware of the kernel's making: pins, a USB modem, its sound.

The image is the one that is shipped: what stands around it (tests/image/inside.py) lies on the data
partition, and systemd starts it because the kernel's command line brings its units along.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

from builder import disk, firmware
from builder.recipe import read_recipe

from tests.image.machine import Machine
from tests.image.told import Row, told_of
from tests.image.trial import DATA, TOP, WITHIN, write

CARD = 1  # the partition
LARGER = 1 << 30  # than the image: so much room the data partition is to find
ALL_WITHIN = 3600.0
ERASED_WITHIN = 1800.0
TOLD = Path("/dev/virtio-ports/hotline-judge")  # inside the machine
LAST = "a press for erasing is under way"
ERASING = "Everything on this box is being erased"
SETTINGS = """
[box]
data = "/data/hotline"
[[trunk]]
name = "office-line"
kind = "gateway"
host = "127.0.0.1"
port = 5090
register = false
keep_alive_seconds = 5
[[modem]]
name = "mobile"
model = "ec25"
at = "/dev/ttyACM0"
card = "Loopback: PCM (hw:0,0)"
[panel]
lamps = {line = 17, message = 27, trouble = 22}
button = 23
relay = 24
"""
# The kernel's own simulators; the chip is called what a Raspberry Pi 4 calls its.
FAKES = """#!/bin/sh
set -eu
modprobe -a gpio-sim dummy_hcd g_serial snd-aloop
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
chip=/sys/kernel/config/gpio-sim/panel
mkdir -p $chip/header
echo 54 >$chip/header/num_lines
echo pinctrl-bcm2711 >$chip/header/label
echo 1 >$chip/live
"""
UNITS = {
    "systemd.extra-unit.hotline-fakes.service": """
[Unit]
RequiresMountsFor=/data
Before=hotline.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /data/trial/fakes.sh
""",
    "systemd.extra-unit.hotline-judge.service": f"""
[Unit]
After=hotline-fakes.service hotline.service
ConditionPathExists=/data/trial/tests
[Service]
Environment=PYTHONPATH=/data/trial PYTHONUNBUFFERED=1
ExecStart=/usr/lib/hotline/venv/bin/python -m tests.image.inside {TOLD}
StandardError=journal+console
""",
    "systemd.unit-dropin.multi-user.target": """
[Unit]
Wants=hotline-fakes.service hotline-judge.service
""",
}


def brought() -> str:
    """Words for the kernel: systemd takes these units from them (systemd.system-credentials(7)).

    Not every machine has another way: an arm64 one without a UEFI has no SMBIOS, and the names of
    fw_cfg are too short. A kernel takes no more than 2048 letters.
    """
    coded = {name: base64.b64encode(text.strip().encode()).decode() for name, text in UNITS.items()}
    return " ".join(f"systemd.set_credential_binary={name}:{text}" for name, text in coded.items())


def port(said: Path) -> tuple[str, ...]:
    """Words for QEMU: what the box writes into TOLD stands in that file."""
    return (
        *("-device", "virtio-serial-pci", "-chardev", f"file,id=judge,path={said}"),
        *("-device", f"virtserialport,chardev=judge,name={TOLD.name}"),
    )


def set_up(card: Path, room: Path, data: Path) -> Path:
    """A copy of the card on a larger medium, with the simulators on its data partition."""
    recipe = read_recipe(TOP / "image.yml")
    copy, folder = room / "card.img", room / "data"
    subprocess.run(["cp", "--sparse=always", card, copy], check=True)
    subprocess.run(["cp", "-a", data, folder], check=True)
    settings = folder / "hotline/box.toml"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(SETTINGS, encoding="utf-8")
    settings.chmod(0o644)
    trial = folder / "trial"
    for name in ("__init__.py", "sim", "image"):
        source, into = TOP / "tests" / name, trial / "tests" / name
        into.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, into, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, into)
    (trial / "fakes.sh").write_text(FAKES, encoding="utf-8")
    partition = disk.make_data(folder, room / "data.ext4", recipe, room / "hardware.log")
    write(partition, copy, firmware.partitions(copy)[DATA])
    with copy.open("r+b") as medium:
        medium.truncate(copy.stat().st_size + LARGER)
    return copy


def try_hardware(card: Path, data: Path, room: Path) -> int:
    """0 when every promise was kept. data: the folder that /data was made from."""
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    copy = set_up(card, room, data)
    said = room / "inside.jsonl"
    machine = Machine.start(copy, room, range(0), False, *port(said), kernel=brought())
    told: list[Row] = []
    try:
        told_of("the trial inside comes to its end", told, lambda: _ends(machine, said))
        told += rows(said)
        told_of("the box erases itself at once", told, lambda: _says(machine, ERASING))
        told_of("it is as new then", told, lambda: _is_new(machine))
    finally:
        machine.cut()
    told_of("the card says how to reach the box", told, lambda: _said_on(copy))
    told_of("the data partition took the whole card", told, lambda: _grown(copy))
    (room / "told.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    return int(any(row["failed"] for row in told))


def rows(said: Path) -> list[Row]:
    """What was told inside, shown here too."""
    found = [json.loads(line) for line in said.read_text().splitlines() if line.startswith("{")]
    for row in found:
        print(f"  {row['promise']}: {row['failed'] or row['seen']}", file=sys.stderr, flush=True)
    return found


def _ends(machine: Machine, said: Path) -> float:
    return machine.waits_for(lambda: said.exists() and LAST in said.read_text(), ALL_WITHIN)


def _says(machine: Machine, words: str) -> float:
    return machine.waits_for(lambda: words in machine.log.read_text(errors="replace"), WITHIN)


def _is_new(machine: Machine) -> float:
    began = machine.seconds
    seconds, status, text = machine.page(began + ERASED_WITHIN)
    assert status == 200, status
    assert "code" in text.lower(), "the page does not ask for the one-time code"
    return seconds - began


def _said_on(card: Path) -> float:
    """Letters of what the first start wrote for who puts the card into a computer."""
    said = firmware.take(card, firmware.partitions(card)[CARD], "wifi.txt").decode()
    assert "https://hotline.local" in said, said
    return float(len(said))


def _grown(card: Path) -> float:
    """MiB of the data partition: it ends where the card ends."""
    listing = subprocess.run(
        ["sfdisk", "--json", card], capture_output=True, text=True, check=True
    ).stdout
    last = json.loads(listing)["partitiontable"]["partitions"][-1]
    left = card.stat().st_size // 512 - last["start"] - last["size"]
    assert left == 0, f"{left} sectors are nobody's"
    return float(last["size"] / 2048)


if __name__ == "__main__":
    sys.exit(try_hardware(*(Path(word).resolve() for word in sys.argv[1:4])))
