"""The .bel file: byte for byte as belenios-tool writes it, and nothing else read."""

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_election import TIMESTAMP, SmallElection, a_small_election
from vectors import HONEST, name

from voting.crypto import archive, records
from voting.crypto.archive import BLOCK, Writer
from voting.errors import Malformed


def refusal(raw: bytes) -> str:
    """The code by which an archive is refused."""
    try:
        for _ in archive.read(io.BytesIO(raw)):
            pass
    except Malformed as fault:
        return fault.code
    return "read"


def rewritten(raw: bytes) -> bytes:
    stream = io.BytesIO()
    writer = Writer(stream, int(raw[136:147], 8))
    for event in archive.read(io.BytesIO(raw)):
        if event.type == "Setup":
            writer.setup(*event.records[:3])
        else:
            writer.event(event.type, *event.records)
        assert event.end == stream.tell()
        assert event.digest == writer.head
    return stream.getvalue()


@pytest.fixture(scope="module")
def small() -> SmallElection:
    return a_small_election(voters=3)


@pytest.fixture(scope="module")
def whole(small: SmallElection) -> bytes:
    return small.file([small.ballot(0, [0, 1, 0, 0]), small.ballot(1, [1, 0, 0, 0])])


@pytest.mark.parametrize("path", HONEST, ids=name)
def test_archives_of_belenios_tool_are_rewritten_to_the_same_bytes(path: Path) -> None:
    raw = path.read_bytes()
    assert rewritten(raw) == raw


def test_own_archive_round_trip(whole: bytes) -> None:
    assert rewritten(whole) == whole


def test_reads_a_path_and_closes_it(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "x.bel"
    path.write_bytes(whole)
    assert [event.type for event in archive.read(path)] == [
        "Setup", "Ballot", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "PartialDecryption", "Result",
    ]  # fmt: skip


def test_cut_anywhere(whole: bytes) -> None:
    """Every block edge ±1 and every 97th byte; a cut between two events is the archive of that time."""
    ends = {event.end for event in archive.read(io.BytesIO(whole))}
    edges = {edge + by for edge in range(0, len(whole), BLOCK) for by in (-1, 0, 1)}
    for cut in sorted(edges | set(range(0, len(whole), 97)) - {-1}):
        code = refusal(whole[: max(cut, 0)])
        if cut in ends:
            assert code == "read"
        else:
            assert code in {"ARCHIVE_CUT", "ARCHIVE_OPEN_END", "ARCHIVE_EMPTY"}, cut


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_changed_bit_is_always_refused_and_never_crashes(small_archive: bytes, data: st.DataObject) -> None:
    raw = bytearray(small_archive)
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    assert refusal(bytes(raw)) != "read"


@pytest.fixture(scope="module")
def small_archive() -> bytes:
    """A fixed archive with small records, so that changes reach every kind of byte."""
    return built(lambda writer: (writer.ballot(b'{"a":1}'), writer.end_ballots()))


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=2000))
def test_rubbish_never_crashes(raw: bytes) -> None:
    assert refusal(raw) in {"ARCHIVE_CUT", "ARCHIVE_HEADER"}


def built(write: object) -> bytes:
    stream = io.BytesIO()
    writer = Writer(stream, TIMESTAMP)
    writer.setup(b"{}", b"[]", b"[]")
    write(writer)  # type: ignore[operator]
    return stream.getvalue()


def member(member_name: str, content: bytes, timestamp: int = TIMESTAMP) -> bytes:
    return archive._member(member_name, content, timestamp)


SETUP = built(lambda _: None)
HEAD = [event.digest for event in archive.read(io.BytesIO(SETUP))][-1]
FIRST = SETUP[: 2 * BLOCK]


def event(kind: str, *data: bytes, parent: str | None = HEAD, height: int = 1, payload: str | None = None) -> bytes:
    """Members of an event after SETUP, any part of it false."""
    payload = payload or (records.digest(data[-1]) if data else None)
    raw = archive.event_record(parent, height, kind, payload)
    members = [member(f"{records.digest(item)}.data.json", item) for item in data]
    return b"".join([*members, member(f"{records.digest(raw)}.event.json", raw)])


def with_header(offset: int, replacement: bytes) -> bytes:
    """SETUP with bytes of its second header replaced and the checksum made right again."""
    head = bytearray(SETUP[2 * BLOCK : 3 * BLOCK])
    head[offset : offset + len(replacement)] = replacement
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return FIRST + bytes(head) + SETUP[3 * BLOCK :]


