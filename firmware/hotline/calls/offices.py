"""The office as calls see it: parsed once for each version, never absent."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hotline.routing.office import Office
from hotline.storage.office import OfficeStore
from hotline.storage.officefile import read_stored_office

NOT_SET_UP = "Hotline"
UNKNOWN_ZONE = ZoneInfo("UTC")


class CurrentOffice:
    """Gives the office in force. Until one was set up, calls are still answered: message."""

    def __init__(self, store: OfficeStore, country: str, countries: frozenset[str]) -> None:
        """countries: all whose numbers may be dialled."""
        self._store, self._countries = store, countries
        self._version = 0
        self._office = Office(NOT_SET_UP, UNKNOWN_ZONE, country, ("en",))

    def office(self) -> Office:
        """The office of the newest version; reading it costs no disk."""
        yaml = self._store.current()
        if yaml is not None and self._store.version != self._version:
            self._office, _ = read_stored_office(yaml, "the stored office", self._countries)
            self._version = self._store.version
        return self._office
