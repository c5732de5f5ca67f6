"""The roll into the database: dry run, import bound to what was seen, all or nothing; what stands there in clear."""

from collections.abc import Callable

import pytest
from election_build import (
    BEFORE,
    Built,
    a_csv,
    a_published_election,
    a_row,
    add_candidate,
    an_election,
    an_id_number,
    with_roll,
)
from house_build import House
from sqlalchemy import event, select

from voting.database import read, writing_session
from voting.elections.roll import actions, queries
from voting.elections.roll.tables import RollDraft, RollEntry
from voting.errors import Conflict, Malformed, NotFound, Refused, TooLate


def refused(family: type[Refused], code: str, deed: Callable[..., object], /, *args: object, **facts: object) -> None:
    with pytest.raises(family) as caught:
        deed(*args, **facts)
    assert caught.value.code == code


def keep(built: Built, rows: list[str] | bytes, name: str = "名单.csv") -> actions.Dry:
    content = rows if isinstance(rows, bytes) else a_csv(rows)
    with writing_session(built.engine) as session:
        return actions.keep_draft(
            session, election_id=built.election_id, filename=name, content=content, keys=built.keys
        )


def take_in(built: Built, digest: str, **facts: object) -> int:
    with writing_session(built.engine) as session:
        return actions.import_draft(
            session, election_id=built.election_id, digest=digest, keys=built.keys, actor=built.actor(), now=BEFORE,
            **facts,
        )  # fmt: skip


def kept(built: Built) -> actions.Dry | None:
    return built.look(lambda session, e: actions.read_draft(session, election=e, keys=built.keys))


def size(built: Built) -> int:
    return built.look(lambda session, e: queries.roll_size(session, election=e))


ROWS = [a_row(0), a_row(1), "样人错,男,123,1栋,,,,,", a_row(3), a_row(0, "样人重")]


def test_the_dry_run_says_what_becomes_of_each_row_and_changes_nothing(house: House) -> None:
    built = an_election(house)
    dry = keep(built, ROWS)
    assert dict(dry.counts) == {"accept": 3, "refuse": 2, "warn": 0}
    assert [(one.row, one.verdict, one.name) for one in dry.rows][2:] == [
        (4, "refuse", "样人错"), (5, "accept", "样人卯"), (6, "refuse", "样人重"),
    ]  # fmt: skip
    assert "尾号" in dry.rows[4].reasons[0][0] and "row 2" in dry.rows[4].reasons[0][1]
    assert kept(built) == dry
    assert size(built) == 0 and built.events()[-1][0] == "election_created"


def test_an_id_number_in_the_name_column_is_not_shown(house: House) -> None:
    built = an_election(house)
    dry = keep(built, [f"{an_id_number(7)},男,,1栋,,,,,"])
    assert [one.name for one in dry.rows] == [""]


def test_the_import_takes_the_accepted_rows_and_logs_numbers_only(house: House) -> None:
    built = an_election(house)
    dry = keep(built, ROWS)
    told: list[tuple[int, int]] = []
    assert take_in(built, dry.digest, progress=lambda done, total: told.append((done, total))) == 3
    assert told == [(3, 3)]
    assert kept(built) is None
    assert built.events()[-1] == (
        "roll_imported",
        {"election": built.election_id, "file_sha256": dry.digest, "accepted": 3, "warned": 0, "refused": 2,
         "grid": None, "moved": 0, "by": built.accounts["official"]},
    )  # fmt: skip
    _, page = built.look(lambda session, e: queries.page_of_roll(session, election=e, page=1, size=10))
    assert [(one.number, one.name, one.id_last4) for one in page] == [
        (1, "样人子", an_id_number(0)[-4:]), (2, "样人丑", an_id_number(1)[-4:]), (3, "样人卯", an_id_number(3)[-4:]),
    ]  # fmt: skip


def test_the_import_is_bound_to_the_file_that_was_seen(house: House) -> None:
    built = an_election(house)
    refused(NotFound, "ROLL_NO_DRAFT", take_in, built, "0" * 64)
    seen = keep(built, ROWS)
    keep(built, [a_row(9)])
    refused(Conflict, "ROLL_DRAFT_CHANGED", take_in, built, seen.digest)
    assert size(built) == 0


def test_a_file_uploaded_while_the_import_seals_stops_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    built = an_election(house)
    seen = keep(built, ROWS)
    usual = actions._entries

    def meanwhile(*given: object) -> object:
        keep(built, [a_row(9)])
        return usual(*given)

    monkeypatch.setattr(actions, "_entries", meanwhile)
    refused(Conflict, "ROLL_DRAFT_CHANGED", take_in, built, seen.digest)
    assert size(built) == 0


def test_a_file_refused_whole_leaves_the_earlier_draft(house: House) -> None:
    built = an_election(house)
    seen = keep(built, ROWS)
    refused(Malformed, "roll_columns_missing", keep, built, "姓名,住址\r\n甲,乙\r\n".encode())
    assert kept(built) == seen
    with writing_session(built.engine) as session:
        actions.drop_draft(session, election_id=built.election_id)
    assert kept(built) is None


def test_a_file_without_one_good_row_replaces_nothing(house: House) -> None:
    built = with_roll(an_election(house), 3)
    dry = keep(built, ["样人错,男,123,1栋,,,,,"])
    refused(Malformed, "ROLL_NONE_ACCEPTED", take_in, built, dry.digest)
    assert size(built) == 3


