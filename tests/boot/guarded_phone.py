# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: N802 -- pjsua2 chooses the names of its callbacks
"""A telephone in a process of its own, steered by lines on stdin (see test_pjsip_guard.py).

Only one Endpoint may exist per process, and a crash of the C code must end this process, not
the test run. Every line read is a Python list `[command, *arguments]` in JSON, every line
written that begins with MARK is a command's answer in JSON.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pjsua2 as pj

Command = list[Any]
MARK = "> "  # PJLIB itself writes a few lines before it can be told to be silent.


class Caller(pj.Call):  # type: ignore[misc]
    def __init__(self, phone: Phone, call_id: int) -> None:
        super().__init__(phone.account, call_id)
        self.phone = phone

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        self.getAudioMedia(-1).startTransmit(self.phone.tap.port)

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        if self.phone.tells_keys:
            print("key", prm.digit, flush=True)


class Account(pj.Account):  # type: ignore[misc]
    def __init__(self, phone: Phone) -> None:
        super().__init__()
        self.phone = phone

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = Caller(self.phone, prm.callId)
        self.phone.calls.append(call)
        self.phone.invites.append([prm.rdata.srcAddress, prm.rdata.wholeMsg])
        self.phone.todo.append(lambda: answer(call))


class Tap:
    """What the bridge brought to a tap, in frames of 20 ms: which of them are not silent."""

    def __init__(self, keeps_ms: int) -> None:
        self.port = pj.HotlineTap(8000, keeps_ms)
        self.frames: list[bool] = []

    def read(self) -> list[bool]:
        sound = self.port.read()
        self.frames += [any(sound[place : place + 320]) for place in range(0, len(sound), 320)]
        return self.frames


def answer(call: Caller) -> None:
    prm = pj.CallOpParam(True)
    prm.statusCode = 200
    with suppress(pj.Error):  # PJSIP has refused it meanwhile; the test looks at what it said.
        call.answer(prm)


class Phone:
    def __init__(self) -> None:
        self.endpoint = pj.Endpoint()
        self.calls: list[Caller] = []
        self.tells_keys = False
        self.invites: list[list[str]] = []
        self.todo: list[Callable[[], None]] = []
        self.inbox: queue.Queue[Command | None] = queue.Queue()
        self.begin()
        self.account = Account(self)
        self.register()
        self.tap, self.witness, self.late = Tap(1000), Tap(1000), Tap(100)

    def begin(self) -> None:
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
        config.medConfig.noVad = True
        config.logConfig.level = config.logConfig.consoleLevel = 0
        self.endpoint.libCreate()
        self.endpoint.libInit(config)
        self.ports = [
            self.listen(kind)
            for kind in (pj.PJSIP_TRANSPORT_UDP, pj.PJSIP_TRANSPORT_TCP, pj.PJSIP_TRANSPORT_TLS)
        ]
        self.endpoint.audDevManager().setNullDev()
        self.endpoint.libStart()
        pj.hotlineWakeInit()

    def listen(self, kind: int) -> int:
        config = pj.TransportConfig()
        config.boundAddress = "127.0.0.1"
        info = self.endpoint.transportGetInfo(self.endpoint.transportCreate(kind, config))
        return int(info.localAddress.rpartition(":")[2])

    def register(self) -> None:
        config = pj.AccountConfig()
        config.idUri = "sip:hotline@127.0.0.1"
        config.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_OPTIONAL
        config.mediaConfig.srtpSecureSignaling = 0
        config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
        self.account.create(config)

    def obey(self, command: Command) -> object:
        name, *arguments = command
        return getattr(self, f"do_{name}")(*arguments)

    def do_ports(self) -> list[int]:
        return self.ports

    def do_allow(self, peers: str) -> str:
        try:
            pj.hotlineGuardSet(peers)
        except pj.Error:
            return "refused"
        return "set"

    def do_dropped(self) -> int:
        return int(pj.hotlineGuardDropped())

    def do_invites(self) -> list[list[str]]:
        return self.invites

    def do_tell_keys(self) -> None:
        """From now on a key is told when it comes, unasked."""
        self.tells_keys = True

    def do_frames(self) -> list[bool]:
        return self.tap.read()

    def do_play_to_tap(self, file: str) -> None:
        self.player = pj.AudioMediaPlayer()
        self.player.createPlayer(file, 0)
        self.player.startTransmit(self.tap.port)

    def do_bridge_clock(self) -> int:
        """How many frames a second tap, always fed, has received so far."""
        self.always_fed(self.witness)
        return len(self.witness.read())

    def do_feed_late(self) -> None:
        self.always_fed(self.late)

    def do_lost(self) -> int:
        """How many samples the third tap, which nobody has read yet, has lost so far."""
        return int(self.late.port.lost())

    def do_read_late(self) -> int:
        """How many frames that tap still has, and keeps after it was closed."""
        self.late.port.close()
        return len(self.late.read())

    def always_fed(self, tap: Tap) -> None:
        if not hasattr(self, "tone"):
            self.tone = pj.ToneGenerator()
            self.tone.createToneGenerator(8000, 1)
        self.tone.startTransmit(tap.port)

    def serve(self) -> None:
        threading.Thread(target=self.read, daemon=True).start()
        while self.serve_once():
            while self.todo:
                self.todo.pop(0)()
            # A long wait: if the wake did not work, every test would run into its deadline.
            self.endpoint.libHandleEvents(20_000)

    def serve_once(self) -> bool:
        while not self.inbox.empty():
            command = self.inbox.get()
            if command is None:
                return False
            print(MARK + json.dumps(self.obey(command)), flush=True)
        return True

    def read(self) -> None:
        """The other thread: PJLIB does not know it, and it may only wake."""
        for line in sys.stdin:
            self.inbox.put(json.loads(line))
            pj.hotlineWake()
        self.inbox.put(None)
        pj.hotlineWake()


if __name__ == "__main__":
    phone = Phone()
    phone.serve()
    # Without libDestroy(): what is tested has been answered, and a call may still be up.
    sys.stdout.flush()
    os._exit(0)
