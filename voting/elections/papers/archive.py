"""The archive pack: every paper so far, the certified bundle, the log, the catalogue, and one signed list of hashes.

The list is a note signed with the election committee's key, like the
bundle's, under a header of its own: neither can be taken for the other.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from voting import printing
from voting.elections.count.certificate import PDF
from voting.elections.count.exports import write_manifest
from voting.elections.papers.catalogue import PAPERS, Paper, lacking
from voting.elections.papers.data import Dossier
from voting.elections.papers.exports import write_csv, write_xlsx
from voting.elections.papers.kept import KEPT
from voting.elections.papers.printing import print_paper
from voting.elections.papers.reporting import WIDTHS, as_json, rows
from voting.elections.papers.sheet import Sheet, day_words, table, text

HEADER: Final = "community-voting/archive/v1"
MANIFEST: Final = "manifest.txt"
CATALOGUE: Final = "catalogue"
#: Told after each part: how many are done, of how many, and what it was.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Source:
    """What is packed beside the papers: the certified bundle (empty before), the log's files and its key."""

    bundle: Mapping[str, bytes]
    log: Mapping[str, bytes]
    log_vkey: str


def build_pack(
    dossier: Dossier, source: Source, *, created: datetime, sign: Callable[[str], str], progress: Progress
) -> dict[str, bytes]:
    """Every file of the pack by path, the signed list last. Raises what `print_paper` raises."""
    files: dict[str, bytes] = {}
    ready = [paper for paper in PAPERS if not lacking(paper, dossier)]
    whole = len(ready) + 2
    for done, paper in enumerate(ready, 1):
        files[f"papers/{paper.key}.pdf"] = (
            print_paper(paper, dossier, created=created) if paper.write is not None else source.bundle[PDF]
        )
        progress(done, whole, paper.zh)
    files |= _catalogue(dossier, created) | _report(dossier)
    progress(len(ready) + 1, whole, "卷宗目录和报表")
    files |= {f"bundle/{path}": content for path, content in source.bundle.items()}
    files |= {f"log/{path}": content for path, content in source.log.items()}
    files["log.vkey"] = f"{source.log_vkey}\n".encode()
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    files[MANIFEST] = sign(write_manifest(digests, HEADER)).encode()
    progress(whole, whole, "签名清单")
    return files


def kept_until(paper: Paper, dossier: Dossier) -> str:
    """Until when this paper is kept: a day, or the event that ends its time."""
    kept = KEPT[paper.keep]
    if kept.years is None:
        return kept.zh
    years = dossier.rules.files_kept_years.value
    return f"{years} 年，至 {_years_after(dossier.day, years).isoformat()}"


def catalogue_rows(dossier: Dossier) -> Iterator[tuple[str, str, str, str, str]]:
    """Number, paper, file or why it is not here, who signs it, until when it is kept; every paper of the catalogue."""
    for paper in PAPERS:
        missing = lacking(paper, dossier)
        place = f"papers/{paper.key}.pdf" if not missing else "未入卷：" + "".join(one.zh for one in missing)
        yield paper.number, paper.zh, place, paper.signs_zh, kept_until(paper, dossier)


def _catalogue(dossier: Dossier, created: datetime) -> dict[str, bytes]:
    header = ("号", "文件", "位置", "签章", "保存期限")
    lines = list(catalogue_rows(dossier))
    sheet = Sheet(
        title="选举档案卷宗目录",
        heading=f"{dossier.title}　{day_words(dossier.day)}",
        blocks=(
            text("每个文件的校验值见 manifest.txt，由选举委员会签名。纸质原件（签名、盖章件）与本目录一并归档。"),
            table(header, lines, widths=(1, 3.4, 7, 3.6, 3.6), align="cllll", size=10),
        ),
        template="record",
        landscape=True,
    )
    return {
        f"{CATALOGUE}.pdf": printing.compile_pdf("record", sheet.page(), created=created),
        f"{CATALOGUE}.csv": write_csv([header, *lines]),
    }


def _report(dossier: Dossier) -> dict[str, bytes]:
    made = rows(dossier)
    plain = json.dumps(as_json(dossier), ensure_ascii=False, indent=1) + "\n"
    return {
        "report/fields.csv": write_csv(made),
        "report/fields.xlsx": write_xlsx(made, title="报表字段", widths=WIDTHS),
        "report/fields.json": plain.encode(),
    }


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)
