"""Which rules an election is held under: chosen at its creation, changed while it is a draft, fixed from posting on."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.queries import locked
from voting.elections.roll.events import ElectionRulesChanged
from voting.errors import Malformed, TooLate
from voting.law.profiles import PROFILES, Mode, check_options, law_on, rules_of
from voting.law.timeline import earliest_election_day
from voting.permissions import Actor

MAX_ALARM_DAYS = 30


def change_rules(
    session: Session,
    *,
    election_id: str,
    profile: str,
    options: Mapping[str, str],
    alarm_days: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Set profile, open points and alarm days of an election.

    Raises TooLate PROFILE_FIXED where rules would change after the roll was posted (the alarm alone may always);
    Malformed PROFILE_UNKNOWN, OPTION_UNKNOWN, ALARM_DAYS.
    """
    with transaction(session):
        election = locked(session, election_id)
        mode = Mode(election.mode)
        settled = check_options(rules_of(election.law, mode, profile, {}), options)
        election.alarm_days = checked_alarm(alarm_days)
        if (profile, settled) == (election.profile, election.options):
            return
        if election.state != "draft":
            raise TooLate(
                "PROFILE_FIXED",
                "名单公布以后，适用规则不能再改：选举要按同一套规则办到底。如果选错了，请宣布选举无效，重新建立选举。",
                "Once the roll is posted the rules cannot change: an election is held under one set of rules to its "
                "end. If the wrong one was chosen, declare the election void and set up a new one.",
            )
        election.profile, election.options = profile, settled
        fact = ElectionRulesChanged(election.id, profile, settled, actor.account_id)
        journal.record(session, election.community_id, fact, now)


def checked_alarm(days: int) -> int:
    """Raises Malformed ALARM_DAYS."""
    if not 0 <= days <= MAX_ALARM_DAYS:
        raise Malformed(
            "ALARM_DAYS",
            f"提前提醒的天数须在 0 至 {MAX_ALARM_DAYS} 之间，请更正。",
            f"Reminders come 0 to {MAX_ALARM_DAYS} days ahead; correct the number.",
        )
    return days


def first_days(begun: date) -> dict[str, str]:
    """The first election day for a roll posted on the day of beginning: “mode profile” → day."""
    return {
        f"{mode} {one.key}": earliest_election_day(
            rules_of(law_on(mode, begun).key, mode, one.key, {}), begun
        ).isoformat()
        for mode in Mode
        for one in PROFILES
    }
