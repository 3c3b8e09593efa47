"""How often somebody may try to log in: counted on the disk, so that a restart forgets nothing."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database

PER_ADDRESS = (10, timedelta(minutes=1))
PER_ACCOUNT = (30, timedelta(hours=1))


def tried(database: Database, address: str, account: str, now: datetime) -> timedelta | None:
    """Count one try, if it is allowed, and forget old ones.

    address: the client's IP. account: whose password is tried; a device that has logged in
    before counts for itself, so that strangers cannot lock the owner out. Returns None when
    the try may go on, else how long to wait; a refused try is not counted.
    """
    _forget(database, now)
    waits = (
        _wait(database, "address", _network(address), PER_ADDRESS, now),
        _wait(database, "account", account, PER_ACCOUNT, now),
    )
    longest = max(waits)
    if longest > timedelta(0):
        return longest
    database.execute(
        "insert into tries (at, address, account) values (?, ?, ?)",
        (text_of(now), _network(address), account),
    )
    return None


def forgive(database: Database, address: str, account: str) -> None:
    """Forget the tries from there on that account: the password was right."""
    database.execute(
        "delete from tries where address = ? and account = ?", (_network(address), account)
    )


def _wait(
    database: Database, column: str, value: str, limit: tuple[int, timedelta], now: datetime
) -> timedelta:
    """How long until one more try fits below the limit."""
    most, span = limit
    rows = database.execute(
        f"select at from tries where {column} = ? and at > ? order by at desc",  # noqa: S608
        (value, text_of(now - span)),
    ).fetchall()
    if len(rows) < most:
        return timedelta(0)
    return instant(rows[most - 1][0]) + span - now


def _forget(database: Database, now: datetime) -> None:
    """Old tries, and those from a future that a corrected clock took back."""
    longest = max(PER_ADDRESS[1], PER_ACCOUNT[1])
    database.execute(
        "delete from tries where at <= ? or at > ?", (text_of(now - longest), text_of(now))
    )


def _network(address: str) -> str:
    """An IPv4 address; of IPv6 the /64, in which one machine has addresses without end."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
