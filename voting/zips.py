"""Files as one zip whose bytes depend on nothing but the files and a time."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime


def zip_of(files: Mapping[str, bytes], at: datetime) -> bytes:
    """``files`` by path as one zip, each dated ``at``; the same files and time give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            member = zipfile.ZipInfo(path, at.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)
    return out.getvalue()
