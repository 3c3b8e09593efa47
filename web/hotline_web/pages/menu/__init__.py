"""The menu: what callers hear, which keys they can press, where each key leads.

One file for each thing that can be changed; `tree.py` is the page itself.
"""

from __future__ import annotations

from hotline_web.pages.menu import greeting, keys, levels, templates, topics, tree, trial
from hotline_web.pages.menu.frame import pages

__all__ = ["greeting", "keys", "levels", "pages", "templates", "topics", "tree", "trial"]
