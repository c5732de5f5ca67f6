"""Where representatives vote: their own list, posted, measured by, voted by and verified to the end."""

from pathlib import Path

import pytest
from bundle_build import write
from count_build import EVENING, bundle, certify, close, give_share, scan_pile
from election_build import (
    ON_THE_DAY,
    Built,
    an_election,
    with_candidates,
    with_keys_and_cards,
    with_rehearsals,
    with_roll,
    with_tablet,
)
from house_build import House
from page_visit import said
from paper_build import entry, issue
from sqlalchemy.orm import Session

from audit.note import parse_vkey
from verifier.checks import verify_bundle
from verifier.report import Verdict
from voting import founding
from voting.box import anchors, casting
from voting.elections import actions
from voting.elections.count import actions as count
from voting.elections.count.bundle import committee_public
from voting.elections.roll import publication, queries, representatives
from voting.elections.sealing import seal_election
from voting.elections.tables import Election
from voting.errors import NotEligible
from voting.keys import read_keys

#: Roll numbers of the representatives: six of the twelve people on the roll.
REPS = (1, 3, 5, 7, 9, 11)
LINES = "\n".join(f"{number},第{number}户" for number in REPS)


def opened(house: House, mode: str) -> Built:
    built = with_roll(an_election(house, mode=mode))
    built.do(representatives.enter_representatives, lines=representatives.read_lines(LINES))
    built.do(publication.publish_roll)
    with_rehearsals(sealed(with_keys_and_cards(with_candidates(built))))
    with_tablet(built)
    built.do(actions.open_poll, now=ON_THE_DAY)
    return built


def sealed(built: Built) -> Built:
    built.do(seal_election)
    return built


def polled(built: Built, ballots: int) -> Built:
    """So many representatives come to the desk, each for a card, and vote for the first of every office."""
    for card, number in enumerate(REPS[:ballots]):
        issue(built, number, "card")
        raw = built.ballot(card, [[0, 1, 0], [0, 1, 1, 0]])
        casting.accept(built.engine, box=built.box.id, raw=raw, log_key=read_keys(built.house.settings).log_seed)
    built.act(anchors.anchor_if_due, box=built.box.id, now=ON_THE_DAY, closing=True)
    scan_pile(close(built))
    built.do(count.begin_count, now=EVENING)
    for trustee in (0, 1):
        give_share(built, trustee)
    built.do(count.decide_outcome, now=EVENING)
    return built


@pytest.mark.parametrize(("mode", "ballots"), [("household_reps", 5), ("resident_reps", 5)])
def test_the_list_of_representatives_counts_from_posting_to_the_verified_bundle(
    house: House, tmp_path: Path, mode: str, ballots: int
) -> None:
    built = opened(house, mode)
    assert (built.election.eligible, built.box.roll_size) == (6, 6), "the denominator is the list, not the roll"
    with pytest.raises(NotEligible, match="NOT_REPRESENTATIVE"):
        issue(built, 2, "card")
    visitor, url = house.app().test_client(), f"/c/{built.community}/e/{built.election_id}"
    assert "第3户" in visitor.get(f"{url}/roll").text
    names = {one: f"样人{sign}" for one, sign in ((2, "丑"), (3, "寅"))}
    last4 = {number: _last4(built, number) for number in names}
    look = {one: visitor.post(f"{url}/roll", data={"name": names[one], "last4": last4[one]}) for one in names}
    assert "代表：第3户" in said(look[3]) and "不是代表" in said(look[2])
    certify(polled(built, ballots))
    vkey, _ = committee_public(founding.committee_folder(house.settings, built.community))
    report = verify_bundle(write(bundle(built), tmp_path / "bundle"), parse_vkey(vkey))
    assert (report.verdict, report.findings) == (Verdict.SOUND, ())
    assert report.facts.outcome is not None and report.facts.outcome.valid
    assert report.facts.document is not None and report.facts.document.figures.roll == 6


def _last4(built: Built, number: int) -> str:
    def found(session: Session, election: Election) -> str:
        return queries.get_entry(session, election=election, entry_id=entry(built, number)).id_last4

    return str(built.look(found))
