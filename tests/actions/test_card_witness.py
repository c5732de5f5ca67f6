"""The second supervisor's confirmation: one box, these two people, half an hour, one set of cards."""

from datetime import timedelta
from pathlib import Path

import pytest
from box_build import NOW, Built, a_box, an_engine
from sqlalchemy.exc import IntegrityError

from voting.box import cards, witness
from voting.box.tables import CardWitness
from voting.crypto.group import get_group
from voting.database import read, write
from voting.errors import Refused


@pytest.fixture
def box(tmp_path: Path) -> Built:
    return a_box(an_engine(tmp_path), voters=2, spares=0, trustee_count=3)


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
