"""The facts of one election's papers, gathered from the rooms that keep them; what a room has not, stays None."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from voting import journal
from voting.box.tables import Box
from voting.elections.candidates.queries import Contest, contests
from voting.elections.count import queries as count
from voting.elections.count.certificate import RESULT
from voting.elections.count.report import Figures, offices_of, read_result_json
from voting.elections.papers.data import (
    COMMUNITY,
    VILLAGE,
    Dossier,
    PaperCandidate,
    PaperCards,
    PaperContest,
    PaperLog,
    PaperResult,
    PaperRoll,
    PaperVoter,
)
from voting.elections.roll.queries import roll_hash, whole_roll
from voting.elections.tables import Election
from voting.law.profiles import Mode, law_of, rules_of
from voting.people.queries import lineage
from voting.people.tables import Unit

#: Who votes, as the first notice says it.
_DECIDES = {
    "all_voters": "由全体选民直接选举产生",
    "household_reps": "由每户派代表选举产生",
    "resident_reps": "由居民代表选举产生",
    "village": "由登记参加选举的村民直接投票选举产生",
}
#: Where a profile says nothing else, what the paper ballot asks of each name (北京 26, 上海 17, 浙江 21).
CHOICES = ("赞成", "反对", "弃权")
_COUNTED = ("decided", "certified")


def gather(session: Session, *, election: Election, today: date) -> Dossier:  # noqa: ARG001 (the timeline needs it)
    """Everything the papers of this election print, as it is recorded now."""
    mode = Mode(election.mode)
    community = session.get_one(Unit, election.community_id)
    above = {unit.kind: unit.name for unit in lineage(session, community)}
    box = session.get_one(Box, election.box_id)
    head = journal.head(session, election.community_id)
    return Dossier(
        community=community.name,
        street=above.get("street", ""),
        district=above.get("district", ""),
        title=election.title,
        place=election.place,
        day=election.day,
        opens_at=election.opens_at,
        closes_at=election.closes_at,
        words=VILLAGE if mode == "village" else COMMUNITY,
        law=law_of(election.law, mode),
        rules=rules_of(election.law, mode, election.profile, election.options),
        mode=election.mode,
        decides=_DECIDES[election.mode],
        state=election.state,
        contests=tuple(_contest(one) for one in contests(session, election=election)),
        choices=CHOICES,
        roll=_roll(session, election),
        candidates_posted=election.candidates_posted,
        cards=_cards(box) if box.cards_made else None,
        result=_result(session, election, box),
        certified=election.state == "certified",
        log=PaperLog(head.size, head.spoken) if head else None,
    )


def _contest(contest: Contest) -> PaperContest:
    people = tuple(
        PaperCandidate(name, one.sex, one.age, one.trade)
        for one, name in zip(contest.candidates, contest.names, strict=True)
    )
    office = contest.office
    return PaperContest(office.title, office.seats, office.write_in, people)


def _roll(session: Session, election: Election) -> PaperRoll | None:
    if election.roll_posted is None:
        return None
    voters = tuple(
        PaperVoter(one.number, one.name, one.sex, one.age_group, one.building, one.grid, one.category)
        for one in whole_roll(session, election=election)
    )
    return PaperRoll(voters, roll_hash(session, election=election), 1, election.roll_posted)


def _cards(box: Box) -> PaperCards:
    return PaperCards(
        made=box.cards_made,
        out=box.cards_out,
        returned=box.cards_returned,
        torn=box.cards_torn,
        unused=box.cards_unused,
        casts=box.casts,
        checked_in=box.cards_out - box.cards_returned - box.cards_torn,
    )


def _result(session: Session, election: Election, box: Box) -> PaperResult | None:
    """The certified document where there is one: what was signed is what is printed; else the decided count."""
    if election.state == "certified":
        document = read_result_json(count.certified_file(session, election=election, path=RESULT))
        return PaperResult(
            document.number,
            document.day,
            document.figures,
            document.valid,
            document.because,
            document.offices,
            document.article,
        )
    if election.state not in _COUNTED:
        return None
    counted = count.counted(session, election=election)
    facts, outcome = counted.facts, counted.outcome
    law = law_of(election.law, Mode(election.mode))
    return PaperResult(
        number="",
        day=election.day,
        figures=Figures(facts.eligible, facts.issued, facts.collected, box.casts, 0, 0, 0),
        valid=outcome.valid,
        because=outcome.because,
        offices=offices_of(facts, outcome),
        article=law.reason("", "", law.turnout_article).article,
    )


def of_grid(dossier: Dossier, grid: str) -> Dossier:
    """The same with the roll of one grid alone, for the stack of cards one person carries out; empty: all grids."""
    if not grid or dossier.roll is None:
        return dossier
    voters = tuple(one for one in dossier.roll.voters if one.grid == grid)
    return replace(dossier, roll=replace(dossier.roll, voters=voters))
