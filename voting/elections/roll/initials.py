"""Pinyin initials of a name, as the desk types them: 单小明 → ``sxm``.

Dictionaries give the everyday reading of a character; as a surname some are read otherwise. Only readings
whose initial differs are listed here.
"""

from __future__ import annotations

from typing import Final

_SURNAMES: Final = {
    "万俟": "mq",
    "单于": "cy",
    "尉迟": "yc",
    "长孙": "zs",
    "澹台": "tt",
    "单": "s",
    "仇": "q",
    "解": "x",
    "区": "o",
    "查": "z",
    "曾": "z",
    "盖": "g",
    "翟": "z",
    "乐": "y",
    "覃": "q",
    "缪": "m",
    "种": "c",
    "召": "s",
    "折": "s",
    "员": "y",
    "秘": "b",
    "繁": "p",
    "洗": "x",
    "冼": "x",
    "朴": "p",
    "宓": "m",
    "祭": "z",
    "郗": "x",
    "隗": "w",
    "燕": "y",
    "应": "y",
    "葛": "g",
    "纪": "j",
    "牟": "m",
    "逄": "p",
    "晁": "c",
    "佴": "n",
    "谌": "c",
    "幺": "y",
    "长": "c",
    "重": "c",
    "沈": "s",
    "贾": "j",
    "石": "s",
}


def initials(name: str) -> str:
    """Small Latin letters: the first of each Chinese character or Latin word; anything else is left out.

    A rare character that no dictionary reads gives nothing, so a search by the rest of the name still finds it.
    """
    for surname in (name[:2], name[:1]):
        if surname in _SURNAMES:
            return _SURNAMES[surname] + _plain(name[len(surname) :])
    return _plain(name)


def _plain(text: str) -> str:
    # Imported here: its dictionaries are half of a server's start, and only a file being read needs them.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    letters: list[str] = []
    for piece in lazy_pinyin(text, style=Style.FIRST_LETTER):
        letters += [word[0].lower() for word in piece.split() if word[0].isascii() and word[0].isalpha()]
    return "".join(letters)
