"""The count: added up, combined, decided, certified — and every refusal on the way leaves everything as it was."""

import hashlib
import io
import shutil
import sqlite3
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from count_build import (
    CHOICES,
    EVENING,
    PASSPHRASE,
    a_closed_election,
    a_count,
    a_decided_election,
    bundle,
    certify,
    clerk_act,
    close,
    committee,
    give_share,
    scan,
    scan_pile,
    vote,
)
from election_build import Built, an_id_number, an_open_election
from house_build import House
from sqlalchemy import update

from audit.note import open_note, parse_vkey
from voting import founding, journal
from voting.box import casting, desk, tallying
from voting.box.tables import BoxEvent
from voting.crypto import archive
from voting.database import read, write, writing_session
from voting.elections import actions
from voting.elections.count import actions as count
from voting.elections.count import exports, queries
from voting.elections.count.bundle import Passphrases, committee_public, read_committee
from voting.elections.count.certificate import MANIFEST
from voting.elections.count.report import offices_of, read_result_json
from voting.elections.count.rules import decide
from voting.errors import Refused
from voting.keys import read_keys
from voting.zips import zip_of

LATER = EVENING + timedelta(minutes=10)


def refused(built: Built, deed, *args, **facts) -> Refused:
    """The refusal of an act that must leave state, log and certificate as they were."""
    before = built.state, len(built.events()), paths(built)
    with pytest.raises(Refused) as caught:
        deed(*args, **facts)
    assert (built.state, len(built.events()), paths(built)) == before
    assert caught.value.zh and caught.value.en
    return caught.value


def paths(built: Built) -> list[str]:
    return built.look(lambda session, election: queries.certified_paths(session, election=election))


def seed(built: Built) -> bytes:
    return read_keys(built.house.settings).log_seed


def logged(built: Built, kind: str) -> list[dict]:
    return [data for entry, data in built.events() if entry == kind]


# --- the tally ---------------------------------------------------------------------------------------------------


def test_counting_begins_with_every_card_accounted_for(house: House) -> None:
    built = close(vote(an_open_election(house)))
    refusal = refused(built, built.do, count.begin_count, now=EVENING)
    assert refusal.code == "cards_unscanned" and "9 张" in refusal.zh
    scan_pile(built)
    tallied = built.do(count.begin_count, now=EVENING, expected="closed")
    assert (built.state, built.box.state, tallied.ballots) == ("counting", "tallied", 8)
    assert logged(built, "poll_moved")[-1]["move"] == "count"


def test_the_sum_may_be_made_before_the_lock(house: House) -> None:
    built = a_closed_election(house)
    with read(built.engine) as session:
        summed = tallying.aggregate(session, box=built.box.id)
    assert built.do(count.begin_count, now=EVENING, summed=summed).ballots == 8


def test_a_sum_of_other_ballots_is_refused(house: House) -> None:
    built = a_closed_election(house)
    with read(built.engine) as session:
        summed = tallying.aggregate(session, box=built.box.id)
    summed.ballots -= 1
    assert refused(built, built.do, count.begin_count, now=EVENING, summed=summed).code == "TALLY_COUNT"


def test_counting_is_refused_out_of_its_time(house: House) -> None:
    built = vote(an_open_election(house))
    assert refused(built, built.do, count.begin_count, now=EVENING).code == "state_too_early"
    scan_pile(close(built))
    assert refused(built, built.do, count.begin_count, now=EVENING, expected="open").code == "moved_meanwhile"
    built.do(count.begin_count, now=EVENING)
    assert refused(built, built.do, count.begin_count, now=EVENING).code == "already_moved"


def test_few_ballots_are_counted_only_by_a_recorded_decision(house: House) -> None:
    built = a_closed_election(house, CHOICES[:3])
    assert refused(built, built.do, count.begin_count, now=EVENING).code == "under_floor"
    built.do(actions.decide_floor, reason="投票人少，已当场告知三位投票人", now=EVENING)
    built.do(count.begin_count, now=EVENING)
    assert logged(built, "box_tallied")[0]["floor_decision"].startswith("投票人少")


