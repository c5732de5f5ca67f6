"""The two groups: algebra, membership, the neutral element, scalars."""

import pickle

import gmpy2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings as sodium

from voting.crypto import belenios2048, ed25519, prime_order
from voting.crypto.group import Group, get_group
from voting.errors import Malformed

GROUPS = [get_group("Ed25519"), get_group("BELENIOS-2048")]
ED25519, BELENIOS = GROUPS
P = int(belenios2048._P)
PRIME = 2**255 - 19
# The 8-torsion of edwards25519, and non-canonical encodings of some of it, as big-endian text.
SMALL_ORDER = [
    bytes(31) + b"\x00",  # order 4
    bytes(31) + b"\x80",
    (PRIME - 1).to_bytes(32, "little"),  # order 2
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),  # order 8
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]
NOT_CANONICAL = [
    (PRIME + 1).to_bytes(32, "little"),  # y = p + 1 would be the neutral element
    b"\x01" + bytes(30) + b"\x80",  # x = 0 with sign
    b"\xff" * 32,
]


def ed_text(encoding: bytes) -> str:
    return encoding[::-1].hex()


def mixed_order() -> bytes:
    """g plus the point of order 2: on the curve, not of small order, not in the prime-order subgroup."""
    return sodium.crypto_core_ed25519_add(ED25519.generator, (PRIME - 1).to_bytes(32, "little"))


scalars = st.integers(min_value=0, max_value=2**252)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
class TestAlgebra:
    @settings(max_examples=15, deadline=None)
    @given(a=scalars, b=scalars, c=scalars)
    def test_products(self, group: Group, a: int, b: int, c: int) -> None:
        x = group.base_power(a)
        assert group.power(x, b) == group.base_power(a * b) == group.power_secret(x, b % group.order)
        assert group.add(x, group.base_power(b)) == group.base_power(a + b)
        assert group.sub(x, group.base_power(b)) == group.base_power(a - b)
        assert group.double(b, x, c) == group.base_power(b + a * c)
        assert group.double_power(x, b, group.base_power(b), c) == group.base_power(a * b + b * c)
        assert group.respond(a % group.order, b, c) == (a - b * c) % group.order

    def test_zero_and_neutral(self, group: Group) -> None:
        g, one = group.generator, group.neutral
        for zero in (0, group.order):
            assert group.base_power(zero) == group.base_power_secret(zero) == one
            assert group.power(g, zero) == group.power_secret(g, zero) == one
        assert group.power(one, 5) == group.power_secret(one, 5) == one
        assert group.double(0, one, 0) == group.double_power(one, 3, one, 4) == one
        assert group.add(g, one) == group.sub(g, one) == g
        assert group.sub(g, g) == group.product([]) == one
        assert group.parse(group.text(one)) == one
        assert group.shift(g, 1) == one
        assert group.shift(g, 0) == g

    def test_tables_change_nothing(self, group: Group) -> None:
        base = group.base_power(987654321)
        before = [group.power(base, exponent) for exponent in (1, 255, 256, 2**200, group.order - 1)]
        group.prepare(base)
        assert [group.power(base, exponent) for exponent in (1, 255, 256, 2**200, group.order - 1)] == before

    def test_text_round_trip(self, group: Group) -> None:
        element = group.base_power(42)
        assert group.parse(group.text(element)) == element

    def test_travels_between_processes_as_itself(self, group: Group) -> None:
        assert pickle.loads(pickle.dumps(group)) is group

    @pytest.mark.parametrize("text", ["", "01", "+1", "-1", " 1", "1 ", "1_0", "一", "１", "0x1", "1.0", "9" * 100])
    def test_scalar_refused(self, group: Group, text: str) -> None:
        with pytest.raises(Malformed, match="GROUP_SCALAR"):
            group.parse_scalar(text)

    def test_scalar_range(self, group: Group) -> None:
        assert group.parse_scalar("0") == 0
        assert group.parse_scalar(str(group.order - 1)) == group.order - 1
        with pytest.raises(Malformed, match="GROUP_SCALAR"):
            group.parse_scalar(str(group.order))


