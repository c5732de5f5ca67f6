"""Ages on the election day, when the day is moved: nobody under age on the roll, the groups of namesakes anew."""

import json
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.queries import law_in_force
from voting.elections.roll.rules import age_group
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.errors import Conflict
from voting.keys import FieldKeys
from voting.law.calendar import age_on

_BATCH = 1_000
_NAMED = 5


def require_of_age(session: Session, *, election: Election, day: date, keys: FieldKeys, regroup: bool) -> None:
    """Refuse an earlier ``day`` on which somebody on the roll is under age; inside the caller's transaction.

    ``regroup``: work the age groups out anew, as long as the roll is not posted. Raises Conflict DAY_UNDER_AGE.
    """
    law = law_in_force(election)
    young: list[int] = []
    rows = session.scalars(
        select(RollEntry).where(RollEntry.election_id == election.id).order_by(RollEntry.number)
    ).yield_per(_BATCH)
    for row in rows:
        born = date.fromisoformat(json.loads(keys.open(row.sealed, row.id))["birth"])
        if age_on(born, day) < law.voting_age:
            young.append(row.number)
        elif regroup:
            row.age_group = age_group(born, day)
    if young:
        first = [str(number) for number in young[:_NAMED]]
        numbers = "、".join(first) + ("等" if len(young) > _NAMED else "")
        raise Conflict(
            "DAY_UNDER_AGE",
            f"到 {day} 名单上有 {len(young)} 人未满 {law.voting_age} 周岁（编号 {numbers}，{law.name_zh}"
            f"第{law.registration_article}条），不能改到这一天。请另选日期，或先把他们从名单上去掉。",
            f"On {day}, {len(young)} people of the roll are under {law.voting_age} (numbers {', '.join(first)}; "
            f"{law.name_en}, Art. {law.registration_article}). Choose another day, or take them off the roll first.",
        )
    session.flush()
