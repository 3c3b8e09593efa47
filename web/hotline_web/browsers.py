"""From what kind of device somebody is logged in, read from what the browser calls itself."""

from __future__ import annotations

# The first that is found; most browsers name several, the truest of them last.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("YaBrowser", "Yandex"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def browser_words(called: str) -> str:
    """As people name it, "Firefox, Android"; "" for what nobody knows."""
    found = [
        next((name for mark, name in kinds if mark in called), "") for kinds in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in found if name)
