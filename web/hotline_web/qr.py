"""A picture for the camera of a telephone. The only caller of segno."""

from __future__ import annotations

import io

from flask import Response

BORDER = 4  # modules of white around it (ISO/IEC 18004)


def drawn(text: str) -> Response:
    """`text` as a QR code: an SVG file, black on white in dark pages, too."""
    import segno  # loaded with the first picture

    out = io.BytesIO()
    segno.make(text, micro=False).save(
        out, kind="svg", border=BORDER, scale=6, dark="#000", light="#fff", xmldecl=False
    )
    return Response(out.getvalue(), mimetype="image/svg+xml")
