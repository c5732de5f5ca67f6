"""A card must lie on the desk to be marked: the public list of credentials is enough for nobody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from box_build import NOW, Built, an_engine, an_open_box
from sqlalchemy import func, select

from voting.box import desk, in_hand, slot
from voting.box.in_hand import CardInHand
from voting.box.tables import DeskNonce, PublicCredential
from voting.crypto.card_in_hand import is_in_hand, prove_in_hand
from voting.crypto.group import get_group
from voting.crypto.proofs import knows, parse_proof, prove_knowledge
from voting.database import read, writing_session
from voting.errors import Refused

ABOUT = {"uuid": "u1", "deed": "torn", "mark": "", "nonce": "n1"}


@pytest.fixture(params=["torn", "unused", "undo"])
def deed(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def box(tmp_path: Path, deed: str) -> Built:
    """A box in which the deed is due for card 0: three people have come, and for the pile the poll is over."""
    built = an_open_box(an_engine(tmp_path), checked_in=2)
    if deed == "unused":
        built.act(slot.serve_queue, 0, box=built.box, actor=None)
        built.act(slot.close, box=built.box, actor=None)
    return built


def a_mark(box: Built, deed: str) -> str:
    return box.check_in(2).mark if deed == "undo" else ""


def do(box: Built, deed: str, card: CardInHand, mark: str, **facts: object) -> object:
    """The deed in transactions of its own, as the page does it."""
    actions: dict[str, Callable[..., object]] = {
        "torn": desk.replace_torn,
        "unused": desk.scan_unused,
        "undo": desk.undo,
    }
    given: dict[str, object] = {"card": card, "actor": box.clerk, "now": NOW, **facts}
    undo = {"mark": mark, "reason": "left", "second": box.supervisors[0]}
    given |= undo if deed == "undo" else {"box": box.box}
    with writing_session(box.engine) as session:
        return actions[deed](session, **given)


def refused(box: Built, deed: str, card: CardInHand, mark: str, **facts: object) -> str:
    with pytest.raises(Refused) as caught:
        do(box, deed, card, mark, **facts)
    with read(box.engine) as session:
        marked = session.scalar(select(func.count()).where(PublicCredential.mark.is_not(None)))
    assert marked == 0, "a card was marked"
    return caught.value.code


def test_with_the_card_it_is_done_once(box: Built, deed: str) -> None:
    mark = a_mark(box, deed)
    shown = box.in_hand(0, deed, mark)
    do(box, deed, shown, mark)
    with pytest.raises(Refused) as again:
        do(box, deed, shown, mark)
    assert again.value.code in ("CARD_NONCE", "NO_SUCH_CHECK_IN")


def test_the_public_credential_alone_is_not_enough(box: Built, deed: str) -> None:
    mark = a_mark(box, deed)
    shown = box.in_hand(0, deed, mark)
    other_card = replace(shown, credential=box.publics[1])
    assert refused(box, deed, other_card, mark) == "CARD_NOT_IN_HAND"
    for proof in (None, {}, [], "x", {"challenge": "1", "response": "2"}, {"challenge": 1, "response": 2}):
        blind = replace(box.in_hand(0, deed, mark), proof=proof)
        assert refused(box, deed, blind, mark) == "CARD_NOT_IN_HAND"


def test_a_nonce_is_spent_by_a_refused_deed_too(box: Built, deed: str) -> None:
    mark = a_mark(box, deed)
    shown = box.in_hand(0, deed, mark)
    assert refused(box, deed, replace(shown, credential=box.publics[1]), mark) == "CARD_NOT_IN_HAND"
    assert refused(box, deed, shown, mark) == "CARD_NONCE"


def test_a_nonce_is_for_one_account_and_two_minutes(box: Built, deed: str) -> None:
    mark = a_mark(box, deed)
    somebody = box.supervisors[1]
    assert refused(box, deed, box.in_hand(0, deed, mark), mark, actor=somebody) == "CARD_NONCE"
    late = NOW + in_hand.NONCE_TIME + timedelta(seconds=1)
    assert refused(box, deed, box.in_hand(0, deed, mark), mark, now=late) == "CARD_NONCE"
    assert refused(box, deed, replace(box.in_hand(0, deed, mark), nonce="nothing"), mark) == "CARD_NONCE"


def test_a_proof_is_for_one_deed(box: Built, deed: str) -> None:
    other = "unused" if deed == "torn" else "torn"
    mark = a_mark(box, deed)
    assert refused(box, deed, box.in_hand(0, other, mark), mark) == "CARD_NOT_IN_HAND"
    if deed == "undo":
        assert refused(box, deed, box.in_hand(0, deed, "another mark"), mark) == "CARD_NOT_IN_HAND"


def test_nonces_that_nobody_used_are_swept(tmp_path: Path) -> None:
    box = an_open_box(an_engine(tmp_path))
    for minutes in (0, 1, 5):
        box.act(in_hand.new_nonce, box=box.box, actor=box.clerk, now=NOW + timedelta(minutes=minutes))
    with read(box.engine) as session:
        assert session.scalar(select(func.count()).select_from(DeskNonce)) == 1


@pytest.mark.parametrize("name", ["Ed25519", "BELENIOS-2048"])
def test_the_proof_holds_for_exactly_what_it_says(name: str) -> None:
    group = get_group(name)
    credential = group.text(group.base_power(7))
    proof = prove_in_hand(group, 7, **ABOUT)
    assert is_in_hand(group, credential, proof, **ABOUT)
    for field in ABOUT:
        assert not is_in_hand(group, credential, proof, **{**ABOUT, field: "other"})
    assert not is_in_hand(group, group.text(group.base_power(8)), proof, **ABOUT)
    assert not is_in_hand(group, group.text(group.neutral), prove_in_hand(group, 0, **ABOUT), **ABOUT)
    assert not is_in_hand(group, "x", proof, **ABOUT)


def test_a_ballots_signature_and_a_deed_never_stand_for_each_other() -> None:
    group = get_group("Ed25519")
    credential = group.text(group.base_power(7))
    signature = prove_knowledge(group, 7, "sig|hash|")
    assert not is_in_hand(group, credential, signature.form(), **ABOUT)
    deed = parse_proof(group, prove_in_hand(group, 7, **ABOUT), "X", "proof")
    assert not knows(group, group.parse(credential), deed, "sig|hash|")
