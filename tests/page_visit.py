"""How the tests of an election's pages visit them: the address, a form with its token, the words of a page."""

import re
from typing import Any

from election_build import (
    Built,
)
from flask.testing import FlaskClient
from house_build import token


def at(built: Built, rest: str = "") -> str:
    return f"/c/{built.community}/elections/{built.election_id}/{rest}"


def send(client: FlaskClient, url: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
    """A form with this browser's token."""
    return client.post(url, data={"csrf_token": token(client), **(data or {})}, headers=headers)


def said(answer: Any) -> str:
    """The words of a page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
