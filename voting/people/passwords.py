"""Passwords: Argon2id, what is refused, and first passwords that can be read out over the counter."""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from voting.errors import Malformed

SHORTEST, LONGEST = 10, 128

#: RFC 9106's second recommended option (64 MiB, 3 passes), the library's default.
HASHER = PasswordHasher()

#: Rows that fingers and counting follow, in both directions.
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv")
#: What lists of leaked passwords begin with, as far as it is long enough, and what everybody here thinks of first.
_COMMON = (
    *("password", "passw0rd", "p@ssw0rd", "p@ssword", "iloveyou", "letmein", "welcome", "administrator", "admin"),
    *("woaini", "5201314", "1314520", "xuanju", "shequ", "toupiao", "mima", "选举", "社区", "居委会", "密码", "口令"),
)
#: Characters that are left when runs, common words and repetitions are taken away.
_FEWEST_LEFT = 4

_READABLE = "23456789abcdefghjkmnpqrstuvwxyz"


def hash_password(password: str) -> str:
    """The Argon2id hash of `password`, after NFKC so that a full-width keyboard gives the same password."""
    return HASHER.hash(_normal(password))


def matches(password_hash: str, password: str) -> bool:
    """Whether `password` is the one that was hashed. Takes as long for a wrong one."""
    try:
        return HASHER.verify(password_hash, _normal(password)[:LONGEST])
    except (Argon2Error, InvalidHashError):
        return False


def require_good(password: str, login: str) -> None:
    """Refuse a password that guessing finds first. Raises Malformed: PASSWORD_LENGTH, PASSWORD_WEAK."""
    text = _normal(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise Malformed(
            "PASSWORD_LENGTH",
            f"口令要有 {SHORTEST} 到 {LONGEST} 个字符，请换一个；一句话就很好。",
            f"A password has {SHORTEST} to {LONGEST} characters; choose another, a sentence does well.",
        )
    if len(set(text)) < 5 or login.lower() in text.lower() or _unguessed(text) < _FEWEST_LEFT:
        raise Malformed(
            "PASSWORD_WEAK",
            "口令太好猜：字符重复太多，是连着的数字或字母、常见的口令，或者含有登录名。请换一个，一句话就很好。",
            "This password is too easy to guess: it repeats itself, is a run of characters or a common password, "
            "or contains the sign-in name. Choose another; a sentence does well.",
        )


def _unguessed(text: str) -> int:
    """How many characters neither follow the one before in a run nor belong to a common word."""
    rest = text.lower()
    for word in _COMMON:
        rest = rest.replace(word, "")
    pairs = {row[at : at + 2] for one in _RUNS for row in (one, one[::-1]) for at in range(len(row) - 1)}
    return sum(before + now not in pairs and before != now for before, now in zip(" " + rest, rest, strict=False))


def first_password() -> str:
    """A random first password, 16 readable letters and digits in groups (79 bits)."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
