"""What the log said before a sealing: the rules, the roll and the candidates that were posted. Pure.

Sealing and the verifier both hold the sealed election against it: whoever edits the database between the posting and
the sealing changes rows, and not what was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from voting.elections.events import ElectionSealed
from voting.law.polls import Kind
from voting.law.profiles import Mode, rules_of

Offices = tuple[tuple[str, int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Posted:
    """``roll``: SHA-256 and the number that counts, by the last version; None where the poll posted none.
    ``offices``: title, seats and names by the last list of candidates."""

    law: str
    mode: str
    profile: str
    options: Mapping[str, str]
    roll: tuple[str, int] | None
    offices: Offices | None


def sealed_otherwise(sealed: ElectionSealed, posted: Posted) -> tuple[str, str] | None:
    """What of the sealed election is not what was posted, in Chinese and English; None where it is the same.

    A poll that follows another takes over that one's roll and posts none of its own, but for a by-election.
    Raises ValueError or KeyError for rules that do not exist.
    """
    rules = rules_of(posted.law, Mode(posted.mode), posted.profile, posted.options)
    said = (posted.law, posted.mode, rules.second_poll_turnout.value, rules.legal_record.value, rules.proxies_max.value)
    if said != (sealed.law, sealed.mode, sealed.second_turnout, sealed.legal_record, sealed.proxies_max):
        return "规则", "the rules"
    roll = (sealed.roll_sha256, sealed.eligible)
    if posted.roll != roll and (posted.roll is not None or sealed.kind == Kind.FIRST):
        return "选民名单", "the roll"
    # A recall asks yes or no: nobody stands, and no list need hang.
    if posted.offices != sealed.offices and (posted.offices is not None or sealed.kind != Kind.RECALL):
        return "职务、名额或候选人", "offices, seats or candidates"
    return None
