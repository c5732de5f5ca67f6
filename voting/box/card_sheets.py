"""Making ballot cards on the supervisors' own computer: codes, public credentials, sheets to print.

Codes live in this process's memory and in the PDF for the printer, nowhere else. The list of public
credentials is sorted, so it does not tell which card came where on which sheet.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from voting import printing
from voting.crypto.credentials import make_code, parse_credential, public_credential, split_code
from voting.crypto.group import get_group
from voting.errors import Malformed

PER_SHEET = 10
MOST_CARDS = 60_000
_CHUNK = 40


@dataclass(frozen=True, slots=True)
class CardSet:
    """The codes of one printing and their public credentials in sorted order; the two orders are unrelated."""

    codes: tuple[str, ...] = field(repr=False)
    credentials: tuple[str, ...]


def make_cards(*, group: str, uuid: str, count: int, on_made: Callable[[int], None] | None = None) -> CardSet:
    """``count`` fresh cards for the election ``uuid``, on all cores.

    ``on_made`` hears how many more are ready. Raises ``Malformed`` CARD_COUNT, GROUP_UNKNOWN, and
    CARD_TWICE in the case (2^-50 for a whole city) that two cards have the same credential.
    """
    get_group(group)
    if not 1 <= count <= MOST_CARDS:
        raise Malformed(
            "CARD_COUNT",
            f"一次可制 1 至 {MOST_CARDS} 张选票卡；请改正张数。",
            f"1 to {MOST_CARDS} cards can be made at a time; correct the number.",
        )
    codes = tuple(make_code() for _ in range(count))
    chunks = [codes[start : start + _CHUNK] for start in range(0, count, _CHUNK)]
    publics: list[str] = []
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(chunks))) as pool:
        for made in pool.map(_publics, [group] * len(chunks), [uuid] * len(chunks), chunks):
            publics += made
            if on_made is not None:
                on_made(len(made))
    if len(set(publics)) != count:
        raise Malformed("CARD_TWICE", "有两张卡相同；请重新制卡。", "Two cards are the same; make them again.")
    return CardSet(codes, tuple(sorted(publics)))


def write_sheets(codes: Sequence[str], *, title: str, created: datetime) -> bytes:
    """The PDF of all cards, ten to an A4 sheet. Raises the refusals of ``printing.compile_pdf``."""
    cards = [{"groups": split_code(code), "qr": printing.qr_svg(code)} for code in codes]
    sheets = [cards[start : start + PER_SHEET] for start in range(0, len(cards), PER_SHEET)]
    return printing.compile_pdf("cards", {"title": title, "sheets": sheets, "all_cards": len(cards)}, created=created)


def _publics(group: str, uuid: str, codes: Sequence[str]) -> list[str]:
    engine = get_group(group)
    return [public_credential(engine, parse_credential(code), uuid) for code in codes]
