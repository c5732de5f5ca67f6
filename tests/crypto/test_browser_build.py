"""The committed bundles are what the sources build, and carry nothing a hall's tablet must not run."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOTH = ROOT / "booth"
BUILT = ROOT / "static" / "booth"


def test_lock_names_no_registry() -> None:
    lock = json.loads((BOOTH / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert "resolved" not in entry, name
        assert entry["integrity"].startswith("sha512-"), name


@pytest.mark.parametrize("name", sorted(path.stem for path in BUILT.glob("*.js")))
def test_bundle_keeps_to_the_policy(name: str) -> None:
    text = (BUILT / f"{name}.js").read_text()
    for forbidden in ("eval(", "new Function", "WebAssembly", "localStorage", "sessionStorage", "crypto.subtle"):
        # A supervisor's own device must remember which tally its key opened; nothing else may keep anything.
        if (name, forbidden) != ("trustee", "localStorage"):
            assert forbidden not in text, forbidden


def test_rebuild_is_byte_identical(tmp_path: Path) -> None:
    """From the locked packages, in a copy: an installed node_modules may be another version."""
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine: the bundle is not rebuilt")
    copy = tmp_path / "booth"
    shutil.copytree(BOOTH, copy, ignore=shutil.ignore_patterns("node_modules"))
    install = subprocess.run(["npm", "ci", "--no-progress"], cwd=copy, capture_output=True, text=True, check=False)
    if install.returncode != 0:
        pytest.skip(f"npm ci could not fetch the locked packages: {install.stderr.strip()[-200:]}")
    built = tmp_path / "built"
    subprocess.run(["npm", "run", "build", "--", str(built)], cwd=copy, check=True, capture_output=True)
    subprocess.run(["npm", "run", "check"], cwd=copy, check=True, capture_output=True)
    expected = {path.name: path.read_bytes() for path in BUILT.iterdir()}
    made = {path.name: path.read_bytes() for path in built.iterdir()}
    assert sorted(made) == sorted(expected)
    assert [name for name in made if made[name] != expected[name]] == []
