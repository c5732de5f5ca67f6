"""``python -m verifier archive``: sound archives pass, forged ones fail by the check that is there for it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pedersen
import pytest
from forged_ballots import answer, sign
from small_election import SmallElection, a_small_election
from vectors import FOLDER, HONEST, name

import verifier.archive as checks
from verifier import ballots as pool
from verifier.__main__ import main
from verifier.archive import verify_archive
from verifier.report import Verdict
from voting.crypto import archive, ballot, ballot_record, records, trustees
from voting.crypto import threshold as threshold_record
from voting.crypto.proofs import prove_decryption

ALL = (4, 5, 6, 7, 8, 9)
TAMPERED = json.loads((FOLDER / "Ed25519" / "tampered.json").read_text())


def verify(folder: Path, raw: bytes, **options: Any) -> checks.ArchiveReport:
    path = folder / "x.bel"
    path.write_bytes(raw)
    return verify_archive(path, **options)


def codes(report: checks.ArchiveReport) -> set[str]:
    return {finding.code for finding in report.findings}


# --- archives of other makers ---


@pytest.mark.parametrize("path", HONEST, ids=name)
def test_honest_archives_of_belenios_tool(path: Path) -> None:
    report = verify_archive(path)
    assert (report.verdict, report.findings, report.passed) == (Verdict.SOUND, (), ALL)
    assert report.facts is not None
    assert report.facts.result is not None
    assert len(report.facts.trackers) == len(report.facts.ballot_credentials) >= report.facts.counted


@pytest.mark.parametrize("case", TAMPERED, ids=lambda case: case["variant"])
def test_tampered_archives(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    folder = FOLDER / "Ed25519" / case["archive"] / "tampered" / case["variant"]
    (path,) = folder.glob("*.bel")
    assert main(["archive", str(path)]) in case["exit"]
    assert capsys.readouterr().out


def test_revotes_are_counted_once() -> None:
    report = verify_archive(FOLDER / "Ed25519" / "basic" / "DU68iGWjo1HAi9.bel")
    assert report.facts is not None
    assert report.facts.counted == len(set(report.facts.ballot_credentials)) < len(report.facts.trackers)


# --- own archives, and what can be forged in them ---


@pytest.fixture(scope="module")
def small() -> SmallElection:
    return a_small_election(voters=4, weights=[1, 1, 5, 1])


@pytest.fixture(scope="module")
def votes(small: SmallElection) -> list[bytes]:
    return [small.ballot(0, [0, 1, 0, 0]), small.ballot(1, [0, 0, 1, 0]), small.ballot(2, [1, 0, 0, 0])]


def test_own_archive_is_sound(small: SmallElection, votes: list[bytes], tmp_path: Path) -> None:
    report = verify(tmp_path, small.file(votes))
    assert (report.verdict, report.passed) == (Verdict.SOUND, ALL)
    facts = report.facts
    assert facts is not None
    assert facts.result == [[5, 1, 1, 0]]
    assert facts.trackers == [ballot.tracker(raw) for raw in votes]
    assert set(facts.ballot_credentials) == {small.public(voter) for voter in range(3)}
    assert (facts.counted, facts.total_weight, facts.ended) == (3, 7, True)


def test_no_ballot_at_all_is_sound(small: SmallElection, tmp_path: Path) -> None:
    report = verify(tmp_path, small.file([]))
    assert (report.verdict, report.passed) == (Verdict.SOUND, ALL)


Votes = list[bytes]


def with_ballot(messages: list[int]) -> Callable[[SmallElection, Votes], bytes]:
    """The last voter's ballot encrypts anything; the trustees decrypt the sum honestly."""
    return lambda small, votes: small.file([*votes, sign(small, 3, [answer(small, 3, messages)])])


def unsigned(small: SmallElection, votes: Votes) -> bytes:
    value = json.loads(small.ballot(3, [0, 1, 0, 0]))
    value["signature"]["proof"]["response"] = "5"
    return small.file([*votes, records.write(value)])


def other_fingerprint(small: SmallElection, votes: Votes) -> bytes:
    forged = sign(small, 3, [answer(small, 3, [0, 1, 0, 0])], phi=records.fingerprint(b"other candidates"))
    return small.file([*votes, forged])


