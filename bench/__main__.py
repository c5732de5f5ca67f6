"""Every bar of speed and memory in one table: ``python -m bench`` (`make bench`).

Runs the benchmarks one after another, each in a process of its own, reads the figures from what they print,
and holds each against its bar. Ends with 1 when a bar is missed or a figure is missing.
"""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

#: No single benchmark takes longer than this on two cores.
LIMIT_SECONDS = 600


@dataclass(frozen=True)
class Bar:
    """One figure: where it is printed (the pattern's only group), and the bar: at most or at least."""

    what: str
    pattern: str
    most: float | None = None
    least: float | None = None
    unit: str = ""

    def met(self, figure: float) -> bool:
        """Whether the figure passes."""
        return (self.most is None or figure <= self.most) and (self.least is None or figure >= self.least)

    @property
    def words(self) -> str:
        """The bar as the table shows it."""
        return f"≤ {self.most:,g} {self.unit}" if self.most is not None else f"≥ {self.least:,g} {self.unit}"


NUMBER = r"([\d,]+(?:\.\d+)?)"
#: Module of `bench`, its arguments, and the bars that its output is held against.
BENCHMARKS: tuple[tuple[str, tuple[str, ...], tuple[Bar, ...]], ...] = (
    (
        "ballots",
        (),
        (
            Bar("ballot verified / raw libsodium", rf"ratio: {NUMBER}", most=1.25, unit="×"),
            Bar("ballots/s on two cores / one", rf"×{NUMBER}", least=1.6, unit="×"),
            Bar("archive of 1,000 verified, memory", rf"peak {NUMBER} MiB", most=150, unit="MB"),
        ),
    ),
    (
        "casting",
        ("--seconds", "60", "--rates", "20,40"),
        (
            Bar("cast answered at 20/s, p95", rf"(?m)^20/s .*p95 {NUMBER} ms", most=300, unit="ms"),
            Bar("casts acknowledged at 40/s for 60 s", rf"(?m)^40/s .*= {NUMBER}/s", least=39, unit="/s"),
            Bar("of 3,600 acknowledged, in the box", rf"in the box: {NUMBER} of", least=3600),
        ),
    ),
    (
        "browser",
        (),
        (
            Bar("browser: first ballot sealed", rf"first ballot sealed\s+{NUMBER} ms", most=500, unit="ms"),
            Bar("browser: next ballots, median", rf"next ballots, median of 20\s+{NUMBER} ms", most=150, unit="ms"),
        ),
    ),
    (
        "roll_database",
        (),
        (
            Bar("roll of 2,600 imported", rf" 2,600 rows .*together\s+{NUMBER} s wall", most=3, unit="s"),
            Bar("roll of 50,000 imported", rf"50,000 rows .*together\s+{NUMBER} s wall", most=30, unit="s"),
        ),
    ),
    ("roll", (), ()),
    ("roll_search", (), (Bar("search in 50,000, slowest p95", rf"slowest search {NUMBER} ms", most=50, unit="ms"),)),
    ("outcomes", (), (Bar("outcomes of 5,000 polls", rf"outcomes of 5,000 polls: {NUMBER} s", most=5, unit="s"),)),
    (
        "papers",
        (),
        (
            Bar("slowest printed paper, 2,600 voters", rf"slowest paper \S+ {NUMBER} s", most=1, unit="s"),
            Bar("archive pack of 2,600 voters", rf"archive pack of 2,600 voters: {NUMBER} s", most=60, unit="s"),
        ),
    ),
    ("log", (), (Bar("durable log appends", rf"one per commit\s+{NUMBER} /s", least=2000, unit="/s"),)),
)


def run(module: str, arguments: tuple[str, ...]) -> tuple[str, float]:
    """What a benchmark printed, and its seconds; its lines are shown as they are."""
    began = time.perf_counter()
    command = [sys.executable, "-m", f"bench.{module}", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
        said, code = done.stdout, done.returncode
        if code:
            said += f"{done.stderr}\nexit {code}\n"
    except subprocess.TimeoutExpired:
        said = f"stopped after {LIMIT_SECONDS} s\n"
    return said, time.perf_counter() - began


def main() -> int:
    """Run all of them; print the table; 0 when every bar is met."""
    console = Console()
    table = Table("figure", "measured", "bar", "")
    busy, missed = os.getloadavg()[0], 0
    for module, arguments, bars in BENCHMARKS:
        said, seconds = run(module, arguments)
        console.print(f"== bench.{module} ({seconds:.0f} s)\n{said}", markup=False, highlight=False, soft_wrap=True)
        for bar in bars:
            found = re.search(bar.pattern, said)
            figure = float(found[1].replace(",", "")) if found else None
            passed = figure is not None and bar.met(figure)
            missed += not passed
            measured = "no figure" if figure is None else f"{figure:,g} {bar.unit}"
            table.add_row(bar.what, measured, bar.words, "[green]pass[/]" if passed else "[red]FAIL[/]")
    console.print(table)
    if busy > 0.5:
        console.print(f"The machine was not idle at the start (load {busy:.1f} on {os.cpu_count()} cores).")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
