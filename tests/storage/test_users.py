"""Who gets into the page, and who does not."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from hotline.errors import HotlineError
from hotline.storage import passwords
from hotline.storage.accountschema import accounts_file
from hotline.storage.passwords import WeakPassword
from hotline.storage.users import (
    Accounts,
    LoginRefused,
    Role,
    TooManyTries,
)
from tests.storage.conftest import NOW, FakeTime

GOOD = "тихий зонт на балконе"
OTHER = "seven green otters dance"
HOME, ATTACKER = "192.168.1.20", "192.168.1.66"


@pytest.fixture
def accounts(tmp_path: Path, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    file = accounts_file(tmp_path)
    file.prepare(NOW)
    return Accounts(file, fake_time.clock())


@pytest.fixture
def ana(accounts: Accounts) -> Accounts:
    accounts.add("Ana", GOOD, Role.OWNER, "ro")
    return accounts


def refused_until(accounts: Accounts, tries: int, address: str = ATTACKER) -> int:
    """How many wrong passwords are let through before the box says to wait."""
    for count in range(tries):
        try:
            accounts.log_in("ana", "wrong password", address)
        except TooManyTries:
            return count
        except LoginRefused:
            continue
    return tries


def test_the_right_password_opens_the_page(ana: Accounts) -> None:
    session = ana.session(ana.log_in("ANA", GOOD, HOME).session)
    assert session is not None
    assert (session.user.name, session.user.role, session.user.language) == (
        "ana",
        Role.OWNER,
        "ro",
    )
    assert session.fresh


@pytest.mark.parametrize(
    ("name", "password"), [("ana", OTHER), ("ion", GOOD), ("", ""), ("ana", "\ud800")]
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    ana: Accounts, name: str, password: str
) -> None:
    with pytest.raises(LoginRefused, match="Name or password is wrong"):
        ana.log_in(name, password, HOME)


def test_an_unknown_name_costs_a_comparison_too(
    ana: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    monkeypatch.setattr(passwords, "matches", lambda kept, _: bool(compared.append(kept)))
    for name in ("ana", "nobody"):
        with pytest.raises(LoginRefused):
            ana.log_in(name, GOOD, HOME)
    known, nobodys = compared
    assert known.startswith("$argon2id$")
    assert nobodys == passwords.nobody()


def test_a_password_is_kept_as_a_hash_that_is_slow_to_guess() -> None:
    for kept in (passwords.hashed(GOOD), passwords.nobody.__wrapped__()):
        assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert not passwords.outdated(kept)
    assert passwords.outdated("$argon2id$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$" + "A" * 43)


def test_no_secret_can_be_read_from_the_file(ana: Accounts, tmp_path: Path) -> None:
    login = ana.log_in("ana", GOOD, HOME)
    content = (tmp_path / "web.sqlite").read_bytes()
    assert not [s for s in (login.session, login.device, GOOD) if s.encode() in content]


def test_every_login_gets_a_session_of_its_own(ana: Accounts) -> None:
    one, other = ana.log_in("ana", GOOD, HOME), ana.log_in("ana", GOOD, HOME)
    assert one.session != other.session
    assert len(one.session) >= 22  # 128 bits in base 64


def test_a_session_ends_after_half_an_hour_without_a_click(
    ana: Accounts, fake_time: FakeTime
) -> None:
    secret = ana.log_in("ana", GOOD, HOME).session
    for _ in range(5):
        fake_time.pass_by(timedelta(minutes=29))
        assert ana.session(secret) is not None
    fake_time.pass_by(timedelta(minutes=30))
    assert ana.session(secret) is None


def test_a_session_ends_after_twelve_hours_whatever_is_clicked(
    ana: Accounts, fake_time: FakeTime
) -> None:
    secret = ana.log_in("ana", GOOD, HOME).session
    alive = []
    for _ in range(12 * 3):
        fake_time.pass_by(timedelta(minutes=20))
        alive.append(ana.session(secret) is not None)
    assert alive == [True] * 35 + [False]


def test_a_session_begun_before_the_clock_was_set_back_is_over(
    ana: Accounts, fake_time: FakeTime
) -> None:
    secret = ana.log_in("ana", GOOD, HOME).session
    fake_time.pass_by(timedelta(days=-400))
    assert ana.session(secret) is None


def test_logging_out_ends_the_session(ana: Accounts) -> None:
    secret = ana.log_in("ana", GOOD, HOME).session
    ana.log_out(secret)
    assert ana.session(secret) is None


def test_logging_out_everywhere_ends_every_session(ana: Accounts) -> None:
    secrets = [ana.log_in("ana", GOOD, HOME).session for _ in range(3)]
    ana.log_out_everywhere("Ana")
    assert [ana.session(secret) for secret in secrets] == [None] * 3


def test_a_new_password_ends_all_sessions_but_this_one(ana: Accounts) -> None:
    here, there = (ana.log_in("ana", GOOD, HOME).session for _ in range(2))
    ana.set_password("ana", OTHER, keep_session=here)
    assert ana.session(here) is not None
    assert ana.session(there) is None
    with pytest.raises(LoginRefused):
        ana.log_in("ana", GOOD, HOME)
    ana.log_in("ana", OTHER, HOME)


def test_a_changed_role_ends_the_sessions(ana: Accounts) -> None:
    ana.add("ion", OTHER, Role.MANAGER)
    secret = ana.log_in("ion", OTHER, HOME).session
    ana.change("ion", Role.AGENT, "ru")
    assert ana.session(secret) is None


def test_the_last_owner_cannot_lock_everybody_out(ana: Accounts) -> None:
    with pytest.raises(HotlineError, match="only owner"):
        ana.remove("ana")
    with pytest.raises(HotlineError, match="only owner"):
        ana.change("ana", Role.AGENT, "")
    ana.add("ion", OTHER, Role.OWNER)
    ana.remove("ana")
    assert [user.name for user in ana.users()] == ["ion"]


def test_a_name_is_given_once_however_it_is_typed(ana: Accounts) -> None:
    with pytest.raises(HotlineError, match="taken"):
        ana.add(" ANA ", OTHER, Role.AGENT)


def test_dangerous_pages_ask_for_the_password_again_after_five_minutes(
    ana: Accounts, fake_time: FakeTime
) -> None:
    secret = ana.log_in("ana", GOOD, HOME).session
    fake_time.pass_by(timedelta(minutes=6))
    session = ana.session(secret)
    assert session is not None
    assert not session.fresh
    with pytest.raises(LoginRefused):
        ana.confirm(secret, OTHER, HOME)
    ana.confirm(secret, GOOD, HOME)
    session = ana.session(secret)
    assert session is not None
    assert session.fresh


def test_one_address_gets_ten_tries_a_minute(ana: Accounts, fake_time: FakeTime) -> None:
    assert refused_until(ana, 15) == 10
    fake_time.pass_by(timedelta(seconds=61))
    assert refused_until(ana, 15) == 10


def test_one_account_gets_thirty_tries_an_hour_from_however_many_addresses(
    ana: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "matches", lambda *_: False)  # the count is asked, not argon2
    let_through = sum(refused_until(ana, 1, f"10.0.0.{n}") for n in range(1, 60))
    assert let_through == 30


def test_the_tries_are_counted_across_a_restart(
    ana: Accounts, tmp_path: Path, fake_time: FakeTime
) -> None:
    refused_until(ana, 10)
    again = Accounts(accounts_file(tmp_path), fake_time.clock())
    assert refused_until(again, 1) == 0


def test_a_machine_cannot_get_more_tries_by_changing_its_ipv6_address(
    ana: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "matches", lambda *_: False)
    assert sum(refused_until(ana, 1, f"2001:db8::{n:x}") for n in range(1, 20)) == 10


def test_the_owner_gets_in_from_a_known_device_while_strangers_try(
    ana: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = ana.log_in("ana", GOOD, HOME).device
    with monkeypatch.context() as patched:
        patched.setattr(passwords, "matches", lambda *_: False)
        assert sum(refused_until(ana, 1, f"10.0.0.{n}") for n in range(1, 60)) == 30
    with pytest.raises(TooManyTries):
        ana.log_in("ana", GOOD, HOME)
    assert ana.session(ana.log_in("ana", GOOD, HOME, known).session) is not None


def test_a_stranger_gains_nothing_by_an_invented_device(
    ana: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "matches", lambda *_: False)
    let_through = 0
    for n in range(1, 60):
        try:
            ana.log_in("ana", OTHER, f"10.0.0.{n}", device=f"invented {n}")
        except TooManyTries:
            continue
        except LoginRefused:
            let_through += 1
    assert let_through == 30


def test_whoever_must_wait_is_told_how_long(ana: Accounts, fake_time: FakeTime) -> None:
    refused_until(ana, 10)
    fake_time.pass_by(timedelta(seconds=20))
    with pytest.raises(TooManyTries) as told:
        ana.log_in("ana", GOOD, ATTACKER)
    assert told.value.wait == timedelta(seconds=40)
    assert told.value.action == "Try again in 40 seconds."


def test_a_clock_set_back_does_not_lock_anybody_out(ana: Accounts, fake_time: FakeTime) -> None:
    refused_until(ana, 10)
    fake_time.pass_by(timedelta(days=-400))
    ana.log_in("ana", GOOD, ATTACKER)


def test_the_code_of_the_first_set_up_makes_one_owner(accounts: Accounts, tmp_path: Path) -> None:
    code = accounts.new_claim_code()
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code)
    assert accounts.empty()
    accounts.claim(code.lower(), "Ana", GOOD, HOME)
    assert [user.role for user in accounts.users()] == [Role.OWNER]
    with pytest.raises(HotlineError):
        accounts.claim(code, "ion", OTHER, HOME)
    with pytest.raises(HotlineError):
        accounts.new_claim_code()
    with accounts_file(tmp_path).reading() as database:
        assert database.execute("select count(*) from claim").fetchone() == (0,)


def test_letters_mistaken_on_a_screen_are_understood(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.storage.users.secrets.choice", lambda letters: letters[1])
    assert accounts.new_claim_code() == "1111-1111"
    accounts.claim("lIl1 liI1", "ana", GOOD, HOME)
    assert not accounts.empty()


def test_a_code_counts_for_half_an_hour(accounts: Accounts, fake_time: FakeTime) -> None:
    code = accounts.new_claim_code()
    fake_time.pass_by(timedelta(minutes=30))
    with pytest.raises(LoginRefused):
        accounts.claim(code, "ana", GOOD, HOME)
    assert accounts.empty()


def test_a_code_cannot_be_guessed_by_trying(accounts: Accounts) -> None:
    accounts.new_claim_code()
    answers = []
    for _ in range(12):
        with pytest.raises(LoginRefused) as answer:
            accounts.claim("0000-0000", "eve", GOOD, ATTACKER)
        answers.append(type(answer.value))
    assert answers == [LoginRefused] * 10 + [TooManyTries] * 2


def test_only_the_newest_code_counts(accounts: Accounts) -> None:
    old = accounts.new_claim_code()
    accounts.new_claim_code()
    with pytest.raises(LoginRefused):
        accounts.claim(old, "ana", GOOD, HOME)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 129,
        "password1234",
        "Passw0rd2026!",
        "qwertyuiop12",
        "hotline-hotline",
        "HotlineBox2026",
        "aaaaaaaaaaaaaaaa",
        "горячаялиния1",
        "парольпароль",
        "йцукенгшщзхъ",
        "annamaria1234",
    ],
)
def test_a_password_tried_first_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(WeakPassword):
        accounts.add("Anna Maria", password, Role.AGENT)


@pytest.mark.parametrize(
    "password",
    [GOOD, OTHER, "ёж и 3 зонта 🦔", "correct horse battery staple", "z9" + "ḁ" * 3 + "kfuebtwqpo"],
)
def test_any_long_own_password_is_taken(accounts: Accounts, password: str) -> None:
    accounts.add("ana", password, Role.AGENT)
    accounts.log_in("ana", password, HOME)


def test_the_whole_password_counts(accounts: Accounts) -> None:
    long = "abcdefgh мимо тёк ручей " * 5
    accounts.add("ana", long, Role.AGENT)
    with pytest.raises(LoginRefused):
        accounts.log_in("ana", long[:-1] + "!", HOME)


def test_an_old_hash_is_made_anew_at_the_next_login(
    ana: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "outdated", lambda kept: True)
    before = _hash(tmp_path)
    ana.log_in("ana", GOOD, HOME)
    assert _hash(tmp_path) != before
    ana.log_in("ana", GOOD, HOME)


def test_at_most_two_passwords_are_compared_at_a_time() -> None:
    with passwords._AT_A_TIME, passwords._AT_A_TIME:
        assert not passwords._AT_A_TIME.acquire(blocking=False)


def test_a_page_view_works_on_a_full_disk(
    ana: Accounts, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = ana.log_in("ana", GOOD, HOME).session
    fake_time.pass_by(timedelta(minutes=5))

    def full(self: object) -> None:
        raise HotlineError("Nothing can be saved now.")

    monkeypatch.setattr("hotline.storage.database.DatabaseFile.writing", full)
    assert ana.session(secret) is not None


def _hash(directory: Path) -> str:
    with accounts_file(directory).reading() as database:
        return str(database.execute("select hash from users").fetchone()[0])
