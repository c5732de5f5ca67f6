"""The archive pack: what is in it, the signed list of hashes, the catalogue, the reporting table; every refusal."""

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from count_build import EVENING, PASSPHRASE, a_decided_election, bundle, certify, committee
from election_build import Built, a_published_election
from house_build import House
from openpyxl import load_workbook
from papers_build import CREATED, dossier

from audit.note import open_note
from voting import founding
from voting.cli import main
from voting.database import read, writing_session
from voting.elections.count.exports import read_manifest
from voting.elections.papers import queries, reporting
from voting.elections.papers.actions import Packed, pack_archive
from voting.elections.papers.archive import HEADER, Source, build_pack, catalogue_rows
from voting.elections.papers.catalogue import PAPERS, lacking
from voting.elections.papers.cli import write_pack
from voting.elections.papers.data import Dossier
from voting.elections.papers.rules import NOTHING
from voting.errors import Malformed, NotAllowed, NotFound
from voting.keys import read_keys
from voting.signing import open_committee_key
from voting.zips import zip_of


def folder(built: Built) -> Path:
    committee(built)
    return founding.committee_folder(built.house.settings, built.community)


def gathered(built: Built) -> Dossier:
    facts = {"now": EVENING, "keys": read_keys(built.house.settings), "committee_folder": folder(built)}
    with read(built.engine) as session:
        found = queries.gather(session, election=built.election, **facts)
        return queries.audited(session, found, community_id=built.community, keys=facts["keys"])


def pack(built: Built, **facts) -> Packed:
    given = {
        "election_id": built.election_id,
        "committee_folder": folder(built),
        "passphrase": PASSPHRASE,
        "keys": read_keys(built.house.settings),
        "actor": built.actor(),
        "now": EVENING,
        **facts,
    }
    with writing_session(built.engine) as session:
        return pack_archive(session, **given)


def test_everything_is_in_the_pack_under_one_signed_list(house: House) -> None:
    built = a_decided_election(house)
    certify(built)
    heard: list[tuple[int, int]] = []
    packed = pack(built, progress=lambda done, of, _what: heard.append((done, of)))
    key = open_committee_key(committee(built).key, PASSPHRASE).key
    listed = read_manifest(open_note(packed.files["manifest.txt"], [key]).text, HEADER)
    assert listed == {
        path: hashlib.sha256(content).hexdigest() for path, content in packed.files.items() if path != "manifest.txt"
    }
    signed = bundle(built)
    assert {path: packed.files[f"bundle/{path}"] for path in signed} == signed
    assert packed.files["papers/result-report.pdf"] == signed["result.pdf"]
    assert packed.files["papers/notice-16.pdf"].startswith(b"%PDF") and "log/checkpoint" in packed.files
    assert heard == [(done, len(heard)) for done in range(1, len(heard) + 1)] and len(heard) == packed.papers + 2
    kind, data = built.events()[-1]
    assert kind == "archive_packed" and data["manifest_sha256"] == packed.manifest_sha256
    assert data["papers"] == packed.papers and data["files"] == len(packed.files)


def test_the_list_cannot_pass_for_a_bundles(house: House) -> None:
    packed = pack(a_published_election(house))
    text = packed.files["manifest.txt"].decode().split("\n\n")[0] + "\n"
    with pytest.raises(Malformed, match="MANIFEST_FORM"):
        read_manifest(text)
    assert not any(path.startswith("bundle/") for path in packed.files), "nothing is certified yet"


def test_a_wrong_passphrase_makes_nothing(house: House) -> None:
    built = a_published_election(house)
    committee(built)
    before = built.events()
    with pytest.raises(NotAllowed, match="PASSPHRASE_WRONG"):
        pack(built, passphrase="错的口令 错的口令 错")
    assert built.events() == before


def test_the_catalogue_names_every_paper_with_its_file_or_what_is_missing() -> None:
    facts = dossier(boxes=None, print_run=None)
    lines = list(catalogue_rows(facts))
    assert len(lines) == len(PAPERS)
    for paper, (number, title, place, _signs, until) in zip(PAPERS, lines, strict=True):
        assert (number, title) == (paper.number, paper.zh)
        assert place.startswith("未入卷：") if lacking(paper, facts) else place == f"papers/{paper.key}.pdf"
        assert until in {"3 年，至 2029-12-20", "至下一次换届选举结束", "本人保存"} or until.startswith("3 年")
    assert sum(place.startswith("未入卷") for _, _, place, *_ in lines) == 3


