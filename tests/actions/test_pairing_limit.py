"""Guessing at pairing codes: counted in the database for every box that has a code waiting, over all processes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from box_build import NOW, Built, a_box, an_engine
from sqlalchemy import select

from voting.box import kiosk, sealing
from voting.box.tables import PairingFailures
from voting.database import read, write, writing_session
from voting.errors import Refused


@pytest.fixture
def box(tmp_path: Path) -> Built:
    return a_box(an_engine(tmp_path))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kiosk, "MAX_FAILURES", 3)


def new_code(box: Built, **facts: object) -> str:
    return box.act(kiosk.new_pairing_code, box=box.box, name="1 号", actor=box.clerk, **facts).code  # type: ignore[attr-defined]


def pair(box: Built, code: str, now: object = NOW) -> str:
    """As the page does it, and every time as another process would."""
    with writing_session(box.engine) as session:
        try:
            kiosk.pair(session, code, now)  # type: ignore[arg-type]
        except Refused as refusal:
            return refusal.code
    return "paired"


def failures(box: Built) -> list[int]:
    with read(box.engine) as session:
        return list(session.scalars(select(PairingFailures.count).order_by(PairingFailures.hour)))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def test_too_many_wrong_codes_void_the_waiting_ones_and_a_new_one_works(box: Built) -> None:
    code = new_code(box)
    assert [pair(box, wrong(code)) for _ in range(3)] == ["PAIRING_CODE"] * 3
    assert pair(box, code) == "PAIRING_CODE", "and the answer does not tell that it was right"
    assert failures(box) == [3], "no code waits any more: nothing to guess"
    assert pair(box, new_code(box)) == "paired"
    another = new_code(box)
    assert [pair(box, wrong(another)) for _ in range(3)] == ["PAIRING_CODE"] * 3
    assert pair(box, another) == "PAIRING_CODE", "each new code stands as many wrong ones, not more"


def test_guessing_in_one_hall_stops_no_other(box: Built) -> None:
    code = new_code(box)
    for _ in range(3):
        pair(box, wrong(code))
    with write(box.engine) as session:
        other = replace(box, box=sealing.make_box(session, community=box.community, group="Ed25519", trustees=2))
    assert pair(other, new_code(other)) == "paired"


def test_a_revoked_code_is_none(box: Built) -> None:
    made = box.act(kiosk.new_pairing_code, box=box.box, name="1 号", actor=box.clerk)
    box.act(kiosk.revoke, box=box.box, kiosk=made.kiosk, actor=box.clerk)  # type: ignore[attr-defined]
    assert pair(box, made.code) == "PAIRING_CODE"  # type: ignore[attr-defined]


def test_the_next_hour_begins_anew(box: Built) -> None:
    code = new_code(box)
    pair(box, wrong(code))
    later = NOW + timedelta(hours=1)
    fresh = new_code(box, now=later)
    assert pair(box, wrong(fresh), later) == "PAIRING_CODE"
    assert pair(box, fresh, later) == "paired"
    assert failures(box) == [1, 1]


def test_nothing_is_counted_while_no_code_waits(box: Built) -> None:
    assert [pair(box, "12345678") for _ in range(5)] == ["PAIRING_CODE"] * 5
    assert failures(box) == []
    assert pair(box, new_code(box)) == "paired"
