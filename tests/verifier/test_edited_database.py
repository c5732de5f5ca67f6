"""Whoever edits the database by hand, before or after certification, gets no other result past the verifier."""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from bundle_build import a_decided_election_with_anchors, write
from count_build import EVENING, PASSPHRASE, bundle, certify, close, committee, give_share, scan, vote
from election_build import Built, a_published_election, an_open_election, with_candidates, with_keys_and_cards
from house_build import Clock, House, build_house
from sqlalchemy import update

from audit.cli import main as audit
from audit.errors import AuditError
from audit.note import VerifierKey
from verifier.__main__ import main as verifier
from verifier.checks import verify_bundle
from verifier.report import Verdict
from voting.box.tables import TrusteeKey
from voting.config import for_folder
from voting.crypto.group import get_group
from voting.crypto.trustees import make_key
from voting.database import make_engine
from voting.elections import actions as elections
from voting.elections.count import actions as count
from voting.elections.count.report import ResultDocument, read_result_json
from voting.elections.sealing import seal_election
from voting.errors import Conflict, Refused
from voting.signing import open_committee_key

Edit = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Decided, not certified, the committee's files made; every test gives the database back as it was."""
    house = build_house(for_folder(tmp_path_factory.mktemp("house")), Clock())
    if house.engine.dialect.name != "sqlite":
        pytest.skip("the edits are made in an SQLite file")
    built = a_decided_election_with_anchors(house)
    committee(built)
    yield built
    house.engine.dispose()


@pytest.fixture
def built(decided: Built, tmp_path: Path) -> Iterator[Built]:
    """The same over a database of its own, to be edited."""
    decided.engine.dispose()
    shutil.copy(str(decided.engine.url.database), tmp_path / "edited.sqlite3")
    engine = make_engine(f"sqlite:///{tmp_path}/edited.sqlite3")
    yield replace(decided, house=replace(decided.house, engine=engine))
    engine.dispose()


def edit(built: Built, change: Edit) -> None:
    """As root would: no key, no check, no trigger is asked."""
    connection = sqlite3.connect(str(built.engine.url.database))
    connection.execute("PRAGMA ignore_check_constraints = ON")
    change(connection)
    connection.commit()
    connection.close()


def sql(statement: str) -> Edit:
    return lambda connection: connection.execute(statement)


def another_ballot(built: Built) -> Edit:
    """A valid ballot of the same card with other choices, its name right everywhere."""
    raw = built.ballot(0, [[0, 1, 0], [0, 1, 1, 0]])
    digest = hashlib.sha256(raw).hexdigest()

    def change(connection: sqlite3.Connection) -> None:
        height, old = connection.execute("SELECT height, payload FROM box_event WHERE type='Ballot'").fetchone()
        connection.execute("UPDATE ballot SET record = ?, hash = ? WHERE hash = ?", (raw, digest, old))
        connection.execute("UPDATE box_event SET payload = ? WHERE height = ?", (digest, height))

    return change


def votes_moved(connection: sqlite3.Connection) -> None:
    """The result's record says that the loser has won; its name is made right."""
    ((old, content),) = connection.execute(
        "SELECT hash, content FROM box_record WHERE CAST(content AS TEXT) LIKE '{\"result\":%'"
    ).fetchall()
    new = content.replace(b",1,6]", b",6,1]")
    assert new != content, content
    digest = hashlib.sha256(new).hexdigest()
    connection.execute("UPDATE box_record SET content = ?, hash = ? WHERE hash = ?", (new, digest, old))
    connection.execute("UPDATE box_event SET payload = ? WHERE payload = ?", (digest, old))


def log_rewritten(connection: sqlite3.Connection) -> None:
    ((seq, raw),) = connection.execute(
        "SELECT seq, raw FROM log_entry WHERE CAST(raw AS TEXT) LIKE '%outcome_decided%'"
    ).fetchall()
    connection.execute("UPDATE log_entry SET raw = ? WHERE seq = ?", (raw.replace(b"true", b"false", 1), seq))