def stuffed(small: SmallElection, votes: Votes) -> bytes:
    """A ballot whose credential is on no list. It adds nothing to the tally, but the archive shows it as cast."""
    stranger = SmallElection(**{**vars(small), "voters": [small.group.random_scalar()]})
    return small.file([*votes, stranger.ballot(0, [0, 1, 0, 0])])


def spaced(small: SmallElection, votes: Votes) -> bytes:
    return small.file([votes[0] + b" ", *votes[1:]], tally=small.tally(votes))


def replayed(small: SmallElection, votes: Votes) -> bytes:
    """The voter's superseded ballot again after the revote, and so the result changed."""
    return small.file([*votes, small.ballot(0, [0, 0, 0, 1]), votes[0]])


def late(small: SmallElection, votes: Votes) -> bytes:
    return small.file(votes, late_ballots=[small.ballot(3, [0, 1, 0, 0])])


def dropped(small: SmallElection, votes: Votes) -> bytes:
    """The trustees decrypt a tally without the last ballot, whose stated size is the true one."""
    tally, true = small.tally(votes[:-1]), small.tally(votes)
    return small.file(votes, tally=tally, sized=true.sized_record(tally.record()))


def reweighed(small: SmallElection, votes: Votes) -> bytes:
    """The same, with a vote of weight 5 counted once."""
    true, tally = small.tally(votes), small.tally(votes[:2])
    tally.add(ballot.parse_ballot(small.election, votes[2]), 1)
    return small.file(votes, tally=tally, sized=true.sized_record(tally.record()))


def wrong_size(small: SmallElection, votes: Votes) -> bytes:
    tally = small.tally(votes)
    value = json.loads(tally.sized_record())
    return small.file(votes, sized=records.write({**value, "num_tallied": value["num_tallied"] + 7}))


def wrong_weight(small: SmallElection, votes: Votes) -> bytes:
    tally = small.tally(votes)
    return small.file(votes, sized=records.write({**json.loads(tally.sized_record()), "total_weight": 8}))


def false_factor(small: SmallElection, votes: Votes) -> bytes:
    """A trustee moves a vote from the first candidate to the last by false factors, and states that result."""
    tally = small.tally(votes)
    shares = small.shares(tally)
    group = small.group
    value = json.loads(shares[1])
    row = [group.parse(text) for text in value["decryption_factors"][0]]
    row[1], row[3] = group.add(row[1], group.generator), group.sub(row[3], group.generator)
    value["decryption_factors"][0] = [group.text(factor) for factor in row]
    prefix = f"decrypt|{small.election.fingerprint}|{group.text(group.base_power(small.trustee_secrets[0]))}|"
    value["decryption_proofs"][0] = [
        prove_decryption(group, small.trustee_secrets[0], choice.alpha, prefix).form() for choice in tally.rows[0]
    ]
    shares[1] = records.write(value)
    return small.file(votes, shares=shares, result=trustees.result_record([[5, 0, 1, 1]]))


def moved(small: SmallElection, votes: Votes) -> bytes:
    return small.file(votes, result=trustees.result_record([[5, 0, 1, 1]]))


def unproven_trustee(small: SmallElection, votes: Votes) -> bytes:
    value = json.loads(small.trustees_record)
    value[0][1]["pok"]["response"] = "5"
    return small.file(votes, trustees=records.write(value))


