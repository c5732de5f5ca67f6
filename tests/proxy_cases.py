"""The worked cases of proxies, by the actions of the official's page and what the desk then hands out."""

from typing import Any

from election_build import AFTER_OBJECTIONS, Built, a_sealed_election, with_rehearsals
from house_build import House
from paper_build import entry
from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.committee.actions import declare_kinship
from voting.elections.proxies import actions as proxies
from voting.elections.proxies import queries
from voting.elections.roll.tables import Representative, RollEntry
from voting.elections.tables import Election
from voting.errors import Refused
from voting.law.profiles import Mode

#: The names of the cases by the code of each refusal; somebody who is not on the roll has no entry to choose.
ERRORS = {refusal[0]: error for error, refusal in proxies._REFUSALS.items()} | {
    "PROXY_CHAIN": "holder_has_delegated_own_vote"
}
NOWHERE = "nowhere"
#: A voter whom the case does not name; the first who is no candidate.
OTHER, FIRST = 24, 12


def proxies_of(house: House, given: dict[str, Any]) -> dict[str, Any]:
    """Whether the forms stand once the list is posted, why not, and how many ballots the desk hands the holder."""
    built = with_rehearsals(a_sealed_election(house, voters=24))
    law = "villagers-2018" if given.get("law") == "2018" and given["org"] == "villagers" else ""
    built.act(_begin, election_id=built.election_id, mode=given["mode"], law=law)
    ids = _people(built, given)
    holder = ids[given["holder"]]
    for one in given.get("kin", ()):
        built.do(declare_kinship, one=ids[one], other=holder, relation="sibling")
    if given.get("holder_is_principal"):
        _record(built, holder, entry(built, OTHER))
    errors = set()
    for principal in given["principals"]:
        try:
            _record(built, ids[principal], holder)
        except Refused as refusal:
            nobody = "holder_not_voter" if holder == NOWHERE else "principal_not_voter"
            errors.add(nobody if refusal.code == "ROLL_NO_ENTRY" else ERRORS[refusal.code])
    if not errors and given.get("published", True):
        built.do(proxies.post_list)
    held = built.look(lambda s, election: queries.held_for(s, election=election, voters=[holder])).get(holder, [])
    if not errors and len(held) < len(given["principals"]):
        errors.add("list_not_published")
    return {"ok": not errors, "errors": errors, "ballots_for_holder": 1 + len(held)}


def _record(built: Built, principal: str, holder: str) -> None:
    paper = {"day": AFTER_OBJECTIONS.date(), "reason": "住院", "evidence": None, "keys": built.keys}
    built.do(proxies.record_proxy, principal_id=principal, holder_id=holder, **paper)


def _people(built: Built, given: dict[str, Any]) -> dict[str, str]:
    """Whom the case names, by roll entry: candidates are those of the election, who is not on the roll is nowhere."""
    names = sorted({given["holder"], *given["principals"], *given.get("kin", ())} - set(given.get("candidates", ())))
    numbers = {name: place for place, name in enumerate(names, FIRST)}
    numbers |= {name: place for place, name in enumerate(sorted(given.get("candidates", ())), 1)}
    roll = set(given.get("roll", ()))
    return {name: entry(built, number) if name in roll else NOWHERE for name, number in numbers.items()}


def _begin(session: Session, election_id: str, mode: str, law: str) -> None:
    """As if the election had been begun in this mode, under this law, with everybody a representative."""
    election = session.get_one(Election, election_id)
    entries = session.scalars(select(RollEntry).where(RollEntry.election_id == election_id))
    election.mode, election.law = mode, law or ("villagers-2026" if mode == Mode.VILLAGE else "residents-2026")
    session.add_all(
        Representative(roll_entry_id=one.id, election_id=election_id, household=str(one.number), represents="样户")
        for one in entries
    )
