"""``audit verify | show | fsck``: look at an exported log (or, for fsck, at its database) from outside.

Exit codes: 0 sound · 1 tampering proven · 2 input unusable · 3 sound as far as it goes, evidence lacking ·
4 wrong usage.
"""

import argparse
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from audit.checkpoint import Checkpoint, open_checkpoint, read_checkpoint, spoken_head
from audit.entry import Entry, parse_time, time_text
from audit.errors import AuditError, fault
from audit.note import VerifierKey, parse_vkey
from audit.source import open_source
from audit.verify import MAX_CHECKPOINT, Report, read_entries, verify

USAGE = 4
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_VERDICT = {
    0: ("完好：没有发现问题。", "Sound: nothing was found."),
    1: (
        "已被改动：证据如上，请保存并报告监督委员会。",
        "Tampering is proven by the findings above: keep them and report.",
    ),
    2: ("无法核验：输入不可用。", "Cannot be verified: the input is unusable."),
    3: ("到此为止完好，但证据不全。", "Sound as far as it goes, but evidence is lacking."),
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except AuditError as error:
        print(f"{error.code}\n  {spelt_out(error.zh)}\n  {spelt_out(error.en)}", file=sys.stderr)
        return error.exit_code
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="audit", description="审计日志核验 · check a community's audit log")
    commands = parser.add_subparsers(required=True, metavar="verify|show|fsck")
    check = commands.add_parser("verify", help="核验导出的日志 · check an exported log (directory or zip)")
    check.add_argument("path", type=Path, metavar="DIR|ZIP")
    check.add_argument("--key", type=_key, help="公告单上的日志公钥 · the log's verifier key, name+id+key")
    check.add_argument("--origin", help="日志名称（默认同公钥名称） · the log's origin, if not the key's name")
    check.add_argument("--at", type=_moment, help="收到日志的时间 · when the log was received, 2026-12-20T20:00:00Z")
    check.add_argument(
        "--seen",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="以前保存的检查点，日志须接得上 · a checkpoint kept from before, which the log must continue",
    )
    check.add_argument("--json", action="store_true", help="机器可读 · one JSON object")
    check.set_defaults(run=_verify)
    show = commands.add_parser("show", help="列出条目（不核验） · list the entries, without verifying")
    show.add_argument("path", type=Path, metavar="DIR|ZIP")
    show.add_argument("--type", help="只看这一类 · only this type")
    show.add_argument("--from", dest="start", type=_bound, help="序号、日期或时间 · number, date or time")
    show.add_argument("--to", dest="stop", type=_bound, help="到（含） · up to and including")
    show.set_defaults(run=_show)
    fsck = commands.add_parser("fsck", help="重算每个文件和根 · derive every tile and the root anew")
    fsck.add_argument("where", metavar="DIR|ZIP|DATABASE-URL")
    fsck.add_argument("--origin", help="数据库中的日志名称（默认全部） · one log of a database, else all")
    fsck.add_argument("--key", type=_key, help="一并核对签名 · check signatures too")
    fsck.add_argument("--json", action="store_true", help="机器可读 · one JSON object per log")
    fsck.set_defaults(run=_fsck)
    return parser


def _verify(options: argparse.Namespace) -> int:
    seen = [_kept(path, options) for path in options.seen]
    with open_source(options.path) as source:
        report = verify(source, options.key, origin=options.origin, received=options.at, seen=seen)
    _print(report, options.json)
    return report.exit_code