def test_missing_cards_are_counted_by_a_recorded_decision(house: House) -> None:
    built = close(vote(an_open_election(house)))
    for card in range(8, 15):
        scan(built, card)
    assert refused(built, built.do, count.begin_count, now=EVENING).code == "cards_unscanned"
    decide = {"reason": "两张掉进水沟，监督委员在场", "now": EVENING}
    assert refused(built, built.do, actions.decide_missing, missing=2, reason=" ", now=EVENING).code == "TEXT_LENGTH"
    other = refused(built, built.do, actions.decide_missing, missing=3, **decide)
    assert other.code == "MISSING_OTHER" and "2 张" in other.zh
    built.do(actions.decide_missing, missing=2, **decide)
    fact = logged(built, "cards_missing_decided")[0]
    assert (fact["unused"], fact["missing"], fact["box"]) == (7, 2, built.box.uuid)
    # One turns up: the decision was about another number.
    scan(built, 15)
    assert refused(built, built.do, count.begin_count, now=EVENING).code == "cards_unscanned"
    built.do(actions.decide_missing, missing=1, **decide)
    built.do(count.begin_count, now=EVENING)
    assert built.state == "counting"
    assert refused(built, built.do, actions.decide_missing, missing=1, **decide).code == "state_too_late"


def test_a_pile_card_that_voted_stops_the_count_until_it_is_decided_upon(house: House) -> None:
    built = vote(an_open_election(house), CHOICES[:7])
    clerk_act(built, desk.check_in, box=built.box.id, voter="v7", voter_label="8", desk="一号桌")
    raw = built.ballot(16, CHOICES[7])
    casting.accept(built.engine, box=built.box.id, raw=raw, log_key=seed(built))
    scan_pile(close(built))
    refusal = refused(built, built.do, count.begin_count, now=EVENING)
    assert refusal.code == "pile_card_voted" and "还差 1 张" in refusal.zh
    built.do(actions.decide_missing, missing=1, reason="已请监督委员查清", now=EVENING)
    fact = logged(built, "cards_missing_decided")[-1]
    assert (fact["missing"], fact["voted"]) == (1, 1)
    # Another card with a ballot turns up: the decision did not name it.
    scan(built, 0)
    assert refused(built, built.do, count.begin_count, now=EVENING).code == "pile_card_voted"
    built.do(actions.decide_missing, missing=1, reason="已请监督委员查清", now=EVENING)
    built.do(count.begin_count, now=EVENING)
    assert built.state == "counting"


# --- the outcome -------------------------------------------------------------------------------------------------


def test_the_outcome_waits_for_every_share_and_names_who_is_missing(house: House) -> None:
    built = a_count(house)
    give_share(built, 0)
    refusal = refused(built, built.do, count.decide_outcome, now=EVENING)
    assert refusal.code == "SHARES_MISSING" and "监督委员2" in refusal.zh
    shares = built.look(lambda session, election: queries.shares(session, election=election))
    assert (shares.received, shares.complete) == (1, False)
    give_share(built, 1)
    counted = built.do(count.decide_outcome, now=EVENING, expected="counting")
    assert built.state == "decided"
    assert [office.outcome.elected for office in counted.outcome.offices] == [("样人丑",), ("样人寅", "样人卯")]
    assert counted.facts.eligible == 12 and counted.facts.issued == counted.facts.collected == 8
    fact = logged(built, "outcome_decided")[0]
    assert fact["valid"] and fact["next"] == "done"
    assert fact["elected"][1] == {"office": "委员", "names": ["样人寅", "样人卯"]}
    assert all(reason.zh and reason.en for reason in counted.outcome.because)


def test_too_few_voters_make_no_result(house: House) -> None:
    built = a_decided_election(house, CHOICES[:6])
    counted = built.look(lambda session, election: queries.counted(session, election=election))
    assert not counted.outcome.valid and counted.outcome.reason == "turnout"
    fact = logged(built, "outcome_decided")[0]
    assert (fact["valid"], fact["next"]) == (False, "rerun")
    assert all(not office["names"] for office in fact["elected"])
    certify(built)
    assert not read_result_json(bundle(built)["result.json"]).valid


def test_a_poll_without_a_single_ballot_can_be_certified(house: House) -> None:
    built = a_closed_election(house, [])
    built.do(actions.decide_floor, reason="没有人投票", now=EVENING)
    built.do(count.begin_count, now=EVENING)
    for trustee in (0, 1):
        give_share(built, trustee)
    built.do(count.decide_outcome, now=EVENING)
    certify(built)
    assert read_result_json(bundle(built)["result.json"]).figures.collected == 0


