"""The ``.bel`` archive: one chain of events in a byte-exact tar (ballot-protocol §11).

The reader streams: it holds one event's records at a time and refuses, by a named check each, everything that the
writer would not have written byte for byte. A file cut anywhere is ``Malformed``, unless cut between two events,
when it is the archive as it was at that time.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from voting.crypto import records
from voting.errors import Malformed

BLOCK = 512
LARGEST_RECORD = 64 * 2**20

# How many data records stand before each event; its payload is the last of them.
_RECORDS = {
    "Setup": 4,
    "Ballot": 1,
    "EndBallots": 0,
    "EncryptedTally": 2,
    "PartialDecryption": 2,
    "Result": 1,
}
# The order of events: what may follow what. Belenios' tools accept a Ballot after EndBallots and then silently
# forget the ballots before it (ballot-protocol §13).
_NEXT = {
    None: ("Setup",),
    "Setup": ("Ballot", "EndBallots"),
    "Ballot": ("Ballot", "EndBallots"),
    "EndBallots": ("EncryptedTally",),
    "EncryptedTally": ("PartialDecryption",),
    "PartialDecryption": ("PartialDecryption", "Result"),
    "Result": (),
}


@dataclass(frozen=True)
class Event:
    """One event with the data records before it; ``end`` is where it ends in the file, ``digest`` the head there."""

    type: str
    height: int
    parent: str | None
    payload: str | None
    digest: str
    records: tuple[bytes, ...]
    end: int


def event_record(parent: str | None, height: int, type: str, payload: str | None) -> bytes:  # noqa: A002  the field's name
    """The canonical event record; ``parent`` and ``payload`` are SHA-256 in hex."""
    value: dict[str, Any] = {} if parent is None else {"parent": parent}
    value |= {"height": height, "type": type}
    if payload is not None:
        value["payload"] = payload
    return records.write(value)


# --- framing -----------------------------------------------------------------------------------------------------


def _header(name: str, size: int, timestamp: int) -> bytes:
    head = bytearray(BLOCK)
    head[0 : len(name)] = name.encode()
    head[100:108] = b"0000644\0"
    head[108:116] = head[116:124] = b"0000000\0"
    head[124:136] = b"%011o\0" % size
    head[136:148] = b"%011o\0" % timestamp
    head[148:156] = b" " * 8
    head[156:157] = b"0"
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def _member(name: str, content: bytes, timestamp: int) -> bytes:
    return _header(name, len(content), timestamp) + content + bytes(-len(content) % BLOCK)


def _first_record(timestamp: int) -> bytes:
    return records.write({"version": 1, "timestamp": str(timestamp)})


class Writer:
    """Writes an archive event by event; ``timestamp`` (Unix seconds) stands in every header of the file."""

    def __init__(self, stream: BinaryIO, timestamp: int) -> None:
        self._stream = stream
        self._timestamp = timestamp
        self.head: str | None = None
        self.height = -1
        self._put("BELENIOS", _first_record(timestamp))

    def setup(self, election: bytes, trustees: bytes, credentials: bytes) -> None:
        """The election, its trustees and the public credentials: what ballots are bound to."""
        names = ("election", "trustees", "credentials")
        parts = (election, trustees, credentials)
        data = records.write(dict(zip(names, map(records.digest, parts), strict=True)))
        self.event("Setup", *parts, data)

    def ballot(self, raw: bytes) -> None:
        """One accepted ballot."""
        self.event("Ballot", raw)

    def end_ballots(self) -> None:
        """The end of the poll."""
        self.event("EndBallots")

    def encrypted_tally(self, tally: bytes, sized: bytes) -> None:
        """The tally record and the record of its size."""
        self.event("EncryptedTally", tally, sized)

    def partial_decryption(self, owner: int, raw: bytes) -> None:
        """The share of trustee ``owner``, counted from 1."""
        self.event("PartialDecryption", raw, records.write({"owner": owner, "payload": records.digest(raw)}))

    def result(self, raw: bytes) -> None:
        """The result record."""
        self.event("Result", raw)

    def event(self, type: str, *data: bytes) -> None:  # noqa: A002  the field's name
        """Any event after its data records, the last of which is its payload."""
        for raw in data:
            self._put(f"{records.digest(raw)}.data.json", raw)
        self.height += 1
        raw = event_record(self.head, self.height, type, records.digest(data[-1]) if data else None)
        self.head = records.digest(raw)
        self._put(f"{self.head}.event.json", raw)

    def _put(self, name: str, content: bytes) -> None:
        self._stream.write(_member(name, content, self._timestamp))


# --- reading -----------------------------------------------------------------------------------------------------


def read(source: Path | str | BinaryIO) -> Iterator[Event]:
    """The events of an archive, each fully checked as to bytes, names, chain, order and payload.

    Raises Malformed ARCHIVE_EMPTY, ARCHIVE_CUT, ARCHIVE_HEADER, ARCHIVE_PADDING, ARCHIVE_RECORD_SIZE,
    ARCHIVE_TIMESTAMP, ARCHIVE_NAME, ARCHIVE_EVENT_FORM, ARCHIVE_CHAIN, ARCHIVE_ORDER, ARCHIVE_PAYLOAD,
    ARCHIVE_OPEN_END when the file ends in records without their event.
    """
    opened = Path(source).open("rb") if isinstance(source, Path | str) else nullcontext(source)  # noqa: SIM115  below
    with opened as stream:
        yield from _events(stream)


def _events(stream: BinaryIO) -> Iterator[Event]:
    timestamp = _read_first(stream)
    previous: Event | None = None
    data: list[bytes] = []
    position = 2 * BLOCK
    for name, content in _members(stream, timestamp, position):
        position += BLOCK + len(content) + -len(content) % BLOCK
        digest = _check_name(name, content, position)
        if name.endswith(".data.json"):
            data.append(content)
            if len(data) > max(_RECORDS.values()):
                raise _fault("ARCHIVE_PAYLOAD", position, "记录没有对应的事件", "data records belong to no event")
            continue
        event = _event(content, digest, tuple(data), position)
        data.clear()
        for check in _CHECKS:
            check(previous, event)
        yield event
        previous = event
    if data:
        raise _fault("ARCHIVE_OPEN_END", position, "文件在一个事件中间结束", "the file ends within an event")
    if previous is None:
        raise _fault("ARCHIVE_EMPTY", position, "文件没有任何事件", "the file holds no event")


def _read_first(stream: BinaryIO) -> int:
    """The archive's timestamp out of its first member, which everything else in that member follows from."""
    block = stream.read(2 * BLOCK)
    if len(block) < 2 * BLOCK:
        raise _fault("ARCHIVE_CUT", len(block), "文件不完整", "the file is cut off")
    digits = block[136:147]
    if not all(byte in b"01234567" for byte in digits):
        raise _fault("ARCHIVE_HEADER", 0, "不是选票档案", "this is no archive of ballots")
    timestamp = int(digits, 8)
    if block != _member("BELENIOS", _first_record(timestamp), timestamp):
        raise _fault("ARCHIVE_HEADER", 0, "不是选票档案", "this is no archive of ballots in the exact form")
    return timestamp