def test_election_on_29_february_is_kept_three_years() -> None:
    from datetime import date

    until = [row[-1] for row in catalogue_rows(dossier(day=date(2028, 2, 29)))]
    assert "3 年，至 2031-02-28" in until


def test_the_same_facts_make_the_same_pack_to_the_byte() -> None:
    facts, parts = dossier(many=20), Source({"result.pdf": b"%PDF"}, {"checkpoint": b"x"}, "key")

    def made() -> dict[str, bytes]:
        return build_pack(facts, parts, created=CREATED, sign=lambda text: text, progress=lambda *_: None)

    one, other = made(), made()
    assert {path for path in one if one[path] != other[path]} == set()
    assert zip_of(one, CREATED) == zip_of(other, CREATED)


def test_the_catalogue_keeps_by_the_rules_in_force_and_lists_every_hash() -> None:
    long = replace(dossier().rules, files_kept_years=replace(dossier().rules.files_kept_years, value=10))
    files = build_pack(
        dossier(many=20, rules=long), Source({"result.pdf": b"%PDF"}, {}, "key"), created=CREATED,
        sign=lambda text: text, progress=lambda *_: None,
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(files["catalogue.csv"].decode("utf-8-sig"), newline="")))
    assert {row["保存期限"] for row in rows} == {"10 年，至 2036-12-20", "至下一次换届选举结束", "本人保存"}
    for row in rows:
        assert row["校验值（SHA-256）"] == hashlib.sha256(files[row["位置"]]).hexdigest()
    assert "papers/board-keys.pdf" in files