ATTACKS: dict[str, tuple[Callable[[SmallElection, Votes], bytes], int, str, list[tuple[object, str]]]] = {
    # attack: how it is made, the check that finds it, its code, and what must be switched off for it to pass
    "late_ballot": (late, 4, "ARCHIVE_ORDER", [(archive, "order")]),
    "replayed_ballot": (replayed, 4, "ARCHIVE_BALLOT_TWICE", [(checks, "check_no_ballot_twice")]),
    "unproven_trustee": (unproven_trustee, 5, "TRUSTEE_POK", [(trustees, "check_possession")]),
    "stuffed_ballot": (stuffed, 6, "BALLOT_CREDENTIAL_UNKNOWN", [(checks, "check_credentials")]),
    "spaced_ballot": (spaced, 6, "BALLOT_NOT_CANONICAL", [(ballot_record, "_check_canonical")]),
    "unsigned_ballot": (unsigned, 6, "BALLOT_SIGNATURE", [(ballot, "check_signature")]),
    "other_fingerprint": (other_fingerprint, 6, "BALLOT_ELECTION_HASH", [(ballot, "check_election")]),
    "double_vote": (with_ballot([0, 2, -1, 0]), 6, "BALLOT_INDIVIDUAL_PROOF", [(ballot, "check_individual_proofs")]),
    "over_vote": (with_ballot([0, 1, 1, 0]), 6, "BALLOT_OVERALL_PROOF", [(ballot, "check_overall_proof")]),
    "blank_and_one": (with_ballot([1, 1, 0, 0]), 6, "BALLOT_BLANK_PROOF", [(ballot, "check_blank_proof")]),
    "dropped_ballot": (dropped, 7, "TALLY_OTHER", [(checks, "check_tally_record")]),
    "reweighed_ballot": (reweighed, 7, "TALLY_OTHER", [(checks, "check_tally_record")]),
    "wrong_size": (wrong_size, 7, "TALLY_SIZE", [(checks, "check_sized_record")]),
    "wrong_weight": (wrong_weight, 7, "TALLY_SIZE", [(checks, "check_sized_record")]),
    "false_factor": (false_factor, 8, "DECRYPTION_PROOF", [(trustees, "decrypts")]),
    "moved_vote": (moved, 9, "RESULT_COUNT", [(checks, "check_counts")]),
}


def switch_off(monkeypatch: pytest.MonkeyPatch, where: object, check: str) -> None:
    if check == "order":
        others = tuple(other for other in archive._CHECKS if other is not archive._check_order)
        monkeypatch.setattr(archive, "_CHECKS", others)
    else:
        nothing = {"check_credentials": [], "decrypts": True}.get(check)
        monkeypatch.setattr(where, check, lambda *_, **__: nothing)


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_check_is_the_only_one_that_stops_its_attack(
    small: SmallElection, votes: Votes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: str
) -> None:
    make, number, code, off = ATTACKS[attack]
    raw = make(small, votes)
    report = verify(tmp_path, raw)
    assert report.verdict is Verdict.TAMPERED
    assert (report.findings[0].check, codes(report)) == (number, {code})
    for where, check in off:
        switch_off(monkeypatch, where, check)
    blind = verify(tmp_path, raw)
    assert (blind.verdict, blind.findings, blind.passed) == (Verdict.SOUND, (), ALL)


