"""Portraits of people who do not exist: a few flat shapes on the pale ground of an ID photo, as PNG."""

import random
import struct
import zlib
from dataclasses import dataclass
from math import hypot

WIDTH, HEIGHT = 200, 250
_GROUND = (217, 230, 244)
_SKINS = ((244, 212, 184), (236, 197, 165), (226, 182, 147))
_HAIRS = ((38, 34, 36), (58, 48, 46), (96, 92, 94), (158, 156, 160))
_CLOTHES = ((47, 79, 122), (122, 47, 60), (52, 96, 84), (86, 72, 118), (64, 70, 82), (140, 96, 52))
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class _Ellipse:
    """A filled ellipse around (x, y) in pixels, cut off above `top`."""

    x: float
    y: float
    across: float
    down: float
    colour: Colour
    top: float = -1.0

    def cover(self, x: int, y: int) -> float:
        """How much of the pixel it covers, 0 … 1, soft at the edge."""
        if y < self.top:
            return 0.0
        distance = hypot((x - self.x) / self.across, (y - self.y) / self.down)
        return min(1.0, max(0.0, (1.0 - distance) * min(self.across, self.down) + 0.5))


def draw(seed: int, *, woman: bool, old: bool) -> bytes:
    """A portrait as PNG; the same for the same numbers."""
    return _png(_shapes(random.Random(seed), woman=woman, old=old))


def _shapes(dice: random.Random, *, woman: bool, old: bool) -> list[_Ellipse]:
    skin, clothes = dice.choice(_SKINS), dice.choice(_CLOTHES)
    hair = _HAIRS[2 + dice.randrange(2)] if old else _HAIRS[dice.randrange(2)]
    middle, face = WIDTH / 2, 112.0
    width, length = dice.uniform(41, 46), dice.uniform(53, 58)
    shade = _mixed(skin, (120, 70, 50), 0.25)
    shapes = []
    if woman:
        shapes.append(_Ellipse(middle, face + 8, width + 15, length + dice.uniform(12, 26), hair))
    shapes += [
        _Ellipse(middle, 268, 88, 78, clothes),
        _Ellipse(middle, 196, 30, 26, (248, 248, 248)),
        _Ellipse(middle, 178, 19, 30, shade),
        _Ellipse(middle, face - 9, width + 5, length - (1 if woman else 4), hair),
        _Ellipse(middle - width, face + 6, 7, 12, shade),
        _Ellipse(middle + width, face + 6, 7, 12, shade),
        _Ellipse(middle, face + 4, width, length, skin, top=face - dice.uniform(20, 30)),
    ]
    tired = old or dice.random() < 0.25
    for side in (-1, 1):
        eye = middle + side * width * 0.42
        shapes.append(_Ellipse(eye, face - 7, 8, 1.8, hair))
        shapes.append(_Ellipse(eye, face + 4, 3.6, 4.2, (40, 34, 34)))
        if tired:
            shapes.append(_Ellipse(eye, face + 16, 9, 1.2, shade))
    shapes.append(_Ellipse(middle, face + 20, 4, 6, shade))
    shapes.append(_Ellipse(middle, face + 36, dice.uniform(11, 15), 2.6, (176, 88, 84)))
    return shapes


def _png(shapes: list[_Ellipse]) -> bytes:
    rows = []
    for y in range(HEIGHT):
        # Only shapes that reach this line are asked about its pixels.
        near = [shape for shape in shapes if abs(y - shape.y) <= shape.down + 1]
        row = bytearray(b"\0")
        for x in range(WIDTH):
            colour = _GROUND
            for shape in near:
                covered = shape.cover(x, y)
                if covered:
                    colour = shape.colour if covered == 1.0 else _mixed(colour, shape.colour, covered)
            row += bytes(colour)
        rows.append(bytes(row))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _mixed(under: Colour, over: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(under, over, strict=True))
    return red, green, blue