def test_an_import_that_fails_half_way_leaves_the_old_roll(house: House) -> None:
    built = with_roll(an_election(house), 3)
    dry = keep(built, [a_row(index) for index in range(5, 9)])
    before = built.events()

    def fail(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO roll_entry"):
            raise RuntimeError("the disk is full")

    event.listen(built.engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(RuntimeError):
            take_in(built, dry.digest)
    finally:
        event.remove(built.engine, "before_cursor_execute", fail)
    assert size(built) == 3 and built.events() == before and kept(built) == dry


def test_a_roll_with_candidates_is_not_replaced(house: House) -> None:
    built = with_roll(an_election(house), 3)
    add_candidate(built, 0, "1")
    dry = keep(built, ROWS)
    refused(Conflict, "ROLL_HAS_CANDIDATES", take_in, built, dry.digest)
    assert size(built) == 3


def test_a_posted_roll_is_not_imported_again(house: House) -> None:
    built = a_published_election(house)
    refused(TooLate, "ROLL_PUBLISHED", keep, built, ROWS)
    refused(TooLate, "ROLL_PUBLISHED", take_in, built, "0" * 64)


def test_no_id_number_or_flat_stands_in_the_database_in_clear(house: House) -> None:
    built = an_election(house)
    keep(built, [a_row(index) for index in range(4)])
    with_roll(built, 4)
    keep(built, [a_row(index) for index in range(4)])
    with read(built.engine) as session:
        draft = session.scalars(select(RollDraft)).one()
        entries = session.scalars(select(RollEntry)).all()
    stored = draft.sealed + draft.verdicts + b"".join(repr(vars(one)).encode() for one in entries)
    for index in range(4):
        assert an_id_number(index).encode() not in stored
        assert an_id_number(index)[:14].encode() not in stored
    assert "01室".encode() not in stored and "常住".encode() in stored
    born = built.look(lambda session, _e: queries.birth_date(session, entry_id=entries[0].id, keys=built.keys))
    assert born.isoformat() == "1970-01-01"


def test_finding_by_name_initials_number_and_last_four(house: House) -> None:
    built = with_roll(an_election(house), 12)

    def found(query: str) -> list[str]:
        return [one.name for one in built.look(lambda session, e: queries.find(session, election=e, query=query))]

    assert found("样人子") == ["样人子"]
    assert found("２") == ["样人丑"]
    assert "样人寅" in found("yry")
    assert "样人寅" in found("\0yry\0"), "PostgreSQL takes no NUL"
    (listed,) = built.look(lambda session, e: queries.page_of_roll(session, election=e, page=1, size=8, query="2\0"))[1]
    assert listed.name == "样人丑"
    assert found(an_id_number(5)[-4:]) == ["样人巳"]
    assert found("%") == found("") == []
    assert len(found("样")) == 8
    same = built.look(lambda session, e: queries.of_names(session, election=e, names=["样人子", "无此人"]))
    assert {name: [one.number for one in found] for name, found in same.items()} == {"样人子": [1]}


def test_initials_have_room_for_the_longest_name(house: House) -> None:
    built = an_election(house)
    take_in(built, keep(built, [a_row(0, "样" * 60)]).digest)
    (found,) = built.look(lambda session, e: queries.find(session, election=e, query="y" * 60))
    assert found.name == "样" * 60
    assert RollEntry.__table__.c.initials.type.length == RollEntry.__table__.c.name.type.length  # type: ignore[attr-defined]


def test_a_name_is_found_whole_then_from_its_beginning_then_anywhere(house: House) -> None:
    names = ["欧阳王强", "王强大", "王强", "李明", "王强", "%强"]
    built = an_election(house)
    take_in(built, keep(built, [a_row(index, name) for index, name in enumerate(names)]).digest)

    def found(query: str, limit: int = 8) -> list[int]:
        return [one.number for one in built.look(lambda s, e: queries.find(s, election=e, query=query, limit=limit))]

    # Namesakes by their number; a search that the first few fill looks no further.
    assert found("王强") == [3, 5, 2, 1] and found("王强", 2) == [3, 5] and found("王强", 3) == [3, 5, 2]
    assert found("强") == [1, 2, 3, 5, 6] and found("王") == [2, 3, 5, 1]
    assert found("%强") == [6] and found("查无此人") == []


def test_who_is_called_by_just_these_initials_comes_first(house: House) -> None:
    built = an_election(house)
    rows = [a_row(0, "样人子丑"), a_row(1, "样人子寅"), a_row(2, "样人子")]
    take_in(built, keep(built, rows).digest)
    found = built.look(lambda session, e: queries.find(session, election=e, query="YRZ"))
    assert [one.name for one in found] == ["样人子", "样人子丑", "样人子寅"]


def test_the_roll_is_read_whole_in_order(house: House) -> None:
    built = with_roll(an_election(house), 12)
    numbers = built.look(lambda session, e: [one.number for one in queries.whole_roll(session, election=e)])
    assert numbers == list(range(1, 13))


def test_an_entry_of_another_election_is_not_there(house: House) -> None:
    built = with_roll(an_election(house), 2)
    entry = built.look(lambda session, e: queries.find(session, election=e, query="1")[0])
    first = built.election_id
    built.election_id = an_election_beside(built)
    refused(NotFound, "ROLL_NO_ENTRY", built.look, lambda s, e: queries.get_entry(s, election=e, entry_id=entry.id))
    built.election_id = first
    assert built.look(lambda s, e: queries.get_entry(s, election=e, entry_id=entry.id)) == entry


def an_election_beside(built: Built) -> str:
    from voting.elections.actions import NewOffice, create_election

    old = built.election
    return built.act(
        create_election, actor=built.actor(), now=BEFORE, community_id=built.community, title="另一次", place="别处",
        day=old.day, opens_at=old.opens_at, closes_at=old.closes_at,
        offices=[NewOffice("主任", 1)], trustees=2,
    ).id  # fmt: skip