def names_swapped(connection: sqlite3.Connection) -> None:
    rows = connection.execute("SELECT id, name FROM candidate ORDER BY office_id, ordinal LIMIT 2").fetchall()
    for (one, _), (_, name) in zip(rows, reversed(rows), strict=True):
        connection.execute("UPDATE candidate SET name = ? WHERE id = ?", (name, one))


#: What is edited, and what comes of it: certifying is refused, or the verifier finds it, or nobody looks there.
EDITS: dict[str, tuple[Edit, Verdict | str]] = {
    "votes moved": (votes_moved, "ARCHIVE_BROKEN"),
    "ballot removed": (sql("DELETE FROM ballot WHERE hash = (SELECT min(hash) FROM ballot)"), "ARCHIVE_BROKEN"),
    "ballot and event removed": (sql("DELETE FROM box_event WHERE type = 'Ballot' AND height = 3"), "ARCHIVE_BROKEN"),
    "log entry rewritten": (log_rewritten, "LOG_DAMAGED"),
    "log entry removed": (
        sql("DELETE FROM log_entry WHERE CAST(raw AS TEXT) LIKE '%box_check_in_undone%'"),
        "LOG_DAMAGED",
    ),
    "log cut short": (sql("DELETE FROM log_entry WHERE seq > 20"), "LOG_DAMAGED"),
    "names swapped": (names_swapped, Verdict.SOUND),
    "more seats": (sql("UPDATE office SET seats = seats + 1"), Verdict.SOUND),
    "smaller roll": (sql("UPDATE election SET eligible = 9"), Verdict.TAMPERED),
    "larger roll": (sql("UPDATE election SET eligible = 900"), Verdict.TAMPERED),
    "another law": (sql("UPDATE election SET law = 'villagers-2026'"), "law_mode"),
    "another day": (sql("UPDATE election SET day = '2026-12-21'"), Verdict.TAMPERED),
    "another title": (sql("UPDATE election SET title = '别的选举'"), Verdict.TAMPERED),
    "more cards out": (sql("UPDATE box SET cards_out = cards_out + 1"), Verdict.TAMPERED),
    "more refused uses": (sql("UPDATE box SET refused_uses = refused_uses + 1"), Verdict.TAMPERED),
    "fewer casts": (sql("UPDATE box SET casts = casts - 1"), "count_does_not_add_up"),
    "opened later": (sql("UPDATE election SET opened_at = '2026-12-20 03:00:00'"), Verdict.TAMPERED),
}


def result(built: Built) -> ResultDocument:
    return read_result_json(bundle(built)["result.json"])


def judged(built: Built, folder: Path) -> Verdict | str:
    """What becomes of a certification: refused with a code, or the verifier's verdict on the bundle."""
    try:
        certify(built)
    except (Refused, AuditError) as refusal:
        return refusal.code
    return verify_bundle(write(bundle(built), folder), committee_key(built)).verdict


def committee_key(built: Built) -> VerifierKey:
    return open_committee_key(committee(built).key, PASSPHRASE).key


def test_the_honest_one_is_sound(built: Built, tmp_path: Path) -> None:
    assert judged(built, tmp_path / "b") is Verdict.SOUND


@pytest.fixture(scope="module")
def honest(decided: Built, tmp_path_factory: pytest.TempPathFactory) -> ResultDocument:
    """What is certified where nobody edits."""
    decided.engine.dispose()
    path = tmp_path_factory.mktemp("honest") / "db.sqlite3"
    shutil.copy(str(decided.engine.url.database), path)
    engine = make_engine(f"sqlite:///{path}")
    own = replace(decided, house=replace(decided.house, engine=engine))
    certify(own)
    found = result(own)
    engine.dispose()
    return found


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_before_certifying_changes_no_result_unseen(
    built: Built, honest: ResultDocument, tmp_path: Path, name: str
) -> None:
    change, expected = EDITS[name]
    edit(built, change)
    assert judged(built, tmp_path / "b") == expected
    if expected is Verdict.SOUND:
        assert result(built) == honest, "what is certified was sealed, and not read where it was edited"


