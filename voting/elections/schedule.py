"""The calendar of one election as it stands today: what the overview shows, the calendar prints, the papers quote."""

from datetime import datetime

from sqlalchemy.orm import Session

from voting.elections.facts import Facts
from voting.elections.lifecycle import deeds_of
from voting.elections.moves import gather
from voting.elections.tables import Election
from voting.law.timeline import Standing, standing, statutory


def calendar_of(session: Session, election: Election, now: datetime) -> tuple[Standing, ...]:
    """Every step with its dates, article, and whether it is done, due or late."""
    return calendar_from(election, gather(session, election, now))


def calendar_from(election: Election, facts: Facts) -> tuple[Standing, ...]:
    """The same from facts already gathered."""
    steps = statutory(facts.rules, facts.mode, election.day, posted=election.roll_posted)
    return standing(steps, deeds_of(election.state, facts), facts.today, alarm_days=election.alarm_days)
