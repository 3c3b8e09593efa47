"""Nobody ever types a password for somebody else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from hotline.errors import HotlineError
from hotline.storage import passwords
from hotline.storage.accountschema import accounts_file
from hotline.storage.audit import Act, Wanted
from hotline.storage.invitations import LIFE, Invitations
from hotline.storage.passwords import WeakPassword
from hotline.storage.users import Accounts, Role
from tests.storage.conftest import NOW, FakeTime

GOOD = "тихий зонт на балконе"
HOME = "192.168.1.20"


@pytest.fixture
def accounts(tmp_path: Path, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    file = accounts_file(tmp_path)
    file.prepare(NOW)
    return Accounts(file, fake_time.clock())


@pytest.fixture
def invitations(accounts: Accounts, tmp_path: Path, fake_time: FakeTime) -> Invitations:
    accounts.add("maria", GOOD, Role.OWNER)
    return Invitations(accounts_file(tmp_path), fake_time.clock())


def test_who_has_the_invitation_chooses_the_password_and_gets_what_was_meant(
    accounts: Accounts, invitations: Invitations
) -> None:
    secret = invitations.invite("Ion", Role.AGENT, "maria")
    user = invitations.accept(secret, GOOD + " ion", HOME)
    assert (user.name, user.role) == ("ion", Role.AGENT)
    assert accounts.log_in("ion", GOOD + " ion", HOME)
    assert invitations.waiting() == []


def test_an_invitation_counts_once(invitations: Invitations) -> None:
    secret = invitations.invite("ion", Role.AGENT, "maria")
    invitations.accept(secret, GOOD, HOME)
    with pytest.raises(HotlineError, match="used already"):
        invitations.accept(secret, GOOD, HOME)


def test_an_invitation_counts_for_three_days(invitations: Invitations, fake_time: FakeTime) -> None:
    secret = invitations.invite("ion", Role.AGENT, "maria")
    fake_time.pass_by(LIFE - timedelta(minutes=1))
    assert invitations.found(secret)
    fake_time.pass_by(timedelta(minutes=1))
    assert invitations.found(secret) is None
    with pytest.raises(HotlineError, match="too old"):
        invitations.accept(secret, GOOD, HOME)


def test_a_weak_password_does_not_use_the_invitation_up(invitations: Invitations) -> None:
    secret = invitations.invite("ion", Role.AGENT, "maria")
    with pytest.raises(WeakPassword):
        invitations.accept(secret, "short", HOME)
    assert invitations.accept(secret, GOOD, HOME)


def test_a_second_invitation_ends_the_first_and_one_can_be_taken_back(
    invitations: Invitations,
) -> None:
    first = invitations.invite("ion", Role.OWNER, "maria")
    second = invitations.invite("Ion", Role.AGENT, "maria")
    assert invitations.found(first) is None
    assert [(one.name, one.role) for one in invitations.waiting()] == [("ion", Role.AGENT)]
    invitations.take_back("ion", "maria")
    assert invitations.found(second) is None


def test_nobody_is_invited_under_a_name_that_is_taken(invitations: Invitations) -> None:
    with pytest.raises(HotlineError, match="name is taken"):
        invitations.invite("MARIA", Role.AGENT, "maria")


def test_the_secret_cannot_be_read_from_the_file(invitations: Invitations, tmp_path: Path) -> None:
    secret = invitations.invite("ion", Role.AGENT, "maria")
    assert len(secret) >= 22  # 128 bits in base 64
    assert secret.encode() not in (tmp_path / "web.sqlite").read_bytes()


def test_who_invited_whom_and_who_came_stands_in_the_audit(
    accounts: Accounts, invitations: Invitations
) -> None:
    invitations.accept(invitations.invite("ion", Role.AGENT, "maria", HOME), GOOD, HOME)
    came = frozenset({Act.INVITED, Act.JOINED})
    found = accounts.audited(10, Wanted(what=came))
    assert [(one.what, one.by, one.person, one.thing) for one in found] == [
        (Act.JOINED, "ion", "ion", ""),
        (Act.INVITED, "maria", "ion", "agent"),
    ]
