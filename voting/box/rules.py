"""What a ballot box and its desk may do, as values and sums; pure, so that a verifier can run the same.

All card counts are in cards. Three sums hold at every moment (the first two also as CHECKs of the table)::

    casts     <= cards_out - cards_returned - cards_torn        (= people who hold or have used a card)
    cards_out <= cards_made
    cards_made = cards_out + cards never handed over             (scanned one by one after closing)
"""

import base64
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from voting.errors import Conflict, Malformed
from voting.law.calendar import HALL

_TRACKER_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

#: Why a check-in may be taken back; the code goes to the log, a clerk's free text never does.
UNDO_REASONS = {
    "wrong_person": ("点错了人", "the wrong person was marked"),
    "left": ("本人没有投票就离开了", "the person left without voting"),
    "paper": ("本人改投纸质选票", "the person asked for a paper ballot instead"),
    "other": ("其他原因", "another reason"),
}

#: What a person receives at the desk: a card for the tablet, or a paper.
CHANNELS = ("card", "paper")

#: How the log and the pages see the box; the table's CHECK names the same words.
STATES = ("preparing", "sealed", "open", "shut", "closed", "tallied", "opened", "void")

#: Anchors wait for company in number and in time, so that none singles out a voter (audit-log.md §5.4).
ANCHOR_BALLOTS = 10
ANCHOR_PAUSE = timedelta(minutes=5)

#: Short trackers on one page of the public board.
PAGE_OF_TRACKERS = 200

#: A pairing code lives this long, and once.
PAIRING_TIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Counters:
    """The counters of one box and its desk, in cards."""

    roll: int
    spares: int
    cards_made: int
    cards_out: int
    cards_returned: int
    cards_torn: int
    cards_unused: int
    casts: int
    refused_uses: int
    queue_left: int
    papers_printed: int = 0
    papers_out: int = 0
    papers_returned: int = 0
    papers_torn: int = 0

    @property
    def papers_issued(self) -> int:
        """Papers that stayed with people: neither come back unmarked nor spoilt."""
        return self.papers_out - self.papers_returned - self.papers_torn

    @property
    def issued(self) -> int:
        """Ballots issued over both channels: I of every sum of the law."""
        return self.checked_in + self.papers_issued

    @property
    def checked_in(self) -> int:
        """People who came to the desk for the tablet and did not give the card back."""
        return self.cards_out - self.cards_returned - self.cards_torn

    @property
    def in_hand(self) -> int:
        """Cards handed over that have neither voted nor come back: people on the way or in the booth."""
        return self.checked_in - self.casts

    @property
    def never_out(self) -> int:
        """Cards that must lie unused on the pile; after closing all of them have been scanned."""
        return self.cards_made - self.cards_out


def spares_allowed(roll_size: int) -> int:
    """At most this many spare cards for torn ones: 2 % of the roll, rounded up, but five in any case."""
    return max(5, -(-2 * roll_size // 100))


def whole_hour(now: datetime) -> datetime:
    """The beginning of the hour: the finest time that a desk mark may carry."""
    return now.replace(minute=0, second=0, microsecond=0)


def hour_words(hour: datetime) -> str:
    """ "9:00–10:00" on the hall's wall clock."""
    begin = hour.astimezone(HALL)
    return f"{begin.hour}:00–{begin.hour + 1}:00"


def commitment(salt: bytes, uuid: str, label: str) -> str:
    """What the log holds of a check-in: SHA-256(salt ‖ box uuid ‖ roll number), hex.

    The salt is 16 random bytes of the desk mark: who has only the log cannot try all roll numbers, and
    destroying the marks makes the log's list anonymous for good.
    """
    return hashlib.sha256(salt + uuid.encode() + label.encode()).hexdigest()


def tracker_of(digest: str) -> str:
    """The full tracker (43 characters) of the ballot whose SHA-256 in hex is ``digest``."""
    return base64.b64encode(bytes.fromhex(digest)).decode().rstrip("=")


def short_of(digest: str) -> str:
    """The short tracker, 4 groups of 4 as the voter saw it: the first 80 bits of the ballot's SHA-256."""
    return _spoken(int(digest[:20], 16))


def short_of_tracker(tracker: str) -> str:
    """The short form of a full tracker."""
    return _spoken(int.from_bytes(base64.b64decode(tracker + "=")[:10], "big"))


def _spoken(bits: int) -> str:
    letters = "".join(_TRACKER_LETTERS[bits >> place & 31] for place in range(75, -1, -5))
    return " ".join(letters[start : start + 4] for start in range(0, 16, 4))


def trustee_name(number: int) -> str:
    """How the archive calls the holder of key `number`: 监督委员一, 监督委员二 …; no person's name is needed there."""
    numerals = "一二三四五六七八九十"
    return f"监督委员{numerals[number - 1] if number <= len(numerals) else number}"


def acceptance_text(uuid: str, tracker: str, height: int, head: str) -> str:
    """The text of the signed acceptance: the ballot is event ``height`` of the box's chain, whose hash is ``head``."""
    return f"选票已收 / ballot accepted\nbox {uuid}\ntracker {tracker}\nheight {height}\nhead {head}\n"


def digits(text: str) -> str:
    """A code as typed (spaces, dashes, full-width digits) as plain digits; other characters are refused."""
    plain = re.sub(r"[\s\-–—]", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"[0-9]+", plain):
        raise Malformed(
            "CODE_NOT_DIGITS", "代码只有数字，请重新输入。", "The code has digits only; please type it again."
        )
    return plain


def require_cards(counters: Counters, *, returned: int = 0, torn: int = 0, casts: int = 0) -> None:
    """Raises Conflict CASTS_EXCEED_CARDS for a step that would leave more ballots than cards with people."""
    if counters.casts + casts > counters.checked_in - returned - torn:
        raise Conflict(
            "CASTS_EXCEED_CARDS",
            f"已投选票（{counters.casts} 张）将多于在外的选票卡（{counters.checked_in} 张），这一步已停止。"
            "请立即告知监督委员。",
            f"Ballots cast ({counters.casts}) would exceed the cards that are out ({counters.checked_in}); stopped. "
            "Tell the supervisors at once.",
        )
