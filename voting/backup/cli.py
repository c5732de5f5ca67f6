"""``voting backup`` and ``voting restore``."""

import argparse
import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path

from voting import config
from voting.backup import archive
from voting.backup.restore import restore
from voting.passphrase_file import read_passphrase


def add_commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``voting backup`` and ``voting restore``."""
    backup = subparsers.add_parser("backup", help="备份，投票时也可以 / back up, also while the poll is open")
    what = backup.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", type=Path, metavar="FILE", help="做一份加密备份 / write one sealed backup")
    what.add_argument("--follow", type=Path, metavar="DIR", help="在另一块盘上跟着每一笔 / a second copy that follows")
    what.add_argument("--stop", action="store_true", help="停用双份存储 / end the second copy")
    backup.add_argument("--same-disk", action="store_true", help="仅供试用：允许同一块盘 / for trials only")
    _add_passphrase(backup)
    backup.set_defaults(run=_run_backup)
    back = subparsers.add_parser("restore", help="在另一台电脑上恢复并核对 / restore elsewhere and check")
    back.add_argument("source", type=Path, metavar="FILE|DIR", help="备份文件，或双份存储的文件夹 / backup or folder")
    back.add_argument("--into", type=Path, required=True, metavar="DIR", help="新的数据文件夹 / the new data folder")
    _add_passphrase(back)
    back.set_defaults(run=_run_restore)


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="第一行是备份口令 / its first line")


def _run_backup(args: argparse.Namespace) -> int:
    settings, now = config.load(), datetime.now(UTC)
    if args.stop:
        stopped = archive.stop(settings)
        print("双份存储已停用。/ The second copy has ended." if stopped else "没有双份存储。/ There is none.")
        return 0
    passphrase = _passphrase(args.passphrase_file, twice=True)
    if args.to:
        made = archive.backup(settings, to=args.to, passphrase=passphrase, now=now)
        print(f"备份 / backup  {made.path}  {made.size:,} B  (#{made.position})")
        return 0
    kept = archive.follow(settings, folder=args.follow, passphrase=passphrase, now=now, same_disk=args.same_disk)
    print(f"双份存储已启用，从第 {kept.base.position} 笔起 / the second copy follows from #{kept.base.position}")
    return 0


def _run_restore(args: argparse.Namespace) -> int:
    done = restore(args.source, into=args.into, passphrase=_passphrase(args.passphrase_file, twice=False))
    print(f"备份时间 / backup made  {done.made_at}")
    print(f"补上之后的 {done.replayed} 笔，到第 {done.position} 笔 / {done.replayed} later transactions replayed")
    for origin, entries in done.checked.logs.items():
        print(f"日志核对无误 / log sound  {origin}  {entries}")
    for uuid, (ballots, people) in done.checked.boxes.items():
        print(f"票箱核对无误 / box sound  {uuid}  选票 / ballots {ballots}  领卡 / check-ins {people}")
    print(f"启动 / start  VOTING_DATA_DIR={done.folder} voting serve")
    return 0


def _passphrase(file: Path | None, *, twice: bool) -> str:
    if file is not None:
        return read_passphrase(file)
    while True:
        first = getpass.getpass("备份口令 / backup passphrase: ")
        if not twice or first == getpass.getpass("再输一次 / again: "):
            return first
        print("两次不一样，请重来。/ They differ; once more.", file=sys.stderr)
