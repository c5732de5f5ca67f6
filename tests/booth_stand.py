"""A booth on a stand: the real page, programs and styles, in front of a small door that plays the ballot box.

The door checks ballots with the platform's own cryptography, and does on demand what a real one does on a
bad day: it is slow, answers nonsense, loses its answer after taking the ballot, refuses.
"""

import threading
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from browser_page import CSP, HOST, ROOT
from flask import Flask, Response, jsonify, render_template, request
from werkzeug.serving import make_server

from voting.crypto.ballot import parse_ballot, short_tracker, tracker, verify_ballot
from voting.crypto.credentials import make_code
from voting.crypto.election import Election, Question, write_election
from voting.crypto.elgamal import Ciphertext
from voting.crypto.group import get_group

SKIN, HAIR = ("#f6d7bd", "#e8b48a", "#f0c9a4"), ("#2a2422", "#8f9296", "#4b4039")
COAT = ("#9c4a50", "#5d6c58", "#3f7f83", "#6b4b3a", "#75528c")

#: Invented people: name, sex, age, trade.
PEOPLE = (
    ("周海燕", "女", 52, "社区网格员"),
    ("吴建国", "男", 63, "退休教师"),
    ("郑晓岚", "女", 38, "卫生站护士"),
    ("冯立新", "男", 45, "物业工程师"),
    ("陈秀英", "女", 58, "舞蹈队队长"),
    ("欧阳㛃", "女", 41, "图书馆管理员"),
    ("李明华", "男", 55, "社区副主任"),
    ("赵国强", "男", 60, "退休工人"),
    ("单春梅", "女", 47, "小学教师"),
    ("孙䶮", "男", 36, "软件工程师"),
    ("钱桂芳", "女", 66, "退休会计"),
    ("司马青云", "男", 50, "中医师"),
    ("何丽", "女", 33, "律师"),
    ("许文斌", "男", 57, "快递站长"),
    ("古丽巴哈尔·艾山", "女", 44, "面包师"),
    ("蒋大为", "男", 49, "电工"),
)


