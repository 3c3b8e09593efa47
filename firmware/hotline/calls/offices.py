"""The office as calls see it: parsed once for each version, never absent."""

from __future__ import annotations

from dataclasses import replace

from hotline.routing.confirmed import only_confirmed
from hotline.routing.office import NOT_SET_UP, UNKNOWN_ZONE, Office
from hotline.routing.voicemail import with_voicemails
from hotline.storage.confirmations import Confirmations
from hotline.storage.earlyclosings import EarlyClosings
from hotline.storage.numberchecks import NumberChecks
from hotline.storage.office import OfficeStore
from hotline.storage.officefile import read_stored_office


class CurrentOffice:
    """Gives the office in force. Until one was set up, calls are still answered: message."""

    def __init__(
        self,
        store: OfficeStore,
        country: str,
        countries: frozenset[str],
        confirmed: Confirmations,
        checks: NumberChecks,
        early: EarlyClosings,
    ) -> None:
        """countries: all whose numbers may be dialled. confirmed: which of them are rung. checks:
        when their voicemails answer. early: whether somebody has closed the line.
        """
        self._store, self._countries, self._confirmed = store, countries, confirmed
        self._checks, self._early = checks, early
        self._version: tuple[int, ...] = ()
        self._office = Office(NOT_SET_UP, UNKNOWN_ZONE, country, ("en",))

    def office(self) -> Office:
        """The office of the newest version, only with confirmed numbers; it costs no disk."""
        yaml = self._store.current()
        parts = (self._confirmed, self._checks, self._early)
        version = (self._store.version, *(one.version for one in parts))
        if yaml is not None and version != self._version:
            whole, _ = read_stored_office(yaml, "the stored office", self._countries)
            rung = only_confirmed(whole, self._confirmed.holds)
            heard = with_voicemails(rung, self._checks.voicemail_after)
            self._office = replace(heard, closed_early=self._early.current)
            self._version = version
        return self._office
