"""The result of an election as one frozen value, and its one byte form ``result.json``.

Every export (CSV, XLSX, PDF) is made from this value and the verifier reads it back, so the file
holds figures, candidates' names and nothing else about anybody. Pure: no Flask, no database.
"""

import json
import re
import types
import typing
import unicodedata
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar

from voting.elections.count.petition import ASKERS, NONE, Petitioned
from voting.elections.count.rules import CountFacts, ElectionOutcome, OfficeCount, Outcome
from voting.errors import Malformed, TooLarge
from voting.law.thresholds import Reason

KIND: Final = "election-result"
VERSION: Final = 1
MAX_BYTES: Final = 1_000_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """One line of the count. ``seal``: elected, tied (votes again) or none; ``tablet``/``paper``: votes by channel."""

    name: str
    votes: int
    seal: str
    tablet: int = 0
    paper: int = 0


@dataclass(frozen=True, slots=True)
class OfficeResult:
    """One office. ``void`` and ``blank`` count ballots, ``unused`` counts marks not made on the other ballots, ``lost``
    marks made that are no vote (too many names, names of nobody).

    ``needed``: the votes that elect (0 where the highest win without a bar); ``next``: done, revote,
    by_election, vacant_or_repeat or rerun; ``because``: the rule's reasons.
    """

    title: str
    seats: int
    candidates: tuple[CandidateResult, ...]
    void: int
    blank: int
    unused: int
    needed: int
    next: str
    vacancies: int
    because: tuple[Reason, ...]
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """N, I and C of the poll, and C by channel; proxies are among them.

    ``collected = tablet + paper + mobile``; where the paper is the legal record, the tablets' ballots lie printed in
    the boxes and ``collected = paper + mobile``.
    """

    roll: int
    issued: int
    collected: int
    tablet: int
    paper: int
    mobile: int
    proxy: int


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards: made, handed out (spares for torn ones included), come back, torn, left over, refused second uses.

    ``missing`` ones were neither handed out nor found after closing: made = out + unused + missing.
    """

    made: int
    out: int
    returned: int
    torn: int
    unused: int
    missing: int
    refused_uses: int


@dataclass(frozen=True, slots=True)
class Papers:
    """The paper ballots: printed + surplus = out + unused + missing; ``returned`` and ``torn`` are among those out.

    ``assisted``: voters for whom somebody wrote (代写); ``missing``, ``surplus``: as the committee decided."""

    printed: int = 0
    out: int = 0
    returned: int = 0
    torn: int = 0
    unused: int = 0
    assisted: int = 0
    missing: int = 0
    surplus: int = 0


@dataclass(frozen=True, slots=True)
class ArchiveRef:
    """The ballot archive this result was counted from. ``fingerprint`` is b64(SHA-256) of the election record."""

    sha256: str
    uuid: str
    fingerprint: str
    ballots: int


@dataclass(frozen=True, slots=True)
class LogRef:
    """Head of the community's audit log when the result was written; ``root`` is hex."""

    origin: str
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class ResultDocument:
    """Everything the certified papers say. ``number`` and ``verify_url`` may be empty.

    ``legal_record``: tablet, or paper where the electronic count is the check of the paper count.
    ``kind``: what this poll was (first, revote, second, …); ``ineligible``: those whose election is void.
    """

    community: str
    place: str
    title: str
    number: str
    day: date
    mode: str
    law: str
    kind: str
    ineligible: tuple[str, ...]
    opened_at: datetime
    closed_at: datetime
    certified_at: datetime
    figures: Figures
    cards: Cards
    valid: bool
    because: tuple[Reason, ...]
    offices: tuple[OfficeResult, ...]
    article: str
    article_en: str
    archive: ArchiveRef
    log: LogRef
    verify_url: str
    legal_record: str = "tablet"
    papers: Papers = Papers()
    petition: Petitioned = NONE

    def __post_init__(self) -> None:
        _check(self)


