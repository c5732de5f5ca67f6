"""Sealing: the ballot, the keys, the cards and the roll are fixed before the first ballot (居委会组织法 17, 18).

An office is one question: its text is the office's title, its answers the candidates in ballot order,
a blank in front for 弃权, between one and as many choices as there are seats.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.box import sealing
from voting.box.tables import Box
from voting.crypto.election import Question, write_election
from voting.crypto.group import get_group
from voting.database import transaction
from voting.elections.announced import require_announced
from voting.elections.candidates.queries import Contest, contests
from voting.elections.candidates.tables import Candidate
from voting.elections.events import ElectionSealed
from voting.elections.moves import moved
from voting.elections.paper.queries import legal_record
from voting.elections.queries import rules
from voting.elections.roll.queries import roll_hash, roll_size
from voting.elections.tables import Election
from voting.errors import Conflict
from voting.permissions import Actor


def seal_election(
    session: Session, *, election_id: str, actor: Actor, now: datetime, expected: str | None = None
) -> str:
    """Fix everything the outcome will be computed from; returns the election's fingerprint (43 characters).

    Raises Conflict ROLL_CHANGED when the roll is not the posted one, and what `announced.require_announced`,
    `lifecycle.require` and `box.sealing.seal` raise.
    """
    with transaction(session):
        election = moved(session, election_id, "seal", now, expected=expected)
        _freeze_roll(session, election)
        ballot = contests(session, election=election)
        box = session.get_one(Box, election.box_id)
        record = _election_record(session, election, box, ballot)
        fingerprint = sealing.seal(session, box=box.id, election_record=record, actor=actor.account_id, now=now)
        display, pictures = _display(session, election, ballot)
        sealing.set_display(session, box=box.id, display=display, pictures=pictures)
        fact = _sealed(election, box, ballot, actor)
        require_announced(session, election, fact)
        journal.record(session, election.community_id, fact, now)
        return fingerprint


def _freeze_roll(session: Session, election: Election) -> None:
    if roll_hash(session, election=election) != election.roll_hash:
        raise Conflict(
            "ROLL_CHANGED",
            "选民名单与公布时的不一样了，没有封定。名单公布后不应再有改动，请监督委员查明数据库被谁改过。",
            "The roll is not the one that was posted, so nothing was sealed. It must not change after posting; the "
            "supervisors find out who changed the database.",
        )
    election.eligible = roll_size(session, election=election)


def _election_record(session: Session, election: Election, box: Box, ballot: tuple[Contest, ...]) -> bytes:
    group = get_group(box.group)
    questions = [
        Question(contest.office.title, contest.names, blank=True, minimum=1, maximum=contest.office.seats)
        for contest in ballot
    ]
    return write_election(
        uuid=box.uuid,
        name=election.title,
        description=f"{election.day.isoformat()} {election.place}",
        group=group,
        public_key=group.parse(sealing.joint_key(session, box=box.id)),
        questions=questions,
    )


def _display(session: Session, election: Election, ballot: tuple[Contest, ...]) -> tuple[dict[str, Any], list[bytes]]:
    """What the tablets show beside the form, and the portraits numbered from 1."""
    photos = {
        candidate_id: photo
        for candidate_id, photo in session.execute(
            select(Candidate.id, Candidate.photo).where(Candidate.election_id == election.id)
        )
        if photo
    }
    pictures: list[bytes] = []
    offices = []
    for contest in ballot:
        # A recall asks yes or no: two answers, nobody stands.
        answers = () if contest.candidates else contest.names
        shown = [_answer(number, text) for number, text in enumerate(answers, 1)]
        standing = zip(contest.candidates, contest.names, strict=not answers)
        for number, (candidate, name) in enumerate(standing, 1):
            url = None
            if candidate.id in photos:
                pictures.append(photos[candidate.id])
                url = f"/booth/photo/{len(pictures)}"
            shown.append(
                {
                    "number": number,
                    "name": name,
                    "sex": candidate.sex,
                    "age": candidate.age,
                    "trade": candidate.trade,
                    "introduction": candidate.introduction,
                    "photo": url,
                }
            )
        offices.append({"title": contest.office.title, "seats": contest.office.seats, "candidates": shown})
    display = {
        "title": election.title,
        "hall": election.place,
        "offices": offices,
        "legal_record": legal_record(election),
        "write_in": [contest.office.write_in for contest in ballot],
    }
    return display, pictures


def _answer(number: int, text: str) -> dict[str, Any]:
    about = {"sex": "", "age": None, "trade": "", "introduction": "", "photo": None}
    return {"number": number, "name": text, **about}


def _sealed(election: Election, box: Box, ballot: tuple[Contest, ...], actor: Actor) -> ElectionSealed:
    return ElectionSealed(
        election_id=election.id,
        box_uuid=box.uuid,
        title=election.title,
        place=election.place,
        day=election.day,
        mode=election.mode,
        law=election.law,
        eligible=election.eligible or 0,
        roll_sha256=election.roll_hash or "",
        ballot_floor=election.ballot_floor,
        offices=tuple((contest.office.title, contest.office.seats, contest.names) for contest in ballot),
        by=actor.account_id,
        kind=election.kind,
        follows=election.follows_id,
        legal_record=legal_record(election),
        second_turnout=rules(election).second_poll_turnout.value,
        proxies_max=rules(election).proxies_max.value,
    )