def test_a_pack_that_was_interrupted_leaves_nothing_half(house: House, tmp_path, monkeypatch) -> None:
    packed = pack(a_published_election(house))

    def unplugged(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("voting.elections.papers.cli.zip_of", unplugged)
    with pytest.raises(KeyboardInterrupt):
        write_pack(packed, tmp_path / "new", CREATED)
    assert list(tmp_path.glob("*new*")) == []
    (tmp_path / ".new.half-left-by-a-kill").mkdir()
    monkeypatch.undo()
    write_pack(packed, tmp_path / "new", CREATED)
    assert {one.name for one in tmp_path.glob("*new*")} == {"new", "new.zip"}


# --- the reporting table -------------------------------------------------------------------------------------------


def test_every_field_is_derived_or_says_why_it_is_not() -> None:
    lines = reporting.lines(dossier())
    assert {one.state for one in lines} <= {reporting.HAVE, reporting.NOT_YET}
    for one in lines:
        assert (one.value is not None) is (one.state == reporting.HAVE), one
        assert one.source, "where it comes from, or why there is none"
    values = {(one.code, one.about): one.value for one in lines}
    assert values["roll.posted", ""] == 40 and values["poll.taking_part", ""] == 980
    assert values["poll.proxies", ""] == 24 and values["poll.mobile", ""] == 6
    assert values["candidates.extra", ""] == 3 and values["roll.seats", ""] == 5
    assert values["member.votes", "王㐂样（主任）"] == 768 and values["candidate.sex", "王㐂样（主任）"] == "男"
    assert values["committee.party", ""] == 3 and values["candidates.present", ""] == 31
    assert values["candidate.politics", "王㐂样（主任）"] == "中共党员" and values["result.leaders", ""] == 3
    assert values["poll.branches", ""] is None, "nobody entered it: it is not zero"


def test_before_anything_is_recorded_nothing_is_zero() -> None:
    facts = dossier(
        roll=None, committee=None, committee_formed_by="", result=None, mobile=None, boxes=None, cards=None,
        candidates_posted=None, preliminary=None, nominating_poll=None, representatives=None, entered=NOTHING,
    )  # fmt: skip
    known = {one.code for one in reporting.lines(facts) if one.value is not None}
    assert known == {"prepare.day", "roll.seats", "roll.deputies", "roll.ordinary", "candidates.seats", "poll.mode"}


def test_the_three_forms_say_the_same() -> None:
    facts = dossier()
    files = build_pack(
        facts, Source({"result.pdf": b"%PDF"}, {}, "key"), created=CREATED, sign=lambda text: text,
        progress=lambda *_: None,
    )  # fmt: skip
    table = list(csv.reader(io.StringIO(files["report/fields.csv"].decode("utf-8-sig"), newline="")))
    sheet = load_workbook(io.BytesIO(files["report/fields.xlsx"])).active
    cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    plain = json.loads(files["report/fields.json"])["fields"]
    assert table == cells and len(table) == len(plain) + 1
    assert [row[3] for row in table[1:]] == ["" if one["value"] is None else str(one["value"]) for one in plain]


def test_a_name_that_would_start_a_formula_stays_text() -> None:
    named = dossier(committee_formed_by="=cmd")
    from voting.elections.papers.exports import write_csv

    assert "'=cmd" in write_csv(reporting.rows(named)).decode()


# --- the command line ----------------------------------------------------------------------------------------------


def test_the_pack_as_folder_and_zip(house: House, tmp_path, monkeypatch, capsys) -> None:
    built = a_published_election(house)
    committee(built)
    monkeypatch.setenv("VOTING_DATA_DIR", str(house.settings.data_dir))
    monkeypatch.setenv("VOTING_DATABASE_URL", house.settings.database_url)
    monkeypatch.setattr("voting.elections.papers.cli.clock", lambda: EVENING)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    out = tmp_path / "out"
    base = ["archive", "--election", built.election_id, "--passphrase-file", str(secret), "--out", str(out)]
    assert main([*base, "--login", "supervisor"]) == 2 and "supervisor" in capsys.readouterr().err, (
        "ARCHIVE_NOT_ALLOWED"
    )
    assert main([*base, "--login", "nobody"]) == 2, "ARCHIVE_WHO"
    assert not out.exists()
    assert main([*base, "--login", "official"]) == 0
    assert (out / "manifest.txt").exists() and (tmp_path / "out.zip").exists()


def test_a_folder_that_is_there_is_not_written_over(house: House, tmp_path) -> None:
    packed = pack(a_published_election(house))
    write_pack(packed, tmp_path / "new", CREATED)
    with zipfile.ZipFile(tmp_path / "new.zip") as archive:
        assert set(archive.namelist()) == set(packed.files)
    assert (tmp_path / "new/papers/notice-04.pdf").read_bytes() == packed.files["papers/notice-04.pdf"]
    with pytest.raises(NotFound, match="PACK_FOLDER"):
        write_pack(packed, tmp_path / "new", CREATED)


def test_the_supervisors_list_is_red_where_the_roll_was_changed(house: House) -> None:
    from voting.elections.papers.checks import supervisors_checks

    built = a_published_election(house)
    facts = gathered(built)
    assert next(one for one in facts.checks or () if "一致" in one.text).ok is True
    altered = supervisors_checks(facts, "0" * 64, "1" * 64)
    assert [one.ok for one in altered[:2]] == [False, False]
    unexplained = supervisors_checks(replace(facts, roll=replace(facts.roll, version=2, unexplained=1)), None)
    assert next(one for one in unexplained if "异议" in one.text).ok is False
    broken = supervisors_checks(replace(facts, log=replace(facts.log, fault="TRUNCATED")), None)
    assert next(one for one in facts.checks or () if "日志" in one.text).ok is True
    assert next(one for one in broken if "日志" in one.text).ok is False
    late = supervisors_checks(replace(facts, day=facts.day.replace(month=11)), None)
    assert next(one for one in late if "名单按期" in one.text).ok is False


def test_the_list_looks_at_boxes_staff_and_candidates() -> None:
    from voting.elections.papers.checks import supervisors_checks

    facts = dossier()
    boxes = tuple(replace(one, watchers=3, hands=2) for one in facts.boxes or ())
    good = {one.text: one.ok for one in supervisors_checks(replace(facts, boxes=boxes), None)}
    alone = tuple(replace(one, watchers=2, hands=1) for one in facts.boxes or ())
    few = tuple(replace(one, candidates=one.candidates[: one.seats]) for one in facts.contests)
    spoilt = replace(facts, boxes=alone, staff_unsworn=("卫和样",), contests=few)
    bad = {one.text: one.ok for one in supervisors_checks(spoilt, None)}
    looked = {
        text
        for text in good
        if "两人分别" in text or "监票人不少于" in text or "宣誓" in text or "多于应选人数" in text
    }
    assert len(looked) == 4
    assert all(good[text] is True and bad[text] is False for text in looked)
