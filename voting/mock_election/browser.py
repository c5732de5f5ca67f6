"""A party's browser: HTTP over loopback with cookies and the page's form token, nothing more."""

import json
import re
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from voting.errors import Refused

_TOKEN = re.compile(r'(?:name="csrf-token" content|name="csrf_token" value)="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Browser:
    """One party's cookies and its connection to the server at 127.0.0.1:`port`."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: HTTPConnection | None = None

    def close(self) -> None:
        """Let the connection go; the next request opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, path: str, *, expect: int = 200) -> Answer:
        """Fetch a page; any status but `expect` raises the server's own refusal."""
        return _expected(self._send("GET", path, None, {}), expect)

    def post_form(self, path: str, fields: dict[str, str], *, page: str, expect: int = 303) -> Answer:
        """Send a form with the token of the page it stands on."""
        body = urlencode({**fields, "csrf_token": self._token(page)}).encode()
        answer = self._send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return _expected(answer, expect)

    def post_json(self, path: str, value: object, *, page: str, expect: int = 200) -> Answer:
        """Send JSON as the browser programs do."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": self._token(page)}
        return _expected(self._send("POST", path, json.dumps(value).encode(), headers), expect)

    def post_ballot(self, raw: bytes) -> Answer:
        """Send a sealed ballot from a paired tablet; the caller looks at the status."""
        return self._send("POST", "/booth/ballots", raw, {"Content-Type": "application/octet-stream", "X-Booth": "1"})

    def _token(self, page: str) -> str:
        found = _TOKEN.search(self.get(page).text)
        if found is None:
            raise Refused(
                "NO_TOKEN", f"页面 {page} 没有表单，请查看服务器。", f"There is no form on {page}; look at the server."
            )
        return found[1]

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        sent = {"Accept": "text/html" if method == "GET" else "application/json", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            return self._exchange(method, path, body, sent)
        except (HTTPException, ConnectionError):
            # A kept connection that the server has closed meanwhile: once more on a fresh one.
            self.close()
            return self._exchange(method, path, body, sent)

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        answer = Answer(response.status, response.read())
        for line in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer


def _expected(answer: Answer, status: int) -> Answer:
    if answer.status == status:
        return answer
    try:
        said = answer.json
        raise Refused(said["code"], said["zh"], said["en"])
    except (ValueError, KeyError, TypeError):
        raise Refused(
            "UNEXPECTED_ANSWER",
            f"服务器回答 {answer.status}，应为 {status}；请看它的运行记录。",
            f"The server answered {answer.status}, expected {status}; look at its output.",
        ) from None
