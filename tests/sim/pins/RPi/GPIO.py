"""Plays RPi.GPIO for a box that is no Raspberry Pi: a stand-in, judged by no third party's pins.

Refuses what rpi-lgpio refuses, in its words: a pin before its set-up, an output that is an input,
two watchers of one pin. In the folder that HOTLINE_SIM_PINS names it writes down every level it
drives, and hears from the socket `contacts` what is pressed; callbacks come from a thread of its
own, as there. Without that folder it is like the real one without pins.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

if "HOTLINE_SIM_PINS" not in os.environ:
    raise RuntimeError("This module can only be run on a Raspberry Pi!")

BCM, BOARD = 11, 10
IN, OUT = 1, 0
LOW, HIGH = 0, 1
PUD_OFF, PUD_DOWN, PUD_UP = 20, 21, 22
RISING, FALLING, BOTH = 31, 32, 33
PINS = range(28)

_FOLDER = Path(os.environ["HOTLINE_SIM_PINS"])
_lock = threading.RLock()
_mode: int | None = None
_inputs: dict[int, int] = {}
_outputs: dict[int, int] = {}
_watched: dict[int, Callable[[int], None]] = {}
_hearing: list[socket.socket] = []
_log = os.open(_FOLDER / "levels", os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def setmode(mode: int) -> None:
    global _mode
    if mode not in (BCM, BOARD):
        raise ValueError("An invalid mode was passed to setmode()")
    if _mode not in (None, mode):
        raise ValueError("A different mode has already been set!")
    _mode = mode


def setup(
    channel: int, direction: int, pull_up_down: int = PUD_OFF, initial: int | None = None
) -> None:
    pin = _pin(channel)
    if direction == OUT:
        if pull_up_down != PUD_OFF:
            raise ValueError("pull_up_down parameter is not valid for outputs")
        _inputs.pop(pin, None)
        _outputs[pin] = int(bool(initial))
        _note(pin, _outputs[pin])
    elif direction == IN:
        if initial is not None:
            raise ValueError("initial parameter is not valid for inputs")
        _outputs.pop(pin, None)
        down = (_FOLDER / f"down-{pin}").exists()
        _inputs[pin] = LOW if down else int(pull_up_down == PUD_UP)
    else:
        raise ValueError("An invalid direction was passed to setup()")


def output(channel: int, value: int) -> None:
    pin = _pin(channel)
    if pin not in _outputs:
        raise RuntimeError("The GPIO channel has not been set up as an OUTPUT")
    _outputs[pin] = int(bool(value))
    _note(pin, _outputs[pin])


def input(channel: int) -> int:
    pin = _pin(channel)
    if pin not in _inputs and pin not in _outputs:
        raise RuntimeError("You must setup() the GPIO channel first")
    return _inputs.get(pin, _outputs.get(pin, LOW))


def add_event_detect(channel: int, edge: int, callback: Callable[[int], None]) -> None:
    pin = _pin(channel)
    if pin not in _inputs:
        raise RuntimeError("You must setup() the GPIO channel as an input first")
    if edge not in (RISING, FALLING, BOTH):
        raise ValueError("The edge must be set to RISING, FALLING or BOTH")
    if pin in _watched:
        raise RuntimeError("Conflicting edge detection already enabled for this GPIO channel")
    _watched[pin] = callback
    if not _hearing:
        path = _FOLDER / "contacts"
        path.unlink(missing_ok=True)
        contacts = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        contacts.bind(str(path))
        _hearing.append(contacts)
        threading.Thread(target=_hear, args=(contacts,), daemon=True).start()


def cleanup(channels: list[int]) -> None:
    for pin in channels:
        _watched.pop(pin, None)
        if _inputs.pop(pin, None) is None and _outputs.pop(pin, None) is not None:
            _note(pin, None)


def _pin(channel: int) -> int:
    if _mode is None:
        raise RuntimeError("Please set pin numbering mode using GPIO.setmode(GPIO.BOARD) or BCM")
    if channel not in PINS:
        raise ValueError("The channel sent is invalid on a Raspberry Pi")
    return channel


def _note(pin: int, level: int | None) -> None:
    shown = "input" if level is None else level
    os.write(_log, f"{time.monotonic()} {pin} {shown}\n".encode())


def _hear(contacts: socket.socket) -> None:
    while True:
        pin, level = map(int, contacts.recv(64).split())
        with _lock:
            if pin not in _inputs or _inputs[pin] == level:
                continue
            _inputs[pin] = level
            if (told := _watched.get(pin)) is not None:
                told(pin)
