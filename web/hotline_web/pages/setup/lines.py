"""Over which telephone lines callers come; the box looks for them itself."""

from __future__ import annotations

from hotline_web.desk import desk
from hotline_web.pages.setup.frame import pages, show


@pages.get("/lines")
def lines() -> str:
    """What was found."""
    status = desk().status
    return show("lines", lines=status.lines if status else (), down=desk().down)
