"""What the verifier of a bundle prints, as text in one language or as JSON; the same in docs/verify.md."""

import json
from collections.abc import Iterator
from typing import Any, Final

from audit.checkpoint import spoken_head
from verifier.checks import CHECKS, BundleReport, Facts
from verifier.outcome import sentences
from verifier.report import Finding, Verdict, printable
from voting.elections.count.comparison import checked_document
from voting.elections.count.petition import asked
from voting.elections.count.report import OfficeResult, ResultDocument
from voting.elections.count.wording import Wording, wording

LANGUAGES: Final = ("zh", "en")
VERDICTS: Final = {
    Verdict.SOUND: ("可信：14 项检查全部通过。", "Sound: all 14 checks passed."),
    Verdict.TAMPERED: ("被改动或伪造。", "Tampering is proven."),
    Verdict.UNUSABLE: ("无法核验：文件读不了或不是要核验的东西。", "Cannot be verified: the input cannot be used."),
    Verdict.LACKING: ("到此为止没有问题，但证据不全。", "Nothing wrong so far, but evidence is lacking."),
}
#: Who mends it, by the first check that failed.
MENDS: Final = {
    1: ("请向选举委员会重新取得结果包原件", "get the original bundle from the election committee again"),
    2: (
        "请对照公告栏核对公钥；仍不符，请选举委员会说明是谁签的字",
        "compare the key with the notice board; if it is right, the election committee explains who signed",
    ),
    3: (
        "请保存这份结果包，报告监督委员会和街道",
        "keep this bundle; the supervisors and the street office look into it",
    ),
    4: ("请选举委员会重新导出选票档案；仍不符，报告街道", "the committee exports the archive again, or reports it"),
    5: ("请监督委员核对自己的公钥", "the supervisors compare their public keys"),
    6: (
        "请保存这份结果包，报告监督委员会和街道",
        "keep this bundle; the supervisors and the street office look into it",
    ),
    7: ("请监督委员会重新加总并解密", "the supervisors add up and decrypt again"),
    8: ("请该监督委员用自己的密钥重新解密", "that supervisor decrypts again with their own key"),
    9: ("请选举委员会按解密份额重新合成结果", "the election committee combines the result again"),
    10: ("请监督委员会清点选票卡和领票登记", "the supervisors count the cards and the desk's record"),
    11: (
        "请保存这份结果包和您手里的检查点，报告监督委员会和街道",
        "keep this bundle and your checkpoints; report both",
    ),
    12: ("请选举委员会更正结果并重新签字", "the election committee corrects the result and signs again"),
    13: ("请选举委员会重新导出并签字", "the election committee exports and signs again"),
    14: (
        "请监督委员会核对票箱、唱计票单和领票登记；对不上，报告街道",
        "the supervisors compare boxes, count sheets and the desk's record, or report it",
    ),
}


def text(report: BundleReport, language: str) -> str:
    """The numbered checks, the numbers, and the verdict with who mends it."""
    at = LANGUAGES.index(language)
    lines = [line for number in CHECKS for line in _check(report, number, at)]
    lines += ["", *(f"{label}{'：' if at == 0 else ': '}{value}" for label, value in numbers(report.facts, at)), ""]
    return printable("\n".join([*lines, *_closing(report, at)]))


def first_failing(report: BundleReport) -> Finding | None:
    """The finding to be mended first: of the gravest kind, the earliest check."""
    return min(report.findings, key=lambda finding: (finding.verdict, finding.check), default=None)


def numbers(facts: Facts, at: int) -> Iterator[tuple[str, str]]:
    """Label and value of everything people compare with the notice board and the hall; ``at`` 0 zh, 1 en."""
    archive, document, head = facts.archive, facts.document, facts.head
    if archive is not None:
        yield ("选举指纹", "Election fingerprint")[at], archive.election.fingerprint
    # Only what check 12 has confirmed is printed as a number of this election.
    if facts.outcome is not None and document is not None:
        yield from _result(document, at)
        for reason in sentences(facts.outcome):
            yield ("算式", "Arithmetic")[at], reason[at]
    if archive is not None:
        yield ("选票档案 SHA-256", "Ballot archive SHA-256")[at], facts.archive_sha256
        yield ("票箱头部", "Head of the ballot box")[at], archive.head
    if head is not None:
        yield ("日志", "Log")[at], f"{head.origin} · {head.size} · {spoken_head(head.root)}"
    if facts.log_key is not None:
        yield ("社区日志公钥", "Log key")[at], facts.log_key.text
    if facts.committee_key is not None:
        yield ("选举委员会签名钥", "Committee key")[at], facts.committee_key.text
    if facts.authority:
        yield ("社区选举证书指纹", "Certificate fingerprint")[at], facts.authority


