"""What a poll was is read from the sealed log, and an unknown kind is no ground for a verdict."""

from datetime import date

import pytest

from verifier.story import sealed_kind
from voting.elections.events import ElectionSealed
from voting.errors import Refused
from voting.law.polls import Kind

SEALED = {
    "election_id": "e", "box_uuid": "b", "title": "t", "place": "p", "day": date(2026, 12, 20), "mode": "all_voters",
    "law": "residents-2026", "eligible": 12, "roll_sha256": "0" * 64, "ballot_floor": 5, "offices": (), "by": "a",
}  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_known(kind: Kind) -> None:
    assert sealed_kind(ElectionSealed(**SEALED, kind=kind.value)) is kind  # type: ignore[arg-type]


def test_another_kind_is_not() -> None:
    with pytest.raises(Refused) as refusal:
        sealed_kind(ElectionSealed(**SEALED, kind="lottery"))  # type: ignore[arg-type]
    assert refusal.value.code == "KIND_UNKNOWN"
