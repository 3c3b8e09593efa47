# SPDX-License-Identifier: GPL-3.0-or-later
"""Our PJSIP has nothing to do with sound cards: a card that hangs does not stop the hotline."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pjsua2")

DEADLINE = 60.0
PROGRAM = """
import os, pjsua2 as pj
endpoint = pj.Endpoint(); endpoint.libCreate()
config = pj.EpConfig(); config.logConfig.level = config.logConfig.consoleLevel = 0
endpoint.libInit(config); endpoint.audDevManager().setNullDev(); endpoint.libStart()
tap = pj.HotlineTap(8000, 1000); tone = pj.ToneGenerator(); tone.createToneGenerator(8000, 1)
tone.startTransmit(tap)
while len(tap.read()) == 0: endpoint.libHandleEvents(20)
libraries = [line for line in open("/proc/self/maps") if "asound" in line]
print("the clock runs", libraries, flush=True)
os._exit(0)
"""
# Whatever card is asked for, somebody has to speak through the pipe first.
HUNG = """
</usr/share/alsa/alsa.conf>
pcm.!default {{ type file slave.pcm {{ type null }} file "{pipe}" infile "{pipe}" format "raw" }}
pcm.hung {{ type file slave.pcm {{ type null }} file "{pipe}" infile "{pipe}" format "raw" }}
"""


def started_with(alsa: Path) -> str:
    """What the program says, with this file as ALSA's settings."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"ALSA_CONFIG_PATH": str(alsa)},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_a_card_that_hangs_does_not_stop_the_telephone(tmp_path: Path) -> None:
    pipe, settings = tmp_path / "card", tmp_path / "asound.conf"
    os.mkfifo(pipe)
    settings.write_text(HUNG.format(pipe=pipe))
    assert started_with(settings) == "the clock runs []"


def test_settings_of_sound_cards_that_cannot_be_read_do_not_stop_the_telephone(
    tmp_path: Path,
) -> None:
    settings = tmp_path / "asound.conf"
    settings.write_text("pcm.!default { type nonsense\n")
    assert started_with(settings) == "the clock runs []"
