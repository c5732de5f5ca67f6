"""The page of what comes after a count, visited as an official does."""

from datetime import timedelta
from typing import Any

import pytest
from count_build import EVENING, a_decided_election, certify
from election_build import Built, a_published_election
from flask import Flask
from flask.testing import FlaskClient
from house_build import House
from page_visit import at, said, send

from voting.elections.after import queries
from voting.elections.committee.actions import declare_kinship
from voting.elections.roll.queries import find

#: 主任 3 : 3 with one abstention is no majority.
NO_CHAIR = [
    *([[0, 1, 0], [0, 1, 1, 0]] for _ in range(3)),
    *([[0, 0, 1], [0, 1, 1, 0]] for _ in range(3)),
    [[1, 0, 0], [0, 1, 0, 0]],
]


@pytest.fixture
def decided(house: House) -> Built:
    built = a_decided_election(house)
    house.clock.now = EVENING
    return built


def official(house: House, app: Flask) -> FlaskClient:
    return house.signed_in("official", app)


def test_the_next_poll_is_made_from_the_page(house: House, app: Flask) -> None:
    built = a_decided_election(house, NO_CHAIR)
    house.clock.now = EVENING
    client = official(house, app)
    shown = client.get(at(built, "after"))
    assert shown.status_code == 200 and "另行选举" in said(shown) and "三分之一" in said(shown)
    late = {"kind": "second", "day": "2027-06-01", "opens": "08:00", "closes": "18:00"}
    refused = send(client, at(built, "after/next"), late)
    assert refused.status_code == 422 and "最迟" in said(refused)
    made = send(client, at(built, "after/next"), {**late, "day": "2026-12-27"})
    assert made.status_code == 303
    page = client.get(made.headers["Location"])
    assert page.status_code == 200 and "另行选举" in said(page)
    assert send(client, at(built, "after/next"), {**late, "day": "2026-12-27"}).status_code == 422


def entry(built: Built, name: str) -> str:
    return str(built.look(lambda session, election: find(session, election=election, query=name)[0].id))


def test_void_wins_relatives_and_empty_places(house: House, app: Flask, decided: Built) -> None:
    client = official(house, app)
    seats = {one.office: one.members for one in decided.look(lambda s, e: queries.sitting(s, election=e))}
    chair, member = f"主任/{seats['主任'][0]}", f"委员/{seats['委员'][0]}"
    assert "登记为近亲属" not in said(client.get(at(decided, "after")))
    one, other = (entry(decided, seats[office][0]) for office in ("主任", "委员"))
    decided.do(declare_kinship, one=one, other=other, relation="sibling", now=EVENING)
    assert "登记为近亲属，不能同时任职" in said(client.get(at(decided, "after")))
    assert send(client, at(decided, "after/kin"), {"first": member, "second": chair}).status_code == 303
    assert "登记为近亲属，不能同时任职" not in said(client.get(at(decided, "after")))
    empty = send(client, at(decided, "after/empty"), {"office": "委员", "reason": "决定"})
    assert empty.status_code == 422 and "不能决定空缺" in said(empty)
    assert send(client, at(decided, "after/annul"), {"who": chair, "ground": "barred"}).status_code == 303
    assert "另行选举" in said(client.get(at(decided, "after")))


def test_a_term_from_certificate_to_by_election(house: House, app: Flask, decided: Built) -> None:
    certify(decided)
    house.clock.now = EVENING + timedelta(days=1)
    client = official(house, app)
    day = {"day": "2026-12-21"}
    assert send(client, at(decided, "after/members")).status_code == 303
    first, second, _ = decided.look(lambda s, e: [one.id for one in queries.members(s, election=e)])
    assert send(client, at(decided, f"after/members/{first}/resign")).status_code == 303
    assert send(client, at(decided, f"after/members/{first}/approve"), day).status_code == 303
    assert send(client, at(decided, f"after/members/{second}/end"), {**day, "ending": "sentence"}).status_code == 303
    item = {**day, "item": "公章", "amount": "1 枚"}
    assert send(client, at(decided, "after/records/handover_item"), item).status_code == 303
    gone = send(client, at(decided, "after/records/elsewhere"), item)
    assert gone.status_code == 404 and "NO_SUCH_RECORD" in gone.text
    dispute = {"seq": "2", "forum": "street", "subject": "对名单有异议"}
    assert send(client, at(decided, "after/disputes"), dispute).status_code == 303
    (found,) = decided.look(lambda s, e: queries.disputes(s, election=e))
    assert send(client, at(decided, f"after/disputes/{found.id}"), {"answer": "维持"}).status_code == 303
    page = said(client.get(at(decided, "after")))
    assert all(word in page for word in ("公章", "维持", "被判处刑罚", "补选到本届期满", "移交最迟 2026-12-30"))
    poll = {"day": "2027-03-01", "opens": "08:00", "closes": "18:00"}
    assert send(client, at(decided, "after/by-election"), poll).status_code == 303


def test_the_reserve_box_from_the_page(house: House, app: Flask) -> None:
    built = a_published_election(house)
    client = official(house, app)
    assert send(client, at(built, "after/reserve")).status_code == 303
    assert send(client, at(built, "after/reserve")).status_code == 422
    early = send(client, at(built, "after/reserve/destroy"))
    assert early.status_code == 422
    shown: Any = house.signed_in("supervisor", app).get(at(built, "after"))
    assert "备用票箱：我的密钥" in said(shown)
    box = built.look(lambda s, e: queries.reserve(s, election=e))
    supervisor = house.signed_in("supervisor", app)
    for place in ("trustee", "cards"):
        assert supervisor.get(f"/c/{built.community}/boxes/{box.box_id}/{place}").status_code == 200
