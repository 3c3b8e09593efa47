"""The voice at work, in a process of its own. The only file that speaks to espeak-ng.

`python -m hotline.media.synthesis PROGRAM...` reads one `Order` a line as JSON, and answers
with one line, a JSON text: "" when the file is there, complete, else what went wrong. It ends with
its input.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

import numpy as np

from hotline.background import give_way
from hotline.errors import HotlineError
from hotline.media import convert, wav

_PATIENCE = 20.0  # seconds for one text
_RATES = range(4000, 96001)


class Order(TypedDict):
    """One text to be spoken into one file. voice: espeak-ng's name of it. speed: words a minute."""

    voice: str
    speed: int
    text: str
    path: str


def make(program: tuple[str, ...], order: Order) -> None:
    """Make the file. Raises HotlineError when the program fails, OSError when the disk does."""
    path, sound = Path(order["path"]), _synthesised(program, order)
    # Its header on a pipe has no length: ours to know.
    data = sound[wav.HEADER_BYTES : len(sound) & ~1]
    samples = np.frombuffer(data, dtype="<i2") / 32768.0
    path.parent.mkdir(parents=True, exist_ok=True)
    wav.write(path, convert.telephone(convert.resample(samples, _rate(sound))))


def _synthesised(program: tuple[str, ...], order: Order) -> bytes:
    """A WAV file in memory. The text goes through stdin, never on a command line."""
    arguments = ("-v", order["voice"], "-s", str(order["speed"]), "-b", "1", "--stdin", "--stdout")
    try:
        child = subprocess.run(
            (*program, *arguments), input=order["text"].encode(), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=_PATIENCE, check=True,
        )  # fmt: skip
    except (FileNotFoundError, subprocess.SubprocessError) as error:
        raise _no_voice() from error
    if not _is_sound(child.stdout):
        raise _no_voice()
    return child.stdout


def _no_voice() -> HotlineError:
    return HotlineError("The voice program espeak-ng does not work.", "Install espeak-ng again.")


def _is_sound(answer: bytes) -> bool:
    return len(answer) > wav.HEADER_BYTES and answer[:4] == b"RIFF" and _rate(answer) in _RATES


def _rate(sound: bytes) -> int:
    return int.from_bytes(sound[24:28], "little")


def _work(program: tuple[str, ...]) -> None:
    give_way()
    for line in sys.stdin:
        trouble = ""
        try:
            make(program, json.loads(line))
        except (HotlineError, OSError) as error:
            trouble = str(error)
        sys.stdout.write(json.dumps(trouble) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _work(tuple(sys.argv[1:]))
