"""The archive pack: every paper so far, the certified bundle, the log, the catalogue, and one signed list of hashes.

The list is a note signed with the election committee's key, like the
bundle's, under a header of its own: neither can be taken for the other.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from voting import printing
from voting.elections.count.certificate import PDF
from voting.elections.count.exports import write_manifest
from voting.elections.papers.catalogue import PAPERS, lacking
from voting.elections.papers.data import Dossier
from voting.elections.papers.exports import write_csv, write_xlsx
from voting.elections.papers.kept import kept, kept_until
from voting.elections.papers.printing import print_paper
from voting.elections.papers.reporting import WIDTHS, as_json, rows
from voting.elections.papers.sheet import Sheet, basis, day_words, table, text

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
    files |= _catalogue(dossier, created, files) | _report(dossier, created)
    progress(len(ready) + 1, whole, "卷宗目录和报表")
    files |= {f"bundle/{path}": content for path, content in source.bundle.items()}
    files |= {f"log/{path}": content for path, content in source.log.items()}
    files["log.vkey"] = f"{source.log_vkey}\n".encode()
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    files[MANIFEST] = sign(write_manifest(digests, HEADER)).encode()
    progress(whole, whole, "签名清单")
    return files


def catalogue_rows(dossier: Dossier) -> Iterator[tuple[str, str, str, str, str]]:
    """Number, paper, file or why it is not here, who signs it, until when it is kept; every paper of the catalogue."""
    for paper in PAPERS:
        missing = lacking(paper, dossier)
        place = f"papers/{paper.key}.pdf" if not missing else "未入卷：" + "".join(one.zh for one in missing)
        yield paper.number, paper.zh, place, paper.signs_zh, kept_until(paper.keep, dossier.rules, dossier.day)


def _catalogue(dossier: Dossier, created: datetime, papers: Mapping[str, bytes]) -> dict[str, bytes]:
    header = ("号", "文件", "位置", "签章", "保存期限", "校验值（SHA-256）")
    hashed = {path: hashlib.sha256(content).hexdigest() for path, content in papers.items()}
    lines = [(*row, hashed.get(row[2], "")) for row in catalogue_rows(dossier)]
    # On paper the beginning of each, in groups, as people compare them.
    printed = [(*row[:5], " ".join(row[5][at : at + 4] for at in range(0, min(16, len(row[5])), 4))) for row in lines]
    sheet = Sheet(
        title="选举档案卷宗目录",
        heading=f"{dossier.title}　{day_words(dossier.day)}",
        blocks=(
            text(
                "校验值这里印前 16 位，全文见 manifest.txt，由选举委员会签名。"
                "纸质原件（签名、盖章件）与本目录一并归档。"
            ),
            text(_why_kept(dossier)),
            table(header, printed, widths=(1, 3.2, 5.6, 3.2, 3.6, 2.6), align="clllll", size=9.5),
        ),
        template="record",
        landscape=True,
    )
    return {
        f"{CATALOGUE}.pdf": printing.compile_pdf("record", sheet.page(), created=created),
        f"{CATALOGUE}.csv": write_csv([header, *lines]),
    }


def _why_kept(dossier: Dossier) -> str:
    """The rules by which it is kept, each with its source."""
    said = (("选举文件", kept("file", dossier.rules)), ("选票", kept("ballots", dossier.rules)))
    return (
        "保存期限："
        + "；".join(
            f"{what}{one.zh}（{basis(one.basis, one.source_zh, dossier.words.electors)}）" for what, one in said
        )
        + "。"
    )


def _report(dossier: Dossier, created: datetime) -> dict[str, bytes]:
    made = rows(dossier)
    plain = json.dumps(as_json(dossier), ensure_ascii=False, indent=1) + "\n"
    return {
        "report/fields.csv": write_csv(made),
        "report/fields.xlsx": write_xlsx(made, title="报表字段", widths=WIDTHS, created=created),
        "report/fields.json": plain.encode(),
    }
