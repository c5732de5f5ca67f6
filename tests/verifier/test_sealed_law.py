"""Check 12 judges by the version of the law that the log sealed, or says why it cannot."""

from dataclasses import replace
from datetime import date

import pytest

from verifier.outcome import sealed_law
from verifier.report import Lacking
from voting.elections.events import ElectionSealed
from voting.errors import Malformed, Refused
from voting.law.profiles import RESIDENTS_2026

SEALED = ElectionSealed(
    election_id="e",
    box_uuid="b",
    title="样例社区居民委员会换届选举",
    place="样例社区",
    day=date(2026, 12, 20),
    mode="all_voters",
    law="residents-2026",
    eligible=12,
    roll_sha256="0" * 64,
    ballot_floor=5,
    offices=(("主任", 1, ("甲", "乙")),),
    by="a",
)


def test_the_sealed_version_judges() -> None:
    assert sealed_law(SEALED) is RESIDENTS_2026
    assert sealed_law(replace(SEALED, day=date(2026, 1, 1))) is RESIDENTS_2026, "the first day in force"


@pytest.mark.parametrize(
    ("sealed", "family", "code"),
    [
        ({"law": "residents-2031"}, Lacking, "LAW_UNKNOWN"),
        ({"law": ""}, Lacking, "LAW_UNKNOWN"),
        ({"mode": "by_acclamation"}, Lacking, "MODE_UNKNOWN"),
        ({"law": "villagers-2026"}, Malformed, "law_mode"),
        ({"day": date(2025, 12, 31)}, Malformed, "LAW_NOT_IN_FORCE"),
    ],
)
def test_a_law_that_cannot_judge_this_election(sealed: dict[str, object], family: type[Refused], code: str) -> None:
    with pytest.raises(family) as caught:
        sealed_law(replace(SEALED, **sealed))
    assert caught.value.code == code and caught.value.zh and caught.value.en
