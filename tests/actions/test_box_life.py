"""From an empty box to the result: cards, keys, sealing, slot, anchors, tally, shares — and every refusal."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from box_build import (
    LOG_KEY,
    NOW,
    QUESTIONS,
    Built,
    a_box,
    a_sealed_box,
    an_engine,
    an_open_box,
    form,
    with_cards,
    with_keys,
)
from sqlalchemy import Engine, update

from voting import journal
from voting.box import anchors, cards, casting, chain, desk, kiosk, rules, sealing, slot, tallying, trustees
from voting.box.tables import Box, PublicCredential
from voting.crypto import archive
from voting.crypto import trustees as crypto
from voting.crypto.ballot import tracker
from voting.crypto.election import write_election
from voting.crypto.group import get_group
from voting.database import read, write
from voting.errors import Malformed, Refused, TooEarly


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return an_engine(tmp_path)


def code(box: Built, action: object, /, *args: object, **facts: object) -> str:
    with pytest.raises(Refused) as caught:
        box.act(action, *args, **facts)  # type: ignore[arg-type]
    assert caught.value.zh and caught.value.en
    return caught.value.code


def logged(box: Built, kind: str) -> list[dict]:
    with read(box.engine) as session:
        entries = journal.store.entries(session.connection(), journal.origin(box.community))
        return [entry.data for entry in entries if entry.type == kind]


# --- cards -------------------------------------------------------------------------------------------------------


def receive(box: Built, credentials: list[str], **facts: object) -> str:
    given = {"actor": box.supervisors[0], "witness": box.supervisors[1], **facts}
    return code(box, cards.receive_credentials, box=box.box, credentials=credentials, **given)


def test_spares_are_five_or_two_percent() -> None:
    assert [rules.spares_allowed(roll) for roll in (1, 250, 251, 2600)] == [5, 5, 6, 52]


def test_declaring_cards_is_refused(engine: Engine) -> None:
    box = a_box(engine, voters=4)

    def declare(roll_size: int, spares: int) -> str:
        with pytest.raises(Refused) as caught, write(engine) as session:
            cards.declare(session, box=box.box, roll_size=roll_size, spares=spares)
        return caught.value.code

    assert declare(0, 0) == "ROLL_EMPTY"
    assert declare(4, 6) == "SPARES"


def test_a_changed_roll_takes_cards_from_the_spares_and_gives_them_back(engine: Engine) -> None:
    box = a_box(engine, voters=4, spares=2)
    with_cards(box)

    def declare(roll_size: int) -> tuple[int, int, int]:
        with write(engine) as session:
            after = cards.declare(session, box=box.box, roll_size=roll_size, spares=2)
        return after.roll, after.spares, after.cards_made

    assert declare(5) == (5, 1, 6) and declare(3) == (3, 3, 6)
    # Too few: two supervisors make them anew for the new number; the earlier ones are void with that.
    assert declare(7) == (7, 0, 6)
    group = get_group("Ed25519")
    seven = sorted(group.text(group.base_power(n)) for n in range(1, 8))
    box.act(
        cards.receive_credentials, box=box.box, credentials=seven, actor=box.supervisors[0], witness=box.supervisors[1]
    )
    assert declare(7) == (7, 0, 7)


def test_credentials_are_refused(engine: Engine) -> None:
    box = a_box(engine, voters=2, spares=1)
    group = get_group("Ed25519")
    good = sorted(group.text(group.base_power(n)) for n in range(1, 4))
    assert receive(box, good, witness=box.supervisors[0]) == "SAME_SUPERVISOR"
    assert receive(box, good[:1]) == "CARD_COUNT"
    assert receive(box, [*good, "x"]) == "CARD_COUNT"
    assert receive(box, [good[1], good[0], good[2]]) == "CARDS_UNSORTED"
    assert receive(box, [good[0], good[0]]) == "CARDS_TWICE"
    assert receive(box, [good[0], "z" * 64]) == "GROUP_ELEMENT"
    assert receive(box, [group.text(group.neutral), good[0]]) == "CARD_NEUTRAL"
    with write(engine) as session:
        session.execute(update(Box).values(roll_size=0))
    assert receive(box, good) == "ROLL_NOT_DECLARED"


def test_credentials_may_come_in_the_archives_order(engine: Engine) -> None:
    """The browser sorts by the bytes of RFC 8032, as the archive will; the command line by the text."""
    box = a_box(engine, voters=8, spares=0)
    group = get_group("Ed25519")
    texts = [group.text(group.base_power(n)) for n in range(1, 9)]
    listed = sorted(texts, key=lambda one: group.sort_key(group.claim(one)))
    assert listed != sorted(texts)
    assert receive(box, listed[1:] + listed[:1]) == "CARDS_UNSORTED"
    with write(engine) as session:
        counters = cards.receive_credentials(
            session, box=box.box, credentials=listed, actor=box.supervisors[0], witness=box.supervisors[1], now=NOW
        )
    # The log's digest is of the set: what the verifier finds in the archive agrees with it whoever made the cards.
    digest = hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()
    assert [data["sha256"] for data in logged(box, "box_cards_received")] == [digest]
    assert counters.cards_made == 8


def test_cards_may_be_made_again_until_sealing(engine: Engine) -> None:
    box = with_cards(a_box(engine))
    first = box.publics
    with_cards(box)
    with read(engine) as session:
        held = {one.public for one in session.query(PublicCredential)}
    assert held == set(box.publics)
    assert not held & set(first)
    assert [entry["count"] for entry in logged(box, "box_cards_received")] == [6, 6]


# --- keys and sealing --------------------------------------------------------------------------------------------


def test_keys_are_refused(engine: Engine) -> None:
    box = a_box(engine)
    group = get_group("Ed25519")
    _, record = crypto.make_key(group, "监督委员一")
    first, second = box.supervisors

    def add(account: str, raw: bytes) -> str:
        return code(box, trustees.add_key, box=box.box, account=account, record=raw)

    box.act(trustees.add_key, box=box.box, account=first, record=record)
    assert add(second, record) == "KEY_TWICE"
    assert add(second, crypto.make_key(group, None)[1]) == "TRUSTEE_NAME"
    assert add(second, record.replace(b'"response":"', b'"response":"1')) in (
        "TRUSTEE_PROOF",
        "TRUSTEE_POK",
        "GROUP_SCALAR",
    )
    assert add(second, b"{}").startswith("TRUSTEE")
    assert add(second, b" " * 5_000_000) == "TRUSTEE_RECORD_SIZE"
    box.act(trustees.add_key, box=box.box, account=second, record=crypto.make_key(group, "监督委员二")[1])
    assert add(box.clerk, crypto.make_key(group, "监督委员三")[1]) == "KEYS_FULL"


def test_a_supervisor_may_replace_the_key_before_sealing(engine: Engine) -> None:
    box = a_box(engine)
    group = get_group("Ed25519")
    records = [crypto.make_key(group, "监督委员一")[1] for _ in range(2)]
    owners = [box.act(trustees.add_key, box=box.box, account=box.supervisors[0], record=one).owner for one in records]  # type: ignore[attr-defined]
    assert owners == [1, 1]
    assert len(logged(box, "box_trustee_key")) == 2


def test_making_a_box_is_refused(engine: Engine) -> None:
    box = a_box(engine)
    with write(engine) as session:
        with pytest.raises(Refused, match="GROUP_UNKNOWN"):
            sealing.make_box(session, community=box.community, group="P-256")
        with pytest.raises(Refused, match="TRUSTEE_NUMBER"):
            sealing.make_box(session, community=box.community, trustees=0)


def test_sealing_needs_keys_cards_and_the_same_form(engine: Engine) -> None:
    box = a_box(engine)

    def seal(record: bytes) -> str:
        return code(box, sealing.seal, box=box.box, election_record=record, actor=None)

    with pytest.raises(Refused, match="KEYS_MISSING"):
        form(box)
    assert seal(b"{}") == "KEYS_MISSING"
    with_keys(box)
    assert seal(b"{}") == "CARDS_MISSING"
    with_cards(box)
    assert seal(b"{}").startswith("ELECTION")
    group = get_group("Ed25519")
    foreign = write_election(
        uuid=box.row().uuid,
        name="x",
        description="",
        group=group,
        public_key=group.base_power(5),
        questions=list(QUESTIONS),
    )
    assert seal(foreign) == "FORM_DIFFERS"
    record = form(box)
    box.act(sealing.seal, box=box.box, election_record=record, actor=None)
    assert seal(record) == "BOX_SEALED"
    assert code(box, trustees.add_key, box=box.box, account=box.clerk, record=b"") == "BOX_SEALED"
    assert receive(box, []) == "BOX_SEALED"


def test_display_and_pictures(engine: Engine) -> None:
    box = a_box(engine)
    png = b"\x89PNG\r\n\x1a\nrest"

    def show(pictures: list[bytes]) -> None:
        with write(engine) as session:
            sealing.set_display(session, box=box.box, display={"title": "样例"}, pictures=pictures)

    show([png])
    with read(engine) as session:
        assert sealing.picture(session, box=box.box, number=1) == ("image/png", png)
        with pytest.raises(Refused, match="NO_SUCH_PICTURE"):
            sealing.picture(session, box=box.box, number=2)
        with pytest.raises(Refused, match="BOX_NOT_SEALED"):
            sealing.booth_display(session, box=box.box)
        with pytest.raises(Refused, match="BOX_NOT_SEALED"):
            chain.archive_bytes(session, box.box)
        with pytest.raises(Refused, match="BOX_NOT_THERE_YET"):
            sealing.setup_texts(session, box=box.box)
        with pytest.raises(Refused, match="NO_SUCH_RECORD"):
            chain.record(session, box.box, "0" * 64)
    with pytest.raises(Refused, match="PICTURE_FORMAT"):
        show([b"<svg>"])


def test_the_booth_gets_the_form_and_the_display_until_voting_begins(engine: Engine) -> None:
    box = an_open_box(engine)
    with read(engine) as session:
        shown = sealing.booth_display(session, box=box.box)
    assert shown["election"] == box.election.record.decode()
    assert (shown["uuid"], shown["state"]) == (box.row().uuid, "open")
    with pytest.raises(Refused, match="SLOT_OPENED"), write(engine) as session:
        sealing.set_display(session, box=box.box, display={})


# --- rehearsal and slot ------------------------------------------------------------------------------------------


def test_no_opening_before_everyone_has_rehearsed(engine: Engine) -> None:
    box = a_sealed_box(engine, rehearsed=False)
    with pytest.raises(Refused) as caught:
        box.act(slot.open_slot, box=box.box, actor=None)
    assert caught.value.code == "REHEARSAL_MISSING"
    assert "监督委员1、监督委员2" in caught.value.zh


def test_rehearsals_are_refused(engine: Engine) -> None:
    early = with_keys(a_box(engine))
    assert code(early, trustees.add_rehearsal, box=early.box, account=early.clerk, record=b"") == "BOX_NOT_SEALED"
    assert code(early, slot.open_slot, box=early.box, actor=None) == "BOX_NOT_SEALED"


def test_a_rehearsal_with_another_key_or_of_another_kind(engine: Engine) -> None:
    box = a_sealed_box(engine, rehearsed=False)
    group, form_ = box.election.group, box.election
    tally = crypto.rehearsal_tally(form_)
    other = crypto.partial_decryption(group, crypto.rehearsal_phi(form_), box.keys[1], tally)
    as_real = crypto.partial_decryption(group, form_.fingerprint, box.keys[0], tally)
    for record, expected in ((other, "SHARE_OF_ANOTHER"), (as_real, "DECRYPTION_PROOF")):
        found = code(box, trustees.add_rehearsal, box=box.box, account=box.supervisors[0], record=record)
        assert found == expected
    assert code(box, trustees.add_rehearsal, box=box.box, account=box.clerk, record=other) == "NOT_TRUSTEE"


def test_queue_and_closing(engine: Engine) -> None:
    box = an_open_box(engine)
    assert code(box, slot.close, box=box.box, actor=None) == "DESK_STILL_OPEN"
    assert code(box, slot.serve_queue, -1, box=box.box, actor=None) == "QUEUE_NUMBER"
    box.act(slot.serve_queue, 2, box=box.box, actor=None)
    assert code(box, slot.serve_queue, 3, box=box.box, actor=None) == "QUEUE_ONLY_SHRINKS"
    assert code(box, slot.close, box=box.box, actor=None) == "QUEUE_LEFT"
    box.check_in(1)
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    assert code(box, slot.close, box=box.box, actor=None) == "BOX_CLOSED"
    assert code(box, slot.open_slot, box=box.box, actor=None) == "BOX_CLOSED"
    assert code(box, slot.serve_queue, 0, box=box.box, actor=None) == "DESK_NOT_OPEN"


# --- anchors and board -------------------------------------------------------------------------------------------


def cast(box: Built, *numbers: int) -> list[str]:
    raws = [box.ballot(number, first=number % 3) for number in numbers]
    for raw in raws:
        casting.accept(box.engine, box=box.box, raw=raw, log_key=LOG_KEY)
    return [tracker(raw) for raw in raws]


def anchor(box: Built, minutes: int) -> object:
    return box.act(anchors.anchor_if_due, box=box.box, now=NOW + timedelta(minutes=minutes))


def shown(box: Built) -> anchors.Board:
    with read(box.engine) as session:
        return anchors.board(session, box.box)


def test_board_shows_only_what_an_anchor_covers(engine: Engine) -> None:
    box = an_open_box(engine, voters=24, spares=0, checked_in=24)
    first = cast(box, *range(9))
    assert not anchor(box, 10)
    assert shown(box) == anchors.Board((), 0, "", None)
    first += cast(box, 9)
    assert anchor(box, 10)
    assert shown(box).trackers == tuple(sorted(first))
    second = cast(box, *range(10, 20))
    assert not anchor(box, 14), "five minutes have not passed"
    assert anchor(box, 15)
    last = cast(box, 20)
    assert not anchor(box, 60), "one ballot would stand alone"
    assert last[0] not in shown(box).trackers
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    assert shown(box).trackers == tuple(sorted(first + second + last))
    entries = logged(box, "box_anchored")
    assert [(entry["number"], entry["ballots"], entry["new"]) for entry in entries] == [
        (1, 10, 10),
        (2, 20, 10),
        (3, 21, 1),
    ]
    assert entries[0]["root"] == journal.tree_root(one.encode() for one in sorted(first))
    assert entries[2]["head"] == box.row().head, "the last anchor covers EndBallots"


# --- tally and result --------------------------------------------------------------------------------------------


def closed(engine: Engine, ballots: int = 5, **facts: object) -> Built:
    box = an_open_box(engine, voters=ballots, spares=0, checked_in=ballots, **facts)
    cast(box, *range(ballots))
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    return box


def tally(box: Built, **facts: object) -> object:
    return box.act(tallying.tally, box=box.box, **{"floor": 5, "floor_decision": None, **facts})


def tally_refused(box: Built) -> str:
    return code(box, tallying.tally, box=box.box, floor=5, floor_decision=None)


def share(box: Built, number: int) -> bytes:
    with read(box.engine) as session:
        encrypted = tallying.encrypted_tally(session, session.get_one(Box, box.box), box.election)
    return crypto.partial_decryption(box.election.group, box.election.fingerprint, box.keys[number], encrypted)


@pytest.mark.parametrize("group", ["Ed25519", "BELENIOS-2048"])
def test_from_ballots_to_counts(engine: Engine, tmp_path: Path, group: str) -> None:
    box = closed(engine, group=group)
    tally(box)
    for number, account in enumerate(box.supervisors):
        raw = share(box, number)
        for _ in range(2):  # sent twice, counted once
            box.act(trustees.add_share, box=box.box, account=account, record=raw)
    result = box.act(tallying.combine, box=box.box)
    # first choice = card number mod 3: cards 0 and 3 blank, 1 and 4 the first, 2 the second candidate
    assert result == tallying.Result(((2, 2, 1), (0, 5, 5, 0)), 5)
    assert box.act(tallying.combine, box=box.box) == result
    path = tmp_path / "box.bel"
    with read(engine) as session:
        path.write_bytes(b"".join(chain.archive_bytes(session, box.box)))
    kinds = [event.type for event in archive.read(path)]
    assert kinds == ["Setup", *["Ballot"] * 5, "EndBallots", "EncryptedTally", *["PartialDecryption"] * 2, "Result"]


def test_tally_is_refused(engine: Engine) -> None:
    box = an_open_box(engine, checked_in=1)
    assert tally_refused(box) == "BOX_NOT_CLOSED"
    assert code(box, tallying.combine, box=box.box) == "NOT_TALLIED"
    assert code(box, trustees.add_share, box=box.box, account=box.supervisors[0], record=b"") == "NOT_TALLIED"
    cast(box, 0)
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    assert tally_refused(box) == "BALLOTS_UNDER_FLOOR"
    tally(box, floor_decision="选举委员会\n一致同意开票")
    assert logged(box, "box_tallied")[0]["floor_decision"] == "选举委员会 一致同意开票"
    assert tally_refused(box) == "ALREADY_TALLIED"


def test_a_tally_of_another_number_of_ballots(engine: Engine) -> None:
    box = closed(engine)
    with read(engine) as session:
        summed = tallying.aggregate(session, box=box.box)
    summed.ballots -= 1
    found = code(box, tallying.tally, box=box.box, floor=5, floor_decision=None, summed=summed)
    assert found == "TALLY_COUNT"


def test_shares_are_refused(engine: Engine) -> None:
    box = closed(engine)
    tally(box)
    first, second = box.supervisors
    foreign = share(box, 1)
    assert code(box, trustees.add_share, box=box.box, account=first, record=foreign) == "SHARE_OF_ANOTHER"
    with pytest.raises(Refused) as caught:
        box.act(trustees.add_share, box=box.box, account=first, record=foreign)
    assert "“监督委员2”的密钥文件" in caught.value.zh and "“监督委员1”" in caught.value.zh
    spoilt = json.loads(foreign)
    spoilt["decryption_proofs"][0][0]["challenge"] = "7"
    record = json.dumps(spoilt).encode()
    assert code(box, trustees.add_share, box=box.box, account=first, record=record) == "DECRYPTION_PROOF"
    assert code(box, trustees.add_share, box=box.box, account=box.clerk, record=foreign) == "NOT_TRUSTEE"
    box.act(trustees.add_share, box=box.box, account=second, record=foreign)
    with pytest.raises(Refused) as caught:
        box.act(tallying.combine, box=box.box)
    assert caught.value.code == "SHARES_MISSING"
    assert "监督委员1" in caught.value.zh
    with write(engine) as session:
        session.execute(update(Box).values(state="opened"))
    assert code(box, trustees.add_share, box=box.box, account=first, record=foreign) == "RESULT_KNOWN"


# --- tablets --------------------------------------------------------------------------------------------------------


def test_the_log_says_who_admitted_and_who_shut_out_a_tablet(engine: Engine) -> None:
    box = an_open_box(engine)
    made = box.act(kiosk.new_pairing_code, box=box.box, name="2 号写票处", actor=box.clerk)
    box.act(kiosk.pair, made.code, now=NOW)  # type: ignore[attr-defined]
    box.act(kiosk.revoke, box=box.box, kiosk=made.kiosk, actor=box.clerk)  # type: ignore[attr-defined]
    tablet = {"box": box.row().uuid, "kiosk": made.kiosk, "name": "2 号写票处"}  # type: ignore[attr-defined]
    assert logged(box, "box_kiosk_admitted") == [{**tablet, "by": box.clerk}]
    assert logged(box, "box_kiosk_paired") == [tablet], "the tablet itself has no account"
    assert logged(box, "box_kiosk_revoked") == [{**tablet, "by": box.clerk}]
    assert made.code not in str(logged(box, "box_kiosk_admitted"))  # type: ignore[attr-defined]


def test_a_tablet_without_a_name_is_not_admitted(engine: Engine) -> None:
    box = an_open_box(engine)
    for name in ("", " \n ", "台" * 41):
        with pytest.raises(Malformed) as caught:
            box.act(kiosk.new_pairing_code, box=box.box, name=name, actor=box.clerk)
        assert caught.value.code == "KIOSK_NAME"
    assert logged(box, "box_kiosk_admitted") == []


# --- declared void -----------------------------------------------------------------------------------------------


def test_a_void_box_is_out_of_use_for_good(engine: Engine) -> None:
    box = an_open_box(engine, checked_in=2)
    casting.accept(engine, box=box.box, raw=box.ballot(0), log_key=LOG_KEY)
    box.act(slot.void, box=box.box, actor=None)
    row = box.row()
    assert (row.state, row.desk, row.casts) == ("void", "shut", 1), "nothing is deleted"
    with pytest.raises(TooEarly) as late:
        casting.accept(engine, box=box.box, raw=box.ballot(1), log_key=LOG_KEY)
    assert late.value.code == "BOX_NOT_OPEN" and "宣布无效" in late.value.zh
    assert code(box, slot.open_slot, box=box.box, actor=None) == "BOX_CLOSED"
    assert code(box, slot.close, box=box.box, actor=None) == "BOX_CLOSED"
    assert code(box, tallying.tally, box=box.box, floor=1, floor_decision=None) == "BOX_VOID"
    unused = box.in_hand(1, "unused")
    assert code(box, desk.scan_unused, box=box.box, card=unused, actor=box.clerk) == "BOX_VOID"
    box.act(slot.void, box=box.box, actor=None)
    assert len(logged(box, "box_voided")) == 1


def test_a_closed_box_stays_closed_when_its_election_is_void(engine: Engine) -> None:
    box = an_open_box(engine)
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    box.act(slot.void, box=box.box, actor=None)
    assert box.row().state == "closed" and logged(box, "box_voided") == []


def test_a_box_that_was_never_sealed_shows_no_form_when_void(engine: Engine) -> None:
    box = a_box(engine)
    box.act(slot.void, box=box.box, actor=None)
    with read(engine) as session, pytest.raises(TooEarly) as caught:
        sealing.booth_display(session, box=box.box)
    assert caught.value.code == "BOX_NOT_SEALED"
