"""A house served to a real browser, and cards whose codes are known."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from browser_page import HOST
from count_build import ON_THE_DAY
from election_build import (
    BEFORE,
    Built,
    a_published_election,
    with_candidates,
    with_keys_and_cards,
    with_rehearsals,
    with_tablet,
)
from house_build import PASSWORD, House
from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server

from voting.box import cards
from voting.crypto.credentials import credential_secret, make_code, parse_credential
from voting.crypto.group import get_group
from voting.elections import actions
from voting.elections.sealing import seal_election


class Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        pass


@contextmanager
def served(house: House) -> Iterator[str]:
    """The application on a port of its own, under a name that is no secure context: as in a hall."""
    server = make_server("127.0.0.1", 0, house.app(), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://{HOST}:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def sign_in(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")


def an_open_election_with_codes(house: House, **facts: object) -> tuple[Built, list[str]]:
    """An open poll and the codes on its cards, in the order of ``built.cards``."""
    built = with_keys_and_cards(with_candidates(a_published_election(house, **facts)))
    group = get_group(built.box.group)
    codes = [make_code() for _ in built.cards]
    built.cards = [credential_secret(parse_credential(code), built.box.uuid, group.order) for code in codes]
    built.act(
        cards.receive_credentials,
        box=built.box.id,
        credentials=sorted(group.text(group.base_power(card)) for card in built.cards),
        actor=built.accounts["supervisor"],
        witness=built.accounts["supervisor2"],
        now=BEFORE,
    )
    built.do(seal_election)
    with_rehearsals(built)
    with_tablet(built)
    built.do(actions.open_poll, now=ON_THE_DAY)
    house.clock.now = ON_THE_DAY
    return built, codes
