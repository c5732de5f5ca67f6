"""The archive half of the verifier: checks 4 to 9 (docs/verify.md), among them all that belenios-tool leaves unchecked.

Two streaming passes: the first reads the chain and everything but the ballots' content, and learns which ballot of
each credential is the last; the second verifies the ballots on all cores and adds up those that count.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

from verifier.ballots import Cast, Verified, verify_all
from verifier.outline import Outline, read_outline
from verifier.report import Finding, Findings, Lacking, Verdict
from voting.crypto import archive, records, trustees
from voting.crypto.election import Election, parse_public_credentials
from voting.crypto.tally import EncryptedTally, parse_tally
from voting.crypto.trustees import Factors, Trustees
from voting.errors import Malformed, Refused

CHECKS = {
    4: ("选票档案规范、逐事件相连、顺序正确、没有重复", "The archive is canonical, chained, in order, nothing twice"),
    5: ("选举、监督委员公钥和公开凭据名单成立", "The election, the trustees' keys and the credentials hold"),
    6: ("每张选票有凭据，证明成立", "Every ballot has a credential, and its proofs hold"),
    7: ("重新加总的密文与档案逐字节相同", "The recomputed encrypted tally is the archive's, byte for byte"),
    8: ("每份解密份额的证明成立", "The proofs of every partial decryption hold"),
    9: ("公布的票数就是密文解出的票数", "The result is what the encrypted tally decrypts to"),
}
_MOST_FAULTY_BALLOTS = 50

# progress(check, done, total)
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class ArchiveFacts:
    """What an archive states, for the checks that compare it with a bundle's other parts. Sound only if its report is.

    ``trackers`` and ``ballot_credentials`` are in the order of the ballots; ``counted`` is the number of ballots that
    count, the last of each credential; ``heads`` the hash of every event, ``head`` that of the last; ``shares`` the
    SHA-256 of each partial decryption by its owner, once they are proven.
    """

    election: Election
    trustees: Trustees
    weights: dict[str, int]
    trackers: list[str]
    ballot_credentials: list[str]
    counted: int
    total_weight: int
    ended: bool
    result: list[list[int]] | None
    heads: list[str]
    shares: dict[int, str] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """The hash of the last event: the whole archive in one line."""
        return self.heads[-1]


@dataclass(frozen=True)
class ArchiveReport:
    """Findings, the checks passed, the verdict, and the facts if Setup held."""

    findings: tuple[Finding, ...]
    passed: tuple[int, ...]
    verdict: Verdict
    facts: ArchiveFacts | None


@dataclass(frozen=True)
class Setup:
    """What check 5 makes of an archive's Setup."""

    election: Election
    trustees: Trustees
    weights: dict[str, int]


def verify_archive(path: Path | str, progress: Progress | None = None, processes: int | None = None) -> ArchiveReport:
    """Run checks 4 to 9 over a ``.bel`` file on all cores. Never raises on account of its content."""
    findings = Findings()
    facts = _run(Path(path), findings, progress or _silent, processes)
    return ArchiveReport(tuple(findings.listed), tuple(findings.passed), findings.verdict, facts)


def _silent(_check: int, _done: int, _total: int) -> None:
    """No progress is shown."""


def _run(path: Path, findings: Findings, progress: Progress, processes: int | None) -> ArchiveFacts | None:
    """The checks in order; one that failed leaves those that build on it unreached."""
    outline = findings.run(4, lambda: check_events(path))
    if outline is None:
        return None
    setup = findings.run(5, lambda: check_setup(outline))
    if setup is None:
        return None
    facts = _facts(setup, outline)
    verified = _ballots(path, findings, setup, outline, progress=progress, processes=processes)
    if verified is None:
        return facts
    tally = findings.run(7, lambda: check_tally(setup, outline, verified.tally))
    if tally is None:
        return facts
    shares = findings.run(8, lambda: check_decryptions(setup, outline, tally))
    if shares is not None:
        result = findings.run(9, lambda: check_result(setup, outline, tally, shares))
        owned = {parse_owner(raw, owned): records.digest(raw) for raw, owned in outline.shares}
        facts = replace(facts, result=result, shares=owned)
    return facts


def _facts(setup: Setup, outline: Outline) -> ArchiveFacts:
    last = outline.last
    return ArchiveFacts(
        election=setup.election,
        trustees=setup.trustees,
        weights=setup.weights,
        trackers=outline.trackers,
        ballot_credentials=outline.ballot_credentials,
        counted=len(last),
        total_weight=sum(setup.weights.get(credential, 0) for credential in last),
        ended=outline.ended,
        result=None,
        heads=outline.heads,
    )


