"""Trustees: keys, threshold groups, shares, the result, the rehearsal."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pedersen
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_election import SmallElection, a_small_election
from vectors import HONEST, name

from voting.crypto import archive, records, threshold, trustees
from voting.crypto.election import Election, Question, new_uuid, write_election
from voting.crypto.elgamal import Ciphertext, discrete_logs
from voting.crypto.group import get_group
from voting.crypto.tally import EncryptedTally, parse_tally
from voting.errors import Malformed

GROUP = get_group("Ed25519")


@pytest.fixture(scope="module")
def small() -> SmallElection:
    return a_small_election(voters=3, weights=[1, 20, 300])


def refusal(act: Callable[[], object]) -> str:
    try:
        act()
    except Malformed as fault:
        return fault.code
    return "accepted"


# --- keys ---


def test_key_round_trip() -> None:
    secret, raw = trustees.make_key(GROUP, "监督委员一")
    key = trustees.parse_trustee(GROUP, raw)
    assert (key.public_key, key.name) == (GROUP.base_power(secret), "监督委员一")
    again, same = trustees.make_key(GROUP, None, secret)
    assert again == secret
    assert trustees.parse_trustee(GROUP, same).public_key == key.public_key


@pytest.mark.parametrize("secret", [0, -1, GROUP.order])
def test_key_out_of_range(secret: int) -> None:
    assert refusal(lambda: trustees.make_key(GROUP, None, secret)) == "TRUSTEE_SECRET"


def key_edit(**fields: object) -> bytes:
    value = json.loads(trustees.make_key(GROUP, "甲")[1])
    return json.dumps({**value, **fields}).encode()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "TRUSTEE_JSON"),
        (b"[]", "TRUSTEE_FORM"),
        (key_edit(more=1), "TRUSTEE_FORM"),
        (key_edit(name="长" * 201), "TRUSTEE_FORM"),
        (key_edit(name=5), "TRUSTEE_FORM"),
        (key_edit(public_key=7), "TRUSTEE_FORM"),
        (key_edit(public_key="00" * 32), "GROUP_ELEMENT"),
        (key_edit(public_key=GROUP.text(GROUP.neutral)), "TRUSTEE_NEUTRAL"),
        (key_edit(pok={"challenge": "1", "response": "2"}), "TRUSTEE_POK"),
        (key_edit(pok={"challenge": "1", "response": str(GROUP.order)}), "GROUP_SCALAR"),
        (key_edit(public_key=GROUP.text(GROUP.base_power(5))), "TRUSTEE_POK"),
    ],
)
def test_key_refused(raw: bytes, code: str) -> None:
    assert refusal(lambda: trustees.parse_trustee(GROUP, raw)) == code


def test_a_late_key_that_cancels_the_others_is_stopped_by_the_proof_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker takes X = g^a / X1, so that the election key is g^a; the proof of possession is out of reach."""
    _, honest = trustees.make_key(GROUP, "监督委员一")
    first = trustees.parse_trustee(GROUP, honest).public_key
    rogue = GROUP.sub(GROUP.base_power(99), first)
    replayed = json.loads(honest) | {"public_key": GROUP.text(rogue)}
    raw = trustees.write_trustees([honest, json.dumps(replayed).encode()])
    assert refusal(lambda: trustees.parse_trustees(GROUP, raw)) == "TRUSTEE_POK"
    monkeypatch.setattr(trustees, "check_possession", lambda *_: None)
    assert trustees.parse_trustees(GROUP, raw).public_key == GROUP.base_power(99)


