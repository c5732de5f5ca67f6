"""What `make` says where Python comes without what it needs."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_an_environment_without_pip_names_the_package_to_install(tmp_path: Path) -> None:
    for path in (
        "Makefile",
        "pyproject.toml",
        "requirements/run.txt",
        "voting/translations/en/LC_MESSAGES/messages.po",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    done = subprocess.run(["make", "setup"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "python3-venv" in done.stdout