# --- check 4 -----------------------------------------------------------------------------------------------------


def check_events(path: Path) -> Outline:
    """4: the archive can be read to its end, byte-exact, chained and in order, and no ballot is in it twice."""
    try:
        # Whoever hands in a pipe or a device would have the verifier wait for ever, or read without end.
        if path.exists() and not path.is_file():
            raise Malformed(
                "ARCHIVE_UNREADABLE",
                f"{path.name} 不是普通文件，请给出 .bel 文件本身",
                f"{path.name} is not a regular file; name the .bel file itself",
            )
        outline = read_outline(path)
    except OSError as fault:
        raise Malformed(
            "ARCHIVE_UNREADABLE", f"无法读取文件 {path.name}: {fault.strerror}", f"{path.name}: {fault.strerror}"
        ) from fault
    check_no_ballot_twice(outline)
    return outline


def check_no_ballot_twice(outline: Outline) -> None:
    """4: nobody replays a ballot that a voter has since replaced, which belenios-tool would count."""
    seen: dict[str, int] = {}
    for number, tracker in enumerate(outline.trackers, start=1):
        first = seen.setdefault(tracker, number)
        if first != number:
            raise Malformed(
                "ARCHIVE_BALLOT_TWICE",
                f"第 {number} 张选票与第 {first} 张相同，是重放",
                f"Ballot {number} is ballot {first} again: a replay",
            )


# --- check 5 -----------------------------------------------------------------------------------------------------


def check_setup(outline: Outline) -> Setup:
    """5: the election can be read, its key is the product of proven trustee keys, the credentials are distinct."""
    election = Election.parse(outline.election)
    listed = trustees.parse_trustees(election.group, outline.trustees)
    check_election_key(election, listed)
    return Setup(election, listed, parse_public_credentials(election.group, outline.credentials))


def check_election_key(election: Election, listed: Trustees) -> None:
    """5: nobody but the trustees together holds the key that ballots are encrypted under."""
    if election.public_key != listed.public_key:
        raise Malformed(
            "ELECTION_KEY_OTHER",
            "选举公钥不是各监督委员公钥之积",
            "The election key is not the product of the trustees' keys",
        )


# --- check 6 -----------------------------------------------------------------------------------------------------


def _ballots(
    path: Path, findings: Findings, setup: Setup, outline: Outline, *, progress: Progress, processes: int | None
) -> Verified | None:
    """6: every ballot, all faulty ones named up to a limit."""
    try:
        verified = check_ballots(path, setup, outline, progress=progress, processes=processes)
    except Refused as fault:
        findings.add(6, fault)
        return None
    faults = check_credentials(setup, outline) + verified.faults
    if not faults:
        findings.passed.append(6)
        return verified
    for number, found in sorted(faults, key=lambda item: item[0])[:_MOST_FAULTY_BALLOTS]:
        tracker = outline.trackers[number - 1]
        findings.add(6, found, f"第 {number} 张选票 ({tracker}): ", f"Ballot {number} ({tracker}): ")
    return None


def check_credentials(setup: Setup, outline: Outline) -> list[tuple[int, Refused]]:
    """6: which ballots were cast with a credential that is not on the public list."""
    fault = Malformed("BALLOT_CREDENTIAL_UNKNOWN", "凭据不在公开名单上", "The credential is not on the public list")
    listed = enumerate(outline.ballot_credentials, start=1)
    return [(number, fault) for number, credential in listed if credential not in setup.weights]


def check_ballots(path: Path, setup: Setup, outline: Outline, *, progress: Progress, processes: int | None) -> Verified:
    """6: the ballots that do not verify, and the tally of those that count."""
    total = len(outline.trackers)
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(6, done, total)

    progress(6, 0, total)
    return verify_all(setup.election, _casts(path, setup, outline), total, advance, processes)


def _casts(path: Path, setup: Setup, outline: Outline) -> Iterator[Cast]:
    last = outline.last
    ballots = (event.records[0] for event in archive.read(path) if event.type == "Ballot")
    for number, (raw, tracker) in enumerate(zip_longest(ballots, outline.trackers, fillvalue=b""), start=1):
        if not raw or records.fingerprint(raw) != tracker:
            raise Malformed("ARCHIVE_CHANGED", "文件在读取期间被改写，请重新验证", "The file changed while it was read")
        credential = outline.ballot_credentials[number - 1]
        yield Cast(number, raw, setup.weights.get(credential) if last[credential] == number else None)


# --- check 7 -----------------------------------------------------------------------------------------------------