def test_one_trustee_cannot_stand_for_two() -> None:
    raw = trustees.make_key(GROUP, "监督委员一")[1]
    copied = json.dumps({**json.loads(raw), "name": "监督委员二"}).encode()
    assert trustees.parse_trustee(GROUP, copied).name == "监督委员二"  # the proof says nothing about the name
    both = trustees.write_trustees([raw, copied])
    assert refusal(lambda: trustees.parse_trustees(GROUP, both)) == "TRUSTEE_TWICE"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "TRUSTEES_JSON"),
        (b"[]", "TRUSTEES_FORM"),
        (b"{}", "TRUSTEES_FORM"),
        (b'[["Single"]]', "TRUSTEES_FORM"),
        (b'[["Other",{}]]', "TRUSTEES_FORM"),
        (b'[["Single",{}]]', "TRUSTEE_FORM"),
        (b'[["Pedersen",{}]]', "THRESHOLD_FORM"),
    ],
)
def test_trustees_refused(raw: bytes, code: str) -> None:
    assert refusal(lambda: trustees.parse_trustees(GROUP, raw)) == code


# --- shares and result ---


def test_weighted_count(small: SmallElection) -> None:
    tally = small.tally([small.ballot(0, [0, 1, 0, 0]), small.ballot(1, [0, 1, 0, 0]), small.ballot(2, [1, 0, 0, 0])])
    assert (tally.ballots, tally.total_weight) == (3, 321)
    assert small.counts(tally, small.shares(tally)) == [[300, 21, 0, 0]]


def test_no_ballots(small: SmallElection) -> None:
    tally = small.tally([])
    assert parse_tally(small.election, tally.record()).rows == tally.rows
    assert small.counts(tally, small.shares(tally)) == [[0, 0, 0, 0]]


def test_weight_zero_counts_as_a_ballot() -> None:
    made = a_small_election(voters=1, weights=[0])
    tally = made.tally([made.ballot(0, [0, 1, 0, 0])])
    assert (tally.ballots, tally.total_weight) == (1, 0)
    assert made.counts(tally, made.shares(tally)) == [[0, 0, 0, 0]]


def test_merged_tallies_are_one(small: SmallElection) -> None:
    ballots = [small.ballot(voter, [0, 1, 0, 0]) for voter in range(3)]
    left, right = small.tally(ballots[:1]), small.tally(ballots[1:])
    left.merge(right)
    whole = small.tally(ballots)
    assert (left.record(), left.sized_record()) == (whole.record(), whole.sized_record())


def test_sizes_over_thirty_bits_are_strings(small: SmallElection) -> None:
    tally = small.tally([])
    tally.total_weight = 2**30 - 1
    assert json.loads(tally.sized_record())["total_weight"] == 1073741823
    tally.total_weight = 2**30
    assert json.loads(tally.sized_record())["total_weight"] == "1073741824"


def test_share_refused(small: SmallElection) -> None:
    tally = small.tally([small.ballot(0, [0, 1, 0, 0])])
    listed = trustees.parse_trustees(small.group, small.trustees_record)
    phi = small.election.fingerprint
    raw = small.shares(tally)[1]

    def check(share: bytes, owner: int = 1, bound: str = phi) -> str:
        key = listed.owners[owner - 1]
        return refusal(lambda: trustees.check_partial_decryption(small.group, bound, key, tally, share))

    def edit(change: Callable[[dict[str, Any]], object]) -> bytes:
        value = json.loads(raw)
        change(value)
        return json.dumps(value).encode()

    neutral = small.group.text(small.group.neutral)
    assert check(raw) == "accepted"
    assert check(raw, owner=2) == "DECRYPTION_PROOF"
    assert check(raw, bound="another") == "DECRYPTION_PROOF"
    assert check(edit(lambda v: v["decryption_factors"][0].reverse())) == "DECRYPTION_PROOF"
    assert check(edit(lambda v: v["decryption_factors"][0].__setitem__(0, neutral))) == "DECRYPTION_PROOF"
    assert check(edit(lambda v: v["decryption_factors"][0].__setitem__(0, "00" * 32))) == "GROUP_ELEMENT"
    assert check(edit(lambda v: v["decryption_factors"][0].pop())) == "DECRYPTION_FORM"
    assert check(edit(lambda v: v["decryption_proofs"].pop())) == "DECRYPTION_FORM"
    assert check(edit(lambda v: v.pop("decryption_proofs"))) == "DECRYPTION_FORM"
    assert check(raw[:-1]) == "DECRYPTION_JSON"


