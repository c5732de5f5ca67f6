"""The second supervisor's confirmation: one box, these two people, half an hour, one set of cards."""

from datetime import timedelta
from pathlib import Path

import pytest
from box_build import NOW, Built, a_box, an_engine
from box_visit import give
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from voting.box import cards, witness
from voting.box.tables import CardWitness
from voting.crypto.group import get_group
from voting.database import read, write
from voting.errors import Refused
from voting.people.tables import Account, Appointment
from voting.permissions import Role


@pytest.fixture
def box(tmp_path: Path) -> Built:
    built = a_box(an_engine(tmp_path), voters=2, spares=0, trustee_count=3)
    for one in built.supervisors:
        give(built, one, Role.SUPERVISOR)
    return built


def confirm(box: Built) -> None:
    maker, second = box.supervisors[:2]
    box.act(witness.confirm, box=box.box, maker=maker, witness=second)


def publish(box: Built, count: int = 2, **facts: object) -> object:
    group = get_group("Ed25519")
    publics = sorted(group.text(group.base_power(number)) for number in range(5, 5 + count))
    given = {"actor": box.supervisors[0], **facts}
    return box.act(cards.receive_witnessed, box=box.box, credentials=publics, **given)


def refused(box: Built, **facts: object) -> str:
    with pytest.raises(Refused) as caught:
        publish(box, **facts)  # type: ignore[arg-type]
    return caught.value.code


def present(box: Built) -> str | None:
    with read(box.engine) as session:
        return witness.present(session, box=box.box, maker=box.supervisors[0], now=NOW)


def test_one_confirmation_is_for_one_set_of_cards(box: Built) -> None:
    assert refused(box) == "WITNESS_MISSING"
    confirm(box)
    assert present(box) == box.supervisors[1]
    assert refused(box, count=1) == "CARD_COUNT"
    publish(box)
    assert present(box) is None and box.row().cards_made == 2
    assert refused(box) == "WITNESS_MISSING"


def test_it_is_for_the_supervisor_whom_it_was_given(box: Built) -> None:
    confirm(box)
    assert refused(box, actor=box.supervisors[2]) == "WITNESS_MISSING"
    assert refused(box, now=NOW + witness.WITNESS_TIME + timedelta(seconds=1)) == "WITNESS_MISSING"


def test_nobody_is_their_own_witness(box: Built) -> None:
    one = box.supervisors[0]
    with pytest.raises(Refused) as caught:
        box.act(witness.confirm, box=box.box, maker=one, witness=one)
    assert caught.value.code == "SAME_SUPERVISOR"
    with pytest.raises(IntegrityError), write(box.engine) as session:
        session.add(CardWitness(box_id=box.box, maker_id=one, witness_id=one, until=NOW))


def change(box: Built, **facts: object) -> None:
    with write(box.engine) as session:
        account = session.get_one(Account, box.supervisors[1])
        for name, value in facts.items():
            setattr(account, name, value)


@pytest.mark.parametrize(
    ("facts", "code"), [({"must_change_password": True}, "WITNESS_PASSWORD"), ({"disabled": True}, "NOT_SUPERVISOR")]
)
def test_a_witness_has_an_open_account_with_a_password_of_their_own(
    box: Built, facts: dict[str, object], code: str
) -> None:
    """Whoever opened an account knows its first password: that proves nobody's presence."""
    confirm(box)
    change(box, **facts)
    assert refused(box) == code, "asked again when the cards come"
    with pytest.raises(Refused) as caught:
        confirm(box)
    assert caught.value.code == code


def test_a_witness_whose_appointment_ended_in_between_is_none(box: Built) -> None:
    confirm(box)
    with write(box.engine) as session:
        held = session.scalars(select(Appointment).where(Appointment.account_id == box.supervisors[1])).one()
        held.until_day = held.from_day
    assert refused(box) == "NOT_SUPERVISOR"
    assert box.row().cards_made == 0