def _members(stream: BinaryIO, timestamp: int, position: int) -> Iterator[tuple[str, bytes]]:
    while header := stream.read(BLOCK):
        if len(header) < BLOCK:
            raise _fault("ARCHIVE_CUT", position, "文件不完整", "the file is cut off")
        name, size = _parse_header(header, position)
        if header != _header(name, size, timestamp):
            raise _fault("ARCHIVE_HEADER", position, "条目头不规范", "a header is not in the exact form")
        padded = size + -size % BLOCK
        content = stream.read(padded)
        if len(content) < padded:
            raise _fault("ARCHIVE_CUT", position, "文件不完整", "the file is cut off")
        if content.count(0, size) != padded - size:
            raise _fault("ARCHIVE_PADDING", position, "条目的填充不为零", "a record's padding is not zero")
        position += BLOCK + padded
        yield name, content[:size]


def _parse_header(header: bytes, position: int) -> tuple[str, int]:
    """The name and size that the header claims; whether it is byte-exact is for the caller."""
    name = header[:100].rstrip(b"\0")
    stem, dot, kind = name.partition(b".")
    digits = header[124:135]
    if len(stem) != 64 or kind not in (b"data.json", b"event.json") or not _only(digits, b"01234567"):
        raise _fault("ARCHIVE_HEADER", position, "条目头不规范", "a header is not in the exact form")
    if not _only(stem, b"0123456789abcdef"):
        raise _fault("ARCHIVE_HEADER", position, "条目名不是摘要", "a record's name is not a hash")
    size = int(digits, 8)
    if size > LARGEST_RECORD:
        raise _fault("ARCHIVE_RECORD_SIZE", position, "条目过大", f"a record is over {LARGEST_RECORD} bytes")
    return (stem + dot + kind).decode(), size