def write_result_json(document: ResultDocument) -> bytes:
    """The canonical bytes: sorted ASCII keys, no spaces, integers only, raw UTF-8 (within RFC 8785)."""
    record = {"kind": KIND, "v": VERSION, "result": _plain(document)}
    return json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def read_result_json(raw: bytes) -> ResultDocument:
    """The document behind canonical bytes.

    Raises ``TooLarge`` RESULT_TOO_LARGE; ``Malformed`` RESULT_FORM (naming the field),
    RESULT_NOT_CANONICAL, and the refusals of the document itself (RESULT_TEXT, RESULT_FIGURES,
    RESULT_BALANCE).
    """
    if len(raw) > MAX_BYTES:
        raise TooLarge(
            "RESULT_TOO_LARGE", "result.json 超过 1 MB；请检查文件。", "result.json is over 1 MB; check the file."
        )
    try:
        record = json.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise _form("JSON") from error
    if not isinstance(record, dict) or set(record) != {"kind", "v", "result"}:
        raise _form("kind, v, result")
    if record["kind"] != KIND or record["v"] != VERSION:
        raise _form("kind, v")
    document = _build(ResultDocument, record["result"], "result")
    if write_result_json(document) != raw:
        raise Malformed(
            "RESULT_NOT_CANONICAL",
            "result.json 不是规范写法（空格、顺序或重复的键）；请用平台导出的原文件。",
            "result.json is not in canonical form (spaces, order or doubled keys); use the file as exported.",
        )
    return document


def offices_of(facts: CountFacts, outcome: ElectionOutcome) -> tuple[OfficeResult, ...]:
    """The offices of a document from what the count rules decided; candidates by votes, then by code point."""
    return tuple(
        OfficeResult(
            title=count.name,
            seats=count.seats,
            candidates=tuple(
                CandidateResult(name, votes, _seal(name, decided.outcome), *_channels(count, name, votes))
                for name, votes in sorted(count.votes.items(), key=lambda item: (-item[1], item[0]))
            ),
            void=facts.invalid,
            blank=count.blank,
            unused=decided.unused - count.seats * (facts.invalid + count.blank),
            lost=count.over_vote_loss,
            needed=decided.outcome.majority_needed or decided.outcome.third_needed,
            next=decided.outcome.next.value,
            vacancies=decided.outcome.vacancies,
            because=decided.outcome.because,
        )
        for count, decided in zip(facts.offices, outcome.offices, strict=True)
    )


def spoken_root(root: str) -> str:
    """The first 128 bits of a hex root in 8 groups of 4, as printed and read aloud."""
    return " ".join(root[start : start + 4] for start in range(0, 32, 4))


def marks_balance(office: OfficeResult, collected: int) -> bool:
    """Σ votes + blank·seats + unused + lost + void·seats = seats · C: every mark of every ballot is accounted for."""
    votes = sum(candidate.votes for candidate in office.candidates)
    return votes + office.unused + office.lost + (office.blank + office.void) * office.seats == office.seats * collected


def _channels(count: OfficeCount, name: str, votes: int) -> tuple[int, int]:
    """Votes on tablets and on paper; all of them on tablets where no paper was counted."""
    if not count.tablet and not count.paper:
        return votes, 0
    return count.tablet.get(name, 0), count.paper.get(name, 0)


def _seal(name: str, outcome: Outcome) -> str:
    return "elected" if name in outcome.elected else "tied" if name in outcome.tied else "none"


