"""Voting for others (委托投票; Residents' Committees Law Art. 19, Villagers' Committees Law Art. 18)."""

from __future__ import annotations

from dataclasses import dataclass

from voting.law.profiles import Mode


@dataclass(frozen=True)
class Delegation:
    """One holder and those who asked the holder to vote for them, all of them on the roll.

    ``most``: principals to a holder. ``kin``: near relatives of the holder; they matter under the village law of 2018
    alone (``near_kin_only``). ``holder_delegated``: the holder has given away the own vote. ``chained``: people who
    hold for others. A list that is not posted lets nobody hold: ``queries.held_for``.
    """

    mode: Mode
    holder: str
    principals: frozenset[str]
    most: int
    candidates: frozenset[str] = frozenset()
    kin: frozenset[str] = frozenset()
    near_kin_only: bool = False
    holder_delegated: bool = False
    chained: frozenset[str] = frozenset()


def proxy_errors(delegation: Delegation) -> frozenset[str]:
    """Everything that makes the delegation void; empty where the holder may vote for all of them."""
    principals = delegation.principals - {delegation.holder}
    checks = {
        "no_proxy_in_rep_mode": delegation.mode is Mode.RESIDENT_REPS,
        "candidate_cannot_hold": delegation.holder in delegation.candidates,
        "over_three": len(principals) > delegation.most,
        "not_close_relative": delegation.near_kin_only and not principals <= delegation.kin,
        "holder_has_delegated_own_vote": delegation.holder_delegated,
        "principal_holds_for_others": bool(principals & delegation.chained),
    }
    return frozenset(code for code, wrong in checks.items() if wrong)
