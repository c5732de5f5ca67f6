"""People named by their roll number, as officials type them from a paper."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.errors import Malformed, NotFound


def numbers_in(text: str) -> tuple[int, ...]:
    """The roll numbers in a text, in order, whatever stands between them. Raises Malformed ROLL_NUMBERS."""
    words = [word for word in re.split(r"[\s,，、;；]+", text.strip()) if word]
    if not all(re.fullmatch(r"[0-9]{1,9}", word, re.ASCII) for word in words):
        raise Malformed(
            "ROLL_NUMBERS",
            "请只填选民编号，用空格或逗号隔开。",
            "Enter roll numbers only, with blanks or commas between them.",
        )
    return tuple(int(word) for word in words)


def entry_of(session: Session, election: Election, text: str) -> str:
    """The roll entry behind one roll number. Raises Malformed ROLL_NUMBERS, NotFound ROLL_NO_NUMBER."""
    numbers = numbers_in(text)
    found = None
    if len(numbers) == 1:
        found = session.scalar(
            select(RollEntry.id).where(RollEntry.election_id == election.id, RollEntry.number == numbers[0])
        )
    if found is None:
        raise NotFound(
            "ROLL_NO_NUMBER",
            f"选民名单上没有 {text.strip()[:20]} 号，请核对选民编号。",
            f"The roll has no number {text.strip()[:20]}; check the roll number.",
        )
    return found