def _only(text: bytes, allowed: bytes) -> bool:
    return all(byte in allowed for byte in text)


def _event(content: bytes, digest: str, data: tuple[bytes, ...], end: int) -> Event:
    code = "ARCHIVE_EVENT_FORM"
    value = records.fields(records.read(content, code), "parent? height type payload?", code, f"byte {end}")
    parent, payload = value.get("parent"), value.get("payload")
    event = Event(
        type=records.text(value["type"], code, "event.type"),
        height=records.count(value["height"], code, "event.height"),
        parent=parent if parent is None else records.text(parent, code, "event.parent"),
        payload=payload if payload is None else records.text(payload, code, "event.payload"),
        digest=digest,
        records=data,
        end=end,
    )
    if event_record(event.parent, event.height, event.type, event.payload) != content:
        raise _fault(code, end, "事件的写法不规范", "an event is not in canonical form")
    return event


# --- the named checks of the reader ------------------------------------------------------------------------------


def _check_name(name: str, content: bytes, position: int) -> str:
    """A record is what its name says: the name is the hash of the content."""
    stem = name.partition(".")[0]
    if records.digest(content) != stem:
        raise _fault("ARCHIVE_NAME", position, "内容与其摘要不符", "a record is not what its hash says")
    return stem


def _check_chain(previous: Event | None, event: Event) -> None:
    """Every event names the one before it, so that none can be taken out or put in."""
    parent, height = (None, 0) if previous is None else (previous.digest, previous.height + 1)
    if (event.parent, event.height) != (parent, height):
        raise _fault("ARCHIVE_CHAIN", event.end, "事件链断开", "the chain of events is broken")


def _check_order(previous: Event | None, event: Event) -> None:
    """Ballots before their end, the tally after it, the result last."""
    if event.type not in _RECORDS:
        raise Malformed(
            "ARCHIVE_EVENT_TYPE",
            f"不支持事件 {event.type[:40]}，请重新下载档案",
            f"The event {event.type[:40]} is not supported; download the archive again",
        )
    if event.type not in _NEXT[None if previous is None else previous.type]:
        raise _fault("ARCHIVE_ORDER", event.end, f"{event.type} 事件位置不对", f"{event.type} is out of order")


def _check_payload(previous: Event | None, event: Event) -> None:  # noqa: ARG001  one signature for all checks
    """The event names its own records and brings all of them."""
    if len(event.records) != _RECORDS[event.type]:
        raise _fault("ARCHIVE_PAYLOAD", event.end, "事件的记录数不对", "an event has another number of records")
    payload = records.digest(event.records[-1]) if event.records else None
    if event.payload != payload:
        raise _fault("ARCHIVE_PAYLOAD", event.end, "事件指向别的记录", "an event names another record")
    if event.type == "Setup":
        parts = zip(("election", "trustees", "credentials"), event.records, strict=False)
        wanted: dict[str, Any] = {name: records.digest(raw) for name, raw in parts}
        if event.records[3] != records.write(wanted):
            raise _fault("ARCHIVE_PAYLOAD", event.end, "建立事件指向别的记录", "Setup names other records")


_CHECKS: tuple[Callable[[Event | None, Event], None], ...] = (_check_chain, _check_order, _check_payload)


def _fault(code: str, position: int, zh: str, en: str) -> Malformed:
    return Malformed(
        code,
        f"选票档案在第 {position} 字节处：{zh}，请重新取得原件",
        f"Ballot archive at byte {position}: {en}; get it again",
    )