def _kept(path: Path, options: argparse.Namespace) -> Checkpoint:
    """A checkpoint from the user's own disk; with a key given, only one that this log signed."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_CHECKPOINT + 1)
    except OSError as error:
        raise fault("BUNDLE_MISSING", where=str(path)) from error
    return open_checkpoint(raw, options.key, options.origin) if options.key else read_checkpoint(raw)


def _show(options: argparse.Namespace) -> int:
    with open_source(options.path) as source:
        for entry in read_entries(source):
            after = options.start is None or not _before(entry, options.start)
            until = options.stop is None or not _after(entry, options.stop)
            if after and until and options.type in (None, entry.type):
                clock = f" (clock {time_text(entry.clock)})" if entry.clock else ""
                print(entry.seq, time_text(entry.at) + clock, entry.type, _printable(entry.data))
    print("以上未经核验 · not verified: use audit verify", file=sys.stderr)
    return 0


def _fsck(options: argparse.Namespace) -> int:
    if "://" not in options.where:
        with open_source(Path(options.where)) as source:
            reports = [verify(source, options.key, origin=options.origin, every_tile=True)]
    else:
        from audit.store import fsck_database  # noqa: PLC0415 - a verifier must not need SQLAlchemy

        reports = fsck_database(options.where, options.origin, options.key)
    for report in reports:
        _print(report, options.json)
    return min((r.exit_code for r in reports if r.exit_code), default=0)


def _print(report: Report, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_fields(report)))  # ASCII: names in a hostile log need not be encodable
        return
    if report.checkpoint is not None:
        print(f"日志 · log        {spelt_out(report.checkpoint.origin)}")
        print(f"条数 · entries    {report.entries} / {report.checkpoint.size}")
        print(f"树根 · head       {spoken_head(report.checkpoint.root)}")
    if report.first_at and report.last_at:
        print(f"时间 · times      {time_text(report.first_at)} … {time_text(report.last_at)}")
    for finding in report.findings:
        print(f"{finding.code}\n  {spelt_out(finding.zh)}\n  {spelt_out(finding.en)}")
    print(" ".join(_VERDICT[report.exit_code]))


def _fields(report: Report) -> dict[str, object]:
    checkpoint = report.checkpoint
    return {
        "exit": report.exit_code,
        "origin": checkpoint.origin if checkpoint else None,
        "size": checkpoint.size if checkpoint else None,
        "root": checkpoint.root.hex() if checkpoint else None,
        "head": spoken_head(checkpoint.root) if checkpoint else None,
        "signed": report.signed,
        "entries": report.entries,
        "first_at": time_text(report.first_at) if report.first_at else None,
        "last_at": time_text(report.last_at) if report.last_at else None,
        "findings": [
            {
                "code": f.code,
                "exit": f.exit_code,
                "index": f.index,
                "zh": f.zh,
                "en": f.en,
                "evidence": list(f.evidence),
            }
            for f in report.findings
        ],
    }


def spelt_out(text: str) -> str:
    """Text from a hostile log for a terminal: what does not print (escapes, direction marks) is spelt out."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _printable(data: dict[str, object]) -> str:
    return spelt_out(json.dumps(data, ensure_ascii=False, sort_keys=True))


def _before(entry: Entry, bound: str) -> bool:
    return entry.seq < int(bound) if _NUMBER.fullmatch(bound) else time_text(entry.at)[: len(bound)] < bound


def _after(entry: Entry, bound: str) -> bool:
    return entry.seq > int(bound) if _NUMBER.fullmatch(bound) else time_text(entry.at)[: len(bound)] > bound


def _bound(text: str) -> str:
    if _NUMBER.fullmatch(text) or _DATE.fullmatch(text) or parse_time(text):
        return text
    raise argparse.ArgumentTypeError(f"{text!r}: 12, 2026-12-20 or 2026-12-20T08:00:00Z")


def _moment(text: str) -> datetime:
    at = parse_time(text)
    if at is None:
        raise argparse.ArgumentTypeError(f"{text!r}: 2026-12-20T20:00:00Z")
    return at.astimezone(UTC)


def _key(text: str) -> VerifierKey:
    try:
        return parse_vkey(text)
    except AuditError as error:
        raise argparse.ArgumentTypeError(error.en) from error


if __name__ == "__main__":
    sys.exit(main())