def portrait(seed: int) -> str:
    """A drawn face of nobody."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 150"><rect width="120" height="150" fill="#d9e6f4"/>'
        f'<path d="M10 150c0-34 22-44 50-44s50 10 50 44z" fill="{COAT[seed % 5]}"/>'
        f'<ellipse cx="60" cy="62" rx="34" ry="40" fill="{HAIR[seed % 3]}"/>'
        f'<rect x="50" y="88" width="20" height="26" rx="9" fill="{SKIN[seed % 3]}"/>'
        f'<ellipse cx="60" cy="70" rx="27" ry="32" fill="{SKIN[seed % 3]}"/>'
        '<circle cx="50" cy="68" r="3"/><circle cx="70" cy="68" r="3"/>'
        '<path d="M52 86q8 6 16 0" fill="none" stroke="#8a3f3a" stroke-width="2"/></svg>'
    )


def people(first: int, count: int, *, photos: bool = True) -> list[dict[str, Any]]:
    """`count` candidates from PEOPLE, numbered from 1."""
    chosen = PEOPLE[first : first + count]
    assert len(chosen) == count
    return [
        {
            "number": number,
            "name": name,
            "sex": sex,
            "age": age,
            "trade": trade,
            "introduction": f"{name}，{trade}。在本社区住了十几年，愿意为邻居们办实事。\n希望先办好楼道灯和充电桩。",
            "photo": f"/booth/photo/{number}" if photos else None,
        }
        for number, (name, sex, age, trade) in enumerate(chosen, 1)
    ]


THREE_OFFICES = (
    {"title": "主任", "seats": 1, "candidates": people(6, 2)},
    {"title": "副主任", "seats": 1, "candidates": people(8, 2, photos=False)},
    {"title": "委员", "seats": 3, "candidates": people(0, 5)},
)


@dataclass
class Stand:
    """What the door plays, and what it has received."""

    offices: tuple[dict[str, Any], ...] = THREE_OFFICES
    write_in: tuple[bool, ...] = (False, False, True)
    state: str = "open"
    lang: str = "zh-CN"
    title: str = "阳光社区居民委员会换届选举"
    legal_record: str = "tablet"
    #: Answers for the next posts, in order: "lost" takes the ballot and fails, "down" fails, or (status, JSON).
    script: list[Any] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    box: dict[str, bytes] = field(default_factory=dict)
    help_calls: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.group = get_group("Ed25519")
        self.secret = 2**200 + 12345
        questions = [
            Question(o["title"], tuple(c["name"] for c in o["candidates"]), True, 1, o["seats"]) for o in self.offices
        ]
        self.record = write_election(
            uuid="5m3e3fTjzV5WXxcQdFYrMu",
            name="阳光社区居民委员会换届选举",
            description="",
            group=self.group,
            public_key=self.group.base_power(self.secret),
            questions=questions,
        )
        self.election = Election.parse(self.record)
        self.card = make_code()
        self.server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.server.server_port}/booth"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def choices(self, raw: bytes) -> list[list[int]]:
        """What a ballot holds, by the one secret that this stand (and no real one) has."""
        ballot = parse_ballot(self.election, raw)
        return [[self._opened(c) for c in answer.choices] for answer in ballot.answers]

    def _opened(self, sealed: Ciphertext) -> int:
        plain = self.group.sub(sealed.beta, self.group.power_secret(sealed.alpha, self.secret))
        return next(m for m in (0, 1) if self.group.text(plain) == self.group.text(self.group.base_power(m)))

    def _display(self) -> dict[str, Any]:
        return {
            "uuid": self.election.uuid,
            "title": self.title,
            "hall": "阳光社区活动中心",
            "kiosk": "3 号秘密写票处",
            "day": "2026-12-20",
            "election": self.record.decode(),
            "lang": "zh",
            "write_in": list(self.write_in),
            "offices": list(self.offices),
            "state": self.state,
            "legal_record": self.legal_record,
            "idle_seconds": 90,
            "done_seconds": 15,
        }

    def _cast(self) -> Any:
        assert request.headers["X-Booth"] == "1"
        raw = request.get_data()
        self.received.append(raw)
        said = self.script.pop(0) if self.script else None
        if said == "down":
            return Response("", 502)
        if isinstance(said, tuple):
            return jsonify(said[1]), said[0]
        verify_ballot(self.election, parse_ballot(self.election, raw))
        status = 200 if sha256(raw).hexdigest() in self.box else 201
        self.box[sha256(raw).hexdigest()] = raw
        if said == "lost":
            return Response("", 504)
        return jsonify({"tracker": tracker(raw), "short": short_tracker(raw), "acceptance": "note"}), status

    def _app(self) -> Flask:
        app = Flask("stand", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates"))
        app.jinja_env.globals.update(
            _=lambda text, **values: text % values if values else text,
            html_language=lambda: self.lang,
            short_language=lambda: self.lang[:2],
            csrf_token=lambda: "token",
        )

        @app.after_request
        def headers(response: Response) -> Response:
            response.headers["Content-Security-Policy"] = CSP
            if not request.path.startswith("/static/"):
                response.headers["Cache-Control"] = "no-store"
            return response

        @app.get("/booth")
        def booth() -> str:
            return render_template("box/booth.html")

        @app.get("/booth/pairing")
        def pairing() -> str:
            return render_template("box/pair.html", refusal=None)

        @app.get("/booth/election")
        def election() -> Response:
            return jsonify(self._display())

        @app.get("/booth/photo/<int:number>")
        def photo(number: int) -> Response:
            return Response(portrait(number), mimetype="image/svg+xml")

        @app.post("/booth/help")
        def call_staff() -> Response:
            self.help_calls.append(bool((request.get_json() or {}).get("on")))
            return jsonify({})

        app.post("/booth/ballots", endpoint="ballots")(self._cast)
        return app
