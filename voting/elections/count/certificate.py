"""The certified papers of an election, made from one frozen ``ResultDocument``; no database, no clock.

``result.json`` is the value itself; CSV, XLSX and PDF show it; the PDF carries it inside. The bundle's
manifest lists the hash of every file and is signed as a note with the committee's key.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from voting import printing
from voting.elections.count.comparison import checked_document
from voting.elections.count.exports import office_sum, write_csv, write_manifest, write_xlsx
from voting.elections.count.petition import asked
from voting.elections.count.report import OfficeResult, ResultDocument, spoken_root, write_result_json
from voting.elections.count.rules import Kind
from voting.elections.count.wording import judged, wording
from voting.errors import Malformed
from voting.law.calendar import HALL
from voting.law.thresholds import Reason, figure

ARCHIVE: Final = "ballots.bel"
RESULT: Final = "result.json"
CSV: Final = "result.csv"
XLSX: Final = "result.xlsx"
PDF: Final = "result.pdf"
CERTIFICATE: Final = "authority.pem"
MANIFEST: Final = "manifest.txt"
LOG: Final = "log"
LOG_VKEY: Final = "log.vkey"


def build_bundle(
    document: ResultDocument,
    *,
    archive: bytes,
    log: Mapping[str, bytes],
    log_vkey: str,
    authority: bytes,
    sign_pdf: Callable[[bytes], bytes],
    sign_manifest: Callable[[str], str],
) -> dict[str, bytes]:
    """Every file of the bundle by path, the signed manifest last.

    ``log``: the exported log tree by path relative to its root; ``log_vkey``: the key its checkpoint is
    signed with, which the manifest vouches for; ``authority``: the PEM certificate the PDF's signature
    leads to. Raises ``Malformed`` BUNDLE_ARCHIVE when ``archive`` is not the one the document names, so
    that a certificate is never signed beside another ballot box.
    """
    if hashlib.sha256(archive).hexdigest() != document.archive.sha256:
        raise Malformed(
            "BUNDLE_ARCHIVE",
            "选票档案与结果文件记载的指纹不符；请重新导出后再认证。",
            "The ballot archive is not the one the result names; export both again before certifying.",
        )
    files = {
        ARCHIVE: archive,
        RESULT: write_result_json(document),
        CSV: write_csv(document),
        XLSX: write_xlsx(document),
        PDF: sign_pdf(write_pdf(document)),
        CERTIFICATE: authority,
        LOG_VKEY: f"{log_vkey}\n".encode(),
    }
    files |= {f"{LOG}/{path}": content for path, content in log.items()}
    manifest = write_manifest({path: hashlib.sha256(content).hexdigest() for path, content in files.items()})
    return files | {MANIFEST: sign_manifest(manifest).encode()}


@dataclass(frozen=True, slots=True)
class Notice:
    """The keys of one election as posted on the notice board before the poll; ``log_vkey`` may be the log's own key.

    ``electors``: what the election committee is called, 居民选举委员会 or 村民选举委员会.
    """

    community: str
    electors: str
    title: str
    day: date
    committee_vkey: str
    ca_fingerprint: str
    log_vkey: str
    election_fingerprint: str
    made_at: datetime


def write_notice(notice: Notice) -> bytes:
    """The sheet for the notice board: whoever copied a key from it can check the bundle without asking anyone."""
    return printing.compile_pdf("notice", notice_page(notice), created=notice.made_at)


def notice_page(notice: Notice) -> dict[str, Any]:
    """What the sheet's template prints."""
    entries = [
        ("选举委员会签名钥", notice.committee_vkey, "结果文件的清单用它签名。核验时填入这一行。"),
        ("社区选举证书指纹（SHA-256）", notice.ca_fingerprint, "打开报告单 PDF 的签名，证书指纹应当与此相同。"),
        ("社区日志公钥", notice.log_vkey, "选举日志的每一个检查点用它签名。"),
        ("本次选举指纹", notice.election_fingerprint, "职务、候选人和加密公钥定下来后的指纹，一处改动就会不同。"),
    ]
    return {
        "community": notice.community,
        "electors": notice.electors,
        "title": notice.title,
        "date": _day(notice.day),
        "entries": [
            {"label": label, "text": text, "use": use, "qr": printing.qr_svg(text)} for label, text, use in entries
        ],
    }


def write_pdf(document: ResultDocument) -> bytes:
    """The 选举结果报告单 as PDF/A-3b with ``result.json`` inside, unsigned."""
    attachment = printing.Attachment(
        name=RESULT,
        content=write_result_json(document).decode(),
        mime_type="application/json",
        description="选举结果（规范 JSON）",
    )
    return printing.compile_pdf(
        "result", _page(document), pdf_a="3b", created=document.certified_at, attachment=attachment
    )


