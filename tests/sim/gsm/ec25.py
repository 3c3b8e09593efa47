"""A Quectel EC25: its sound goes to the NMEA port (QPCMV mode 0) or is a sound card (mode 2).

The sound card is one of ALSA's own: its `file` plug-in, fed and emptied through pipes, so that all
above the kernel's driver is real. It has the modem's clock, as the real one has.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import sys
import termios
from pathlib import Path
from typing import Any, ClassVar

from tests.sim.gsm.modem import BEAT_S, Faults, GsmModem, _Call
from tests.sim.gsm.network import MobileNetwork
from tests.sim.sound import FRAME

NMEA = b"$GPGGA,092725.00,4717.11399,N,00833.91590,E,1,08,1.01,499.6,M,48.0,M,,*5B\r\n"
CARD = "Android"
MOST_WAITING = 2 * FRAME * 2
_CARDS = """\
</usr/share/alsa/alsa.conf>
pcm.{name} {{
  type asym
  playback.pcm {{ type file slave.pcm {{ type null }} file "{said}" format "raw" }}
  capture.pcm {{
    type file slave.pcm {{ type null }} file "/dev/null" infile "{heard}" format "raw"
  }}
}}
"""


class Ec25(GsmModem):
    """See GsmModem."""

    model = "ec25"
    maker, product, firmware = "Quectel", "EC25", "EC25EFAR06A06M4G"
    mode = "0"

    def _reset(self) -> None:
        super()._reset()
        self._gps = "usbnmea"

    def _key_line(self, key: str) -> str:
        return f"+QTONEDET: {ord(key)}"

    def _report(self, one: _Call, state: int | None = None) -> None:
        if self._reports and self.faults.reports:
            shown = one.state if state is None else state
            number = one.call.number
            kind = 145 if number.startswith("+") else 129
            self._say(
                f'+QIND: "ccinfo",{one.index},{int(one.incoming)},{shown},0,{int(one.joined)},'
                f'"{number}",{kind}'
            )

    def _beat(self) -> None:
        super()._beat()
        if self._pcm and self._gps != "none" and self._beats % 50 == 0:
            self._give_sound(NMEA)

    def _set_reports(self, found: re.Match[str]) -> None:
        self._reports = found[1] == "1"

    def _set_gps(self, found: re.Match[str]) -> None:
        self._gps = found[1].lower()

    def _set_pcm(self, found: re.Match[str]) -> None:
        self._pcm = found[1] == "1" and found[2] == self.mode

    def _asked_pcm(self, _found: re.Match[str]) -> list[str]:
        return [f"+QPCMV: {int(self._pcm)},{self.mode}", "OK"]

    def _asked_tries(self, _found: re.Match[str]) -> list[str]:
        return [f'+QPINC: "SC",{self.faults.pin_tries},10', "OK"]

    own: ClassVar[list[tuple[str, Any]]] = [
        (r"\+QTONEDET=([01])", GsmModem._set_tones),
        (r'\+QINDCFG="CCINFO",([01]),[01]', _set_reports),
        (r'\+QGPSCFG="OUTPORT","(\w+)"', _set_gps),
        (r"\+QPCMV=([01])(?:,([0-2]))?", _set_pcm),
        (r"\+QPCMV\?", _asked_pcm),
        (r'\+QPINC(?:="SC"|\?)', _asked_tries),
        (r'\+QURCCFG="URCPORT","USBAT"|\^DSCI=\d|\+QAUDMOD=3', lambda _modem, _found: ["OK"]),
    ]


class Ec25Card(Ec25):
    """The same, set up as a sound card. alsa: the file that ALSA_CONFIG_PATH has to name.

    card: its name, of which a machine has only one.
    """

    mode = "2"

    def __init__(
        self, network: MobileNetwork, folder: Path, number: str = "", faults: Faults | None = None
    ) -> None:
        super().__init__(network, folder, number, faults)
        self.card = CARD
        self.alsa = folder / "asound.conf"
        self._said, self._heard = folder / "said", folder / "heard"
        self._idling: asyncio.TimerHandle | None = None

    def _open_sound(self) -> None:
        for pipe in (self._said, self._heard):
            pipe.unlink(missing_ok=True)
            os.mkfifo(pipe)
        self._sound_in = os.open(self._said, os.O_RDWR | os.O_NONBLOCK)
        self._sound_out = os.open(self._heard, os.O_RDWR | os.O_NONBLOCK)
        self._masters += [self._sound_in, self._sound_out]
        text = _CARDS.format(name=self.card, said=self._said, heard=self._heard)
        self.alsa.write_text(text, encoding="utf-8")
        self._idle()

    def unplug(self) -> None:
        super().unplug()
        self._cancel_idling()

    def _idle(self) -> None:
        """A card that is open gives sound also while nobody talks: nothing."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._sound_in, 65536)
        self._give_sound(bytes(FRAME * 2))
        self._idling = self._loop.call_later(BEAT_S, self._idle)

    def _cancel_idling(self) -> None:
        if self._idling is not None:
            self._idling.cancel()

    def _start_clock(self) -> None:
        super()._start_clock()
        self._cancel_idling()

    def _stop_clock(self) -> None:
        super()._stop_clock()
        if self._masters:
            self._cancel_idling()
            self._idle()

    def _give_sound(self, data: bytes) -> None:
        """What nobody takes in time is lost, as in a card that is not open."""
        if data is NMEA:
            return
        with contextlib.suppress(BlockingIOError):
            while _waiting(self._sound_out) > MOST_WAITING:
                os.read(self._sound_out, FRAME * 2)
        super()._give_sound(data)


def _waiting(pipe: int) -> int:
    """How many bytes are in it."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
