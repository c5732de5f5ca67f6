"""What the papers and the civil-affairs forms ask for and no other room records: typed in once, kept sealed. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

from voting.elections.texts import typed
from voting.errors import Malformed

#: Longest answer to a question, in characters; more lines than a list has in any community.
MOST_WORDS, MOST_LINES, MOST_NUMBER = 120, 200, 1_000_000
YES_NO: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({"yes": ("是", "yes"), "no": ("否", "no")})


@dataclass(frozen=True)
class Asked:
    """One thing that is typed in. ``kind``: words, number, leaders (lines of group and name), winners (lines of
    office, name, votes).
    """

    code: str
    kind: str
    zh: str
    en: str


@dataclass(frozen=True)
class Entered:
    """Everything typed in for one election; ``again``: candidate id → whether re-elected, yes or no."""

    words: Mapping[str, str]
    numbers: Mapping[str, int]
    leaders: tuple[tuple[str, str], ...]
    winners: tuple[tuple[str, str, int], ...]
    again: Mapping[str, str]

    def dump(self) -> bytes:
        """As JSON, for sealing."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @property
    def codes(self) -> tuple[str, ...]:
        """What was filled in, by code: no names, no values."""
        lists = [code for code, found in (("leaders", self.leaders), ("winners", self.winners)) if found]
        return tuple(sorted([*self.words, *self.numbers, *lists, *(["again"] if self.again else [])]))


NOTHING: Final = Entered({}, {}, (), (), {})

ASKED: Final = (
    Asked("prepare.cadre", "words", "包村（社区）干部", "Cadre in charge of the community"),
    Asked("prepare.leader", "words", "联系领导", "Leader in contact"),
    Asked("prepare.pilot", "words", "试点村（社区）", "Pilot community"),
    Asked("prepare.audit", "words", "离任经济责任审计", "Audit of the outgoing committee"),
    Asked("prepare.difficult", "words", "难点村（社区）和原因", "Difficult community, and why"),
    Asked("prepare.person", "words", "责任人", "Person responsible"),
    Asked("committee.party", "number", "选举委员会中的党员", "Party members in the election committee"),
    Asked("roll.party", "number", "选民中的党员", "Party members on the roll"),
    Asked("roll.minorities", "number", "选民中的少数民族", "Minorities on the roll"),
    Asked("roll.discussed", "words", "会议是否讨论非户籍人员资格", "Did the meeting discuss residents without hukou?"),
    Asked("candidates.present", "number", "提名会议参加人数", "Attendance of the nomination meeting"),
    Asked("poll.branches", "number", "分会场数", "Branch venues"),
    Asked("poll.booths", "number", "秘密写票处数", "Secret writing places"),
    Asked("result.committees", "words", "下属委员会", "Sub-committees"),
    Asked("leaders", "leaders", "小组长名单（6-1 号公告）", "Group leaders (notice 6-1)"),
    Asked("winners", "winners", "监督委员会选举结果（17 号公告）", "Supervisory committee's result (notice 17)"),
)  # fmt: skip  # one row to a question


def load(raw: bytes) -> Entered:
    """The inverse of ``dump``."""
    kept: dict[str, Any] = json.loads(raw)
    return Entered(
        kept["words"],
        kept["numbers"],
        tuple((group, name) for group, name in kept["leaders"]),
        tuple((office, name, votes) for office, name, votes in kept["winners"]),
        kept["again"],
    )


def read_sent(sent: Mapping[str, str], *, candidates: Iterable[str], wholes: Mapping[str, int]) -> Entered:
    """What a form says, checked: names of fields are the codes above, ``again.<candidate id>``.

    ``wholes``: code → the number it is part of. Raises Malformed ENTRY_NUMBER, ENTRY_PART, ENTRY_LINES, TEXT_….
    """
    words, numbers = {}, {}
    leaders: tuple[tuple[str, str], ...] = ()
    winners: tuple[tuple[str, str, int], ...] = ()
    for one in ASKED:
        text = sent.get(one.code, "").strip()
        if not text:
            continue
        if one.kind == "words":
            words[one.code] = typed(text, zh=one.zh, en=one.en, most=MOST_WORDS)
        elif one.kind == "number":
            numbers[one.code] = _part(one, text, wholes.get(one.code))
        elif one.kind == "leaders":
            leaders = tuple((parts[0], parts[1]) for parts in _lines(one, text, 2))
        else:
            winners = tuple((parts[0], parts[1], _number(one, parts[2])) for parts in _lines(one, text, 3))
    again = {each: sent.get(f"again.{each}", "") for each in candidates}
    return Entered(words, numbers, leaders, winners, {key: one for key, one in again.items() if one in YES_NO})


def sent_from(entered: Entered) -> dict[str, str]:
    """The form's fields as they were filled in last."""
    lists = {
        "leaders": "\n".join(" ".join(line) for line in entered.leaders),
        "winners": "\n".join(f"{office} {name} {votes}" for office, name, votes in entered.winners),
    }
    again = {f"again.{key}": one for key, one in entered.again.items()}
    return {**entered.words, **{code: str(value) for code, value in entered.numbers.items()}, **lists, **again}


def _number(one: Asked, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 7 or int(text) > MOST_NUMBER:
        raise Malformed(
            "ENTRY_NUMBER",
            f"“{one.zh}”里的“{text[:20]}”不是 0 至 {MOST_NUMBER:,} 的整数，请更正；不知道的留空。",
            f"“{text[:20]}” in “{one.en}” is no whole number from 0 to {MOST_NUMBER:,}; correct it, or leave it empty.",
        )
    return int(text)


def _part(one: Asked, text: str, whole: int | None) -> int:
    number = _number(one, text)
    if whole is not None and number > whole:
        raise Malformed(
            "ENTRY_PART",
            f"“{one.zh}”是 {number:,}，多于总数 {whole:,}，请更正。",
            f"“{one.en}” is {number:,}, more than the whole of {whole:,}; correct it.",
        )
    return number


def _lines(one: Asked, text: str, parts: int) -> list[list[str]]:
    """Lines of so many words; the name, which may hold spaces, is what stands between the first and the last."""
    found = []
    for number, line in enumerate((line.split() for line in text.splitlines() if line.strip()), 1):
        if len(line) < parts or number > MOST_LINES:
            asks = ("组名 姓名", "group name") if parts == 2 else ("职务 姓名 得票", "office name votes")
            raise Malformed(
                "ENTRY_LINES",
                f"“{one.zh}”第 {number} 行不完整：每行写“{asks[0]}”，中间用空格隔开，最多 {MOST_LINES} 行。请更正。",
                f"Line {number} of “{one.en}” is not complete: write “{asks[1]}” on each, with spaces between, at most "
                f"{MOST_LINES} lines; correct it.",
            )
        last = [line[-1]] if parts == 3 else []
        told = (line[0], " ".join(line[1 : len(line) - len(last)]))
        found.append([*(typed(word, zh=one.zh, en=one.en, most=60) for word in told), *last])
    return found