def test_result_refused(small: SmallElection) -> None:
    tally = small.tally([small.ballot(2, [0, 1, 0, 0])])
    shares = small.shares(tally)
    assert refusal(lambda: small.counts(tally, {1: shares[1]})) == "RESULT_SHARES"
    assert refusal(lambda: small.counts(tally, {1: shares[1], 3: shares[2]})) == "TRUSTEE_UNKNOWN"
    assert refusal(lambda: small.counts(tally, {1: shares[1], 2: shares[1]})) == "DECRYPTION_PROOF"
    assert refusal(lambda: small.counts(tally, shares, most=299)) == "RESULT_RANGE"
    assert refusal(lambda: small.counts(tally, shares, most=2**41)) == "RESULT_RANGE"
    for raw in (b"", b"{}", b'{"result":[]}', b'{"result":[[1,2,3]]}', b'{"result":[[1,2,3,-1]]}',
                b'{"result":[[1,2,3,true]]}', b'{"result":[[1,2,3,"4"]]}', b'{"result":[[1,2,3,1.0]]}'):  # fmt: skip
        assert refusal(lambda raw=raw: trustees.parse_result(small.election, raw)).startswith("RESULT_")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda raw: raw[:-1], "TALLY_JSON"),
        (lambda raw: b"[]", "TALLY_FORM"),
        (lambda raw: raw + b" ", "TALLY_NOT_CANONICAL"),
        (lambda raw: raw.replace(b'"beta"', b'"gamma"', 1), "TALLY_FORM"),
        (lambda raw: json.dumps([[{"alpha": "00" * 32, "beta": "00" * 32}] * 4]).encode(), "GROUP_ELEMENT"),
    ],
)
def test_tally_refused(small: SmallElection, change: Callable[[bytes], bytes], code: str) -> None:
    raw = change(small.tally([small.ballot(0, [0, 1, 0, 0])]).record())
    assert refusal(lambda: parse_tally(small.election, raw)) == code


@settings(max_examples=25, deadline=None)
@given(most=st.integers(0, 5000), data=st.data())
def test_discrete_logs(most: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, most))
    elements = [GROUP.base_power(number), GROUP.base_power(most), GROUP.base_power(most + 1), GROUP.base_power(-1)]
    assert discrete_logs(GROUP, elements, most) == [number, most, None, None]


@pytest.mark.parametrize("path", [p for p in HONEST if list(p.parent.glob("private/*.privkey"))], ids=name)
def test_private_keys_decrypt_to_the_recorded_result(path: Path) -> None:
    events = {event.type: event for event in archive.read(path)}
    election = Election.parse(events["Setup"].records[0])
    listed = trustees.parse_trustees(election.group, events["Setup"].records[1])
    tally = parse_tally(election, events["EncryptedTally"].records[0])
    keys = {key.public_key: owner for owner, key in enumerate(listed.owners, start=1)}
    shares = {}
    for file in (path.parent / "private").glob("*.privkey"):
        secret = int(json.loads(file.read_text()))
        owner = keys[election.group.base_power(secret)]
        shares[owner] = trustees.partial_decryption(election.group, election.fingerprint, secret, tally)
    weight = json.loads(events["EncryptedTally"].records[1])["total_weight"]
    counts = trustees.combine(election, listed, tally, shares, weight)
    assert trustees.result_record(counts) == events["Result"].records[0]
    assert {"result": counts} == json.loads((path.parent / "private" / "result.json").read_text())


# --- rehearsal ---


