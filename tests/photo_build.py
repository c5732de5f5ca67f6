"""Small real pictures for tests, written by hand: no library draws them."""

import struct
import zlib


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def a_png(width: int, height: int, shade: int = 128, *more: bytes) -> bytes:
    """A grey PNG with whatever `more` chunks before its end."""
    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), *more, chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def a_jpeg(width: int, height: int, *more: bytes) -> bytes:
    """A JPEG's bones: header, whatever `more` segments, frame header, one scan of no sense, end."""
    app = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    frame = segment(0xC2, struct.pack(">BHHB", 8, height, width, 3) + bytes(9))
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + app + b"".join(more) + b"\xff" + frame + scan + b"\xff\xd9"


def segment(marker: int, content: bytes) -> bytes:
    """A JPEG segment."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content
