"""Units, accounts, appointments, signing in: what works, and every refusal."""

import threading
from datetime import timedelta

import pytest
from house_build import House
from people_build import enter, refused
from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from voting.database import UTCDateTime, read, transaction, write
from voting.errors import Refused
from voting.people import actions, passwords, queries
from voting.people.tables import Account, Appointment, SignInThrottle, Unit
from voting.permissions import GRANTS, Actor, Held, Permission, Role

# --- units ------------------------------------------------------------------------------------------------------------


def test_a_unit_stands_only_where_its_kind_may(house: House) -> None:
    make = {"actor": None, "name": "某处"}
    assert refused(house, actions.create_unit, parent_id=house.city, kind="community", **make) == "UNIT_PARENT"
    assert refused(house, actions.create_unit, parent_id=None, kind="grid", **make) == "UNIT_PARENT"
    assert refused(house, actions.create_unit, parent_id=None, kind="village", **make) == "UNIT_KIND"
    grid = house.act(actions.create_unit, parent_id=house.community, kind="grid", **make)
    building = house.act(actions.create_unit, parent_id=grid, kind="building", **make)
    assert house.unit(building).lineage[-3:] == (house.community, grid, building)


def test_the_name_of_a_unit_is_there_and_once(house: House) -> None:
    make = {"actor": None, "parent_id": house.street, "kind": "community"}
    assert refused(house, actions.create_unit, name="阳光社区", **make) == "UNIT_EXISTS"
    assert refused(house, actions.create_unit, name="  阳光社区 ", **make) == "UNIT_EXISTS"
    assert refused(house, actions.create_unit, name=" ", **make) == "UNIT_NAME"
    assert refused(house, actions.create_unit, name="长" * 41, **make) == "UNIT_NAME"
    assert refused(house, actions.create_unit, name="x", **(make | {"parent_id": "nowhere"})) == "UNIT"


def test_the_database_itself_refuses_a_wrong_kind(house: House) -> None:
    with pytest.raises(IntegrityError), write(house.engine) as session:
        session.add(Unit(kind="village", name="某村", path="x", created_at=house.clock.now))


