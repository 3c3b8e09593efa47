"""One page with all pictures of pages on it, to look through with one's own eyes."""

from __future__ import annotations

import html
import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".cache" / "screens"
NARROW = 240  # of a picture on the sheet, in pixels
STYLE = f"""body {{ font: 16px/1.5 system-ui, sans-serif; margin: 16px; }}
section {{ display: flex; flex-wrap: wrap; gap: 12px; align-items: start; }}
figure {{ margin: 0; width: {NARROW}px; }} figcaption {{ font-size: 14px; }}
img {{ width: 100%; max-height: 480px; object-fit: cover; object-position: top;
  border: 1px solid #888; }}"""


def begin() -> None:
    """Throw the pictures of the last time away: a page that is gone has none."""
    shutil.rmtree(FOLDER, ignore_errors=True)


def finished() -> Path:
    """Writes the sheet over all pictures there are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    pictures = sorted(FOLDER.rglob("*.png"))
    sheet = FOLDER / "index.html"
    head = f'<meta charset="utf-8"><title>Pages</title><style>{STYLE}</style>'
    body = "".join(_sections(pictures))
    sheet.write_text(f'<!doctype html><html lang="en">{head}{body}</html>', "utf-8")
    return sheet


def _sections(pictures: list[Path]) -> Iterator[str]:
    for place, group in groupby(pictures, key=lambda picture: picture.parent):
        yield f"<h2>{html.escape(str(place.relative_to(FOLDER)))}</h2><section>"
        for picture in group:
            file = html.escape(str(picture.relative_to(FOLDER)))
            yield f'<figure><a href="{file}"><img loading="lazy" src="{file}" alt=""></a>'
            yield f"<figcaption>{html.escape(picture.stem)}</figcaption></figure>"
        yield "</section>"
