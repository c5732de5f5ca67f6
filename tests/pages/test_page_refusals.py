"""Refusals of the pages that no page's own button leads to: by their code, as a program gets them."""

from typing import Any

import pytest
from election_build import a_published_election, add_candidate, an_election
from flask.testing import FlaskClient
from house_build import PASSWORD, House, token

JSON = {"Accept": "application/json"}


def get(client: FlaskClient, url: str) -> tuple[int, str]:
    """Status and code of the answer to a program."""
    answer = client.get(url, headers=JSON)
    return answer.status_code, answer.get_json()["code"]


def post(client: FlaskClient, url: str, **data: Any) -> tuple[int, str]:
    """The same for a form with this browser's token."""
    answer = client.post(url, data={"csrf_token": token(client), **data}, headers=JSON)
    return answer.status_code, answer.get_json()["code"]


@pytest.fixture
def place(house: House) -> str:
    """Address of an election whose roll is posted, with one candidate who has no photo."""
    built = a_published_election(house)
    one = add_candidate(built, 0, "样人子", photo=None)
    return f"/c/{built.community}/elections/{built.election_id}/candidates/{one}"


@pytest.mark.parametrize(
    ("rest", "status", "code"),
    [
        ("../../moves/dance", 404, "NO_SUCH_MOVE"),
        ("../../roll/export.pdf", 404, "NO_SUCH_EXPORT"),
        ("photo", 404, "NO_PHOTO"),
        ("../nobody", 404, "NOT_FOUND"),
    ],
)
def test_addresses_that_lead_nowhere(house: House, place: str, rest: str, status: int, code: str) -> None:
    url = place
    while rest.startswith("../"):
        url, rest = url.rpartition("/")[0], rest.removeprefix("../")
    assert get(house.signed_in("official"), f"{url}/{rest}") == (status, code)


@pytest.mark.parametrize(
    ("rest", "data", "status", "code"),
    [
        ("moves/lengthen", {"reason": "排队的人多", "closes": ""}, 422, "CLOSES_MISSING"),
        ("moves/stop_queue", {"people": ""}, 422, "QUEUE_MISSING"),
        ("queue", {"people": ""}, 422, "QUEUE_MISSING"),
        ("roll/file", {}, 422, "NO_FILE"),
    ],
)
def test_forms_without_what_they_are_for(
    house: House, place: str, rest: str, data: dict[str, str], status: int, code: str
) -> None:
    election = place.rpartition("/candidates/")[0]
    assert post(house.signed_in("official"), f"{election}/{rest}", **data) == (status, code)


def test_a_candidate_moves_up_or_down_only(house: House, place: str) -> None:
    assert post(house.signed_in("official"), f"{place}/move-aside") == (404, "NO_SUCH_PLACE")


def test_a_draft_is_nobodys_business_yet(house: House, client: FlaskClient) -> None:
    assert get(client, f"/c/{house.community}/e/{an_election(house).election_id}") == (404, "NOT_POSTED")


def test_a_log_that_was_never_signed_cannot_be_exported(house: House) -> None:
    assert get(house.signed_in("supervisor"), f"/c/{house.community}/log/log.zip") == (409, "LOG_NOT_SIGNED")


def test_a_program_without_a_session_is_told_to_sign_in(house: House, client: FlaskClient) -> None:
    assert get(client, f"/c/{house.community}/elections") == (401, "SIGN_IN")


def test_a_box_that_nobody_has_heard_of(client: FlaskClient) -> None:
    assert get(client, "/board/nowhere") == (404, "NO_SUCH_BOARD")


def test_a_browser_that_is_no_tablet(client: FlaskClient) -> None:
    assert get(client, "/booth/election") == (403, "KIOSK_NOT_PAIRED")


def test_letters_are_no_pairing_code(client: FlaskClient) -> None:
    assert post(client, "/booth/pair", code="ABCD") == (422, "CODE_NOT_DIGITS")


@pytest.mark.parametrize(
    ("login", "code"), [("clerk", "NOT_SUPERVISOR"), ("supervisor", "SAME_SUPERVISOR"), ("official", "NOT_SUPERVISOR")]
)
def test_only_another_supervisor_is_a_witness(house: House, login: str, code: str) -> None:
    built = a_published_election(house)
    url = f"/c/{built.community}/boxes/{built.box.id}/cards/witness"
    assert post(house.signed_in("supervisor"), url, login=login, password=PASSWORD) == (403, code)


def test_guessing_a_witness_is_slowed_down_as_signing_in_is(house: House) -> None:
    built = a_published_election(house)
    client = house.signed_in("supervisor")
    url = f"/c/{built.community}/boxes/{built.box.id}/cards/witness"
    assert [post(client, url, login=f"a{n}", password="x")[0] for n in range(31)][-1] == 429
