"""Where the paper is the record of the law: tablets print for the box, papers are counted, tablets check the count."""

import io
from pathlib import Path
from typing import Any

import pypdf
import pytest
from count_build import EVENING, bundle, certify, close, give_share, scan_pile, vote
from election_build import ON_THE_DAY, Built, a_sealed_election, with_rehearsals
from house_build import House
from paper_build import entered, issue, main_box, opened, printed, sheet

from audit.note import parse_vkey
from verifier.checks import CHECKS, verify_bundle
from verifier.printed import text
from voting import founding
from voting.box import anchors
from voting.elections.count import actions as count
from voting.elections.count.bundle import committee_public
from voting.elections.count.comparison import checked
from voting.elections.count.queries import counted
from voting.elections.count.report import read_result_json
from voting.elections.paper import actions as paper
from voting.elections.paper import ledger, queries
from voting.errors import Refused

#: Eight printed by tablets, one filled in by hand: what lies in the box.
CHAIR: dict[str, Any] = {"votes": [1, 7], "blank": 1}
MEMBER: dict[str, Any] = {"votes": [8, 5, 1], "blank": 1}


def polled(house: House) -> tuple[Built, str]:
    """Eight on tablets that print, one paper by hand of five printed; closed."""
    built = with_rehearsals(a_sealed_election(house, voters=16, options={"legal_record": "paper"}))
    printed(built, 5)
    box = main_box(built)
    vote(opened(built))
    built.act(anchors.anchor_if_due, box=built.box.id, now=ON_THE_DAY, closing=True)
    issue(built, 12)
    return scan_pile(close(built)), box


def decided(house: House, chair: dict[str, Any] = CHAIR) -> Built:
    built, box = polled(house)
    built.do(count.begin_count, now=EVENING)
    for trustee in (0, 1):
        give_share(built, trustee)
    with pytest.raises(Refused, match="paper_open"):
        built.do(count.decide_outcome, now=EVENING)
    entered(built, box, sheet(built, 9, 0, chair, MEMBER))
    built.do(paper.agree_box, box_id=box, now=EVENING)
    built.do(ledger.close_ledger, unused=4, now=EVENING)
    built.do(count.decide_outcome, now=EVENING)
    return built


def test_the_papers_decide_and_the_tablets_check(house: House, tmp_path: Path) -> None:
    built = decided(house)
    facts = built.look(lambda session, election: counted(session, election=election)).facts
    # Each voter once: the tablets' ballots lie printed among the papers.
    assert (facts.issued, facts.collected, facts.by_hand) == (9, 9, 1)
    assert list(facts.offices[0].votes.values()) == [1, 7]
    assert list(facts.offices[0].tablet.values()) == [1, 6]
    house.clock.now = EVENING
    place = f"/c/{built.community}/elections/{built.election_id}/count"
    page = house.signed_in("official").get(place).text
    assert "以纸票为准，平板计票是核对。核对相符" in page and "平板（核对）" in page
    certify(built)
    files = bundle(built)
    document = read_result_json(files["result.json"])
    assert (document.legal_record, document.figures.tablet, document.figures.paper) == ("paper", 8, 9)
    pdf = "".join("".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(files["result.pdf"])).pages).split())
    assert "本结果以票箱中的纸质选票为准，平板的电子计票是对它的核对" in pdf and "核对相符" in pdf
    for path, content in files.items():
        (tmp_path / "bundle" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bundle" / path).write_bytes(content)
    key, _ = committee_public(founding.committee_folder(house.settings, built.community))
    report = verify_bundle(tmp_path / "bundle", parse_vkey(key))
    assert ([str(one) for one in report.findings], report.passed) == ([], tuple(CHECKS))
    assert "平板核对纸票：核对相符" in text(report, "zh") and "以纸质选票为准" in text(report, "zh")


def test_a_paper_that_is_not_in_the_box_is_shown_and_changes_nothing(house: House) -> None:
    built = decided(house, {"votes": [0, 8], "blank": 1})
    house.clock.now = EVENING
    place = f"/c/{built.community}/elections/{built.election_id}"
    page = house.signed_in("official").get(f"{place}/count").text
    assert "核对有出入" in page and "平板 1、纸票 0" in page
    assert "平板 6、纸票 8" in page, "one paper by hand explains one vote, not two"


def test_the_ledger_waits_for_a_box(house: House) -> None:
    """No box, no paper: the tablets' count cannot stand in for the record."""
    built = with_rehearsals(a_sealed_election(house, voters=16, options={"legal_record": "paper"}))
    vote(opened(built))
    scan_pile(close(built))
    with pytest.raises(Refused, match="PAPER_BOXES_OPEN"):
        built.do(ledger.close_ledger, unused=0, now=EVENING)
    assert built.look(lambda session, election: queries.waiting(session, election=election)) is not None


def test_the_check_in_a_sentence() -> None:
    same = [("主任", {"甲": 3, "乙": 2}, {"甲": 3, "乙": 2})]
    assert "一票不差" in checked(same, 0).zh and "vote for vote" in checked(same, 0).en
    written = [("主任", {"甲": 3}, {"甲": 3, "丙": 1})]
    # A name that no tablet offers, and nobody had a paper to write it on.
    assert "主任 丙 平板 0、纸票 1" in checked(written, 0).zh
    assert "1 张以内" in checked(written, 1).zh