def test_element_text_is_rfc_8032_reversed() -> None:
    assert ED25519.text(ED25519.neutral) == "0" * 63 + "1"
    assert ED25519.text(ED25519.generator) == "66" * 31 + "58"


@pytest.mark.parametrize("encoding", [*SMALL_ORDER, *NOT_CANONICAL, mixed_order(), b"\x02" + bytes(31)])
def test_ed25519_refuses_what_is_not_of_prime_order(encoding: bytes) -> None:
    with pytest.raises(Malformed, match="GROUP_ELEMENT"):
        ED25519.parse(ed_text(encoding))
    # An element only claimed is refused by its first product, a zero challenge included.
    claimed = ED25519.claim(ed_text(encoding))
    for exponent in (0, 1, 12345):
        with pytest.raises(Malformed, match="GROUP_ELEMENT"):
            ED25519.double(7, claimed, exponent)


@pytest.mark.parametrize(
    "text", ["", "66" * 31, "66" * 31 + "5G", "66" * 31 + "58\n", " " + "66" * 31 + "5", "AA" * 32]
)
def test_ed25519_refuses_other_spellings(text: str) -> None:
    with pytest.raises(Malformed, match="GROUP_ELEMENT"):
        ED25519.claim(text)


@pytest.mark.parametrize("text", ["0", "-1", "", "01", str(P), str(P + 1), str(P - 1), "2", "9" * 618, "9" * 5000])
def test_belenios_refuses_what_is_not_in_the_subgroup(text: str) -> None:
    with pytest.raises(Malformed, match="GROUP_ELEMENT"):
        BELENIOS.parse(text)


def test_belenios_constants() -> None:
    q = gmpy2.mpz(BELENIOS.order)
    assert gmpy2.is_prime(q)
    assert gmpy2.is_prime(belenios2048._P)
    assert (belenios2048._P - 1) % q == 0
    assert gmpy2.powmod(belenios2048._G, q, belenios2048._P) == 1
    assert len(str(P)) == BELENIOS.longest_text


@pytest.mark.parametrize("group", [ed25519.Ed25519(), belenios2048.Belenios2048()], ids=lambda group: group.name)
def test_tables_are_bounded(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prime_order, "MOST_TABLES", 3)
    group.prepare(group.generator)
    bases = [group.base_power(exponent) for exponent in range(2, 6)]
    for base in bases:
        group.prepare(base)
    assert list(group._tables) == [group.generator, *bases[-2:]]  # the oldest went; the generator's never does


@pytest.mark.parametrize("base", [ED25519.generator, ED25519.base_power(42), ED25519.base_power(43), ED25519.neutral])
def test_point_table_agrees_with_libsodium(base: bytes) -> None:
    table = ed25519.Ed25519().table(base)
    bytewise = [digit << place for place in range(0, 256, 8) for digit in (1, 128, 255)]
    for exponent in (0, 1, 2, ED25519.order - 1, ED25519.order, 2**256 - 1, *bytewise, *map(pow3, range(90))):
        assert table.power(exponent) == ED25519.power_secret(base, exponent)


def pow3(exponent: int) -> int:
    """Scalars with every byte value, of all lengths."""
    return int(pow(3, exponent * exponent, ED25519.order))


def test_point_table_only_of_members() -> None:
    for encoding in (*SMALL_ORDER, *NOT_CANONICAL, mixed_order()):
        with pytest.raises(Malformed, match="GROUP_ELEMENT"):
            ED25519.prepare(encoding)
        assert encoding not in ED25519._tables


@pytest.mark.parametrize("group", [ed25519.Ed25519(), belenios2048.Belenios2048()], ids=lambda group: group.name)
def test_secret_powers_read_no_table(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    base = group.base_power(987654321)
    group.prepare(base)
    group.prepare(group.generator)
    for table in group._tables.values():
        monkeypatch.setattr(type(table), "power", lambda *_: pytest.fail("a table was read"))
    assert group.power_secret(base, 5) == group.base_power_secret(987654321 * 5)
    with pytest.raises(pytest.fail.Exception):
        group.power(base, 5)


def test_unknown_group() -> None:
    with pytest.raises(Malformed, match="GROUP_UNKNOWN"):
        get_group("RFC-3526-2048")
