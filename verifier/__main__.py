"""``python -m verifier archive FILE.bel``: the numbered checks, printed; the exit code is the verdict.

0 sound · 1 tampering proven · 2 unusable input · 3 evidence lacking · 4 usage
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import NoReturn

from verifier.archive import CHECKS, ArchiveReport, Progress, verify_archive
from verifier.report import Verdict

_USAGE = 4
_SENTENCES = {
    Verdict.SOUND: "档案可信: 全部检查通过 · Sound: all checks passed",
    Verdict.TAMPERED: "档案被改动或伪造 · Tampering proven",
    Verdict.UNUSABLE: "无法读取这份文件 · The input cannot be used",
    Verdict.LACKING: "证据还不齐全 · Evidence is still lacking",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(_USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the return value is the exit code."""
    options = _parser().parse_args(arguments)
    try:
        report = _verify(options.file, quiet=options.json)
    except Exception as fault:
        # The machine or this program failed, not the archive: that must not look like the exit code of a forgery.
        print(f"没有完成验证: {fault!r} · The verification could not be completed", file=sys.stderr)
        return Verdict.LACKING
    print(_json(report) if options.json else _text(report))
    return report.verdict


def _parser() -> _Parser:
    parser = _Parser(prog="python -m verifier", description="Verify an election without trusting its server.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    archive = commands.add_parser("archive", help="verify a ballot archive (.bel) alone")
    archive.add_argument("file", metavar="FILE.bel")
    archive.add_argument("--json", action="store_true", help="print the findings as JSON")
    return parser


def _verify(path: str, *, quiet: bool) -> ArchiveReport:
    if quiet or not sys.stderr.isatty():
        return verify_archive(path)
    # Imported here: the worker processes import this module and need no progress bar.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import MofNCompleteColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (*Bar.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("选票 · ballots", total=None)

        def show(_check: int, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        progress: Progress = show
        return verify_archive(path, progress)


def _text(report: ArchiveReport) -> str:
    lines = []
    for number, (zh, en) in CHECKS.items():
        found = [finding for finding in report.findings if finding.check == number]
        mark = "✓" if number in report.passed else "✗" if found else "–"
        lines.append(f"{number:2} {mark} {zh} · {en}")
        lines += [f"     {finding.code}: {finding.zh} · {finding.en}" for finding in found]
    if report.facts is not None:
        lines += _facts(report)
    return "\n".join([*lines, _SENTENCES[report.verdict]])


def _facts(report: ArchiveReport) -> list[str]:
    facts = report.facts
    if facts is None:
        return []
    election = facts.election
    size = f"{len(facts.trackers)}, 计入 · counted: {facts.counted}"
    roll = f"{len(facts.weights)}, 权重 · weight: {facts.total_weight}"
    lines = [
        f"选举 · election: {election.name} ({election.uuid}, {election.group.name})",
        f"选举指纹 · fingerprint: {election.fingerprint}",
        f"选票 · ballots: {size}, 凭证 · credentials: {roll}",
    ]
    if facts.result is not None:
        lines.append(f"结果 · result: {facts.result}")
    return lines


def _json(report: ArchiveReport) -> str:
    facts = report.facts
    value = {
        "verdict": report.verdict.name.lower(),
        "exit": int(report.verdict),
        "passed": list(report.passed),
        "findings": [finding.form() for finding in report.findings],
    }
    if facts is not None:
        value["facts"] = {
            "uuid": facts.election.uuid,
            "fingerprint": facts.election.fingerprint,
            "ballots": len(facts.trackers),
            "counted": facts.counted,
            "credentials": len(facts.weights),
            "total_weight": facts.total_weight,
            "ended": facts.ended,
            "result": facts.result,
            "head": facts.head,
        }
    return json.dumps(value, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    sys.exit(main())
