"""Telephone providers whose server needs not be typed: a row for each, no code.

Only what several public set-ups agree on is here; none was tried with an account of ours. Whoever
has another provider types its server, which is in the letter with user and password.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    """One provider. words: its name. host: its server. countries: where its numbers are from."""

    id: str
    words: str
    host: str
    countries: tuple[str, ...]


PROVIDERS = (
    Provider("zadarma", "Zadarma", "sip.zadarma.com", ("MD", "RO", "UA")),
    Provider("novofon", "Novofon", "sip.novofon.ru", ("RU",)),
    Provider("sipnet", "Sipnet", "sipnet.ru", ("RU",)),
)


def provider(id: str) -> Provider | None:
    """The row of that name."""
    return next((one for one in PROVIDERS if one.id == id), None)
