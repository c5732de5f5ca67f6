"""The words of the desk's verdicts: where somebody stands, who took the ballot, who bears the same name."""

from typing import Any

from flask_babel import gettext as _

from voting.elections.roll.queries import Found


def taken_by(holder: str, where: dict[str, str]) -> dict[str, Any]:
    """The principal turns up after the holder received the ballot."""
    return {
        "ok": False,
        "title": _("受托人已经代领"),
        "reason": _("%(hour)s 在%(desk)s由受托人 %(holder)s 代领", holder=holder, **where),
        "help": [
            _("委托已经用了，本人不能再领。请告诉本人由谁代领。"),
            _("受托人还没有投、愿意交回的：把那张卡收回来，在这里撤销那一笔，再给本人发卡。"),
        ],
    }


def desk_words(desk: str) -> str:
    """A desk as this page names it; it is stored by its Chinese name, whatever the clerk's language."""
    number = desk.removesuffix(" 号台")
    return _("%(number)s 号台", number=number) if number.isdigit() else desk


def namesakes_of(entry: Found, same: list[Found]) -> str:
    """Who else bears the name, so that the clerk looks at the card."""
    others = [one for one in same if one.id != entry.id]
    if not others:
        return ""
    listed = _("、").join(
        _("%(number)s 号（%(building)s）", number=number_of(one), building=one.building or "—") for one in others
    )
    said: str = _(
        "名单上有 %(count)s 位%(name)s，另有 %(others)s。请核对证件号后四位。",
        count=len(others) + 1,
        name=entry.name,
        others=listed,
    )
    return said


def number_of(entry: Found) -> str:
    """The roll number as printed."""
    return f"{entry.number:04d}"
