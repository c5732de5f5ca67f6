"""The groups an election may be held in, by the name its record carries (ballot-protocol §2)."""

from voting.crypto.belenios2048 import BELENIOS_2048
from voting.crypto.ed25519 import ED25519
from voting.crypto.prime_order import Element, Group
from voting.errors import Malformed

__all__ = ["Element", "Group", "get_group"]

_GROUPS: dict[str, Group] = {group.name: group for group in (ED25519, BELENIOS_2048)}


def get_group(name: str) -> Group:
    """The group called ``name``. Raises Malformed GROUP_UNKNOWN."""
    if name not in _GROUPS:
        raise Malformed(
            "GROUP_UNKNOWN",
            f"不支持群 {name[:40]}，请改用 {' 或 '.join(_GROUPS)}",
            f"The group {name[:40]} is not supported; use {' or '.join(_GROUPS)}",
        )
    return _GROUPS[name]
