"""[panel] of box.toml: what hangs on the box itself beside its lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict


@dataclass(frozen=True, slots=True)
class PanelOptions:
    """guardian: the serial port of the guardian board, which holds the office's line."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    guardian: Path | None = None
