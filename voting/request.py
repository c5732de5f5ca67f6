"""What a page holds while it answers one request: settings, sessions, the person, the time.

Pages read through `reading()` (one snapshot for the whole request, which the database refuses to let
write) and act through `acting()`::

    with acting() as session:
        publish_roll(session, actor=actor(), now=now(), election_id=election.id)
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from flask import current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from voting.config import Settings
from voting.database import reading_session, writing_session
from voting.errors import Malformed, NotAllowed
from voting.keys import Keys
from voting.law.calendar import HALL
from voting.permissions import Actor


@dataclass(frozen=True)
class House:
    """What one running application was built from."""

    settings: Settings
    keys: Keys
    engine: Engine
    doors: frozenset[str]
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class Link:
    """A place to go: its words (already in the request's language) and its address."""

    text: str
    url: str


#: Other rooms add what they offer for a community (staff or public) to the front page, without this room
#: knowing them: `home_links.append(lambda session, community, actor: [Link(...)])`. `community` is a Unit.
home_links: list[Callable[[Session, Any, Actor | None], list[Link]]] = []


def house() -> House:
    """The running application."""
    return cast(House, current_app.extensions["voting"])


def now() -> datetime:
    """This instant, in UTC; the same throughout one request."""
    if "now" not in g:
        g.now = house().clock()
    return cast(datetime, g.now)


def today() -> date:
    """Today's date where the community is."""
    return now().astimezone(HALL).date()


def reading() -> Session:
    """The request's reading session."""
    if "reading" not in g:
        g.reading = reading_session(house().engine)
    return cast(Session, g.reading)


@contextmanager
def acting() -> Iterator[Session]:
    """A writing session for actions, each of which opens its own `transaction`.

    The reading session is let go first: what it saw may be out of date afterwards.
    """
    close_reading()
    with writing_session(house().engine) as session:
        yield session


def close_reading(_error: BaseException | None = None) -> None:
    """End the request's snapshot, if there is one."""
    session: Session | None = g.pop("reading", None)
    if session is not None:
        session.close()


def actor() -> Actor:
    """The signed-in person with the appointments in force today. Raises NotAllowed when nobody is signed in."""
    person: Actor | None = g.get("actor")
    if person is None:
        raise NotAllowed("SIGN_IN", "请先登录。", "Please sign in first.")
    return person


def json_object() -> dict[str, Any]:
    """The request's JSON body, an object; what its members are, the caller checks. Raises Malformed JSON_BODY."""
    try:
        value = json.loads(request.get_data()) if request.is_json else None
        # Half a surrogate pair can be escaped in JSON and is no text: no database and no page takes it.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Malformed(
            "JSON_BODY",
            "请求不是完整的 JSON 对象，请刷新页面再办。",
            "The request is not a complete JSON object; reload the page and try again.",
        )
    return value


def wants_json() -> bool:
    """Whether the answer (a refusal too) should be JSON: the request sends JSON or asks for nothing else."""
    accepted = request.accept_mimetypes
    return request.is_json or (accepted.accept_json and not accepted.accept_html)
