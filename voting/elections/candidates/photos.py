"""A candidate's portrait: JPEG or PNG by its own bytes, of a size that tablets can show. Pure.

The picture is kept as it is, without what was written beside it (`photo_parts`), and only ever served under the type
found here, with `nosniff`: what a browser might take for a page or a script is never offered to it as one.
"""

from dataclasses import dataclass
from typing import Final

from voting.elections.candidates.photo_parts import bare_jpeg, bare_png
from voting.errors import Malformed, TooLarge

#: Most bytes of a portrait, and the fewest and most pixels along a side.
LIMIT: Final = 300_000
LEAST_SIDE: Final = 60
MOST_SIDE: Final = 4_000

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
#: JPEG's frame headers (ITU-T T.81, table B.1): SOF0–SOF15 without DHT, JPG and DAC.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Photo:
    """A portrait that may be stored: its bytes without place and time, media type, width and height in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int


def read_photo(content: bytes) -> Photo:
    """Check a portrait. Raises TooLarge PHOTO_TOO_LARGE; Malformed PHOTO_FORMAT, PHOTO_BROKEN, PHOTO_SIDES."""
    if len(content) > LIMIT:
        raise TooLarge(
            "PHOTO_TOO_LARGE",
            f"照片有 {len(content) // 1000} KB，最多 {LIMIT // 1000} KB。请缩小后再传。",
            f"The photo has {len(content) // 1000} kB, at most {LIMIT // 1000}; make it smaller.",
        )
    if content.startswith(_PNG):
        media_type, sides, bare = "image/png", _png_sides(content), bare_png(content)
    elif content.startswith(_JPEG):
        media_type, sides, bare = "image/jpeg", _jpeg_sides(content), bare_jpeg(content)
    else:
        raise Malformed(
            "PHOTO_FORMAT", "照片要用 JPEG 或 PNG 格式，请换一张。", "Photos come as JPEG or PNG; use another."
        )
    if sides is None or bare is None:
        raise Malformed(
            "PHOTO_BROKEN",
            "这张照片已经损坏，读不出大小。请重新导出后再传。",
            "This photo is damaged and has no readable size; save it again.",
        )
    if not LEAST_SIDE <= min(sides) <= max(sides) <= MOST_SIDE:
        raise Malformed(
            "PHOTO_SIDES",
            f"照片是 {sides[0]} × {sides[1]} 像素，每边应在 {LEAST_SIDE} 至 {MOST_SIDE} 像素之间。请调整后再传。",
            f"The photo has {sides[0]} × {sides[1]} pixels; each side must have {LEAST_SIDE} to {MOST_SIDE}.",
        )
    return Photo(bare, media_type, *sides)


def _png_sides(content: bytes) -> tuple[int, int] | None:
    """From the IHDR chunk, which stands first (ISO/IEC 15948, 11.2.2)."""
    if len(content) < 33 or content[12:16] != b"IHDR":
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _jpeg_sides(content: bytes) -> tuple[int, int] | None:
    """From the first frame header, found by walking the segments (ITU-T T.81, B.1.1)."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _FRAMES:
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        elif length < 2:
            return None
        else:
            at += 2 + length
    return None