def test_a_ballot_exchanged_with_all_its_names(built: Built, tmp_path: Path) -> None:
    edit(built, another_ballot(built))
    assert judged(built, tmp_path / "b") == "ARCHIVE_BROKEN"


def test_a_declaration_of_invalidity_taken_back_in_the_database(built: Built, tmp_path: Path) -> None:
    built.do(elections.declare_void, reason="查实贿选，选举无效", now=EVENING)
    built.engine.dispose()
    edit(built, sql("UPDATE election SET state = 'decided'"))
    assert judged(built, tmp_path / "b") is Verdict.TAMPERED


def test_keys_exchanged_in_the_database_are_not_sealed(house: House) -> None:
    """The operator's own keys under the supervisors' names would open every ballot."""
    built = with_keys_and_cards(with_candidates(a_published_election(house)))
    group = get_group(built.box.group)
    with built.engine.begin() as connection:
        for owner in (1, 2):
            _, record = make_key(group, f"监督委员{owner}")
            connection.execute(update(TrusteeKey).where(TrusteeKey.owner == owner).values(record=record))
    with pytest.raises(Conflict, match="KEYS_NOT_LOGGED"):
        built.do(seal_election)
    assert built.state == "published"


def test_a_used_card_exchanged_for_an_unused_one_voids_nothing(house: House, tmp_path: Path) -> None:
    """Both sides of the rule: what the platform lets the committee decide, the verifier prints and accepts."""
    built = close(vote(an_open_election(house)))
    for card in (*range(9, len(built.cards)), 0):
        scan(built, card)
    built.do(elections.decide_missing, missing=1, reason="一名选民拿错，监督委员已查清", now=EVENING)
    built.do(count.begin_count, now=EVENING)
    for trustee in (0, 1):
        give_share(built, trustee)
    built.do(count.decide_outcome, now=EVENING)
    assert judged(built, tmp_path / "b") is Verdict.SOUND


# --- the commands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["log entry rewritten", "log entry removed", "log cut short"])
def test_audit_finds_an_edited_log_in_the_database(built: Built, capsys: pytest.CaptureFixture[str], name: str) -> None:
    url = str(built.engine.url)
    assert audit(["fsck", url]) == 0
    edit(built, EDITS[name][0])
    assert audit(["fsck", url]) == 1, capsys.readouterr().out


def test_the_commands_find_what_was_edited_after_certifying(
    built: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certify(built)
    key = ["--key", committee_key(built).text, "--plain"]
    assert verifier([str(write(bundle(built), tmp_path / "honest")), *key]) == 0
    for place, old, new in (
        ("result.json", b'"votes":', b'"votes":1'),
        ("ballots.bel", b'"alpha":"', b'"alpha":"0'),
        ("log/tile/entries/000.p/%", b"outcome_decided", b"outcome_decidex"),
    ):
        find = "SELECT path, content FROM certified_file WHERE path LIKE ?"
        folder = tmp_path / str(len(place))
        with sqlite3.connect(str(built.engine.url.database)) as connection:
            path, content = connection.execute(find, (place,)).fetchone()
            changed = (content.replace(old, new, 1), path)
            assert changed[0] != content
            connection.execute("UPDATE certified_file SET content = ? WHERE path = ?", changed)
        assert verifier([str(write(bundle(built), folder)), *key]) in (1, 2), path
        assert path in capsys.readouterr().out
        with sqlite3.connect(str(built.engine.url.database)) as connection:
            connection.execute("UPDATE certified_file SET content = ? WHERE path = ?", (content, path))
    log_key = (tmp_path / "honest" / "log.vkey").read_text().strip()
    assert audit(["verify", str(tmp_path / "honest" / "log"), "--key", log_key]) == 0
    assert audit(["verify", str(folder / "log"), "--key", log_key]) == 1