def _page(document: ResultDocument) -> dict[str, Any]:
    """What the template prints. It sets type; every sum and sentence is made here, from the document."""
    figures, log = document.figures, document.log
    counted = [
        ("登记选民", figures.roll),
        ("发出选票", figures.issued),
        ("收回选票", figures.collected),
        ("其中平板" if document.legal_record == "tablet" else "平板（核对）", figures.tablet),
        ("纸票", figures.paper),
        ("流动票箱", figures.mobile),
        ("委托投票", figures.proxy),
    ]
    cards = document.cards
    missing = f"，缺 {figure(cards.missing)}" if cards.missing else ""
    return {
        "number": document.number,
        "words": _words(document),
        "title": document.title,
        "place": document.place,
        "date": _day(document.day),
        "community": document.community,
        "electors": "村民选举委员会" if document.mode == "village" else "居民选举委员会",
        "figures": [[label, figure(value)] for label, value in counted],
        "cards": f"选票卡：制 {figure(cards.made)}，发 {figure(cards.out)}，收回 {figure(cards.returned)}，"
        f"破损换卡 {figure(cards.torn)}，未用 {figure(cards.unused)}{missing}；"
        f"拒绝重复使用 {figure(cards.refused_uses)} 次。{_papers(document)}",
        "validity": [reason.zh for reason in (*_asked(document), *document.because)],
        "valid": document.valid,
        "offices": [_office(office, document) for office in document.offices],
        "balance": "；".join(office_sum(office, figures.collected) for office in document.offices),
        "elected": _elected(document),
        "recall": _recall(document),
        "open": [sentence for office in document.offices for sentence in _open(office)],
        "article": document.article,
        "qr": printing.qr_svg(document.verify_url or f"{log.origin} {log.size} {log.root}"),
        "head": spoken_root(log.root),
        "log": f"日志第 {figure(log.size)} 条",
        "log_time": _local(document),
        "archive": document.archive.sha256,
        "attached": RESULT,
    }


def _words(document: ResultDocument) -> dict[str, Any]:
    """What the report is called and how it says who won; a recall elects nobody."""
    words = wording(document.kind)
    judged_zh = (words.valid if document.valid else words.void)[0]
    recall = document.kind == Kind.RECALL
    return {
        "paper": words.paper,
        "won": words.won[0],
        "valid": f"本次{judged_zh}。",
        "name": "选项" if recall else "姓名",
        "seats": not recall,
    }


def _papers(document: ResultDocument) -> str:
    """The papers, which channel is the record of the law, and everybody's votes by channel; empty without paper."""
    papers, figures, check = document.papers, document.figures, checked_document(document)
    gone = f"，缺失 {figure(papers.missing)}" if papers.missing else ""
    gone += f"，多出 {figure(papers.surplus)}" if papers.surplus else ""
    if not papers.printed and not figures.paper and not figures.mobile:
        return ""
    record = (
        "本结果以票箱中的纸质选票为准，平板的电子计票是对它的核对"
        if document.legal_record == "paper"
        else "本结果是平板选票与纸质选票之和，各只计一次"
    )
    apart = "；".join(
        f"{office.title} " + "，".join(f"{one.name} {one.tablet} / {one.paper}" for one in office.candidates)
        for office in document.offices
    )
    return (
        f"纸质选票：印 {figure(papers.printed)}，发 {figure(papers.out)}，交回 {figure(papers.returned)}，"
        f"写坏 {figure(papers.torn)}，未用 {figure(papers.unused)}{gone}，代写 {figure(papers.assisted)}。{record}。"
        f"分项得票（平板 / 纸票）：{apart}。{check.zh if check else ''}"
    )


def _office(office: OfficeResult, document: ResultDocument) -> dict[str, Any]:
    return {
        "title": office.title,
        "seats": office.seats,
        "void": figure(office.void),
        "blank": figure(office.blank),
        "unused": figure(office.unused) + (f"（作废 {figure(office.lost)}）" if office.lost else ""),
        "candidates": [
            {
                "name": one.name,
                "votes": figure(one.votes),
                "seal": one.seal,
                "sum": _sum(one.votes, document) if judged(document.kind, one.name) else "",
            }
            for one in office.candidates
        ],
    }


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _sum(votes: int, document: ResultDocument) -> str:
    """The bar written out: more than half in a first poll, at least a third in a second; none in a void one or a
    re-vote."""
    if not document.valid or document.kind == Kind.REVOTE:
        return "—"
    collected = document.figures.collected
    if document.kind == Kind.SECOND:
        return f"3 × {figure(votes)} {'≥' if 3 * votes >= collected else '＜'} {figure(collected)}"
    sign = "＞" if 2 * votes > collected else "＜" if 2 * votes < collected else "="
    return f"2 × {figure(votes)} {sign} {figure(collected)}"


def _elected(document: ResultDocument) -> list[dict[str, Any]]:
    lines = [
        {
            "title": office.title,
            "names": [candidate.name for candidate in office.candidates if candidate.seal == "elected"],
        }
        for office in document.offices
    ]
    return [line for line in lines if line["names"]]


def _asked(document: ResultDocument) -> tuple[Reason, ...]:
    return asked(document.petition, mode=document.mode, law=document.law)


def _recall(document: ResultDocument) -> str:
    """What a recall decided, in words; empty for an election."""
    if document.kind != Kind.RECALL:
        return ""
    return "罢免成立" if _elected(document) else "罢免不成立"


_FOLLOWS: Final = {
    "revote": "须在票数相同者之间再次投票",
    "by_election": "须另行选举",
    "vacant_or_repeat": "另行选举后仍有空缺",
    "rerun": "选举无效，须重新组织选举",
}


def _open(office: OfficeResult) -> list[str]:
    """What still has to follow for this office, as one sentence; none when it is done."""
    if office.next == "done":
        return []
    tied = [candidate.name for candidate in office.candidates if candidate.seal == "tied"]
    who = f"（{'、'.join(tied)}）" if tied else ""
    seats = f"，空缺 {office.vacancies} 名" if office.vacancies else ""
    return [f"{office.title}{seats}：{_FOLLOWS[office.next]}{who}。"]


def _local(document: ResultDocument) -> str:
    return f"{document.certified_at.astimezone(HALL):%Y-%m-%d %H:%M}"
