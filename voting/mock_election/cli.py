"""``voting election``: the whole main job without a person, with progress bars and a closing table of times."""

import argparse
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from voting.errors import Conflict, Malformed
from voting.law.calendar import HALL
from voting.mock_election import parties, run
from voting.mock_election.day import Day
from voting.mock_election.server import served

#: Fewest and most people on the roll of a mock election.
VOTERS = (10, 5000)
#: A folder with this file was made here and may be made anew.
_MARK = ".mock-election"


def add_commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``voting election``."""
    parser = subparsers.add_parser("election", help="样例选举从头到尾做一遍 / the whole main job without a person")
    parser.add_argument("--voters", type=int, default=200, help="选民人数 / people on the roll ({}–{})".format(*VOTERS))
    parser.add_argument("--group", default="Ed25519", choices=("Ed25519", "BELENIOS-2048"))
    parser.add_argument("--out", type=Path, default=Path("out/election"), help="放结果的文件夹 / folder for everything")
    parser.set_defaults(run=run_election)


def run_election(args: argparse.Namespace) -> int:
    """Hold the mock election; 0 when every step and every check passed."""
    console = Console()
    _require_voters(args.voters)
    folder = _fresh_folder(args.out)
    today = datetime.now(UTC).astimezone(HALL).date()
    times: list[tuple[str, float]] = []
    began = time.perf_counter()
    community = parties.found(folder, datetime.now(UTC), today)
    day = Day(folder, args.voters, args.group, community, today)
    times.append(("社区和人员 / community and people", time.perf_counter() - began))
    began = time.perf_counter()
    with served(folder) as port, _bars(console) as bars:
        day.port = port
        times.append(("启动服务 / server", time.perf_counter() - began))
        for name, step in run.STEPS:
            bar = bars.add_task(name, total=None)
            began = time.perf_counter()
            step(day, lambda done, total, bar=bar: bars.update(bar, completed=done, total=total))  # type: ignore[misc]
            times.append((name, time.perf_counter() - began))
    run.write_summary(day)
    _print(console, day, times)
    return 0


def _require_voters(voters: int) -> None:
    if not VOTERS[0] <= voters <= VOTERS[1]:
        raise Malformed(
            "VOTERS",
            f"样例选举的选民可以有 {VOTERS[0]} 到 {VOTERS[1]} 人，请改 VOTERS={voters}。",
            f"A mock election has {VOTERS[0]} to {VOTERS[1]} voters; change VOTERS={voters}.",
        )


def _fresh_folder(folder: Path) -> Path:
    """An empty folder; one that an earlier mock election made is made anew, any other is left alone."""
    folder = folder.absolute()
    if (folder / _MARK).exists():
        shutil.rmtree(folder)
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(
            "OUT_NOT_EMPTY",
            f"{folder} 里有别的文件，没有动它。请用 OUT=… 换一个空文件夹。",
            f"{folder} holds other files and was left alone; name an empty folder with OUT=….",
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / _MARK).touch()
    return folder


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


def _print(console: Console, day: Day, times: list[tuple[str, float]]) -> None:
    votes = Table("职务 / office", "姓名 / name", "票数 / votes", "结果 / outcome")
    elected = {name for office in day.outcome.offices for name in office.outcome.elected} if day.outcome else set()
    for office, name, count in day.counts:
        votes.add_row(office, name, str(count), "当选 / elected" if name in elected else "")
    console.print(votes)
    notes = Table("检查 / check", "结果 / outcome")
    for what, outcome in day.notes.items():
        notes.add_row(what, outcome)
    console.print(notes)
    table = Table("步骤 / step", "秒 / seconds")
    for what, seconds in times:
        table.add_row(what, f"{seconds:.1f}")
    table.add_row("总计 / total", f"{sum(seconds for _, seconds in times):.1f}")
    console.print(table)
    sending = sorted(one.sending for one in day.visits if one.status == 201)
    if len(sending) > 1:
        p50, p95 = (1000 * quantiles(sending, n=20)[place] for place in (9, 18))
        console.print(f"投票应答 / answer to a cast: p50 {p50:.0f} ms, p95 {p95:.0f} ms")
    console.print(f"结果包 / bundle: {day.bundle}")
    console.print(f"公钥 / key: {day.community.committee.vkey}", soft_wrap=True)
