"""Recall: the petition (Residents' Committees Law Art. 20; Villagers' Committees Law Art. 19)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from voting.errors import Malformed, TooEarly, TooLate
from voting.law.profiles import RESIDENTS_2018, Mode, law_of
from voting.law.thresholds import Reason, Share


class Basis(StrEnum):
    """Who asks for a recall, whoever elects (居委会组织法 20; 村委会组织法 19)."""

    VOTERS = "voters"
    HOUSEHOLDS = "households"  # 户代表, where they elect and their list is posted
    REPS = "reps"  # 居民代表, 村民代表


@dataclass(frozen=True)
class Written:
    """A signature as it stands on the petition: a name, a roll number, or both."""

    name: str = ""
    number: int | None = None

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.name, self.number) if part not in ("", None))


@dataclass(frozen=True)
class Person:
    """Somebody on the list that counts."""

    entry: str
    name: str
    number: int


@dataclass(frozen=True)
class Checked:
    """Signatures held against the roll. ``found``: entries that signed now; ``twice`` signed before or twice here;
    ``namesakes`` need the roll number; ``unknown`` are not on the list, or the number bears another name."""

    found: tuple[str, ...] = ()
    twice: tuple[Written, ...] = ()
    namesakes: tuple[Written, ...] = ()
    unknown: tuple[Written, ...] = ()


@dataclass(frozen=True)
class RecallOutcome:
    """Whether the petition stands, with its arithmetic; the vote on it is a poll (`law.polls.recall_vote`)."""

    petition_ok: bool
    because: tuple[Reason, ...] = ()


def bases_of(mode: Mode, law: str = "") -> tuple[Basis, ...]:
    """Who may ask for a recall in an election of this mode, under the version of the law that it began under."""
    bases = [Basis.VOTERS]
    if mode is Mode.HOUSEHOLD_REPS:
        bases.append(Basis.HOUSEHOLDS)
    # The law of 2018 names a third of the residents' groups (Art. 10) and no representatives but those who elect.
    if mode is Mode.RESIDENT_REPS or law_of(law, mode) is not RESIDENTS_2018:
        bases.append(Basis.REPS)
    return tuple(bases)


def share_of(mode: Mode, basis: Basis, law: str = "") -> Share:
    """The share of those who may ask that has to sign."""
    version = law_of(law, mode)
    return version.recall_by_reps if basis is Basis.REPS else version.recall_by_voters


def require_basis(basis: str, mode: Mode, law: str = "") -> Basis:
    """Raises Malformed RECALL_BASIS for somebody who may not ask."""
    for one in bases_of(mode, law):
        if one == basis:
            return one
    raise Malformed(
        "RECALL_BASIS",
        "请选由谁联名：按这次选举的方式和法律，只能从列出的里选。",
        "Under this election's mode and law only those listed may ask; choose one of them.",
    )


def require_representatives(number: int | None, signed: int, roll: int) -> int:
    """How many representatives there are: at least those who signed, at most everybody on the roll, of which they are.

    Raises Malformed RECALL_REPRESENTATIVES.
    """
    least = max(signed, 1)
    if number is None or not least <= number <= roll:
        raise Malformed(
            "RECALL_REPRESENTATIVES",
            f"请填写代表共有几人：{least} 到 {roll} 之间（不少于已签名的，不多于登记选民）。",
            f"Enter how many representatives there are, from {least} (those who signed) to {roll} (the voters).",
        )
    return number


def decide_recall(mode: Mode, *, eligible: int, petition: int, by_reps: bool = False, law: str = "") -> RecallOutcome:
    """Whether the petition by voters (or representatives) has the law's share of the ``eligible`` who may petition.

    ``law``: key of the version that the election began under; empty: the newest.
    """
    version = law_of(law, mode)
    share = share_of(mode, Basis.REPS if by_reps else Basis.VOTERS, law)
    asked = share.compare(petition, eligible)
    sound = asked.ok and 1 <= petition <= eligible
    who, who_en = ("代表联名", "representatives") if by_reps else ("联名", "people")
    because = version.reason(
        f"{who} {petition} 人，须{share.zh}：{asked.sum}，" + ("达到。" if sound else "未达到。"),
        f"{petition} {who_en} signed, {share.en} is required: {asked.sum}, "
        + ("reached." if sound else "not reached."),
        version.recall_article,
    )
    return RecallOutcome(sound, (because,))


def read_signatures(text: str) -> tuple[Written, ...]:
    """“张三 12、李四 30 45” as signatures: a number after a name belongs to it."""
    found: list[Written] = []
    for part in re.split(r"[、，,;；\r\n]+", text):
        here: list[Written] = []
        for word in part.split():
            if not re.fullmatch(r"[0-9]{1,9}", word):
                here.append(Written(word))
            elif here and here[-1].number is None:
                here[-1] = Written(here[-1].name, int(word))
            else:
                here.append(Written(number=int(word)))
        found += here
    return tuple(found)


def check_signatures(
    written: Iterable[Written], people: Mapping[int, Person], named: Mapping[str, Sequence[int]], there: Collection[str]
) -> Checked:
    """Hold signatures against the list. ``people`` by roll number, ``named``: roll numbers of everybody on the list who
    bears a name, ``there``: entries that have signed already."""
    found: list[str] = []
    twice, namesakes, unknown = [], [], []
    for one in written:
        numbers = [one.number] if one.number is not None else list(named.get(one.name, ()))
        person = people.get(numbers[0]) if len(numbers) == 1 else None
        if len(numbers) > 1:
            namesakes.append(one)
        elif person is None or one.name not in ("", person.name):
            unknown.append(one)
        elif person.entry in there or person.entry in found:
            twice.append(one)
        else:
            found.append(person.entry)
    return Checked(tuple(found), tuple(twice), tuple(namesakes), tuple(unknown))


def require_petition(decided: RecallOutcome) -> None:
    """Raises TooEarly RECALL_TOO_FEW, with the arithmetic, for a petition without the law's share of the list."""
    if not decided.petition_ok:
        reason = decided.because[0]
        raise TooEarly(
            "RECALL_TOO_FEW",
            f"{reason.zh}请继续核对签名，或结束这件联名。",
            f"{reason.en} Check further signatures, or end the petition.",
        )


def require_again(lost: date | None, day: date, days: int) -> None:
    """Not again on the same facts within a year of a recall that was lost (浙江 36). Raises TooEarly RECALL_AGAIN."""
    if lost is not None and day <= lost + timedelta(days=days):
        first = lost + timedelta(days=days + 1)
        raise TooEarly(
            "RECALL_AGAIN",
            f"同一事实的罢免 {lost.isoformat()} 没有通过，{first.isoformat()} 以前不能再提，请到时再办。",
            f"A recall on the same facts was lost on {lost.isoformat()}; wait until {first.isoformat()}.",
        )


def require_poll_day(last: date, day: date, days: int) -> None:
    """The poll is held within so many days of the petition (profile), on ``last`` at the latest. Raises RECALL_LATE."""
    if day > last:
        raise TooLate(
            "RECALL_LATE",
            f"罢免投票应在受理后 {days} 日内举行，最迟 {last.isoformat()}，请改日期。",
            f"The poll is held within {days} days, at the latest on {last.isoformat()}; choose another day.",
        )
