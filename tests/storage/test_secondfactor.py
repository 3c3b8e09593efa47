"""A learned password opens nothing alone; a lost telephone locks nobody out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher

from hotline.errors import HotlineError
from hotline.storage import passwords
from hotline.storage.accountschema import accounts_file
from hotline.storage.secondfactor import WrongCode
from hotline.storage.users import Accounts, CodeWanted, LoginRefused, Role, TooManyTries
from tests.storage.conftest import NOW, FakeTime

GOOD = "тихий зонт на балконе"
HOME = "192.168.1.20"
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def accounts(tmp_path: Path, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    file = accounts_file(tmp_path)
    file.prepare(NOW)
    made = Accounts(file, fake_time.clock())
    made.add("ana", GOOD, Role.OWNER)
    return made


class Telephone:
    """Ana's, with the app; and the paper she keeps with her keys."""

    def __init__(self, accounts: Accounts, fake_time: FakeTime) -> None:
        self.secret = accounts.codes.begin("ana")
        self._time = fake_time
        self.paper = accounts.codes.switch_on("ana", self.code(), HOME)

    def code(self, off: timedelta = timedelta(0)) -> str:
        return str(pyotp.TOTP(self.secret).at(self._time.now() + off))


@pytest.fixture
def telephone(accounts: Accounts, fake_time: FakeTime) -> Telephone:
    made = Telephone(accounts, fake_time)
    fake_time.pass_by(timedelta(minutes=10))
    return made


def half(accounts: Accounts) -> str:
    with pytest.raises(CodeWanted) as wanted:
        accounts.log_in("ana", GOOD, HOME)
    return wanted.value.half


def test_the_password_and_the_code_together_open_the_page(
    accounts: Accounts, telephone: Telephone
) -> None:
    login = accounts.log_in_with_code(half(accounts), telephone.code(), HOME)
    assert accounts.session(login.session) is not None


def test_a_wrong_password_never_comes_to_the_code(accounts: Accounts, telephone: Telephone) -> None:
    with pytest.raises(LoginRefused, match="Name or password is wrong"):
        accounts.log_in("ana", "wrong password", HOME)


def test_half_a_log_in_is_no_session_and_lasts_five_minutes(
    accounts: Accounts, telephone: Telephone, fake_time: FakeTime
) -> None:
    begun = half(accounts)
    assert accounts.session(begun) is None
    fake_time.pass_by(timedelta(minutes=5))
    with pytest.raises(LoginRefused, match="too long"):
        accounts.log_in_with_code(begun, telephone.code(), HOME)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_telephone_whose_clock_is_half_a_minute_off_is_understood(
    accounts: Accounts, telephone: Telephone, off: int
) -> None:
    assert accounts.log_in_with_code(half(accounts), telephone.code(off * HALF_MINUTE), HOME)


@pytest.mark.parametrize("off", [-2, 2])
def test_a_code_of_another_minute_opens_nothing(
    accounts: Accounts, telephone: Telephone, off: int
) -> None:
    with pytest.raises(WrongCode):
        accounts.log_in_with_code(half(accounts), telephone.code(off * HALF_MINUTE), HOME)


def test_a_code_opens_once_and_no_older_one_after_it(
    accounts: Accounts, telephone: Telephone
) -> None:
    used = telephone.code()
    accounts.log_in_with_code(half(accounts), used, HOME)
    for seen in (used, telephone.code(-HALF_MINUTE)):
        with pytest.raises(WrongCode):
            accounts.log_in_with_code(half(accounts), seen, HOME)
    assert accounts.log_in_with_code(half(accounts), telephone.code(HALF_MINUTE), HOME)


def test_the_code_that_switched_it_on_does_not_log_in(
    accounts: Accounts, fake_time: FakeTime
) -> None:
    telephone = Telephone(accounts, fake_time)
    with pytest.raises(WrongCode):
        accounts.log_in_with_code(half(accounts), telephone.code(), HOME)


