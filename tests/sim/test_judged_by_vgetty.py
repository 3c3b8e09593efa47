"""vgetty, which answers calls on real voice modems, finds ours believable."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from tests.sim import listen
from tests.sim.fxo import Faults, HangUp, VoiceModem
from tests.sim.gsm import MobileNetwork
from tests.sim.sound import RATE, Tone

CALLER = "+37322123456"
# So loud that some of their bytes are DLE.
GREETING, ANA = Tone(733, level=0.95), Tone(1787, level=0.95)
SETTINGS = """
part generic
voice_log_level 6
forceV253 TRUE
voice_dir {folder}
phone_owner {user}
phone_group {group}
message_dir messages
receive_dir incoming
backup_message greeting.rmd
rec_max_len 30
rec_always_keep true
beep_length 300
program vgetty
rings 2
answer_mode voice
"""
HEADER_BYTES = 32
VGETTY = Path("/usr/sbin/vgetty")
APART = ("unshare", "--user", "--map-root-user", "--mount")


def missing() -> str:
    """What this machine lacks for it, "" if nothing."""
    if not VGETTY.exists():
        return "vgetty is not installed"
    tried = subprocess.run([*APART, "true"], capture_output=True, check=False, timeout=10)
    return "needs the right to mount in a namespace of its own" if tried.returncode else ""


LACKS = missing()
pytestmark = pytest.mark.skipif(bool(LACKS), reason=LACKS)


def rmd(samples: np.ndarray) -> bytes:
    """A message file of vgetty's: unsigned 8 bit at 8 kHz behind its header."""
    header = struct.pack(">4s16shhB7x", b"RMD1", b"V253modem", 0, RATE, 8)
    return header + in_bytes(samples)


def in_bytes(samples: np.ndarray) -> bytes:
    return ((samples >> 8) + 128).astype(np.uint8).tobytes()


@pytest_asyncio.fixture
async def modem(tmp_path: Path) -> AsyncIterator[VoiceModem]:
    network = MobileNetwork()
    faults = Faults(ring_every=2.0, hang_up=HangUp.BUSY, hears_tones=True)
    with VoiceModem(network, tmp_path, "+37322900900", faults) as modem:
        yield modem
        await network.stop()


@contextlib.asynccontextmanager
async def vgetty(modem: VoiceModem) -> AsyncIterator[Path]:
    """The program on our modem, with settings and files of its own; gives their folder."""
    folder = modem.folder / "voice"
    for name in ("etc", "log", "lock", "incoming", "messages"):
        (folder / name).mkdir(parents=True)
    for name in ("mgetty.config", "login.config", "dialin.config"):
        (folder / "etc" / name).touch()
    settings = SETTINGS.format(folder=folder, user="root", group="root")
    (folder / "etc" / "voice.conf").write_text(settings)
    (folder / "messages" / "greeting.rmd").write_bytes(rmd(GREETING.lasting(1.5)))
    places = {"etc": "/etc/mgetty", "log": "/var/log/mgetty", "lock": "/run/lock"}
    mounts = [f"mount --bind {folder / name} {place}" for name, place in places.items()]
    port = str(modem.port.readlink()).removeprefix("/dev/")
    child = await asyncio.create_subprocess_exec(
        *APART, "sh", "-c", " && ".join([*mounts, f"exec {VGETTY} {port}"]),
        stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield folder
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def until(said: str, folder: Path, within: float = 20) -> None:
    """Wait until vgetty has written this into its log."""
    log = ""
    try:
        async with asyncio.timeout(within):
            while said not in log:
                await asyncio.sleep(0.1)
                log = "".join(f.read_text(errors="replace") for f in (folder / "log").iterdir())
    except TimeoutError:
        raise AssertionError(f"vgetty never said {said!r}: {log[-3000:]}") from None


async def test_it_answers_plays_its_greeting_and_records_the_caller(modem: VoiceModem) -> None:
    async with vgetty(modem) as folder:
        await until("waiting...", folder)
        call = await modem.network.caller(CALLER, tone=ANA).call()
        await call.answered(within=20)
        await call.hears(GREETING, lasting=1.2, within=10)
        await until("AT+VRX", folder)
        await call.lasts(0.5)  # it says so before it does it
        await call.press("5")
        await call.lasts(2.0)
        await call.hang_up()
        await until("got event RECEIVED_DTMF with data <5>", folder)
        await until("got event BUSY_TONE", folder)
        await until("<DLE> <ETX> received", folder)
        await until("leaving voice mode", folder)  # it hangs up by DTR, which a pty does not show
    assert all(b"\x10" in in_bytes(tone.lasting(0.5)) for tone in (GREETING, ANA))
    assert in_bytes(GREETING.lasting(1.5)) in in_bytes(call.heard)
    (message,) = (folder / "incoming").iterdir()
    assert CALLER.lstrip("+") in message.name
    recorded = message.read_bytes()[HEADER_BYTES:]
    assert recorded[: RATE // 2] in in_bytes(call.rtp.spoken.samples())
    sound = (np.frombuffer(recorded, dtype=np.uint8).astype(np.int16) - 128) * 256
    assert "5" in listen.keys(sound)
