"""Where the archives of other makers are: the folder named by BELENIOS_VECTORS, or else the copy in tests/vectors."""

import os
from pathlib import Path

FOLDER = Path(os.environ.get("BELENIOS_VECTORS") or Path(__file__).parent.parent / "vectors" / "belenios")
HONEST = sorted(FOLDER.glob("*/*/*.bel"))


def name(path: Path) -> str:
    """Such as Ed25519/weighted."""
    return "/".join(path.parts[-3:-1])