def _check(document: ResultDocument) -> None:
    _check_values(document, "result")
    figures = document.figures
    if any(len({one.name for one in office.candidates}) != len(office.candidates) for office in document.offices):
        raise _figures("同一职务有两个相同的姓名", "an office lists a name twice")
    people = [one.name for office in document.offices for one in office.candidates]
    titles = [document.community, document.title, *(office.title for office in document.offices)]
    if not all(text.strip() for text in titles + people):
        raise _form("community, title, offices.title, candidates.name")
    _check_channels(document)
    if document.petition != NONE and document.petition.basis not in ASKERS:
        raise _form("petition.basis")
    if figures.tablet != document.archive.ballots:
        raise _figures("平板票数与选票档案中的票数不符", "tablet ballots differ from the ballots in the archive")
    if document.cards.made != document.cards.out + document.cards.unused + document.cards.missing:
        raise _figures("制卡不等于发卡、未用、缺卡之和", "cards made are not the sum of out, unused and missing")
    if not re.fullmatch("[0-9a-f]{64}", document.archive.sha256) or not re.fullmatch("[0-9a-f]{64}", document.log.root):
        raise _form("archive.sha256, log.root")
    for office in document.offices:
        if not marks_balance(office, figures.collected):
            raise Malformed(
                "RESULT_BALANCE",
                f"{office.title}：得票、弃权、少选、废票与收回选票对不上；请重新核对计票。",
                f"{office.title}: votes, blank, unused and void do not add up to the ballots; check the count.",
            )
        if any(candidate.seal not in ("elected", "tied", "none") for candidate in office.candidates):
            raise _form("offices.candidates.seal")
        if sum(candidate.seal == "elected" for candidate in office.candidates) > office.seats:
            raise _figures(f"{office.title}当选人数多于应选人数", f"more elected than seats for {office.title}")


def _check_channels(document: ResultDocument) -> None:
    """Paper and tablets, each apart, give the sums that are stated."""
    figures = document.figures
    if document.legal_record not in ("tablet", "paper"):
        raise _form("legal_record")
    papers = figures.paper + figures.mobile
    if figures.collected != papers + (figures.tablet if document.legal_record == "tablet" else 0):
        raise _figures("收回选票不等于平板、纸票、流动票箱之和", "collected is not the sum of tablet, paper and mobile")
    if (run := document.papers).printed + run.surplus != run.out + run.unused + run.missing:
        raise _figures("印制纸票不等于发出、未用、缺失之和", "papers printed are not those out, unused and missing")
    if papers and any(
        one.votes != one.paper + (one.tablet if document.legal_record == "tablet" else 0)
        for office in document.offices
        for one in office.candidates
    ):
        raise _figures("得票不等于平板和纸票之和", "votes are not the sum of tablet and paper")


def _check_values(value: Any, path: str) -> None:
    """Texts are short and printable in one line; numbers are counts; times are UTC to the second."""
    if isinstance(value, str):
        controls = any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in value)
        if controls or len(value) > 2000:
            raise Malformed(
                "RESULT_TEXT",
                f"{path} 里有控制字符，或者太长；请改正后再导出。",
                f"{path} holds control characters or is too long; correct it and export again.",
            )
    elif isinstance(value, int):
        if not 0 <= value < 2**53:
            raise _form(path)
    elif isinstance(value, datetime):
        if value.utcoffset() is None or value.astimezone(UTC).microsecond:
            raise _form(path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            _check_values(item, f"{path}[{index}]")
    elif is_dataclass(value):
        for field in fields(value):
            _check_values(getattr(value, field.name), f"{path}.{field.name}")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _build(kind: type[T], value: Any, path: str) -> T:
    """``value`` (parsed JSON) as ``kind``, strictly: exact keys, exact types."""
    if not is_dataclass(kind):
        raise TypeError(kind)
    hints = typing.get_type_hints(kind)
    if not isinstance(value, dict) or set(value) != set(hints):
        raise _form(path)
    return kind(**{name: _build_field(hint, value[name], f"{path}.{name}") for name, hint in hints.items()})


def _build_field(hint: Any, value: Any, path: str) -> Any:
    if isinstance(hint, types.GenericAlias):
        if not isinstance(value, list):
            raise _form(path)
        return tuple(_build_field(hint.__args__[0], item, f"{path}[{index}]") for index, item in enumerate(value))
    if is_dataclass(hint):
        return _build(typing.cast(type, hint), value, path)
    try:
        if hint is datetime:
            return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if hint is date:
            return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _form(path) from error
    if type(value) is not hint:
        raise _form(path)
    return value


def _form(path: str) -> Malformed:
    return Malformed(
        "RESULT_FORM",
        f"result.json 的 {path} 不符合格式；请用平台导出的原文件。",
        f"result.json: {path} is not in the form asked for; use the file as exported.",
    )


def _figures(zh: str, en: str) -> Malformed:
    return Malformed("RESULT_FIGURES", f"{zh}；请重新核对计票。", f"{en}; check the count.")
