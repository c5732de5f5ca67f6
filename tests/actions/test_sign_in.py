"""Passwords and signing in: who gets in, who guesses is slowed down, a stranger locks nobody out."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from house_build import PASSWORD, House
from people_build import enter, enter_code, refused

from voting.database import read, writing_session
from voting.errors import Refused
from voting.people import actions, passwords, sign_in
from voting.people.tables import SignInThrottle
from voting.permissions import Role


def test_a_streets_administrator_cannot_become_the_citys_by_resetting_a_password(house: House) -> None:
    local = house.account("local", house.street)
    house.appoint(local, house.street, Role.SYSTEM_ADMINISTRATOR)
    # The city's second administrator happens to be looked after by the street.
    chief = house.account("chief", house.street)
    house.appoint(chief, house.city, Role.SYSTEM_ADMINISTRATOR)
    facts = {"actor": house.actor(local), "today": house.clock.today}
    assert refused(house, actions.reset_password, account_id=chief, **facts) == "NOT_ALLOWED"
    assert refused(house, actions.disable_account, account_id=chief, disabled=True, **facts) == "NOT_ALLOWED"
    assert refused(house, actions.reset_password, account_id=house.admin, **facts) == "NOT_ALLOWED"
    house.act(actions.reset_password, account_id=house.accounts[Role.DESK_CLERK], **facts)


def test_a_reset_gives_a_new_first_password_and_ends_the_sessions(house: House) -> None:
    clerk = house.accounts[Role.DESK_CLERK]
    before = enter(house, "clerk", PASSWORD)
    facts = {"actor": house.actor(house.admin), "today": house.clock.today, "account_id": clerk}
    new = house.act(actions.reset_password, **facts)
    assert house.log()[-1] == ("password_reset", {"account": clerk, "by": house.admin})
    assert enter_code(house, "clerk", PASSWORD) == "SIGN_IN_WRONG"
    after = enter(house, "clerk", new.password)
    assert after.session_mark != before.session_mark


def test_a_disabled_account_cannot_sign_in(house: House) -> None:
    facts = {"actor": house.actor(house.admin), "today": house.clock.today}
    clerk = house.accounts[Role.DESK_CLERK]
    house.act(actions.disable_account, account_id=clerk, disabled=True, **facts)
    assert enter_code(house, "clerk", PASSWORD) == "SIGN_IN_WRONG"
    house.act(actions.disable_account, account_id=clerk, disabled=False, **facts)
    enter(house, "clerk", PASSWORD)
    assert refused(house, actions.disable_account, account_id=house.admin, disabled=True, **facts) == "DISABLE_SELF"


def test_guessing_is_slowed_down_for_real_and_unknown_names_alike(house: House) -> None:
    for login in ("clerk", "nobody.here"):
        for _ in range(sign_in.FREE_FAILURES):
            assert enter_code(house, login, "wrong") == "SIGN_IN_WRONG"
        assert enter_code(house, login, "wrong") == "SIGN_IN_WRONG"
        assert enter_code(house, login, PASSWORD) == "SIGN_IN_WAIT"
    house.clock.now += sign_in.FIRST_WAIT
    enter(house, "clerk", PASSWORD)
    assert enter_code(house, "clerk", "wrong") == "SIGN_IN_WRONG"


def test_a_stranger_does_not_lock_the_clerk_out(house: House) -> None:
    enter(house, "clerk", PASSWORD, "10.0.0.5")
    for _ in range(sign_in.FREE_FAILURES + 1):
        assert enter_code(house, "clerk", "wrong", "10.0.0.66") == "SIGN_IN_WRONG"
    assert enter_code(house, "clerk", PASSWORD, "10.0.0.66") == "SIGN_IN_WAIT"
    enter(house, "clerk", PASSWORD, "10.0.0.7")
    key = sign_in.throttle_key("clerk", "10.0.0.5")
    assert enter_code(house, key, "wrong", "10.0.0.66") == "SIGN_IN_WRONG"
    with read(house.engine) as session:
        assert session.get(SignInThrottle, key) is None, "nobody types another's row"


def test_guessing_from_many_addresses_is_slowed_down_but_not_where_the_clerk_works(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "FREE_FAILURES_ANYWHERE", 8)
    enter(house, "clerk", PASSWORD, "10.0.0.5")
    codes = [enter_code(house, "clerk", "wrong", f"10.0.1.{number}") for number in range(12)]
    assert codes[0] == "SIGN_IN_WRONG" and codes[-1] == "SIGN_IN_WAIT"
    enter(house, "clerk", PASSWORD, "10.0.0.5")
    for _ in range(sign_in.FREE_FAILURES + 1):
        assert enter_code(house, "clerk", "wrong", "10.0.0.5") == "SIGN_IN_WRONG"
    assert enter_code(house, "clerk", PASSWORD, "10.0.0.5") == "SIGN_IN_WAIT", "a known address may not guess either"


def test_the_wait_doubles_up_to_a_limit_and_is_forgotten_after_a_day(house: House) -> None:
    for _ in range(40):
        enter_code(house, "clerk", "wrong")
        house.clock.now += sign_in.LONGEST_WAIT
    with read(house.engine) as session:
        entry = session.get_one(SignInThrottle, sign_in.throttle_key("clerk", ""))
        assert entry.not_before - entry.last_at == sign_in.LONGEST_WAIT
    house.clock.now += sign_in.MEMORY + timedelta(seconds=1)
    enter_code(house, "other", "wrong")
    with read(house.engine) as session:
        assert session.get(SignInThrottle, "clerk") is None
        assert session.get(SignInThrottle, sign_in.throttle_key("clerk", "")) is None


def test_an_attempt_counts_even_when_the_process_dies_while_it_is_hashing(house: House, monkeypatch: Any) -> None:
    monkeypatch.setattr(passwords, "matches", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        enter(house, "clerk", "wrong")
    with read(house.engine) as session:
        assert session.get_one(SignInThrottle, "clerk").failures == 1


def test_of_attempts_at_once_each_counts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run over PostgreSQL too (HOUSE_TEST_DATABASE): there two readers see one count unless the row is locked."""
    monkeypatch.setattr(passwords, "matches", lambda *_: False)
    ready, codes = threading.Barrier(12), []

    def guess(number: int) -> None:
        ready.wait()
        codes.append(enter_code(house, "clerk", "wrong", f"10.0.2.{number % 3}"))

    guesses = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()
    assert codes == ["SIGN_IN_WRONG"] * 12
    with read(house.engine) as session:
        assert session.get_one(SignInThrottle, "clerk").failures == 12
        for address in range(3):
            assert session.get_one(SignInThrottle, sign_in.throttle_key("clerk", f"10.0.2.{address}")).failures == 4


def test_changing_ones_own_password(house: House) -> None:
    clerk = house.accounts[Role.DESK_CLERK]

    def change(old: str, new: str) -> sign_in.SignedIn:
        with writing_session(house.engine) as session:
            return sign_in.change_password(
                session, now=house.clock.now, today=house.clock.today, account_id=clerk, old=old, new=new
            )

    for old, new, code in (
        ("wrong", "一句很长很长的新口令", "PASSWORD_OLD"),
        (PASSWORD, PASSWORD, "PASSWORD_SAME"),
        (PASSWORD, "short", "PASSWORD_LENGTH"),
    ):
        with pytest.raises(Refused) as caught:
            change(old, new)
        assert caught.value.code == code
    before = enter(house, "clerk", PASSWORD)
    assert change(PASSWORD, "一句很长很长的新口令").session_mark != before.session_mark
    enter(house, "clerk", "一句很长很长的新口令")
    assert house.log()[-1] == ("password_changed", {"account": clerk})