def test_key_of_someone_else(small: SmallElection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An election under a key that the attacker holds alone, beside the trustees' honest keys: found before any
    result exists, by the one check that compares them."""
    value = json.loads(small.election.record)
    value["public_key"] = small.group.text(small.group.base_power(99))
    raw = small.file([], election=records.write(value), until="Ballot")
    assert codes(verify(tmp_path, raw)) == {"ELECTION_KEY_OTHER"}
    monkeypatch.setattr(checks, "check_election_key", lambda *_: None)
    assert codes(verify(tmp_path, raw)) == {"TALLY_MISSING"}


def test_a_count_plus_the_order_is_not_the_count(small: SmallElection, votes: Votes, tmp_path: Path) -> None:
    result = trustees.result_record([[5, 1 + small.group.order, 1, 0]])
    report = verify(tmp_path, small.file(votes, result=result))
    assert (report.verdict, codes(report)) == (Verdict.TAMPERED, {"RESULT_COUNT"})


def test_too_few_decryptions_and_yet_a_result(small: SmallElection, votes: Votes, tmp_path: Path) -> None:
    shares = small.shares(small.tally(votes))
    raw = small.file(votes, shares={1: shares[1]}, result=trustees.result_record([[5, 1, 1, 0]]))
    report = verify(tmp_path, raw)
    assert (report.verdict, codes(report)) == (Verdict.TAMPERED, {"RESULT_SHARES"})


def test_too_few_decryptions_and_no_result(small: SmallElection, votes: Votes, tmp_path: Path) -> None:
    shares = small.shares(small.tally(votes))
    report = verify(tmp_path, small.file(votes, shares={1: shares[1]}, until="PartialDecryption"))
    assert (report.verdict, codes(report)) == (Verdict.LACKING, {"RESULT_MISSING"})


def test_poll_still_open(small: SmallElection, votes: Votes, tmp_path: Path) -> None:
    report = verify(tmp_path, small.file(votes, until="Ballot"))
    assert (report.verdict, codes(report), report.passed) == (Verdict.LACKING, {"TALLY_MISSING"}, (4, 5, 6))


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        (lambda s: [(1, s[1]), (1, s[1])], "DECRYPTION_TWICE"),
        (lambda s: [(1, s[1]), (3, s[2])], "TRUSTEE_UNKNOWN"),
        (lambda s: [(0, s[1]), (2, s[2])], "TRUSTEE_UNKNOWN"),
        (lambda s: [(2, s[1]), (1, s[2])], "DECRYPTION_PROOF"),
    ],
)
def test_shares_of_nobody_or_of_one_twice(
    small: SmallElection, votes: Votes, tmp_path: Path, shares: Callable[[dict[int, bytes]], Any], code: str
) -> None:
    class Listed:
        """Shares in any order, an owner twice if need be."""

        def __init__(self, pairs: list[tuple[int, bytes]]) -> None:
            self.items = lambda: pairs

    listed = Listed(shares(small.shares(small.tally(votes))))
    report = verify(tmp_path, small.file(votes, shares=listed, result=trustees.result_record([[5, 1, 1, 0]])))
    assert (report.verdict, codes(report)) == (Verdict.TAMPERED, {code})


def test_owner_record_must_name_the_share(small: SmallElection, votes: Votes) -> None:
    for owned in (b'{"owner":1,"payload":"x"}', b'{"owner":true,"payload":"x"}', b'{"owner":1}', b"[]", b""):
        with pytest.raises(checks.Malformed, match="DECRYPTION_OWNER"):
            checks.parse_owner(votes[0], owned)


@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        (lambda c: [*c, c[0]], "CREDENTIALS_TWICE"),
        (lambda c: [*c, c[0] + ",5"], "CREDENTIALS_TWICE"),
        (lambda c: [*c, "0" * 63 + "1"], "CREDENTIALS_NEUTRAL"),
        (lambda c: [*c, "00" * 32], "GROUP_ELEMENT"),
        (lambda c: [c[0] + ",-1", *c[1:]], "CREDENTIALS_FORM"),
        (lambda c: [c[0] + ",", *c[1:]], "CREDENTIALS_FORM"),
        (lambda c: [f"{c[0]},{2**40 + 1}", *c[1:]], "CREDENTIALS_FORM"),
        (lambda c: [5, *c], "CREDENTIALS_FORM"),
        (lambda c: {}, "CREDENTIALS_FORM"),
    ],
)
def test_credentials(small: SmallElection, tmp_path: Path, credentials: Callable[[list[str]], Any], code: str) -> None:
    listed = sorted(small.weights)
    raw = small.file([], credentials=records.write(credentials(listed)))
    assert codes(verify(tmp_path, raw)) == {code}


@pytest.mark.parametrize(
    ("change", "code", "verdict"),
    [
        (lambda v: v.update(version=2), "ELECTION_VERSION", Verdict.UNUSABLE),
        (lambda v: v.update(version=True), "ELECTION_VERSION", Verdict.UNUSABLE),
        (lambda v: v.update(group="RFC-3526-2048"), "GROUP_UNKNOWN", Verdict.UNUSABLE),
        (lambda v: v.update(uuid="0OIl"), "ELECTION_FORM", Verdict.UNUSABLE),
        (lambda v: v.update(questions=[]), "ELECTION_FORM", Verdict.UNUSABLE),
        (lambda v: v["questions"][0].update(max=9), "ELECTION_FORM", Verdict.UNUSABLE),
        (lambda v: v["questions"][0].update(min=2), "ELECTION_FORM", Verdict.UNUSABLE),
        (lambda v: v["questions"][0].update(blank=1), "ELECTION_FORM", Verdict.UNUSABLE),
        (lambda v: v["questions"][0].update(answers=[]), "ELECTION_FORM", Verdict.UNUSABLE),
        (lambda v: v["questions"][0].update(type="NonHomomorphic"), "ELECTION_QUESTION_TYPE", Verdict.UNUSABLE),
        (lambda v: v.update(public_key="00" * 32), "GROUP_ELEMENT", Verdict.TAMPERED),
        (lambda v: v.update(public_key="0" * 63 + "1"), "ELECTION_KEY", Verdict.TAMPERED),
    ],
)
def test_elections_that_cannot_be_verified(
    small: SmallElection, tmp_path: Path, change: Callable[[dict[str, Any]], object], code: str, verdict: Verdict
) -> None:
    value = json.loads(small.election.record)
    change(value)
    report = verify(tmp_path, small.file([], election=records.write(value), until="Ballot"))
    assert (codes(report), report.verdict, report.facts) == ({code}, verdict, None)


def test_belenios_spells_elections_freely(small: SmallElection, tmp_path: Path) -> None:
    """Other key order, extra keys and spaces only change the fingerprint."""
    value = json.loads(small.election.record)
    raw = json.dumps(dict(reversed(value.items())) | {"extra": [1]}, indent=2).encode()
    assert codes(verify(tmp_path, small.file([], election=raw, until="Ballot"))) == {"TALLY_MISSING"}


# --- threshold trustees, both forms ---


@pytest.mark.parametrize("recent", [True, False], ids=["3.x", "2.0"])
def test_threshold_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recent: bool) -> None:
    small, shares_of = pedersen.a_threshold_election("Ed25519", recent=recent)
    votes = [small.ballot(0, [0, 1, 0, 0]), small.ballot(1, [0, 1, 0, 0])]
    shares = shares_of(small.tally(votes))
    report = verify(tmp_path, small.file(votes, shares=shares))
    assert (report.verdict, report.passed) == (Verdict.SOUND, ALL)
    few = small.file(votes, shares={3: shares[3]}, result=trustees.result_record([[0, 2, 0, 0]]))
    assert codes(verify(tmp_path, few)) == {"RESULT_SHARES"}
    forged = json.loads(small.trustees_record)
    forged[0][1]["certs"][1]["signature"]["response"] = "5"
    raw = small.file(votes, shares=shares, trustees=records.write(forged))
    assert codes(verify(tmp_path, raw)) == {"THRESHOLD_SIGNATURE"}
    monkeypatch.setattr(threshold_record, "_check_signature", lambda *_: None)
    assert verify(tmp_path, raw).verdict is Verdict.SOUND


# --- many ballots, the pool, the file ---


def test_pool_gives_what_one_process_gives(
    small: SmallElection, votes: Votes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_WORTH_A_POOL", 1)
    monkeypatch.setattr(pool, "_CHUNK", 1)
    seen: list[tuple[int, int, int]] = []
    whole = small.file([*votes, small.ballot(0, [0, 0, 0, 1])])
    report = verify(tmp_path, whole, processes=2, progress=lambda *at: seen.append(at))
    assert (report.verdict, report.passed) == (Verdict.SOUND, ALL)
    assert report.facts == verify(tmp_path, whole, processes=1).facts
    assert seen == [(6, done, 4) for done in range(5)]
    forged = small.file([*votes, sign(small, 3, [answer(small, 3, [0, 1, 1, 0])])])
    one, two = verify(tmp_path, forged, processes=1), verify(tmp_path, forged, processes=2)
    assert one.findings == two.findings
    assert codes(two) == {"BALLOT_OVERALL_PROOF"}


def test_faulty_ballots_are_named_by_number_and_tracker(small: SmallElection, votes: Votes, tmp_path: Path) -> None:
    report = verify(tmp_path, spaced(small, votes))
    (finding,) = report.findings
    assert "第 1 张" in finding.zh
    assert ballot.tracker(votes[0] + b" ") in finding.en


def test_file_changed_between_the_passes(
    small: SmallElection, votes: Votes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = small.file(votes[:2])
    longer = small.file([*votes, small.ballot(3, [0, 1, 0, 0])])
    real = checks.check_setup
    for changed in (other, longer):

        def swap(outline: Any, changed: bytes = changed) -> Any:
            (tmp_path / "x.bel").write_bytes(changed)
            return real(outline)

        monkeypatch.setattr(checks, "check_setup", swap)
        report = verify(tmp_path, small.file(votes))
        assert (codes(report), report.verdict) == ({"ARCHIVE_CHANGED"}, Verdict.UNUSABLE)
