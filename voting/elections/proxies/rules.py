"""Voting for others (委托投票; Residents' Committees Law Art. 19, Villagers' Committees Law Art. 18)."""

from __future__ import annotations

from dataclasses import dataclass

from voting.law.profiles import Mode, law_for


@dataclass(frozen=True)
class Delegation:
    """One holder and those who asked the holder to vote for them.

    ``kin``: near relatives of the holder; they matter under the village law of 2018 alone (``near_kin_only``).
    ``holder_delegated``: the holder has given away the own vote. ``published``: the list was checked and posted.
    ``chained``: people who hold for others. ``most``: principals to a holder; ``None``: the law's number.
    """

    mode: Mode
    holder: str
    principals: frozenset[str]
    roll: frozenset[str]
    candidates: frozenset[str] = frozenset()
    kin: frozenset[str] = frozenset()
    near_kin_only: bool = False
    holder_delegated: bool = False
    published: bool = True
    chained: frozenset[str] = frozenset()
    most: int | None = None


def proxy_errors(delegation: Delegation) -> frozenset[str]:
    """Everything that makes the delegation void; empty where the holder may vote for all of them."""
    most = law_for(delegation.mode).proxies if delegation.most is None else delegation.most
    principals = delegation.principals - {delegation.holder}
    checks = {
        "no_proxy_in_rep_mode": delegation.mode is Mode.RESIDENT_REPS,
        "candidate_cannot_hold": delegation.holder in delegation.candidates,
        "holder_not_voter": delegation.holder not in delegation.roll,
        "principal_not_voter": not principals <= delegation.roll,
        "over_three": len(principals) > most,
        "not_close_relative": delegation.near_kin_only and not principals <= delegation.kin,
        "holder_has_delegated_own_vote": delegation.holder_delegated,
        "principal_holds_for_others": bool(principals & delegation.chained),
        "list_not_published": not delegation.published,
    }
    return frozenset(code for code, wrong in checks.items() if wrong)


def ballots_for_holder(delegation: Delegation) -> int:
    """How many ballots the holder takes: the own one, and one for each principal where the delegation stands."""
    own = int(delegation.holder in delegation.roll and not delegation.holder_delegated)
    return own if proxy_errors(delegation) else own + len(delegation.principals - {delegation.holder})
