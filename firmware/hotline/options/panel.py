"""[panel] of box.toml: what hangs on the box itself beside its lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, Strict

_CONFIG = ConfigDict(extra="forbid")
# BCM numbers of the 40-pin header; 0 and 1 belong to the memory of add-on boards.
Pin = Annotated[int, Strict(), Field(ge=2, le=27)]


@dataclass(frozen=True, slots=True)
class LampPins:
    """On which pin each lamp is; None where there is no such lamp."""

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    line: Pin | None = None
    message: Pin | None = None
    trouble: Pin | None = None


@dataclass(frozen=True, slots=True)
class PanelOptions:
    """guardian: the serial port of the guardian board, which holds the office's line.

    lamps, button, relay: pins by their BCM numbers. speaker: the name by which ALSA knows the
    loudspeaker on which the button has the state of the box read aloud.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _CONFIG

    guardian: Path | None = None
    lamps: LampPins = field(default_factory=LampPins)
    button: Pin | None = None
    relay: Pin | None = None
    speaker: Annotated[str, Field(max_length=255)] = ""

    def pins(self) -> Iterator[tuple[str, int]]:
        """Each pin that is used, and for what, as box.toml calls it."""
        for lamp in fields(self.lamps):
            if (pin := getattr(self.lamps, lamp.name)) is not None:
                yield f"lamps.{lamp.name}", pin
        for key in ("button", "relay"):
            if (pin := getattr(self, key)) is not None:
                yield key, pin
