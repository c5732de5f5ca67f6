"""``python -m verifier BUNDLE --key VKEY`` and ``python -m verifier archive FILE.bel``; the exit code is the verdict.

0 sound · 1 tampering proven · 2 unusable input · 3 evidence lacking · 4 usage
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from audit.errors import AuditError
from audit.note import ED25519, VerifierKey, parse_vkey
from verifier.archive import CHECKS, ArchiveReport, verify_archive
from verifier.report import Verdict, printable

_USAGE = 4
_LONGEST_KEY_FILE = 10_000
_SENTENCES = {
    Verdict.SOUND: "档案可信：全部检查通过 · Sound: all checks passed",
    Verdict.TAMPERED: "档案被改动或伪造 · Tampering proven",
    Verdict.UNUSABLE: "无法读取这份文件 · The input cannot be used",
    Verdict.LACKING: "证据还不齐全 · Evidence is still lacking",
}

# show(check, done, total)
Show = Callable[[int, int, int], None]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(_USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the return value is the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    alone = given[:1] == ["archive"]
    options = _archive_parser().parse_args(given[1:]) if alone else _bundle_parser().parse_args(given)
    try:
        verdict, printed = (_verify_archive if alone else _verify_bundle)(options)
    except Exception as fault:
        # The machine or this program failed, not the archive: that must not look like the exit code of a forgery.
        print(f"没有完成验证: {fault!r} · The verification could not be completed", file=sys.stderr)
        return Verdict.LACKING
    print(printed)
    return verdict


def _bundle_parser() -> _Parser:
    parser = _Parser(
        prog="python -m verifier",
        description="不信任服务器，核验一次选举 · Verify an election without trusting its server.",
        epilog="只核验选票档案 · a ballot archive alone: python -m verifier archive FILE.bel",
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="结果包，文件夹或 zip · the bundle, a directory or a zip")
    parser.add_argument(
        "--key",
        type=_key,
        metavar="VKEY",
        help="公告栏上的选举委员会签名钥，或存有它的文件 · the election committee's key (text or file)",
    )
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="zh | en")
    parser.add_argument("--plain", action="store_true", help="不显示进度条 · no progress bar")
    parser.add_argument("--json", action="store_true", help="机器可读 · print the findings as JSON")
    return parser


def _archive_parser() -> _Parser:
    parser = _Parser(prog="python -m verifier archive", description="Verify a ballot archive (.bel) alone.")
    parser.add_argument("file", metavar="FILE.bel")
    parser.add_argument("--plain", action="store_true", help="不显示进度条 · no progress bar")
    parser.add_argument("--json", action="store_true", help="机器可读 · print the findings as JSON")
    return parser


def _key(text: str) -> VerifierKey:
    """A verifier key as printed on the notice board, or the file that holds it."""
    try:
        path = Path(text)
        if path.is_file():
            with path.open(encoding="utf-8") as file:
                text = file.read(_LONGEST_KEY_FILE).strip()
        key = parse_vkey(_without_unseen(text))
    except AuditError as error:
        raise argparse.ArgumentTypeError(f"{error.zh} · {error.en}") from error
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(
            f"读不了公钥 {text[:80]!r}，请抄录公告栏上的那一行 · cannot read the key; copy the line of the notice board"
        ) from error
    if key.type != ED25519:
        raise argparse.ArgumentTypeError("这不是签名钥 · this is no signing key (Ed25519)")
    return key


def _without_unseen(text: str) -> str:
    """The key as a person copied it: a PDF's text or a chat may put line breaks and zero-width marks into it."""
    return "".join(one for one in text if not one.isspace() and one not in "\u200b\u200c\u200d\u2060\ufeff")


def _verify_archive(options: argparse.Namespace) -> tuple[Verdict, str]:
    with _bar(options) as show:
        report = verify_archive(options.file, show)
    return report.verdict, _json(report) if options.json else printable(_text(report))


def _verify_bundle(options: argparse.Namespace) -> tuple[Verdict, str]:
    # Imported here: the worker processes import this module and need none of it.
    from verifier import printed  # noqa: PLC0415
    from verifier.checks import verify_bundle  # noqa: PLC0415

    with _bar(options) as show:
        report = verify_bundle(options.bundle, options.key, show)
    return report.verdict, printed.as_json(report) if options.json else printed.text(report, options.lang)


@contextmanager
def _bar(options: argparse.Namespace) -> Iterator[Show | None]:
    """A progress bar on a terminal's stderr, or nothing."""
    if options.json or options.plain or not sys.stderr.isatty():
        yield None
        return
    # Imported here: as above.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import MofNCompleteColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (*Bar.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(check: int, done: int, total: int) -> None:
            what = "选票 · ballots" if total else "…"
            bar.update(task, description=f"{check:2} {what}", completed=done, total=total or None)

        yield show


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
        f"选票 · ballots: {size}, 公开凭据 · credentials: {roll}",
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
