"""A hall in miniature: static files and a few JSON answers over plain http, and a headless Chromium in front.

The host name is not `localhost`, so the page is *not* a secure context: there is no `crypto.subtle`, as on a
tablet in a hall without certificates. Every response carries the platform's content security policy.
"""

import json
import mimetypes
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
HOST = "hall.test"
CSP = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

Answer = tuple[int, Any]


class Hall:
    """The server's side of one test: pages by path, answers by path, and what was posted."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.answers: dict[str, Callable[[Any], Answer] | bytes] = {}
        self.posted: list[tuple[str, Any, str | None]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.server.server_port}"

    def show(self, path: str, body: str, *, script: str | None = None, lang: str = "zh-Hans-CN") -> str:
        """Put a page at ``path``; returns its address."""
        link = f'<script src="/static/booth/{script}" type="module"></script>' if script else ""
        self.pages[path] = (
            f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>t</title>'
            f'<meta name="csrf-token" content="token-1">{link}</head><body>{body}</body></html>'
        )
        return self.address + path

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def _handler(hall) -> type[BaseHTTPRequestHandler]:  # noqa: N805  the inner class has its own self
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path in hall.pages:
                    self.reply(200, hall.pages[path].encode(), "text/html; charset=utf-8")
                elif path in hall.answers:
                    self.answer(path, None)
                elif path.startswith("/static/") and (ROOT / path[1:]).is_file():
                    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
                    self.reply(200, (ROOT / path[1:]).read_bytes(), kind)
                else:
                    self.reply(404, b"", "text/plain")

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                is_json = self.headers["Content-Type"] == "application/json"
                body = json.loads(raw) if is_json else raw.decode()
                hall.posted.append((self.path, body, self.headers["X-CSRFToken"]))
                self.answer(self.path, body)

            def answer(self, path: str, body: Any) -> None:
                said = hall.answers[path]
                if isinstance(said, bytes):
                    self.reply(200, said, "application/octet-stream")
                    return
                status, value = said(body)
                self.reply(status, json.dumps(value).encode(), "application/json")

            def reply(self, status: int, content: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Content-Security-Policy", CSP)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, headless."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {HOST} 127.0.0.1"],
        )
        yield browser
        browser.close()


@pytest.fixture
def hall() -> Iterator[Hall]:
    """A fresh server."""
    served = Hall()
    yield served
    served.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh page; a script error or a breach of the content security policy fails the test."""
    context = chromium.new_context(accept_downloads=True, locale="zh-CN")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert faults == []


def client(page: Page, hall: Hall) -> Callable[[str, Any], Any]:
    """Calls a function of the pages' client with one JSON argument (bytes go as {"bytes": [...]})."""
    page.goto(hall.show("/client", "<p>client</p>"))

    def call(name: str, *arguments: Any) -> Any:
        return page.evaluate(
            """async ([name, given]) => {
                const unpack = (v) => v !== null && typeof v === "object" && !Array.isArray(v)
                    ? ("base64" in v ? Uint8Array.from(atob(v.base64), (c) => c.charCodeAt(0))
                        : Object.fromEntries(Object.entries(v).map(([k, x]) => [k, unpack(x)])))
                    : v;
                const client = await import("/static/booth/client.js");
                try { return { value: await client[name](...given.map(unpack)) }; }
                catch (e) { return { refused: { code: e.code ?? String(e), zh: e.zh, en: e.en } }; }
            }""",
            [name, list(arguments)],
        )

    return call
