"""Ballots: what is made verifies, what is forged is refused by the check that it should fail."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_election import BLANK_OR_ONE, SmallElection, a_small_election

from voting.crypto import ballot, ballot_record
from voting.crypto.ballot import make_ballot, parse_ballot, short_tracker, size_limit, tracker, verify_ballot
from voting.crypto.election import Election, Question
from voting.errors import Malformed, Refused

REFUSED = Path(__file__).parent.parent / "vectors" / "refused" / "ballots"
CASES = json.loads((REFUSED / "cases.json").read_text())
WITHOUT_BLANK = Question("选委员", ("甲某", "乙某", "丙某", "丁某"), blank=False, minimum=0, maximum=3)
WITH_BLANK = Question("选副主任", ("甲某", "乙某", "丙某"), blank=True, minimum=1, maximum=2)


def refusal(election: Election, raw: bytes) -> str:
    """The code by which a ballot is refused."""
    try:
        verify_ballot(election, parse_ballot(election, raw))
    except Refused as fault:
        return fault.code
    return "accepted"


@pytest.fixture(scope="module")
def small() -> SmallElection:
    return a_small_election(questions=(WITHOUT_BLANK, WITH_BLANK))


@pytest.fixture(scope="module")
def small_2048() -> SmallElection:
    return a_small_election("BELENIOS-2048", questions=(WITHOUT_BLANK, WITH_BLANK))


def a_vote(draw: st.DrawFn) -> list[list[int]]:
    chosen = draw(st.lists(st.integers(0, 1), min_size=4, max_size=4).filter(lambda bits: sum(bits) <= 3))
    named = draw(st.lists(st.integers(0, 1), min_size=3, max_size=3).filter(lambda bits: 1 <= sum(bits) <= 2))
    return [chosen, draw(st.sampled_from([[1, 0, 0, 0], [0, *named]]))]


votes = st.composite(a_vote)()


@settings(max_examples=15, deadline=None)
@given(vote=votes)
def test_every_allowed_vote_verifies_and_decrypts_to_itself(small: SmallElection, vote: list[list[int]]) -> None:
    raw = small.ballot(0, *vote)
    verify_ballot(small.election, parse_ballot(small.election, raw))
    tally = small.tally([raw])
    assert small.counts(tally, small.shares(tally)) == vote


@settings(max_examples=5, deadline=None)
@given(vote=votes)
def test_the_same_in_belenios_2048(small_2048: SmallElection, vote: list[list[int]]) -> None:
    raw = small_2048.ballot(0, *vote)
    verify_ballot(small_2048.election, parse_ballot(small_2048.election, raw))
    tally = small_2048.tally([raw])
    assert small_2048.counts(tally, small_2048.shares(tally)) == vote


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"].removesuffix(".ballot"))
def test_forgery_is_refused(case: dict[str, str]) -> None:
    election = Election.parse((REFUSED / "election.json").read_bytes())
    assert refusal(election, (REFUSED / case["file"]).read_bytes()) == case["code"]


def test_the_forgeries_start_from_a_ballot_that_verifies() -> None:
    election = Election.parse((REFUSED / "election.json").read_bytes())
    assert refusal(election, (REFUSED / "honest.ballot").read_bytes()) == "accepted"


def test_every_refusal_of_ballots_has_a_forgery() -> None:
    assert {case["code"] for case in CASES} == {
        "BALLOT_BLANK_PROOF",
        "BALLOT_ELECTION",
        "BALLOT_ELECTION_HASH",
        "BALLOT_ELEMENT",
        "BALLOT_FORM",
        "BALLOT_INDIVIDUAL_PROOF",
        "BALLOT_JSON",
        "BALLOT_NOT_CANONICAL",
        "BALLOT_OVERALL_PROOF",
        "BALLOT_SCALAR",
        "BALLOT_SIGNATURE",
        "BALLOT_SIGNATURE_HASH",
        "BALLOT_TOO_LARGE",
    }


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("another_election_hash", "check_election"),
        ("signed_hash", "check_signature"),
        ("signature", "check_signature"),
        ("double_vote", "check_individual_proofs"),
        ("over_vote", "check_overall_proof"),
        ("under_vote", "check_overall_proof"),
        ("blank_and_candidate", "check_blank_proof"),
    ],
)
def test_each_step_is_the_only_one_that_stops_its_forgery(
    monkeypatch: pytest.MonkeyPatch, name: str, check: str
) -> None:
    election = Election.parse((REFUSED / "election.json").read_bytes())
    raw = (REFUSED / f"{name}.ballot").read_bytes()
    assert refusal(election, raw) != "accepted"
    monkeypatch.setattr(ballot, check, lambda *_, **__: None)
    assert refusal(election, raw) == "accepted"


def test_canonical_form_is_the_only_thing_that_stops_another_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    election = Election.parse((REFUSED / "election.json").read_bytes())
    raw = (REFUSED / "newline.ballot").read_bytes()
    assert refusal(election, raw) == "BALLOT_NOT_CANONICAL"
    monkeypatch.setattr(ballot_record, "_check_canonical", lambda _value, _raw: None)
    assert refusal(election, raw) == "accepted"


def test_truncated_anywhere(small: SmallElection) -> None:
    raw = small.ballot(0, [0, 0, 1, 0], [1, 0, 0, 0])
    for end in range(0, len(raw), 37):
        assert refusal(small.election, raw[:end]) == "BALLOT_JSON"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_byte_is_always_refused_and_never_crashes(data: st.DataObject) -> None:
    election = Election.parse((REFUSED / "election.json").read_bytes())
    raw = bytearray((REFUSED / "honest.ballot").read_bytes())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    assert refusal(election, bytes(raw)) != "accepted"


@pytest.mark.parametrize("group_name", ["Ed25519", "BELENIOS-2048"])
def test_size_limit_fits_every_ballot_closely(group_name: str) -> None:
    made = a_small_election(group_name, voters=1, questions=(WITHOUT_BLANK, BLANK_OR_ONE))
    raw = made.ballot(0, [1, 1, 0, 0], [1, 0, 0, 0])
    longest = size_limit(made.election)
    assert len(raw) <= longest < len(raw) * 1.1


@pytest.mark.parametrize(
    "choices",
    [
        [],
        [[0, 0, 0, 0]],
        [[0, 0, 0, 0], [0, 0, 0, 0]],  # under the minimum
        [[1, 1, 1, 1], [1, 0, 0, 0]],  # over the maximum
        [[0, 0, 0, 0], [1, 1, 0, 0]],  # blank and a candidate
        [[0, 0, 0, 2], [1, 0, 0, 0]],
        [[0, 0, 0], [1, 0, 0, 0]],
    ],
)
def test_no_ballot_is_made_of_a_vote_that_is_not_allowed(small: SmallElection, choices: list[list[int]]) -> None:
    with pytest.raises(Malformed, match="BALLOT_CHOICES"):
        make_ballot(small.election, small.voters[0], choices)


def test_no_ballot_is_made_with_secret_zero(small: SmallElection) -> None:
    for secret in (0, small.group.order):
        with pytest.raises(Malformed, match="BALLOT_CREDENTIAL"):
            make_ballot(small.election, secret, [[0, 0, 0, 0], [1, 0, 0, 0]])


def test_neutral_ciphertexts_are_members_and_no_crash(small: SmallElection) -> None:
    value = json.loads(small.ballot(0, [0, 0, 1, 0], [1, 0, 0, 0]))
    neutral = small.group.text(small.group.neutral)
    value["answers"][0]["choices"][0] = {"alpha": neutral, "beta": neutral}
    value["credential"] = neutral
    raw = json.dumps(value, separators=(",", ":")).encode()
    assert refusal(small.election, raw) == "BALLOT_SIGNATURE_HASH"


def test_trackers() -> None:
    raw = (REFUSED / "honest.ballot").read_bytes()
    assert len(tracker(raw)) == 43
    short = short_tracker(raw)
    assert len(short) == 16
    assert set(short) <= set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")
    assert short_tracker(b"") == "WGSEAJNSZJG3B8RV"  # SHA-256 of nothing is e3b0c…: 28, 14, 24, 12, …
