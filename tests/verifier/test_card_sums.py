"""Check 10's sums and check 13's certificate, each refusal alone, on facts made by hand."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from verifier.cards import check_casts, check_one_ballot_each
from verifier.papers import authority_fingerprint
from voting.errors import Malformed


def code(check: Callable[..., object], *facts: object) -> str:
    with pytest.raises(Malformed) as caught:
        check(*facts)
    assert caught.value.zh and caught.value.en
    return caught.value.code


def closed(**changed: int) -> Any:
    sound = {"casts": 3, "cards_out": 4, "cards_returned": 0, "cards_torn": 1, "cards_made": 6}
    return SimpleNamespace(**{**sound, **changed})


def ballots(*credentials: str, weight: int = 1) -> Any:
    weights = dict.fromkeys(credentials, weight)
    return SimpleNamespace(trackers=list(credentials), ballot_credentials=list(credentials), weights=weights)


def test_three_ballots_of_four_cards_with_one_torn_are_sound() -> None:
    check_casts(ballots("a", "b", "c"), closed())
    check_one_ballot_each(ballots("a", "b", "c"))


def test_sums_that_cannot_be() -> None:
    facts = ballots("a", "b", "c")
    assert code(check_casts, facts, closed(casts=2)) == "CASTS_OTHER"
    assert code(check_casts, facts, closed(cards_returned=1)) == "CASTS_OVER_CARDS"
    assert code(check_casts, facts, closed(cards_made=3)) == "CARDS_OUT_OVER_MADE"
    assert code(check_one_ballot_each, ballots("a", "b", "a")) == "CARD_VOTED_TWICE"
    assert code(check_one_ballot_each, ballots("a", "b", weight=2)) == "CARD_WEIGHT"


def test_an_authority_that_is_no_certificate() -> None:
    assert code(authority_fingerprint, b"-----BEGIN NOTHING-----\n") == "AUTHORITY_FORM"
