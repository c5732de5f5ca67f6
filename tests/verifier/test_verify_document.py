"""The recipes of docs/verify.md by other tools, and a certificate that the office already has."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from bundle_build import Forger, a_decided_election_with_anchors, facts_of, write
from count_build import EVENING, PASSPHRASE, certify, committee
from count_build import bundle as certified
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from house_build import House
from small_election import a_small_election

from audit import Signer, sign_note
from verifier.__main__ import main
from voting import signing
from voting.box.rules import acceptance_text
from voting.errors import Malformed
from voting.pdf_signature import fingerprint

ROOT = Path(__file__).parent.parent.parent


# --- docs/verify.md ---------------------------------------------------------------------------------------------------


def recipe(name: str) -> str:
    """The shell lines of docs/verify.md under this comment."""
    text = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"```sh\n# {name}\n(.*?)```", text, re.DOTALL)
    return str(block)


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-o", "pipefail", "-ec", script]
    return subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_note_recipe(forger: Forger, honest: Path, tmp_path: Path) -> None:
    assert shell(recipe("note"), honest, VKEY=forger.committee.key.text).returncode == 0
    assert shell(recipe("note"), honest, VKEY=Signer("x", bytes(32)).key.text).returncode != 0
    # The same for the log's checkpoint, and for the acceptance that a tablet gets.
    for number, note in enumerate((forger.files["log/checkpoint"].decode(), acceptance(forger))):
        folder = tmp_path / f"note{number}"
        folder.mkdir()
        (folder / "manifest.txt").write_text(note)
        assert shell(recipe("note"), folder, VKEY=forger.log.key.text).returncode == 0, note


def acceptance(forger: Forger) -> str:
    found = facts_of(forger.files["ballots.bel"])
    text = acceptance_text(found.election.uuid, found.trackers[0], 1, found.heads[1])
    return sign_note(text, forger.log)


def test_the_acceptance_is_as_documented(forger: Forger) -> None:
    document = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    lines = [line.split(" ")[0] for line in acceptance(forger).splitlines()]
    documented = re.search(r"    选票已收 / ballot accepted\n(?:    .*\n)*", document)
    assert documented is not None
    assert lines == [line.strip().split(" ")[0].replace("⏎", "") for line in documented[0].splitlines()]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_the_hashes_recipe(honest: Path) -> None:
    assert shell(recipe("hashes"), honest).returncode == 0
    (honest / "result.csv").write_bytes(b"x")
    assert shell(recipe("hashes"), honest).returncode != 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_certificate_recipe(forger: Forger, honest: Path) -> None:
    printed_by = shell(recipe("certificate"), honest).stdout.strip().rpartition("=")[2]
    ours = fingerprint(forger.files["authority.pem"])
    assert printed_by.replace(":", "").lower() == ours.replace(" ", "")


@pytest.mark.skipif(shutil.which("belenios-tool") is None, reason="belenios-tool is not installed")
def test_the_belenios_recipes(tmp_path: Path) -> None:
    """On BELENIOS-2048, which Debian 12's belenios-tool 2.0 reads. 2.0 has no verify-ballot: there a stand-in nods."""
    small = a_small_election("BELENIOS-2048", voters=3)
    votes = [small.ballot(0, [0, 1, 0, 0]), small.ballot(1, [0, 0, 1, 0])]
    stand_in = tmp_path / "bin" / "belenios-tool"
    stand_in.parent.mkdir()
    stand_in.write_text(
        f'#!/bin/sh\n[ "$2" = verify-ballot ] && test -f "$6" && exit\nexec {shutil.which("belenios-tool")} "$@"\n'
    )
    stand_in.chmod(0o755)
    path = f"{stand_in.parent}:{os.environ['PATH']}"
    cases = {
        "honest": (small.file(votes), True),
        "twice": (small.file([*votes, votes[1]]), False),
        "dropped": (small.file(votes, tally=small.tally(votes[:1])), False),
    }
    for name, (raw, sound) in cases.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "ballots.bel").write_bytes(raw)
        done = shell(recipe("belenios-3"), tmp_path / name, PATH=path)
        assert ("FAILED" not in done.stdout and done.returncode == 0) is sound, (name, done.stdout, done.stderr)
    done = shell(recipe("belenios"), tmp_path / "honest")
    assert done.returncode == 0, done.stderr
    order = shell(recipe("belenios-3").partition("# 2 ")[0], tmp_path / "honest").stdout.split()
    assert order[1::2] == ["Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result"]


# --- a certificate that the office already has ------------------------------------------------------------------------


def office_certificate(*, signs_documents: bool = True) -> tuple[bytes, bytes]:
    """A PKCS#12 of the office, sealed with the committee's passphrase, and the PEM of the authority that issued it."""
    start = EVENING - timedelta(days=1)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in ("街道根证书", "街道"))

    def certificate(subject: x509.Name, public: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.Certificate:
        usage = dict.fromkeys(("key_encipherment", "data_encipherment", "key_agreement"), False)
        signing_usage = x509.KeyUsage(
            digital_signature=not ca,
            content_commitment=signs_documents and not ca,
            key_cert_sign=ca,
            crl_sign=ca,
            encipher_only=False,
            decipher_only=False,
            **usage,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(signing_usage, critical=True)
            .sign(root_key, hashes.SHA256())
        )

    root = certificate(root_name, root_key.public_key(), ca=True)
    leaf = certificate(name, key.public_key(), ca=False)
    sealed = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    p12 = pkcs12.serialize_key_and_certificates(b"office", key, leaf, None, sealed)
    return p12, root.public_bytes(serialization.Encoding.PEM)


def test_an_office_certificate_with_its_authority_beside_it_is_sound(house: House, tmp_path: Path) -> None:
    built = a_decided_election_with_anchors(house)
    own = committee(built)
    p12, authority = office_certificate()
    for wrong in (replace(own, signing_p12=p12), replace(own, authority=authority)):
        with pytest.raises(Malformed) as refused:
            certify(built, committee=wrong)
        assert refused.value.code == "P12_AUTHORITY" and "authority.pem" in refused.value.zh
    weak, weak_authority = office_certificate(signs_documents=False)
    with pytest.raises(Malformed) as refused:
        certify(built, committee=replace(own, signing_p12=weak, authority=weak_authority))
    assert refused.value.code == "P12_AUTHORITY" and built.state == "decided"
    certify(built, committee=replace(own, signing_p12=p12, authority=authority))
    folder = write(certified(built), tmp_path / "office")
    key = signing.open_committee_key(own.key, PASSPHRASE).key.text
    assert main([str(folder), "--key", key]) == 0