def test_rehearsal_is_recomputable_and_never_passes_for_a_real_share(small: SmallElection) -> None:
    election, secret = small.election, small.trustee_secrets[0]
    key = trustees.parse_trustees(small.group, small.trustees_record).owners[0]
    tally = trustees.rehearsal_tally(election)
    assert tally.record() == trustees.rehearsal_tally(election).record()
    phi = trustees.rehearsal_phi(election)
    assert phi == f"rehearsal-{election.fingerprint}"
    raw = trustees.partial_decryption(small.group, phi, secret, tally)
    trustees.check_partial_decryption(small.group, phi, key, tally, raw)
    real = refusal(lambda: trustees.check_partial_decryption(small.group, election.fingerprint, key, tally, raw))
    assert real == "DECRYPTION_PROOF"
    shares = {
        owner: trustees.check_partial_decryption(
            small.group, phi, listed, tally, trustees.partial_decryption(small.group, phi, own, tally)
        )
        for owner, (own, listed) in enumerate(
            zip(small.trustee_secrets, trustees.parse_trustees(small.group, small.trustees_record).owners, strict=True),
            1,
        )
    }
    factors = trustees.combined_factors(
        small.group, trustees.parse_trustees(small.group, small.trustees_record), shares, tally
    )
    plain = [small.group.sub(c.beta, f) for c, f in zip(tally.rows[0], factors[0], strict=True)]
    assert discrete_logs(small.group, plain, 9) == [1, 4, 7, 0]


# --- threshold ---


@pytest.mark.parametrize("group_name", ["Ed25519", "BELENIOS-2048"])
@pytest.mark.parametrize("recent", [True, False], ids=["3.x", "2.0"])
def test_any_enough_of_a_threshold_group_decrypt(group_name: str, recent: bool) -> None:
    group = get_group(group_name)
    ceremony = pedersen.hold(group, 4, 3, recent=recent)
    single_secret, single = trustees.make_key(group, "监督委员五")
    raw = records.write([["Pedersen", ceremony.record], ["Single", json.loads(single)]])
    listed = trustees.parse_trustees(group, raw)
    assert len(listed.owners) == 5
    election = Election.parse(
        write_election(
            uuid=new_uuid(), name="n", description="", group=group, public_key=listed.public_key,
            questions=[Question("q", ("甲", "乙"), blank=False, minimum=0, maximum=2)],
        )
    )  # fmt: skip
    tally = EncryptedTally(election)
    for position, count in enumerate((5, 0)):
        mask = group.random_scalar()
        beta = group.add(group.power(listed.public_key, mask), group.base_power(count))
        tally.rows[0][position] = Ciphertext(group.base_power(mask), beta)
    secrets = dict(enumerate([*ceremony.shares, single_secret], start=1))
    shares = {
        owner: trustees.partial_decryption(group, election.fingerprint, secret, tally)
        for owner, secret in secrets.items()
    }
    for chosen in itertools.combinations(range(1, 5), 3):
        some = {owner: shares[owner] for owner in (*chosen, 5)}
        assert trustees.combine(election, listed, tally, some, 9) == [[5, 0]]
    assert trustees.combine(election, listed, tally, shares, 9) == [[5, 0]]
    for missing in ({1, 2, 5}, {1, 2, 3, 4}):
        few = {owner: shares[owner] for owner in missing}
        assert refusal(lambda few=few: trustees.combine(election, listed, tally, few, 9)) == "RESULT_SHARES"


CEREMONIES = {recent: pedersen.hold(GROUP, 3, 2, recent=recent) for recent in (True, False)}


def altered(change: Callable[[dict[str, Any]], object], *, recent: bool = True) -> str:
    record = json.loads(json.dumps(CEREMONIES[recent].record))
    change(record)
    return refusal(lambda: trustees.parse_trustees(GROUP, records.write([["Pedersen", record]])))


def other_context(member: int, **fields: object) -> Callable[[dict[str, Any]], object]:
    """A certificate signed anew by a member of its own with another context."""

    def change(record: dict[str, Any]) -> None:
        key = GROUP.random_scalar()
        value = json.loads(record["certs"][member]["message"])
        value["context"].update(fields)
        value["verification"] = GROUP.text(GROUP.base_power(key))
        record["certs"][member] = pedersen.signed(GROUP, key, records.write(value).decode())

    return change