def test_an_outcome_is_decided_once_and_from_the_count_only(house: House) -> None:
    built = a_closed_election(house)
    assert refused(built, built.do, count.decide_outcome, now=EVENING).code == "state_too_early"
    built = scan_pile(built)
    built.do(count.begin_count, now=EVENING)
    give_share(built, 0)
    give_share(built, 1)
    assert refused(built, built.do, count.decide_outcome, now=EVENING, expected="closed").code == "moved_meanwhile"
    assert built.box.state == "tallied"  # nothing was combined by the refused act
    built.do(count.decide_outcome, now=EVENING)
    assert refused(built, built.do, count.decide_outcome, now=EVENING).code == "already_moved"


# --- the certificate ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Built:
    from house_build import Clock, build_house

    from voting.config import for_folder

    built = a_decided_election(build_house(for_folder(tmp_path_factory.mktemp("certified")), Clock()))
    certify(built, number="枫选字〔2026〕第 16 号", verify_url="https://vote.example/c/1/e/2")
    return built


def test_the_manifest_is_the_committees_and_covers_every_file(certified: Built) -> None:
    files = bundle(certified)
    vkey, fingerprint = committee_public(founding.committee_folder(certified.house.settings, certified.community))
    note = open_note(files[MANIFEST], [parse_vkey(vkey)])
    listed = exports.read_manifest(note.text)
    assert listed == {path: hashlib.sha256(content).hexdigest() for path, content in files.items() if path != MANIFEST}
    assert {"ballots.bel", "log.vkey", "log/checkpoint", "authority.pem", "result.pdf"} <= set(listed)
    assert len(fingerprint.replace(" ", "")) == 64
    fact = logged(certified, "result_certified")[0]
    assert fact["manifest_sha256"] == hashlib.sha256(files[MANIFEST]).hexdigest()
    assert fact["committee_key"] == vkey
    assert certified.state == "certified"


def test_the_result_in_the_bundle_follows_from_what_was_counted(certified: Built) -> None:
    document = read_result_json(bundle(certified)["result.json"])
    facts = certified.look(lambda session, election: queries.counted(session, election=election)).facts
    outcome = decide(facts)
    assert (document.valid, document.offices) == (outcome.valid, offices_of(facts, outcome))
    assert [one.votes for one in document.offices[0].candidates] == [6, 1]
    assert (document.cards.made, document.cards.out, document.cards.unused) == (17, 8, 9)
    assert "第19条" in document.article


def test_every_file_of_the_bundle_says_the_same(certified: Built) -> None:
    files = bundle(certified)
    document = read_result_json(files["result.json"])
    table = exports.rows(document)
    assert exports.read_csv(files["result.csv"]) == exports.as_text(table)
    assert exports.read_xlsx(files["result.xlsx"]) == table
    assert exports.read_pdf_attachment(files["result.pdf"]) == files["result.json"]
    assert document.archive.sha256 == hashlib.sha256(files["ballots.bel"]).hexdigest()


def test_the_archive_ends_with_the_result(certified: Built, tmp_path) -> None:
    path = tmp_path / "ballots.bel"
    path.write_bytes(bundle(certified)["ballots.bel"])
    kinds = [event.type for event in archive.read(path)]
    assert kinds[0] == "Setup" and kinds.count("Ballot") == 8 and kinds[-1] == "Result"


def test_the_log_in_the_bundle_covers_the_outcome(certified: Built, tmp_path) -> None:
    from audit.source import open_source
    from audit.verify import read_entries, verify

    files = bundle(certified)
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    document = read_result_json(files["result.json"])
    key = parse_vkey(files["log.vkey"].decode().strip())
    with open_source(tmp_path / "log") as source:
        report = verify(source, key)
        kinds = [entry.type for entry in read_entries(source)]
    assert report.checkpoint is not None and not report.findings
    assert (document.log.origin, document.log.size, document.log.root) == (
        report.checkpoint.origin,
        report.checkpoint.size,
        report.checkpoint.root.hex(),
    )
    assert kinds[-1] == "outcome_decided" and len(kinds) == document.log.size


def test_no_personal_data_but_the_candidates_names(certified: Built) -> None:
    # The archive's long random numbers would hold any six digits sooner or later; it holds no names.
    plain = b"".join(
        content for path, content in bundle(certified).items() if not path.endswith((".pdf", ".xlsx", ".bel"))
    )
    for text in ("样人午", "样人亥", an_id_number(7), an_id_number(7)[-6:], "0701室", "甲o", "supervisor2"):
        assert text.encode() not in plain, text
    assert "样人丑".encode() in plain
    assert "样人午".encode() not in bundle(certified)["ballots.bel"]
    assert an_id_number(7).encode() not in bundle(certified)["ballots.bel"]


