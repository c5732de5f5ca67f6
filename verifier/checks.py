"""The numbered checks of a bundle, in the order of docs/verify.md; 4 to 9 are the archive's (``archive.py``).

A check that failed does not hide another: only those are left out that build on what it would have given.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from audit.checkpoint import Checkpoint
from audit.errors import AuditError
from audit.note import VerifierKey
from verifier import anchors, archive, cards, outcome, paper, papers, story
from verifier import bundle as files
from verifier.archive import ArchiveFacts
from verifier.bundle import Bundle, LogFiles
from verifier.report import Finding, Findings, Verdict
from voting.elections.count.report import ResultDocument, read_result_json
from voting.elections.count.rules import ElectionOutcome
from voting.errors import Refused

CHECKS = {
    1: ("结果包完整：文件不缺、不多、没有改动", "The bundle is whole: no file missing, added or changed"),
    2: ("清单由选举委员会签字", "The manifest is signed by the election committee"),
    3: (
        "选举日志规范、逐条相连、与签名的检查点相符",
        "The log is canonical, chained and rooted in its signed checkpoint",
    ),
    **archive.CHECKS,
    10: ("一张卡一张票；选票不多于领卡人数", "One ballot per card; no more ballots than people who received one"),
    11: ("日志的锚点与选票档案相符", "The log's anchors match the ballot archive"),
    12: ("按法律重新计算的结果与公布的相同", "The outcome recomputed from the law's rules is the published one"),
    13: ("CSV、XLSX、PDF 与结果文件说的一样", "CSV, XLSX and PDF say what the result says"),
    14: (
        "纸质选票：印、发、收相符，票箱两人录入；委托名单事先公布",
        "Paper: printed, issued and collected agree, boxes entered twice; proxies were posted before",
    ),
}

# progress(check, done, total): ``total`` is 0 where a check is one step.
Progress = Callable[[int, int, int], None]


@dataclass
class Facts:
    """What was found out, as far as the checks came. Sound only if the report is."""

    committee_key: VerifierKey | None = None
    log_key: VerifierKey | None = None
    head: Checkpoint | None = None
    archive: ArchiveFacts | None = None
    archive_sha256: str = ""
    document: ResultDocument | None = None
    outcome: ElectionOutcome | None = None
    authority: str = ""
    card_notes: tuple[cards.Note, ...] = ()


@dataclass(frozen=True)
class BundleReport:
    """Findings in the order of the checks, the checks passed, the verdict, the facts."""

    findings: tuple[Finding, ...]
    passed: tuple[int, ...]
    verdict: Verdict
    facts: Facts


@dataclass
class _Run:
    """One verification under way."""

    bundle: Bundle
    key: VerifierKey | None
    progress: Progress
    processes: int | None
    findings: Findings = field(default_factory=Findings)
    facts: Facts = field(default_factory=Facts)


def verify_bundle(
    path: Path | str, key: VerifierKey | None, progress: Progress | None = None, processes: int | None = None
) -> BundleReport:
    """Run all checks over a directory or zip, ballots on all cores. Never raises on account of its content."""
    findings, facts = Findings(), Facts()
    try:
        with files.open_bundle(Path(path)) as bundle:
            _run(_Run(bundle, key, progress or _silent, processes, findings, facts))
    except (Refused, AuditError) as fault:  # it could not even be opened
        findings.add(1, fault)
    listed = sorted(findings.listed, key=lambda finding: finding.check)
    passed = tuple(sorted(findings.passed))
    # Fails closed: what was not checked is never sound.
    verdict = findings.verdict or (Verdict.SOUND if passed == tuple(CHECKS) else Verdict.LACKING)
    return BundleReport(tuple(listed), passed, verdict, facts)


def _silent(_check: int, _done: int, _total: int) -> None:
    """No progress is shown."""


def _run(run: _Run) -> None:
    for number, step in enumerate((_whole, _signed, _log), start=1):
        run.progress(number, 0, 0)
        step(run)
    _archive(run)
    story_told = _story(run)
    if run.facts.archive is not None and story_told is not None:
        _ties(run, run.facts.archive, story_told)
    _papers(run)
    if story_told is not None:
        run.progress(14, 0, 0)
        run.findings.run(14, lambda: paper.check_paper(story_told))


def _whole(run: _Run) -> None:
    run.findings.run_all(1, lambda: files.check_whole(run.bundle))


def _signed(run: _Run) -> None:
    run.facts.committee_key = run.findings.run(2, lambda: files.check_signed(run.bundle, run.key))


def _log(run: _Run) -> None:
    def check() -> list[Refused | AuditError]:
        key = story.read_log_key(run.bundle.read(files.LOG_VKEY))
        report, faults = story.check_log(LogFiles(run.bundle.source), key)
        run.facts.log_key, run.facts.head = key, report.checkpoint
        return faults

    run.findings.run_all(3, check)


def _archive(run: _Run) -> None:
    """4 to 9 on the private copy of the archive."""
    try:
        run.facts.archive_sha256 = run.bundle.digest(files.ARCHIVE)
        report = archive.verify_archive(run.bundle.archive(), run.progress, run.processes)
    except AuditError as fault:
        run.findings.add(4, fault)
        return
    run.findings.listed += report.findings
    run.findings.passed += report.passed
    run.facts.archive = report.facts


def _story(run: _Run) -> story.Story | None:
    """What the log says of this archive's box; nothing where the log is not to be relied upon."""
    proven = any(found.check == 3 and found.verdict is not Verdict.LACKING for found in run.findings.listed)
    if proven or run.facts.head is None or run.facts.archive is None:
        return None
    return story.read_story(LogFiles(run.bundle.source), run.facts.archive.election.uuid)


def _ties(run: _Run, found: ArchiveFacts, told: story.Story) -> None:
    """10 to 12: what ties archive, log and result together."""
    run.progress(10, 0, 0)
    run.facts.card_notes = run.findings.run(10, lambda: cards.check_cards(found, told)) or ()
    run.progress(11, 0, 0)
    run.findings.run(11, lambda: anchors.check_anchors(found, told))
    run.progress(12, 0, 0)
    head = run.facts.head
    if found.result is None or head is None:
        return  # said by check 9 or 3

    def check() -> ElectionOutcome:
        run.facts.document = document = read_result_json(run.bundle.read(files.RESULT))
        return outcome.check_outcome(document, found, told, head, run.facts.archive_sha256)

    run.facts.outcome = run.findings.run(12, check)


def _papers(run: _Run) -> None:
    run.progress(13, 0, 0)

    def check() -> str:
        document = run.facts.document or read_result_json(run.bundle.read(files.RESULT))
        return papers.check_papers(run.bundle, document)

    run.facts.authority = run.findings.run(13, check) or ""