def check_tally(setup: Setup, outline: Outline, recomputed: EncryptedTally) -> EncryptedTally:
    """7: the archived tally is that of the archived ballots. Returns it as archived; raises Lacking TALLY_MISSING."""
    if outline.tally is None or outline.sized is None:
        raise Lacking("TALLY_MISSING", "投票还没有结束或还没有加总", "The poll has not ended or is not added up yet")
    check_tally_record(outline.tally, recomputed)
    check_sized_record(outline.tally, outline.sized, recomputed)
    tally = parse_tally(setup.election, outline.tally)
    tally.ballots, tally.total_weight = recomputed.ballots, recomputed.total_weight
    return tally


def check_tally_record(archived: bytes, recomputed: EncryptedTally) -> None:
    """7: no ballot was left out, put in or weighed otherwise in the tally that the trustees decrypted."""
    if archived != recomputed.record():
        raise Malformed("TALLY_OTHER", "密文总和不是这些选票的总和", "The encrypted tally is not that of the ballots")


def check_sized_record(archived: bytes, sized: bytes, recomputed: EncryptedTally) -> None:
    """7: the stated number of ballots and total weight, which belenios-tool never compares."""
    if sized != recomputed.sized_record(archived):
        raise Malformed(
            "TALLY_SIZE",
            f"记录的票数与实际的 {recomputed.ballots} 张、权重 {recomputed.total_weight} 不符",
            f"The stated size is not the {recomputed.ballots} ballots of weight {recomputed.total_weight} counted",
        )


# --- check 8 -----------------------------------------------------------------------------------------------------


def check_decryptions(setup: Setup, outline: Outline, tally: EncryptedTally) -> dict[int, Factors]:
    """8: each share is by a trustee of this election, one each, and proven. Returns the factors by owner."""
    factors: dict[int, Factors] = {}
    for raw, owned in outline.shares:
        owner = parse_owner(raw, owned)
        if owner in factors:
            raise Malformed("DECRYPTION_TWICE", f"第 {owner} 号监督委员有两份解密", f"Trustee {owner} decrypted twice")
        factors[owner] = check_decryption(setup, owner, tally, raw)
    return factors


def parse_owner(raw: bytes, owned: bytes) -> int:
    """Whose share it is. Raises Malformed DECRYPTION_OWNER."""
    code = "DECRYPTION_OWNER"
    value = records.fields(records.read(owned, code), "owner payload", code, "owned decryption")
    owner = records.count(value["owner"], code, "owner")
    if owned != records.write({"owner": owner, "payload": records.digest(raw)}):
        records.refuse(code, "owned decryption", "the canonical record naming the share before it")
    return owner


def check_decryption(setup: Setup, owner: int, tally: EncryptedTally, raw: bytes) -> Factors:
    """8: one share, proven under its owner's key."""
    election = setup.election
    key = setup.trustees.key_of(owner)
    return trustees.check_partial_decryption(election.group, election.fingerprint, key, tally, raw)


# --- check 9 -----------------------------------------------------------------------------------------------------


def check_result(setup: Setup, outline: Outline, tally: EncryptedTally, shares: dict[int, Factors]) -> list[list[int]]:
    """9: the counts are what the shares decrypt to. Raises Lacking RESULT_MISSING; too few shares *and* a result is
    a forgery, since nobody could have known it."""
    if outline.result is None:
        raise Lacking("RESULT_MISSING", "还没有公布结果", "There is no result yet")
    counts = trustees.parse_result(setup.election, outline.result)
    if trustees.result_record(counts) != outline.result:
        records.refuse("RESULT_FORM", "result", "canonical form")
    factors = trustees.combined_factors(setup.election.group, setup.trustees, shares, tally)
    check_counts(setup, counts, tally, factors)
    return counts


def check_counts(setup: Setup, counts: list[list[int]], tally: EncryptedTally, factors: Factors) -> None:
    """9: every single count, by encrypting it back."""
    group = setup.election.group
    for question, (row, factor_row, count_row) in enumerate(zip(tally.rows, factors, counts, strict=True)):
        for position, (choice, factor, count) in enumerate(zip(row, factor_row, count_row, strict=True)):
            # The bound matters: a count plus the group's order would encrypt to the same.
            if count > tally.total_weight or group.add(factor, group.base_power(count)) != choice.beta:
                raise Malformed(
                    "RESULT_COUNT",
                    f"第 {question + 1} 题第 {position + 1} 项的票数不是密文解出的数",
                    f"Question {question + 1}, position {position + 1}: the count is not what the tally decrypts to",
                )
