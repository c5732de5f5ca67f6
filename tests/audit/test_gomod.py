"""Our checkpoints and proofs judged by Go's golang.org/x/mod, where a machine has it."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from log_samples import OTHER, SIGNER, chain, signed

from audit import consistency_proof, inclusion_proof, leaf_hash, nodes_of, root_of

GOPATH = Path("/usr/share/gocode")
RAWS = chain(300)


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """A program that takes a request and says 0 (all verifies) or 1."""
    if shutil.which("go") is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("Go with golang.org/x/mod is not installed (apt-get install golang-go golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("gomod")
    program = folder / "judge"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(folder / "cache")}
    source = Path(__file__).parent / "gomod" / "main.go"
    subprocess.run(["go", "build", "-o", program, source], check=True, env=environment)
    return lambda request: subprocess.run([program], input=json.dumps(request).encode(), check=False).returncode


def b64(raw):
    return base64.b64encode(raw).decode()


def request(index, old):
    node = nodes_of([leaf_hash(raw) for raw in RAWS])
    return {
        "vkey": SIGNER.key.text,
        "checkpoint": signed(RAWS),
        "entry": b64(RAWS[index]),
        "index": index,
        "inclusion": [b64(h) for h in inclusion_proof(index, 300, node)],
        "old_size": old,
        "old_root": b64(root_of(RAWS[:old])),
        "consistency": [b64(h) for h in consistency_proof(old, 300, node)],
    }


@pytest.mark.parametrize(("index", "old"), [(0, 1), (123, 217), (255, 256), (256, 257), (299, 300)])
def test_go_agrees(judge, index, old):
    good = request(index, old)
    assert judge(good) == 0
    other_index = {**good, "entry": b64(RAWS[index - 1])}
    other_key = {**good, "vkey": OTHER.key.text}
    other_root = {**good, "old_root": b64(bytes(32))}
    assert [judge(bad) for bad in (other_index, other_key, other_root)] == [1, 1, 1]