def test_the_zip_is_the_bundle_and_the_same_twice(certified: Built) -> None:
    files = bundle(certified)
    packed = zip_of(files, LATER)
    assert packed == zip_of(dict(reversed(files.items())), LATER)
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == files


def test_a_wrong_passphrase_leaves_everything_as_it_was(house: House) -> None:
    built = a_decided_election(house)
    wrong = Passphrases("不是这个口令不是这个口令")
    assert refused(built, certify, built, passphrases=wrong).code == "PASSPHRASE_WRONG"
    other = Passphrases(PASSPHRASE, p12="不是这个口令不是这个口令")
    assert refused(built, certify, built, passphrases=other).code == "P12_PASSPHRASE"
    assert refused(built, certify, built, expected="counting").code == "moved_meanwhile"
    assert refused(built, certify, built, number="字" * 41).code == "TEXT_LENGTH"
    assert refused(built, certify, built, now=LATER + timedelta(days=6 * 366)).code == "P12_EXPIRED"
    certify(built)
    assert refused(built, certify, built).code == "already_moved"


def test_certifying_waits_for_the_outcome(house: House) -> None:
    built = a_count(house)
    assert refused(built, certify, built).code == "state_too_early"


def test_missing_or_foreign_committee_files_are_refused(house: House, tmp_path) -> None:
    built = a_decided_election(house)
    files = committee(built)
    with pytest.raises(Refused, match="COMMITTEE_KEY_MISSING") as caught:
        read_committee(tmp_path / "nowhere")
    assert str(tmp_path) in caught.value.zh
    for words in (caught.value.zh, caught.value.en):
        assert "voting committee --community nowhere" in words and "voting init" not in words
    assert committee_public(tmp_path / "nowhere") == ("", "")
    assert refused(built, certify, built, committee=replace(files, key=b"{}")).code.startswith("KEY_FILE")
    assert refused(built, certify, built, committee=replace(files, signing_p12=b"x")).code == "P12_FORM"


def test_two_who_certify_at_once_leave_one_certificate(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    built = a_decided_election(house)
    made, usual = [], count.certified_files

    def meanwhile(*args, **facts):
        if not made:
            made.append("first")
            monkeypatch.setattr(count, "certified_files", usual)
            certify(built, number="先")
        return usual(*args, **facts)

    monkeypatch.setattr(count, "certified_files", meanwhile)
    with pytest.raises(Refused, match="moved_meanwhile"):
        certify(built, number="后")
    assert read_result_json(bundle(built)["result.json"]).number == "先"
    assert len(logged(built, "result_certified")) == 1


def test_a_log_changed_behind_the_houses_back_is_never_signed(house: House) -> None:
    built = a_decided_election(house)
    with writing_session(built.engine) as session, session.begin():
        journal.sign_head(session, built.community, seed(built))
    files = committee(built)
    built.engine.dispose()
    database = built.engine.url.database
    assert database
    with sqlite3.connect(database) as connection:
        changed = ('"count":17', '"count":18')
        connection.execute("UPDATE log_entry SET raw = CAST(replace(raw, ?, ?) AS BLOB)", changed)
    assert refused(built, certify, built, committee=files).code == "LOG_DAMAGED"
    with pytest.raises(Refused, match="LOG_DAMAGED"), writing_session(built.engine) as session, session.begin():
        journal.export(session, built.community, seed(built))


def test_an_archive_that_breaks_its_chain_is_never_certified(house: House) -> None:
    built = a_decided_election(house)
    files = committee(built)
    with write(built.engine) as session:
        session.execute(update(BoxEvent).where(BoxEvent.height == 3).values(payload="0" * 64))
    assert refused(built, certify, built, committee=files).code == "ARCHIVE_BROKEN"


def test_files_of_an_uncertified_result_do_not_exist(house: House) -> None:
    built = a_decided_election(house)
    for question in (
        lambda session, election: queries.certified_file(session, election=election, path="result.pdf"),
        lambda session, election: queries.certified_bundle(session, election=election),
    ):
        with pytest.raises(Refused, match="NOT_CERTIFIED"):
            built.look(question)


def test_the_committees_own_copies_open_the_same(house: House, tmp_path) -> None:
    built = a_decided_election(house)
    committee(built)
    stick = tmp_path / "stick"
    shutil.move(founding.committee_folder(built.house.settings, built.community), stick)
    certify(built, committee=read_committee(stick))
    assert built.state == "certified"