BALLOT = b'{"ballot":1}'
WRONG_HASH = "0" * 64
REFUSED = {
    "nothing": (b"", "ARCHIVE_CUT"),
    "text": (b"x" * 3000, "ARCHIVE_HEADER"),
    "only_the_first_member": (FIRST, "ARCHIVE_EMPTY"),
    "tar_end_blocks": (SETUP + bytes(2 * BLOCK), "ARCHIVE_HEADER"),
    "one_zero_block": (SETUP + bytes(BLOCK), "ARCHIVE_HEADER"),
    "trailing_byte": (SETUP + b"\0", "ARCHIVE_CUT"),
    "timestamp_a_number": (
        member("BELENIOS", b'{"version":1,"timestamp":%d}' % TIMESTAMP) + SETUP[2 * BLOCK :],
        "ARCHIVE_HEADER",
    ),
    "version_2": (
        member("BELENIOS", b'{"version":2,"timestamp":"%d"}' % TIMESTAMP) + SETUP[2 * BLOCK :],
        "ARCHIVE_HEADER",
    ),
    "another_mtime": (SETUP + member(f"{records.digest(BALLOT)}.data.json", BALLOT, TIMESTAMP + 1), "ARCHIVE_HEADER"),
    "another_mode": (with_header(100, b"0000600\0"), "ARCHIVE_HEADER"),
    "an_owner": (with_header(108, b"0001750\0"), "ARCHIVE_HEADER"),
    "ustar_magic": (with_header(257, b"ustar\x0000"), "ARCHIVE_HEADER"),
    "a_symbolic_link": (with_header(156, b"2"), "ARCHIVE_HEADER"),
    "size_not_octal": (with_header(124, b"0000000009x\0"), "ARCHIVE_HEADER"),
    "eight_gigabytes": (with_header(124, b"77777777777\0"), "ARCHIVE_RECORD_SIZE"),
    "path_traversal": (SETUP + member("../" + "a" * 61 + ".data.json", BALLOT), "ARCHIVE_HEADER"),
    "upper_case_name": (SETUP + member(records.digest(BALLOT).upper() + ".data.json", BALLOT), "ARCHIVE_HEADER"),
    "another_ending": (SETUP + member(records.digest(BALLOT) + ".json", BALLOT), "ARCHIVE_HEADER"),
    "wrong_name": (SETUP + member(f"{WRONG_HASH}.data.json", BALLOT), "ARCHIVE_NAME"),
    "padding": (SETUP[:-1] + b"x", "ARCHIVE_PADDING"),
    "data_without_event": (SETUP + member(f"{records.digest(BALLOT)}.data.json", BALLOT), "ARCHIVE_OPEN_END"),
    "data_without_end": (SETUP + 5 * member(f"{records.digest(BALLOT)}.data.json", BALLOT), "ARCHIVE_PAYLOAD"),
    "parent": (SETUP + event("Ballot", BALLOT, parent=WRONG_HASH), "ARCHIVE_CHAIN"),
    "no_parent": (SETUP + event("Ballot", BALLOT, parent=None), "ARCHIVE_CHAIN"),
    "height": (SETUP + event("Ballot", BALLOT, height=2), "ARCHIVE_CHAIN"),
    "payload": (SETUP + event("Ballot", BALLOT, payload=WRONG_HASH), "ARCHIVE_PAYLOAD"),
    "two_ballots_in_one_event": (SETUP + event("Ballot", b"{}", BALLOT), "ARCHIVE_PAYLOAD"),
    "ballot_without_record": (SETUP + event("Ballot"), "ARCHIVE_PAYLOAD"),
    "end_with_record": (SETUP + event("EndBallots", BALLOT), "ARCHIVE_PAYLOAD"),
    "second_setup": (SETUP + event("Setup", b"1", b"2", b"3", b"4"), "ARCHIVE_ORDER"),
    "result_at_once": (SETUP + event("Result", BALLOT), "ARCHIVE_ORDER"),
    "shuffle": (SETUP + event("Shuffle", b"1", b"2"), "ARCHIVE_EVENT_TYPE"),
    "setup_names_others": (
        FIRST + event("Setup", b"{}", b"[]", b"[]", b'{"election":"x"}', parent=None, height=0),
        "ARCHIVE_PAYLOAD",
    ),
    "begins_with_a_ballot": (FIRST + event("Ballot", BALLOT, parent=None, height=0), "ARCHIVE_ORDER"),
    "event_not_json": (SETUP + member(f"{records.digest(b'{')}.event.json", b"{"), "ARCHIVE_EVENT_FORM"),
    "event_spaced": (
        SETUP
        + member(
            records.digest(spaced := b'{"parent": "%s","height":1,"type":"EndBallots"}' % HEAD.encode())
            + ".event.json",
            spaced,
        ),
        "ARCHIVE_EVENT_FORM",
    ),
    "event_height_true": (
        SETUP + member(records.digest(true := b'{"height":true,"type":"EndBallots"}') + ".event.json", true),
        "ARCHIVE_EVENT_FORM",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    raw, code = REFUSED[case]
    assert refusal(raw) == code


def without(check: object) -> tuple[object, ...]:
    return tuple(other for other in archive._CHECKS if other is not check)


@pytest.mark.parametrize(
    ("case", "check"),
    [
        ("parent", archive._check_chain),
        ("height", archive._check_chain),
        ("begins_with_a_ballot", archive._check_order),
        ("payload", archive._check_payload),
        ("setup_names_others", archive._check_payload),
    ],
)
def test_each_check_is_the_only_one_that_stops_its_attack(
    monkeypatch: pytest.MonkeyPatch, case: str, check: object
) -> None:
    raw, code = REFUSED[case]
    assert refusal(raw) == code
    monkeypatch.setattr(archive, "_CHECKS", without(check))
    assert refusal(raw) == "read"


def test_names_are_what_stops_a_record_under_a_false_name(monkeypatch: pytest.MonkeyPatch) -> None:
    false = SETUP + event("Ballot", BALLOT).replace(
        records.digest(BALLOT).encode() + b".", WRONG_HASH.encode() + b".", 1
    )
    head = bytearray(false[len(SETUP) : len(SETUP) + BLOCK])
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    raw = SETUP + bytes(head) + false[len(SETUP) + BLOCK :]
    assert refusal(raw) == "ARCHIVE_NAME"
    monkeypatch.setattr(archive, "_check_name", lambda name, _content, _position: name.partition(".")[0])
    assert refusal(raw) == "read"
