"""Stands before the library gpiod and lends it a chip, for a box that is no Raspberry Pi: all else
is the library's own. A stand-in, judged by no third party's pins.

In the folder that HOTLINE_SIM_PINS names it writes down every level it drives, and hears from the
socket `contacts` what is pressed. Without that folder the library finds what there is.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path

_OURS = Path(__file__).resolve().parents[1]
_elsewhere = [path for path in sys.path if Path(path).resolve() != _OURS]
_spec = importlib.machinery.PathFinder.find_spec(__name__, _elsewhere)
assert _spec is not None, "the library gpiod is not installed"
assert _spec.loader is not None
_library = importlib.util.module_from_spec(_spec)
sys.modules[__name__] = _library  # who imports it is given this one
_spec.loader.exec_module(_library)
if "HOTLINE_SIM_PINS" in os.environ:
    from tests.sim.playedpins import PlayedChip

    _library.Chip = PlayedChip  # type: ignore[attr-defined]
