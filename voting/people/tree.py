"""The tree of units, from the city down to the building. Pure."""

from voting.errors import Malformed

#: Kinds of unit, from the top down; each may only stand directly under the kinds named.
PARENT_KINDS: dict[str, frozenset[str | None]] = {
    "city": frozenset({None}),
    "district": frozenset({None, "city"}),
    "street": frozenset({None, "district"}),
    "community": frozenset({None, "street"}),
    "grid": frozenset({"community"}),
    "building": frozenset({"community", "grid"}),
}

KINDS: tuple[str, ...] = tuple(PARENT_KINDS)

KIND_NAMES: dict[str, tuple[str, str]] = {
    "city": ("市", "city"),
    "district": ("区", "district"),
    "street": ("街道", "street"),
    "community": ("社区", "community"),
    "grid": ("网格", "grid"),
    "building": ("楼栋", "building"),
}


def require_place(kind: str, parent_kind: str | None) -> None:
    """Refuse a unit of `kind` under a parent of `parent_kind` (None: the top of this installation's tree).

    Raises Malformed: UNIT_KIND for an unknown kind, UNIT_PARENT for a place where it cannot stand.
    """
    if kind not in PARENT_KINDS:
        raise Malformed(
            "UNIT_KIND",
            "没有这种单位；请选择：市、区、街道、社区、网格、楼栋。",
            "There is no such kind of unit; choose city, district, street, community, grid or building.",
        )
    if parent_kind not in PARENT_KINDS[kind]:
        zh, en = KIND_NAMES[kind]
        under_zh, under_en = KIND_NAMES[parent_kind] if parent_kind else ("最上一级", "the top")
        raise Malformed(
            "UNIT_PARENT",
            f"{zh}不能设在{under_zh}下面，请另选上级单位。",
            f"A {en} cannot stand under {under_en}; choose another parent unit.",
        )


def kinds_under(parent_kind: str | None) -> tuple[str, ...]:
    """Kinds of unit that may be created under `parent_kind`, in order."""
    return tuple(kind for kind, parents in PARENT_KINDS.items() if parent_kind in parents)
