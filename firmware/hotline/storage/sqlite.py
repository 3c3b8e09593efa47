"""sqlite-utils, without the numpy it would load where there is one.

It wants numpy only to name column types that nobody here stores; the page and every command would
pay 13 MB and a tenth of a second for it, on a Raspberry Pi several.
"""

from __future__ import annotations

import sys
from typing import Any

_WANTED = "numpy"
_modules: dict[str, Any] = sys.modules
_hide = _WANTED not in _modules
if _hide:
    _modules[_WANTED] = None  # Python's own sign of what cannot be imported
try:
    from sqlite_utils import Database as Database
    from sqlite_utils import Migrations as Migrations
finally:
    if _hide:
        del _modules[_WANTED]
