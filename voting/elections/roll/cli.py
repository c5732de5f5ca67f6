"""``voting roll check``: the dry run of a roll file in a terminal; nothing is stored."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from voting.elections.roll.importing import check_roll, read_path
from voting.elections.roll.rules import CheckedRoll, Verdict
from voting.errors import Refused

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

REFUSED_WHOLE = 2


def add_commands(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Adds ``roll check FILE --day YYYY-MM-DD [--json]``; ``args.run(args)`` returns the exit status."""
    roll = subparsers.add_parser("roll", help="名单 / the roll")
    commands = roll.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="试导入：逐行结论 / dry run: a verdict for each row")
    check.add_argument("file", type=Path, metavar="FILE", help=".xlsx 或 .csv / .xlsx or .csv")
    check.add_argument("--day", type=_day, required=True, metavar="YYYY-MM-DD", help="选举日 / election day")
    check.add_argument("--json", action="store_true", help="机器可读 / machine-readable")
    check.set_defaults(run=check_command)


def check_command(args: argparse.Namespace) -> int:
    """0: the file can be read (rows may still be refused); 2: it is refused whole."""
    try:
        checked = check_roll(read_path(args.file), args.day)
    except Refused as refused:
        if args.json:
            whole = {"code": refused.code, "zh": refused.zh, "en": refused.en}
            print(json.dumps({"refused": whole}, ensure_ascii=False))
        print(f"{refused.zh}\n{refused.en}", file=sys.stderr)
        return REFUSED_WHOLE
    if args.json:
        print(json.dumps(as_json(checked, args.day), ensure_ascii=False, indent=1))
    else:
        _print(checked)
    return 0


def as_json(checked: CheckedRoll, day: date) -> dict[str, object]:
    """The dry run in the form of the cases' ``expected.json``: rows not listed are plain accepts."""
    return {
        "election_day": day.isoformat(),
        "rows": len(checked.verdicts),
        "counts": dict(checked.counts),
        "not_plain": [
            {"row": each.row, "verdict": each.verdict.value, "why": " ".join(reason.en for reason in each.reasons)}
            for each in checked.verdicts
            if each.verdict is not Verdict.ACCEPT
        ],
    }


def _print(checked: CheckedRoll) -> None:
    words = {Verdict.WARN: "提醒", Verdict.REFUSE: "不予登记"}
    for each in checked.verdicts:
        if each.verdict is not Verdict.ACCEPT:
            reasons = "".join(reason.zh for reason in each.reasons)
            print(f"第 {each.row} 行 {words[each.verdict]}：{reasons}")
    counts = checked.counts
    print(
        f"共 {len(checked.verdicts):,} 行：接受 {counts['accept']:,}，提醒 {counts['warn']:,}，"
        f"不予登记 {counts['refuse']:,}。"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"不是日期：{text} / not a date, write YYYY-MM-DD") from error
