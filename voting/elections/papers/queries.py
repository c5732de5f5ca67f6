"""The facts of one election's papers, gathered from the rooms that keep them; what a room has not, stays None."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain, sealing
from voting.box.tables import Box
from voting.elections import moves
from voting.elections.candidates.queries import Contest, contests
from voting.elections.count import queries as count
from voting.elections.count.bundle import committee_public
from voting.elections.count.certificate import RESULT, Notice
from voting.elections.count.merging import figures_of
from voting.elections.count.petition import asked
from voting.elections.count.report import offices_of, read_result_json
from voting.elections.facts import Facts
from voting.elections.paper.queries import totals
from voting.elections.papers.checks import log_check, supervisors_checks
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
    PaperStep,
)
from voting.elections.papers.rooms import (
    after_facts,
    assisted,
    committee_facts,
    paper_facts,
    preliminary,
    proxy_facts,
    representatives,
    staff_facts,
    unexplained,
    voter,
)
from voting.elections.papers.rules import NOTHING, Entered, load
from voting.elections.papers.tables import PaperFacts
from voting.elections.proxies import queries as proxies
from voting.elections.queries import law_in_force
from voting.elections.roll.queries import current_version, roll_hash, whole_roll
from voting.elections.schedule import calendar_from
from voting.elections.tables import Election
from voting.keys import FieldKeys, Keys
from voting.law.polls import Kind
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


def entered(session: Session, *, election: Election, keys: FieldKeys) -> Entered:
    """What was typed in for the papers; nothing before."""
    row = session.get(PaperFacts, election.id)
    return load(keys.open(row.sealed, sealed_about(election.id))) if row is not None else NOTHING


def sealed_about(election_id: str) -> str:
    """What the sealed answers of an election are bound to."""
    return f"{election_id}/papers"


def gather(
    session: Session, *, election: Election, now: datetime, keys: Keys, committee_folder: Path, whole: bool = True
) -> Dossier:
    """Everything the papers of this election print, as it is recorded now.

    ``whole``: with every line of the roll; without, the dossier says what can be printed and is not printed from.
    ``committee_folder``: where the election committee's public keys lie.
    """
    mode = Mode(election.mode)
    community, street, district = _place(session, election)
    words = VILLAGE if mode == "village" else COMMUNITY
    box = session.get_one(Box, election.box_id)
    head = journal.head(session, election.community_id)
    rules = rules_of(election.law, mode, election.profile, election.options)
    known = moves.gather(session, election, now)
    roll = _roll(session, election, whole)
    typed_in = entered(session, election=election, keys=keys.fields)
    facts = (
        _polled(session, election, box),
        staff_facts(session, election),
        proxy_facts(session, election),
        committee_facts(session, election, words),
        preliminary(session, election),
        paper_facts(session, election),
        after_facts(session, election),
    )
    made = Dossier(
        community=community,
        street=street,
        district=district,
        title=election.title,
        place=election.place,
        day=election.day,
        opens_at=election.opens_at,
        closes_at=election.closes_at,
        words=words,
        law=law_of(election.law, mode),
        rules=rules,
        mode=election.mode,
        decides=_DECIDES[election.mode],
        state=election.state,
        contests=tuple(_contest(one, typed_in) for one in contests(session, election=election)),
        choices=CHOICES,
        kind=Kind(election.kind),
        roll=roll,
        objections_until=known.objections_end if roll else None,
        candidates_posted=election.candidates_posted,
        representatives=representatives(session, election, roll.voters) if roll else None,
        log=PaperLog(head.size, head.spoken) if head else None,
        steps=_steps(session, election, known),
        entered=typed_in,
    )
    roll_now = roll_hash(session, election=election) if roll and whole else None
    for each in facts:
        made = replace(made, **each)  # type: ignore[arg-type]  # each room names fields of the dossier
    return replace(
        made,
        board=_board(made, session, election, keys, committee_folder),
        checks=supervisors_checks(made, election.roll_hash, roll_now) or None,
    )


def audited(session: Session, dossier: Dossier, *, community_id: str, keys: Keys) -> Dossier:
    """The same with the community's log derived anew from its first entry, which takes its time, and checked off."""
    if dossier.log is None or not dossier.checks:
        return dossier
    log = replace(dossier.log, fault=journal.fault_of(session, community_id, keys.log_seed))
    derived = replace(dossier, log=log)
    return replace(derived, checks=(*dossier.checks[:-1], log_check(derived)))


def _place(session: Session, election: Election) -> tuple[str, str, str]:
    """The community, and above it the street by the name of its office, and the district."""
    community = session.get_one(Unit, election.community_id)
    above = {unit.kind: unit.name for unit in lineage(session, community)}
    street = above.get("street", "")
    office = f"{street}办事处" if street.endswith("街道") else street
    return community.name, office, above.get("district", "")


def _polled(session: Session, election: Election, box: Box) -> dict[str, object]:
    return {
        "assisted": assisted(session, election),
        "cards": _cards(box) if box.cards_made else None,
        "asked": asked(count.petition(session, election=election), mode=election.mode, law=election.law),
        "result": _result(session, election, box),
        "certified": election.state == "certified",
    }


def _steps(session: Session, election: Election, facts: Facts) -> tuple[PaperStep, ...]:
    return tuple(
        PaperStep(
            one.step.zh, one.step.earliest, one.step.latest, one.done, one.status.value, one.step.article, one.step.kind
        )
        for one in calendar_from(session, election, facts)
    )


def _contest(contest: Contest, typed_in: Entered) -> PaperContest:
    people = tuple(
        PaperCandidate(
            name,
            one.sex,
            one.age,
            one.trade,
            nation=one.nation,
            politics=one.politics,
            education=one.education,
            again=typed_in.again.get(one.id, ""),
        )
        for one, name in zip(contest.candidates, contest.names, strict=bool(contest.candidates))
    )
    office = contest.office
    return PaperContest(office.title, office.seats, office.write_in, people)


def _roll(session: Session, election: Election, whole: bool) -> PaperRoll | None:
    if election.roll_posted is None:
        return None
    version = current_version(session, election=election)
    if version is None:
        return None
    voters = tuple(voter(one) for one in whole_roll(session, election=election)) if whole else ()
    return PaperRoll(
        voters,
        version.sha256,
        version.number,
        election.roll_posted,
        unexplained(session, election),
        version.posted if version.number > 1 else None,
    )


def _board(made: Dossier, session: Session, election: Election, keys: Keys, committee_folder: Path) -> Notice | None:
    """The keys that hang on the notice board; None before the election is sealed and the committee has its key."""
    vkey, authority = committee_public(committee_folder)
    box = session.get_one(Box, election.box_id)
    if box.archive_time is None or not vkey:
        return None
    return Notice(
        community=made.community,
        electors=made.words.electors,
        title=election.title,
        day=election.day,
        committee_vkey=vkey,
        ca_fingerprint=authority,
        log_vkey=journal.signer(election.community_id, keys.log_seed).key.text,
        election_fingerprint=sealing.fingerprint_in_groups(chain.sealed_election(session, box.id).fingerprint),
        made_at=datetime.fromtimestamp(box.archive_time, UTC),
    )


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
    law = law_in_force(election)
    found = totals(session, election)
    return PaperResult(
        number="",
        day=election.day,
        figures=figures_of(
            facts,
            casts=box.casts,
            main=found.main,
            mobile=found.mobile,
            proxies=proxies.counted(session, election),
        ),
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
