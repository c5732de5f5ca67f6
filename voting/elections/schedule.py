"""The calendar of one election as it stands today: what the overview shows, the calendar prints, the papers quote.

Each room says when its own steps were done; nothing here is typed in for the calendar alone.
"""

from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from voting.box import trustees
from voting.box.tables import Box
from voting.elections.after import queries as after
from voting.elections.candidates.queries import first_posted
from voting.elections.committee.queries import formed_on
from voting.elections.facts import Facts
from voting.elections.lifecycle import deeds_of
from voting.elections.moves import gather
from voting.elections.proxies import queries as proxies
from voting.elections.review.queries import settled_on
from voting.elections.tables import Election
from voting.law.polls import Kind
from voting.law.timeline import NOT_NEEDED, Done, Hung, Standing, standing, statutory

#: A hand-over list names the seal by one of these.
_SEALS: Final = ("印章", "公章")


def calendar_of(session: Session, election: Election, now: datetime) -> tuple[Standing, ...]:
    """Every step with its dates, article, and whether it is done, due or late."""
    return calendar_from(session, election, gather(session, election, now))


def calendar_from(session: Session, election: Election, facts: Facts) -> tuple[Standing, ...]:
    """The same from facts already gathered."""
    hung = Hung(election.roll_posted, election.roll_again)
    steps = statutory(facts.rules, facts.mode, election.day, hung=hung, whole=facts.whole_poll)
    deeds = deeds_of(election.state, facts)
    deeds |= _ready(session, election, deeds) | _result(session, election)
    if facts.whole_poll:
        deeds |= _preparations(session, election, facts)
    return standing(steps, deeds, facts.today, alarm_days=election.alarm_days)


def _preparations(session: Session, election: Election, facts: Facts) -> dict[str, Done]:
    nominated = first_posted(session, election, "preliminary") or election.candidates_posted
    reviewed = settled_on(session, election, facts.today)
    deeds: dict[str, Done] = {
        "committee": formed_on(session, election) or False,
        "nomination": nominated or False,
        # An election may go without a review, as its committee decides.
        "review": NOT_NEEDED if reviewed is None and election.candidates_posted else reviewed or False,
    }
    if facts.rules.proxies_max.value:
        posted = proxies.posted_on(session, election)
        over = facts.today > facts.proxy_papers_until
        if posted is not None:
            deeds["proxy_papers"] = deeds["proxy_list"] = posted
        elif over and not any(one.state == "standing" for one in proxies.forms(session, election=election)):
            deeds["proxy_list"] = NOT_NEEDED
    return deeds


def _ready(session: Session, election: Election, deeds: dict[str, Done]) -> dict[str, Done]:
    """Of keys and cards, and of rehearsals, that are all there: the day of the last."""
    made, rehearsed = trustees.days(session, election.box_id)
    made = (*made, session.get_one(Box, election.box_id).cards_on)
    found = {"keys_and_cards": [day for day in made if day], "rehearsal": [day for day in rehearsed if day]}
    return {name: max(days) for name, days in found.items() if days and deeds[name]}


def _result(session: Session, election: Election) -> dict[str, Done]:
    if election.state not in after.COUNTED:
        return {}
    deeds: dict[str, Done] = {"result": election.decided_on or True}
    done = after.deeds(session, election=election)
    for one in done:
        if one.kind == "handover":
            deeds["handover"] = one.day
        if one.kind == "handover_item" and any(word in one.facts.get("item", "") for word in _SEALS):
            deeds.setdefault("seal_handover", one.day)
    if election.kind == Kind.RECALL:
        return deeds | {"handover": NOT_NEEDED, "seal_handover": NOT_NEEDED}
    return deeds | {"second_poll": _second_poll(session, election)}


def _second_poll(session: Session, election: Election) -> Done:
    """The day of the second poll, once its box is closed; not needed where no seat asks for one."""
    waiting = [one for one in after.next_poll(session, election=election) if one.poll.kind is Kind.SECOND]
    if not waiting:
        return NOT_NEEDED
    prepared = waiting[0].prepared
    if prepared is None or prepared.closed_at is None:
        return False
    day: date = prepared.day
    return day