def test_two_administrators_at_once_set_up_one_unit(house: House) -> None:
    said: list[str] = []

    def set_up() -> None:
        try:
            house.act(actions.create_unit, actor=None, parent_id=house.community, kind="grid", name="第一网格")
            said.append("made")
        except Refused as refusal:
            said.append(refusal.code)

    threads = [threading.Thread(target=set_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["UNIT_EXISTS"] * 7 + ["made"]
    assert [kind for kind, _ in house.log()].count("unit_created") == 2


def test_many_writers_lose_nothing(house: House) -> None:
    def write_ten(mine: int) -> None:
        for number in range(10):
            house.act(actions.create_unit, actor=None, parent_id=house.community, kind="grid", name=f"{mine}-{number}")

    before = len(house.log())
    threads = [threading.Thread(target=write_ten, args=(mine,)) for mine in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(house.log()) == before + 40
    with read(house.engine) as session:
        assert len(queries.children(session, house.community)) == 40


def test_units_need_power_over_the_parent(house: House) -> None:
    official = house.actor(house.accounts[Role.ELECTION_OFFICIAL])
    make = {"kind": "grid", "name": "第一网格"}
    assert refused(house, actions.create_unit, actor=official, parent_id=house.community, **make) == "NOT_ALLOWED"
    house.act(actions.create_unit, actor=house.actor(house.admin), parent_id=house.community, **make)


def test_a_unit_is_recorded_in_its_communitys_log_alone(house: House) -> None:
    other = house.log(house.other_community)
    house.act(actions.create_unit, actor=None, parent_id=house.community, kind="grid", name="第一网格")
    assert house.log()[-1][0] == "unit_created"
    assert house.log()[-1][1]["name"] == "第一网格"
    assert house.log(house.other_community) == other


def test_a_new_community_begins_its_log_with_the_powers_it_inherits(house: House) -> None:
    new = house.act(actions.create_unit, actor=None, parent_id=house.street, kind="community", name="新社区")
    kinds = [(kind, data.get("role")) for kind, data in house.log(new)]
    assert kinds == [("unit_created", None), ("appointment_made", "system_administrator")]


# --- accounts ---------------------------------------------------------------------------------------------------------


def test_an_account_is_opened_with_a_first_password(house: House) -> None:
    admin = house.actor(house.admin)
    made = house.act(actions.create_account, actor=admin, unit_id=house.community, login=" Wang ", display_name="王某")
    assert made.login == "wang"
    with read(house.engine) as session:
        account = session.get_one(Account, made.account_id)
        assert account.must_change_password
        assert made.password not in account.password_hash
    assert enter(house, "wang", made.password).account_id == made.account_id
    assert house.log()[-1] == ("account_created", {"account": made.account_id, "by": house.admin})


def test_the_public_log_names_nobody(house: House) -> None:
    words = str(house.log())
    assert "何玉梅" not in words
    assert "'official'" not in words


def test_refused_accounts(house: House) -> None:
    make = {"actor": house.actor(house.admin), "unit_id": house.community, "display_name": "王某"}
    for login in ("a", "1a", "王某", "a b", "a" * 41, "ａｂ", "ab\x00"):
        assert refused(house, actions.create_account, login=login, **make) == "LOGIN_FORM"
    assert refused(house, actions.create_account, login="admin", **make) == "LOGIN_TAKEN"
    assert refused(house, actions.create_account, login="wang", **(make | {"display_name": ""})) == "ACCOUNT_NAME"
    clerk = house.actor(house.accounts[Role.DESK_CLERK])
    assert refused(house, actions.create_account, login="wang", **(make | {"actor": clerk})) == "NOT_ALLOWED"


@pytest.mark.parametrize(
    ("password", "code"),
    [("short", "PASSWORD_LENGTH"), ("长" * 129, "PASSWORD_LENGTH"), ("aaaaaaaaaaaa", "PASSWORD_WEAK"),
     ("1212121212", "PASSWORD_WEAK"), ("xx-Admin-2026", "PASSWORD_WEAK"), ("1234567890", "PASSWORD_WEAK"),
     ("abcdefghij", "PASSWORD_WEAK"), ("9876543210", "PASSWORD_WEAK"), ("qwertyuiop", "PASSWORD_WEAK"),
     ("1qaz2wsx3edc", "PASSWORD_WEAK"), ("Password123", "PASSWORD_WEAK"), ("woaini1314520", "PASSWORD_WEAK")],
)  # fmt: skip
def test_passwords_that_guessing_finds_first_are_refused(password: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        passwords.require_good(password, "admin")
    assert caught.value.code == code


def test_a_full_width_keyboard_types_the_same_password() -> None:
    hashed = passwords.hash_password("Abc-12345678")
    assert passwords.matches(hashed, "Ａｂｃ－１２３４５６７８")
    assert not passwords.matches(hashed, "abc-12345678")
    assert not passwords.matches("no hash at all", "Abc-12345678")


# --- appointments -----------------------------------------------------------------------------------------------------


def test_an_appointment_gives_its_role_below_the_unit_and_on_its_days(house: House) -> None:
    someone = house.account("someone", house.street)
    day = house.clock.today
    house.appoint(
        someone, house.street, Role.ELECTION_OFFICIAL, from_day=day + timedelta(1), until_day=day + timedelta(2)
    )
    path = house.unit(house.community).lineage
    for days, may in ((0, False), (1, True), (2, True), (3, False)):
        house.clock.now += timedelta(days=days - (house.clock.today - day).days)
        assert house.actor(someone).may(Permission.MOVE_ELECTION, path) is may
    assert not house.actor(someone).may(Permission.MOVE_ELECTION, (house.city,))


def test_power_from_above_is_recorded_in_every_community_below(house: House) -> None:
    someone = house.account("someone", house.street)
    appointment = house.appoint(someone, house.street, Role.ELECTION_OFFICIAL)
    for community in (house.community, house.other_community):
        kind, data = house.log(community)[-1]
        assert kind == "appointment_made"
        assert data["appointment"] == appointment
        assert data["unit"] == house.street


def test_nobody_appoints_himself_and_nobody_beyond_his_reach(house: House) -> None:
    admin, someone = house.actor(house.admin), house.account("someone", house.community)
    official = house.actor(house.accounts[Role.ELECTION_OFFICIAL])
    make = {"today": house.clock.today, "from_day": house.clock.today, "role": Role.DESK_CLERK}
    assert (
        refused(house, actions.appoint, actor=admin, account_id=house.admin, unit_id=house.community, **make)
        == "APPOINT_SELF"
    )
    assert (
        refused(house, actions.appoint, actor=official, account_id=someone, unit_id=house.community, **make)
        == "NOT_ALLOWED"
    )
    assert (
        refused(house, actions.appoint, actor=admin, account_id="nobody", unit_id=house.community, **make) == "ACCOUNT"
    )
    assert refused(house, actions.appoint, actor=admin, account_id=someone, unit_id="nowhere", **make) == "UNIT"


@pytest.mark.parametrize("other", [role for role in Role if role is not Role.SUPERVISOR])
def test_a_supervisor_is_never_one_of_those_watched(house: House, other: Role) -> None:
    make = {"actor": None, "today": house.clock.today, "from_day": house.clock.today}
    department = "court" if other is Role.REVIEWER else ""
    if department:
        house.accounts[other] = house.account("reviewer", house.community)
        house.appoint(house.accounts[other], house.community, other, department=department)
    watcher = {"account_id": house.accounts[Role.SUPERVISOR], "role": other, "department": department}
    assert refused(house, actions.appoint, unit_id=house.community, **watcher, **make) == "ROLES_INCOMPATIBLE"
    # From above it reaches the same community; next door it does not.
    assert refused(house, actions.appoint, unit_id=house.street, **watcher, **make) == "ROLES_INCOMPATIBLE"
    house.act(actions.appoint, unit_id=house.other_community, **watcher, **make)
    watched = {"account_id": house.accounts[other], "role": Role.SUPERVISOR}
    assert refused(house, actions.appoint, unit_id=house.community, **watched, **make) == "ROLES_INCOMPATIBLE"


def test_refused_days_and_doubles(house: House) -> None:
    someone, day = house.account("someone", house.community), house.clock.today
    make = {"actor": None, "today": day, "account_id": someone, "unit_id": house.community, "role": Role.DESK_CLERK}
    past = {"from_day": day - timedelta(9), "until_day": day - timedelta(1)}
    assert refused(house, actions.appoint, **past, **make) == "APPOINTMENT_DAYS"
    assert refused(house, actions.appoint, from_day=day + timedelta(2), until_day=day, **make) == "APPOINTMENT_DAYS"
    house.act(actions.appoint, from_day=day, **make)
    assert refused(house, actions.appoint, from_day=day, **make) == "APPOINTMENT_EXISTS"
    with pytest.raises(IntegrityError), write(house.engine) as session:
        held = session.scalar(select(Appointment).where(Appointment.account_id == someone))
        assert held is not None
        held.until_day = held.from_day - timedelta(1)


def test_an_ended_appointment_is_out_of_force_at_once(house: House) -> None:
    clerk = house.accounts[Role.DESK_CLERK]
    with read(house.engine) as session:
        (appointment,) = queries.in_force(session, clerk, house.clock.today)
    end = {"actor": house.actor(house.admin), "today": house.clock.today, "appointment_id": appointment.id}
    house.act(actions.end_appointment, **end)
    assert not house.actor(clerk).held
    assert house.log()[-1][0] == "appointment_ended"
    assert refused(house, actions.end_appointment, **end) == "APPOINTMENT_OVER"
    assert refused(house, actions.end_appointment, **(end | {"appointment_id": "none"})) == "APPOINTMENT"


def test_the_last_administrator_stays(house: House) -> None:
    with read(house.engine) as session:
        (appointment,) = queries.in_force(session, house.admin, house.clock.today)
    end = {"actor": house.actor(house.admin), "today": house.clock.today, "appointment_id": appointment.id}
    assert refused(house, actions.end_appointment, **end) == "LAST_ADMINISTRATOR"
    second = house.account("second", house.city)
    house.appoint(second, house.city, Role.SYSTEM_ADMINISTRATOR)
    shut = {"actor": end["actor"], "today": house.clock.today, "account_id": second}
    house.act(actions.disable_account, disabled=True, **shut)
    assert refused(house, actions.end_appointment, **end) == "LAST_ADMINISTRATOR", "a closed account mends nothing"
    house.act(actions.disable_account, disabled=False, **shut)
    house.act(actions.end_appointment, **end)


def test_two_administrators_who_close_each_other_at_once_leave_one(house: House) -> None:
    second = house.account("second", house.city)
    house.appoint(second, house.city, Role.SYSTEM_ADMINISTRATOR)
    # Both looked who they are before either of them acted.
    actors = house.actor(house.admin), house.actor(second)
    close = {"today": house.clock.today, "disabled": True}
    house.act(actions.disable_account, actor=actors[0], account_id=second, **close)
    late = {"actor": actors[1], "account_id": house.admin, **close}
    assert refused(house, actions.disable_account, **late) == "LAST_ADMINISTRATOR"


# --- the permission table and the database under it -------------------------------------------------------------------


def test_the_administrator_has_no_hand_in_an_election() -> None:
    assert GRANTS[Role.SYSTEM_ADMINISTRATOR] == {
        Permission.MANAGE_UNITS,
        Permission.MANAGE_ACCOUNTS,
        Permission.APPOINT,
    }


def test_only_supervisors_hold_keys() -> None:
    assert [role for role in Role if Permission.HOLD_KEY in GRANTS[role]] == [Role.SUPERVISOR]


def test_an_actor_without_appointments_has_his_own_account_and_nothing_else(house: House) -> None:
    actor = Actor("x", "某人", (Held(Role.DESK_CLERK, "elsewhere", house.clock.today, None),))
    path = house.unit(house.community).lineage
    assert [permission for permission in Permission if actor.may(permission, path)] == [Permission.OWN_ACCOUNT]


def test_a_reading_session_cannot_write(house: House) -> None:
    with read(house.engine) as session:
        session.add(SignInThrottle(login="x", failures=1, last_at=house.clock.now, not_before=house.clock.now))
        with pytest.raises(DBAPIError, match=r"read.?only"):
            session.flush()
        with pytest.raises(RuntimeError), transaction(session):
            pass


def test_a_naive_time_is_refused_at_the_column(house: House) -> None:
    naive = house.clock.now.replace(tzinfo=None)
    with pytest.raises(StatementError, match="zone"), write(house.engine) as session:
        session.add(SignInThrottle(login="x", failures=1, last_at=naive, not_before=naive))
    assert UTCDateTime.cache_ok


def test_an_action_within_an_act_is_all_or_nothing(house: House) -> None:
    with write(house.engine) as session:
        with pytest.raises(Refused), transaction(session):
            actions.create_unit(
                session, actor=None, now=house.clock.now, parent_id=house.community, kind="grid", name="第一网格"
            )
            actions.create_unit(
                session, actor=None, now=house.clock.now, parent_id=house.community, kind="grid", name="第一网格"
            )
        assert not queries.children(session, house.community)
    assert [kind for kind, _ in house.log()][-1] == "appointment_made"


def test_a_name_taken_between_look_and_write_is_the_same_refusal(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    account = {"actor": None, "unit_id": house.community, "login": "clerk", "display_name": "某人"}
    unit = {"actor": None, "parent_id": house.street, "kind": "community", "name": "朝晖社区"}
    with monkeypatch.context() as late:
        late.setattr(queries, "children", lambda *_given: [])
        assert refused(house, actions.create_unit, **unit) == "UNIT_EXISTS"
        late.setattr(Session, "scalar", lambda *_given: None)
        assert refused(house, actions.create_account, **account) == "LOGIN_TAKEN"


def test_an_appointment_locks_the_account_before_it_looks(house: House) -> None:
    someone, locked = house.account("someone", house.community), []
    with write(house.engine) as session:
        event.listen(session, "do_orm_execute", lambda state: locked.append(state.statement._for_update_arg))
        facts = {"actor": None, "now": house.clock.now, "today": house.clock.today, "from_day": house.clock.today}
        actions.appoint(session, account_id=someone, unit_id=house.community, role=Role.DESK_CLERK, **facts)
    assert locked[0] is not None