def test_each_code_on_paper_opens_once(accounts: Accounts, telephone: Telephone) -> None:
    assert len(set(telephone.paper)) == 10
    typed = telephone.paper[3].lower().replace("-", " ")
    assert accounts.log_in_with_code(half(accounts), typed, HOME)
    assert accounts.codes.left("ana") == 9
    with pytest.raises(WrongCode):
        accounts.log_in_with_code(half(accounts), telephone.paper[3], HOME)


def test_new_codes_on_paper_end_the_old_ones(accounts: Accounts, telephone: Telephone) -> None:
    new = accounts.codes.renew_codes("ana", HOME)
    with pytest.raises(WrongCode):
        accounts.log_in_with_code(half(accounts), telephone.paper[0], HOME)
    assert accounts.log_in_with_code(half(accounts), new[0], HOME)


def test_it_is_switched_on_by_a_right_code_alone(accounts: Accounts, fake_time: FakeTime) -> None:
    secret = accounts.codes.begin("ana")
    wrong = f"{(int(pyotp.TOTP(secret).at(fake_time.now())) + 1) % 10**6:06d}"
    with pytest.raises(WrongCode):
        accounts.codes.switch_on("ana", wrong, HOME)
    assert accounts.log_in("ana", GOOD, HOME)


def test_the_secret_is_given_out_until_it_is_switched_on_and_never_again(
    accounts: Accounts, fake_time: FakeTime
) -> None:
    secret = accounts.codes.begin("ana")
    assert accounts.codes.begin("ana") == accounts.codes.pending("ana") == secret
    accounts.codes.switch_on("ana", pyotp.TOTP(secret).at(fake_time.now()), HOME)
    assert accounts.codes.pending("ana") is None
    with pytest.raises(HotlineError, match="switched on already"):
        accounts.codes.begin("ana")


def test_no_code_on_paper_can_be_read_from_the_file(
    accounts: Accounts, telephone: Telephone, tmp_path: Path
) -> None:
    content = (tmp_path / "web.sqlite").read_bytes()
    for code in telephone.paper:
        assert code.encode() not in content
        assert code.replace("-", "").encode() not in content


def test_guessing_codes_is_stopped_though_the_password_is_known(
    accounts: Accounts, telephone: Telephone
) -> None:
    guessed, begun = 0, half(accounts)
    for number in range(60):
        try:
            accounts.log_in_with_code(begun, "ABCDEF", f"192.168.7.{number}")
        except TooManyTries:
            break
        except WrongCode:
            guessed += 1
    assert guessed == 30


def test_a_changed_password_ends_a_log_in_that_was_half_done(
    accounts: Accounts, telephone: Telephone
) -> None:
    begun = half(accounts)
    accounts.set_password("ana", "seven green otters dance")
    with pytest.raises(LoginRefused):
        accounts.log_in_with_code(begun, telephone.code(), HOME)


def test_the_code_answers_the_second_question_too(
    accounts: Accounts, telephone: Telephone, fake_time: FakeTime
) -> None:
    secret = accounts.log_in_with_code(half(accounts), telephone.code(), HOME).session
    fake_time.pass_by(timedelta(minutes=6))
    code = telephone.code()
    accounts.confirm(secret, code, HOME)
    session = accounts.session(secret)
    assert session
    assert session.fresh
    with pytest.raises(WrongCode):
        accounts.confirm(secret, code, HOME)


def test_without_a_code_six_digits_are_no_answer(accounts: Accounts) -> None:
    secret = accounts.log_in("ana", GOOD, HOME).session
    with pytest.raises(LoginRefused):
        accounts.confirm(secret, "123456", HOME)


def test_whoever_lost_everything_gets_in_again_by_a_command_on_the_box(
    accounts: Accounts, telephone: Telephone
) -> None:
    accounts.codes.switch_off("ana", "command")
    assert accounts.log_in("ana", GOOD, HOME)
    assert accounts.codes.left("ana") == 0
