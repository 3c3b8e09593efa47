"""The office as stored."""

from __future__ import annotations

from datetime import timedelta

from hotline.storage import office
from hotline.storage.database import DatabaseFile
from hotline.storage.office import OfficeStore
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW


def test_a_new_box_has_no_office_yet(records: DatabaseFile, writer: Writer) -> None:
    with records.reading() as database:
        store = OfficeStore(writer, office.newest(database))
    assert (store.current(), store.version) == (None, 0)


def test_a_change_counts_from_the_next_call_on(writer: Writer) -> None:
    store = OfficeStore(writer, None)
    store.save("name: Shop", "ana", NOW)
    assert (store.current(), store.version) == ("name: Shop", 1)


def test_the_office_is_the_same_after_a_restart(records: DatabaseFile, writer: Writer) -> None:
    store = OfficeStore(writer, None)
    store.save("name: Shop", "ana", NOW)
    assert store.save("name: Магазин", "ion", NOW).result(10) == 2
    with records.reading() as database:
        again = OfficeStore(writer, office.newest(database))
        assert office.current(database) == "name: Магазин"
    assert (again.current(), again.version) == ("name: Магазин", 2)


def test_every_earlier_office_can_be_looked_up(records: DatabaseFile, writer: Writer) -> None:
    store = OfficeStore(writer, None)
    store.save("one", "ana", NOW)
    store.save("two", "ion", NOW + timedelta(hours=1)).result(10)
    with records.reading() as database:
        assert [(v.id, v.author) for v in office.history(database)] == [(2, "ion"), (1, "ana")]
        first = office.version(database, 1)
        assert first is not None
        assert (first.yaml, first.at) == ("one", NOW)
        assert office.version(database, 3) is None
