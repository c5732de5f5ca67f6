"""What is kept of a portrait's file: the picture, its colours, which way is up. Pure.

A telephone writes into a photo where it was taken, often at home, and when and with what. Everything that is not
named here as needed to show the picture is left out, what stands behind the end of the picture too. Nothing is drawn
anew: the parts that stay are the original's, byte for byte.
"""

import zlib
from typing import Final

#: PNG chunks that show the picture (PNG 3rd ed., 11.2 and 11.3.2); not eXIf, tEXt, iTXt, zTXt, tIME and all others.
_CHUNKS: Final = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs".split())
#: JPEG segments that show the picture (ITU-T T.81, table B.1): frames, tables, scans, restart interval.
_SEGMENTS: Final = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDD} - {0xC8})
_SCAN, _END = 0xDA, 0xD9
_JFIF, _ADOBE, _ICC, _EXIF = b"JFIF\0", b"Adobe", b"ICC_PROFILE\0", b"Exif\0\0"
_MOST_ENTRIES: Final = 200


def bare_png(content: bytes) -> bytes | None:
    """A PNG with the chunks that show it; None when it does not come to its end."""
    at, kept, up = 8, [content[:8]], 1
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        if end > len(content):
            return None
        if kind == b"eXIf":
            up = _orientation(content[at + 8 : end - 4])
        if kind in _CHUNKS:
            kept.append(content[at:end])
        if kind == b"IEND":
            # Behind IHDR, which comes first, and before the picture's own chunks.
            return b"".join([*kept[:2], *([_png_exif(up)] if up != 1 else []), *kept[2:]])
        at = end
    return None


def bare_jpeg(content: bytes) -> bytes | None:
    """A JPEG with the segments that show it; None when it does not come to its end."""
    kept: list[bytes] = []
    at, up = 2, 1
    while at + 2 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == _END:
            return b"".join([b"\xff\xd8", *([_jpeg_exif(up)] if up != 1 else []), *kept, b"\xff\xd9"])
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(content):
            return None
        part = content[at + 4 : end]
        if marker == 0xE1 and part.startswith(_EXIF):
            up = _orientation(part[len(_EXIF) :])
        if marker == _SCAN:
            end = _behind_scan(content, end)
        kept.append(_segment(marker, part, content[at:end]))
        at = end
    return None


def _segment(marker: int, part: bytes, whole: bytes) -> bytes:
    """What stays of one segment; the header of a JFIF without its small second picture."""
    if marker == 0xE0 and part.startswith(_JFIF) and len(part) >= 14:
        return b"\xff\xe0\x00\x10" + part[:12] + b"\0\0"
    colours = (marker == 0xEE and part.startswith(_ADOBE)) or (marker == 0xE2 and part.startswith(_ICC))
    return whole if colours or marker in _SEGMENTS else b""


def _behind_scan(content: bytes, at: int) -> int:
    """The place of the next marker: in a scan's data FF stands before 00 or is a restart (T.81, B.1.1.5)."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        if content[at + 1] not in (0, *range(0xD0, 0xD8)):
            return at
        at += 2
    return len(content)


def _orientation(tiff: bytes) -> int:
    """Tag 0112 of the first directory (Exif 2.32, 4.6.4): 1 to 8; 1, upright, when there is none to be read."""
    if tiff[:4] not in (b"II*\0", b"MM\0*"):
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if tiff.startswith(b"II") else "big")

    first = number(4, 4)
    for entry in range(first + 2, first + 2 + 12 * min(number(first, 2), _MOST_ENTRIES), 12):
        if number(entry, 2) == 0x0112 and number(entry + 2, 2) == 3:
            up = number(entry + 8, 2)
            return up if 1 <= up <= 8 else 1
    return 1


def _tiff(up: int) -> bytes:
    """A directory with the one tag."""
    return b"MM\0*\0\0\0\x08" + b"\0\x01" + b"\x01\x12\0\x03\0\0\0\x01" + bytes([0, up, 0, 0]) + bytes(4)


def _jpeg_exif(up: int) -> bytes:
    part = _EXIF + _tiff(up)
    return b"\xff\xe1" + (len(part) + 2).to_bytes(2, "big") + part


def _png_exif(up: int) -> bytes:
    part = b"eXIf" + _tiff(up)
    return (len(part) - 4).to_bytes(4, "big") + part + zlib.crc32(part).to_bytes(4, "big")
