"""RFC 6962 hashing and proofs against public vectors and against their own definition."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_samples import refused, vectors

from audit import (
    EMPTY_ROOT,
    AuditError,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes_of,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(bytes([n])) for n in range(70)]


def root_by_definition(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(root_by_definition(leaves[:k]), root_by_definition(leaves[k:]))


def compact(count):
    tree = CompactRange()
    for leaf in LEAVES[:count]:
        tree.append(leaf)
    return tree


def test_public_roots():
    for case in vectors("merkle_roots"):
        if case["kind"] == "tree":
            leaves = [bytes.fromhex(leaf) for leaf in case["leaves_hex"]]
            for size, want in enumerate(case["roots_hex_by_size"]):
                if want:
                    assert root_of(leaves[:size]).hex() == want
        elif case["kind"] == "hash_leaf":
            assert leaf_hash(bytes.fromhex(case["input_hex"])).hex() == case["want_hex"]
        else:
            assert EMPTY_ROOT.hex() == case["want_hex"]


def b64(text):
    return base64.b64decode(text or "")


def test_public_inclusion_proofs():
    cases = vectors("merkle_inclusion")
    for case in cases:
        proof = [b64(h) for h in case["proof"] or []]
        call = (b64(case["leafHash"]), case["leafIdx"], case["treeSize"], proof, b64(case["root"]))
        check(verify_inclusion, call, case)
    assert len(cases) > 60


def test_public_consistency_proofs():
    cases = vectors("merkle_consistency")
    for case in cases:
        proof = [b64(h) for h in case["proof"] or []]
        call = (case["size1"], b64(case["root1"]), case["size2"], b64(case["root2"]), proof)
        check(verify_consistency, call, case)
    assert len(cases) > 60


def check(verify, call, case):
    if case["wantErr"]:
        with pytest.raises(AuditError):
            verify(*call)
    else:
        verify(*call)


def test_a_real_rekor_entry():
    for case in vectors("rekor_v2_entry"):
        leaf = leaf_hash(b64(case["leaf_b64"]))
        proof = [b64(h) for h in case["hashes_b64"]]
        verify_inclusion(leaf, case["index"], case["size"], proof, b64(case["root_b64"]))
        with refused("INCLUSION_BAD"):
            verify_inclusion(leaf_hash(b"x"), case["index"], case["size"], proof, b64(case["root_b64"]))


def test_every_small_tree():
    node = nodes_of(LEAVES)
    for size in range(1, len(LEAVES) + 1):
        root = compact(size).root()
        assert root == root_by_definition(LEAVES[:size])
        for index in range(size):
            verify_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, node), root)
        for old in range(1, size + 1):
            verify_consistency(old, compact(old).root(), size, root, consistency_proof(old, size, node))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_mangled_proof_passes(data):
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, nodes_of(LEAVES))
    place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    bad = list(proof)
    bad[place] = (int.from_bytes(bad[place], "big") ^ 1 << bit).to_bytes(32, "big")
    with refused("INCLUSION_BAD"):
        verify_inclusion(LEAVES[index], index, size, bad, compact(size).root())


def test_proofs_of_wrong_length_or_range():
    root, node = compact(7).root(), nodes_of(LEAVES)
    proof = inclusion_proof(3, 7, node)
    for bad in (proof[:-1], [*proof, proof[0]], [*proof[:-1], proof[-1][:31]]):
        with refused("PROOF_LENGTH"):
            verify_inclusion(LEAVES[3], 3, 7, bad, root)
    for index, size in ((7, 7), (-1, 7), (0, 0)):
        with refused("PROOF_LENGTH"):
            verify_inclusion(LEAVES[0], index, size, proof, root)
        with refused("PROOF_LENGTH"):
            inclusion_proof(index, size, node)
    for old, size in ((0, 7), (8, 7)):
        with refused("PROOF_LENGTH"):
            verify_consistency(old, root, size, root, [])
        with refused("PROOF_LENGTH"):
            consistency_proof(old, size, node)


def test_a_forked_log_has_no_consistency_proof():
    node = nodes_of(LEAVES)
    forked = CompactRange()
    for leaf in [LEAVES[0], leaf_hash(b"forged"), *LEAVES[2:5]]:
        forked.append(leaf)
    with refused("CONSISTENCY_BAD"):
        verify_consistency(5, forked.root(), 9, compact(9).root(), consistency_proof(5, 9, node))
    with refused("CONSISTENCY_BAD"):
        verify_consistency(5, forked.root(), 5, compact(5).root(), [])


def test_the_compact_range_reads_back():
    for size in range(66):
        again = CompactRange.load(size, compact(size).dump())
        assert (again.size, again.root()) == (size, compact(size).root())
    for size, raw in ((3, compact(2).dump()), (2, b"\0" * 31), (-1, b"")):
        with refused("HEAD_BAD"):
            CompactRange.load(size, raw)
