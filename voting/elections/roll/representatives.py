"""The list of representatives: who votes for which household or group (居委会组织法 13, 19). Posted with the roll.

Where representatives vote, their number is the denominator of the turnout, and only they get a card.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.lifecycle import require_state
from voting.elections.queries import locked
from voting.elections.roll.events import RepresentativesEntered
from voting.elections.roll.queries import REP_MODES
from voting.elections.roll.tables import Representative, RollEntry
from voting.elections.texts import typed
from voting.errors import Malformed
from voting.law.profiles import Mode
from voting.permissions import Actor

MAX_LINES = 20_000
_LINE = re.compile(r"^\s*([0-9０-９]{1,9})\s*[,，、\t ]\s*(.+?)\s*$")


@dataclass(frozen=True)
class Line:
    """A representative: roll number, and the household or group they stand for."""

    number: int
    represents: str


def read_lines(text: str) -> list[Line]:
    """One representative a line: roll number, a comma, household or group. Raises Malformed REP_LINE, REP_MANY."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_LINES:
        raise Malformed(
            "REP_MANY",
            f"代表名单最多 {MAX_LINES:,} 行，请核对文件。",
            f"A list of representatives has at most {MAX_LINES:,} lines; check the file.",
        )
    found = []
    for at, line in enumerate(lines, 1):
        match = _LINE.match(line)
        if match is None:
            raise Malformed(
                "REP_LINE",
                f"第 {at} 行看不懂，请写成“编号,所代表的户或小组”。",
                f"Line {at} cannot be read; write “roll number, household or group”.",
            )
        represents = typed(match[2], zh=f"第 {at} 行", en=f"Line {at}", most=40, least=1)
        found.append(Line(int(match[1]), represents))
    return found


def enter_representatives(
    session: Session, *, election_id: str, lines: Sequence[Line], actor: Actor, now: datetime
) -> int:
    """Replace the list of representatives; all or nothing. Returns their number.

    Raises Malformed REP_MODE (everybody votes), REP_NOT_ON_ROLL, REP_TWICE, HOUSEHOLD_TWICE; TooLate after posting.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, "draft")
        if election.mode not in REP_MODES:
            raise Malformed(
                "REP_MODE",
                "这次选举由全体选民投票，没有代表名单，不用录入。",
                "Everybody votes in this election; there is no list of representatives to enter.",
            )
        ids = _entries(session, election_id)
        _check(lines, ids, households=election.mode == Mode.HOUSEHOLD_REPS)
        session.execute(delete(Representative).where(Representative.election_id == election.id))
        rows = [
            {
                "roll_entry_id": ids[line.number],
                "election_id": election.id,
                "household": line.represents if election.mode == Mode.HOUSEHOLD_REPS else None,
                "represents": line.represents,
            }
            for line in lines
        ]
        if rows:
            session.execute(insert(Representative), rows)
        content = "".join(f"{line.number}\t{line.represents}\n" for line in sorted(lines, key=lambda one: one.number))
        digest = hashlib.sha256(content.encode()).hexdigest()
        fact = RepresentativesEntered(election.id, len(rows), digest, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return len(rows)


def _entries(session: Session, election_id: str) -> dict[int, str]:
    rows = session.execute(select(RollEntry.number, RollEntry.id).where(RollEntry.election_id == election_id))
    return {row.number: row.id for row in rows}


def _check(lines: Sequence[Line], ids: dict[int, str], *, households: bool) -> None:
    people: set[int] = set()
    homes: set[str] = set()
    for line in lines:
        if line.number not in ids:
            raise Malformed(
                "REP_NOT_ON_ROLL",
                f"名单上没有编号 {line.number}，代表须是登记选民；请核对。",
                f"Number {line.number} is not on the roll, and a representative must be; check it.",
            )
        if line.number in people:
            raise Malformed(
                "REP_TWICE",
                f"编号 {line.number} 在代表名单上出现两次；一人只能当一次代表，请更正。",
                f"Number {line.number} stands twice on the list; a person represents once, correct it.",
            )
        if households and line.represents in homes:
            raise Malformed(
                "HOUSEHOLD_TWICE",
                f"“{line.represents}”有两名代表；每户只能派一名，请更正。",
                f"“{line.represents}” has two representatives; a household sends one, correct it.",
            )
        people.add(line.number)
        homes.add(line.represents)