def swap(field: str) -> Callable[[dict[str, Any]], object]:
    def change(record: dict[str, Any]) -> None:
        record[field][0], record[field][1] = record[field][1], record[field][0]

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: None, "accepted"),
        (lambda r: r.update(threshold=1), "THRESHOLD_CONTEXT"),
        (lambda r: r.update(threshold=0), "THRESHOLD_FORM"),
        (lambda r: r.update(threshold=4), "THRESHOLD_FORM"),
        (lambda r: r.update(threshold=True), "THRESHOLD_FORM"),
        (lambda r: r.pop("signatures"), "THRESHOLD_FORM"),
        (lambda r: r["certs"].pop(), "THRESHOLD_CONTEXT"),
        (lambda r: r["certs"].clear(), "THRESHOLD_FORM"),
        (lambda r: r["coefexps"].pop(), "THRESHOLD_FORM"),
        (lambda r: r["signatures"].pop(), "THRESHOLD_FORM"),
        (lambda r: r["verification_keys"].pop(), "THRESHOLD_FORM"),
        (lambda r: r["verification_keys"][0].pop("signature"), "THRESHOLD_FORM"),
        (lambda r: r["certs"][0].update(message="x"), "THRESHOLD_FORM"),
        (lambda r: r["certs"][0]["signature"].update(challenge="5"), "THRESHOLD_SIGNATURE"),
        (lambda r: r["coefexps"][0]["signature"].update(challenge="5"), "THRESHOLD_SIGNATURE"),
        (lambda r: r["signatures"][0].update(challenge="5"), "THRESHOLD_SIGNATURE"),
        (lambda r: r["verification_keys"][0]["signature"].update(challenge="5"), "THRESHOLD_SIGNATURE"),
        (lambda r: r["verification_keys"][0]["pok"].update(challenge="5"), "TRUSTEE_POK"),
        (swap("certs"), "THRESHOLD_CONTEXT"),
        (swap("coefexps"), "THRESHOLD_SIGNATURE"),
        (swap("signatures"), "THRESHOLD_SIGNATURE"),
        (swap("verification_keys"), "THRESHOLD_KEY"),
        (other_context(0, group="BELENIOS-2048"), "THRESHOLD_CONTEXT"),
        (other_context(0, size=4), "THRESHOLD_CONTEXT"),
        (other_context(0, threshold=3), "THRESHOLD_CONTEXT"),
        (other_context(0, index=2), "THRESHOLD_CONTEXT"),
        (other_context(0), "THRESHOLD_SIGNATURE"),
    ],
)
def test_threshold_record_of_3_refused(change: Callable[[dict[str, Any]], object], code: str) -> None:
    assert altered(change) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: None, "accepted"),
        (lambda r: r.update(threshold=1), "THRESHOLD_FORM"),
        (lambda r: r["verification_keys"][0].update(signature=r["certs"][0]["signature"]), "THRESHOLD_FORM"),
        (swap("certs"), "THRESHOLD_SIGNATURE"),
        (swap("verification_keys"), "THRESHOLD_KEY"),
    ],
)
def test_threshold_record_of_2_refused(change: Callable[[dict[str, Any]], object], code: str) -> None:
    assert altered(change, recent=False) == code


def test_signatures_are_what_stops_a_swapped_polynomial(monkeypatch: pytest.MonkeyPatch) -> None:
    assert altered(swap("coefexps"), recent=False) == "THRESHOLD_SIGNATURE"
    monkeypatch.setattr(threshold, "_check_signature", lambda *_: None)
    assert altered(swap("coefexps"), recent=False) == "accepted"


def test_possession_is_asked_of_verification_keys_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(record: dict[str, Any]) -> None:
        record["verification_keys"][0]["pok"].update(challenge="5")

    assert altered(change) == "TRUSTEE_POK"
    monkeypatch.setattr(threshold, "check_possession", lambda *_: None)
    assert altered(change) == "accepted"