def _result(document: ResultDocument, at: int) -> Iterator[tuple[str, str]]:
    figures, cards = document.figures, document.cards
    yield ("选举", "Election")[at], f"{document.title} · {document.place} · {document.day.isoformat()}"
    people = (
        f"名单 {figures.roll}，领卡 {figures.issued}，选票 {figures.collected}",
        f"roll {figures.roll}, received a card {figures.issued}, ballots {figures.collected}",
    )
    yield ("人数", "People")[at], people[at]
    used = (cards.made, cards.out, cards.returned, cards.torn, cards.unused, cards.missing, cards.refused_uses)
    labels = (
        ("制", "发", "收回", "破损", "未用", "缺", "拒绝重复使用"),
        ("made", "out", "returned", "torn", "unused", "missing", "second uses refused"),
    )
    for reason in asked(document.petition, mode=document.mode, law=document.law):
        yield ("联名", "Petition")[at], (reason.zh, reason.en)[at]
    if document.papers.printed or figures.paper or figures.mobile:
        yield ("纸质选票", "Papers")[at], _papers(document, at)
    if check := checked_document(document):
        yield ("平板核对纸票", "Tablets against papers")[at], (check.zh, check.en)[at]
    made = ("，", ", ")[at].join(f"{label} {value}" for label, value in zip(labels[at], used, strict=True))
    yield ("选票卡", "Cards")[at], made
    for office in document.offices:
        yield office.title, _office(office, at, wording(document.kind))


def _papers(document: ResultDocument, at: int) -> str:
    papers, figures = document.papers, document.figures
    values = (papers.printed, papers.out, papers.returned, papers.torn, papers.unused, figures.paper, figures.mobile)
    labels = (
        ("印", "发", "交回", "写坏", "未用", "大厅票箱", "流动票箱"),
        ("printed", "out", "returned", "spoilt", "unused", "hall boxes", "mobile boxes"),
    )
    said = list(zip(labels[at], values, strict=True))
    # Only by a decision of the committee, which the log has.
    said += [(("缺失", "missing")[at], papers.missing)] if papers.missing else []
    said += [(("多出", "too many left")[at], papers.surplus)] if papers.surplus else []
    counted = ("，", ", ")[at].join(f"{label} {value}" for label, value in said)
    record = (("以纸质选票为准", "the papers are the legal record"), ("", ""))[document.legal_record != "paper"][at]
    return "；".join(filter(None, (counted, record))) if at == 0 else "; ".join(filter(None, (counted, record)))


def _office(office: OfficeResult, at: int, words: Wording) -> str:
    names = "；" if at == 0 else "; "
    seals = {"elected": words.won, "tied": ("票数相同", "tied"), "none": words.lost}
    lines = [f"{one.name} {one.votes} {seals[one.seal][at]}" for one in office.candidates]
    return names.join([*lines, f"{('弃权', 'blank')[at]} {office.blank}"])


def _check(report: BundleReport, number: int, at: int) -> Iterator[str]:
    found = [finding for finding in report.findings if finding.check == number]
    mark = "✓" if number in report.passed else "✗" if found else "–"
    yield f"{number:2} {mark} {CHECKS[number][at]}"
    for finding in found:
        yield f"     {finding.code}: {(finding.zh, finding.en)[at]}"
    for note in report.facts.card_notes if number == 10 else ():
        yield f"     {('注意：', 'Note: ')[at]}{note[at]}"


def _closing(report: BundleReport, at: int) -> Iterator[str]:
    yield VERDICTS[report.verdict][at]
    first = first_failing(report)
    if first is None:
        return
    mends, said = MENDS[first.check][at], (first.zh, first.en)[at].rstrip("。.；;")
    yield (
        f"第 {first.check} 项没有通过：{said}。怎么办：{mends}。"
        if at == 0
        else f"Check {first.check} failed: {said}. What to do: {mends}."
    )


def as_json(report: BundleReport) -> str:
    """Everything for programs; ASCII, since names in a hostile file need not be encodable."""
    facts, first = report.facts, first_failing(report)
    value: dict[str, Any] = {
        "verdict": report.verdict.name.lower(),
        "exit": int(report.verdict),
        "passed": list(report.passed),
        "first": first and {"check": first.check, "mends_zh": MENDS[first.check][0], "mends_en": MENDS[first.check][1]},
        "findings": [finding.form() for finding in report.findings],
        "facts": _facts(facts),
    }
    return json.dumps(value, indent=1)


def _facts(facts: Facts) -> dict[str, Any]:
    value: dict[str, Any] = {
        "committee_key": facts.committee_key and facts.committee_key.text,
        "log_key": facts.log_key and facts.log_key.text,
        "certificate": facts.authority or None,
        "card_notes": [{"zh": zh, "en": en} for zh, en in facts.card_notes],
    }
    if facts.head is not None:
        value["log"] = {"origin": facts.head.origin, "size": facts.head.size, "root": facts.head.root.hex()}
    if facts.archive is not None:
        election = facts.archive.election
        value["archive"] = {
            "uuid": election.uuid,
            "fingerprint": election.fingerprint,
            "sha256": facts.archive_sha256,
            "head": facts.archive.head,
            "ballots": len(facts.archive.trackers),
            "result": facts.archive.result,
        }
    if facts.outcome is not None:
        outcome = facts.outcome
        value["outcome"] = {
            "valid": outcome.valid,
            "next": outcome.next.value,
            "elected": {office.name: list(office.outcome.elected) for office in outcome.offices},
            "because": [{"zh": zh, "en": en} for zh, en in sentences(outcome)],
        }
    return value
