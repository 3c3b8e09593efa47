"""What the sound engine can do for a call. One bridge, 8 kHz mono, 16 bit; mixer.py implements it.

Everything here is called on the asyncio loop and never waits for the engine's own thread, except
where a method is `async`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hotline.media.catalogue import Prompt
from hotline.routing.office import Office

CLOCK_RATE = 8000
FRAME_MS = 20


@dataclass(frozen=True)
class Level:
    """Loudness of the last frames, 0 (silence) to 1 (full scale): from and to the far end."""

    heard: float
    sent: float


@dataclass(frozen=True)
class KeyWays:
    """How keys came so far: told by the line, heard in the sound. Both is usual for modems."""

    told: bool
    heard: bool


@dataclass(frozen=True)
class HangUpTone:
    """What an exchange sends when the caller has gone.

    hertz: one or two frequencies, sounding together. on, off: seconds of sound and of silence in
    turns; off is 0 for a tone without pauses.
    """

    hertz: tuple[int, ...]
    on: float
    off: float

    def __str__(self) -> str:
        pitch = " and ".join(map(str, self.hertz)) + " Hz"
        return f"{pitch}, {self.on:g} s long every {self.on + self.off:g} s" if self.off else pitch


class Recording(Protocol):
    """A recording under way. It is on disk as it comes; `stop` only completes it.

    path: the WAV file. seconds: length so far. speech_seconds: of these, above the noise floor.
    trouble: one sentence when the disk refused a part (the recording goes on when it can), or "".
    """

    @property
    def path(self) -> Path: ...
    @property
    def trouble(self) -> str: ...
    @property
    def seconds(self) -> float:
        """Length recorded so far."""

    @property
    def speech_seconds(self) -> float:
        """How much of it was louder than silence."""

    @property
    def silent_for(self) -> float:
        """Seconds since something louder than silence was last heard."""

    def stop(self) -> asyncio.Future[None]:
        """Stop taking sound. The future is done when the file is complete and synced."""


class Sound(Protocol):
    """The two-way audio of one answered leg, attached to the bridge."""

    async def play(self, files: Sequence[Path], *, loop: bool = False) -> None:
        """Play WAV files one after another to the far end; returns after the last sample.

        Cancelling stops the sound at once (barge-in). `loop` never returns by itself.
        Raises FileNotFoundError when a file is missing.
        """

    def record(self, path: Path) -> Recording:
        """Record what the far end says into a new WAV file at `path`."""

    async def level(self) -> Level:
        """The meters."""

    def key_ways(self) -> KeyWays:
        """By which ways keys came in this call."""

    def hear_keys(self) -> None:
        """Listen for DTMF in the sound, too, from now on; harmless when repeated."""

    async def learn_tone(self) -> HangUpTone:
        """Listen until a tone of the exchange has repeated itself, or lasted; may be for ever."""

    def press(self, digits: str) -> None:
        """Send DTMF to the far end: RFC 4733 where it was negotiated, else as tones."""

    def close(self) -> None:
        """Take the leg off the bridge; harmless when repeated."""


class MediaEngine(Protocol):
    """The bridge."""

    def attach(self, audio: object, keys: asyncio.Queue[str], *, in_band: bool) -> Sound:
        """Put a leg's audio (`Leg.audio`) on the bridge.

        in_band: listen for DTMF in the sound and put the digits into `keys`.
        """

    def join(self, one: Sound, other: Sound) -> None:
        """Let two legs hear each other; stops whatever is being played to either."""

    def part(self, one: Sound, other: Sound) -> None:
        """Undo `join`; harmless when one of them has gone."""


class Prompts(Protocol):
    """Every sentence the box can say, as files to play. For a call nothing here ever raises."""

    async def files(self, language: str, prompt: Prompt, **values: object) -> list[Path]:
        """The system prompt; a sentence whose value is missing or None is left out."""

    async def say(self, language: str, text: str, own: str = "") -> list[Path]:
        """The office's own text."""

    async def made(self, language: str, text: str) -> Path:
        """A text as one file, however long that takes. Raises HotlineError when it fails."""

    async def prepare(
        self, office: Office, progress: Callable[[int, int], None] = ..., **values: object
    ) -> int:
        """Make ahead what the office can say; `values` is what is known already."""


class Comfort(Protocol):
    """The box's own sounds, as files."""

    @property
    def music(self) -> Path:
        """What a waiting caller hears; loops without a seam."""

    @property
    def ringback(self) -> Path:
        """What a caller hears before anybody answers; loops without a seam."""

    @property
    def beep(self) -> Path:
        """Before a recording."""
