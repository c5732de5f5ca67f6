"""Portraits lose where and when they were taken, and nothing of the picture."""

import struct

import pytest
from photo_build import a_jpeg, a_png, chunk, segment

from voting.elections.candidates.photo_parts import bare_jpeg, bare_png
from voting.elections.candidates.photos import read_photo

HOME = b"31.2304N 121.4737E"


def exif(up: int, order: str = ">") -> bytes:
    """A TIFF directory as telephones write it: the maker, which way is up, and the place in a directory behind."""
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8)
    maker = struct.pack(order + "HHII", 0x010F, 2, len(HOME), 50)
    turned = struct.pack(order + "HHIHH", 0x0112, 3, 1, up, 0)
    return head + struct.pack(order + "H", 2) + maker + turned + bytes(4) + bytes(12) + HOME


NOISE = {
    "exif": segment(0xE1, b"Exif\0\0" + exif(1)),
    "xmp": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + HOME),
    "iptc": segment(0xED, b"Photoshop 3.0\0" + HOME),
    "comment": segment(0xFE, HOME),
    "another picture": segment(0xE2, b"MPF\0" + HOME),
    "app 5": segment(0xE5, HOME),
}


@pytest.mark.parametrize("part", NOISE.values(), ids=NOISE)
def test_a_jpeg_loses_what_was_written_beside_it(part: bytes) -> None:
    assert read_photo(a_jpeg(640, 800, part)).content == a_jpeg(640, 800).replace(b"\xff\xff\xc2", b"\xff\xc2")


def test_nothing_stays_behind_the_end_of_the_picture() -> None:
    """A telephone's moving photo is a film behind the still, with a place of its own."""
    for picture in (a_jpeg(640, 800), a_png(80, 100)):
        assert read_photo(picture + HOME).content == read_photo(picture).content


def test_colours_and_tables_stay() -> None:
    colours = [segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(20)), segment(0xEE, b"Adobe" + bytes(7))]
    tables = [segment(0xDB, bytes(65)), segment(0xC4, bytes(20)), segment(0xDD, b"\0\4")]
    kept = read_photo(a_jpeg(640, 800, *colours, *tables)).content
    assert all(part in kept for part in (*colours, *tables))


def test_the_small_picture_in_a_jfif_header_goes() -> None:
    small = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\1\1" + b"rgb")
    kept = bare_jpeg(b"\xff\xd8" + small + b"\xff\xd9")
    assert kept == b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + b"\xff\xd9"


def test_all_scans_of_a_progressive_jpeg_stay() -> None:
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\xff\x00\xff\xd7x"
    picture = b"\xff\xd8" + scan + segment(0xC4, b"t") + NOISE["comment"] + scan + b"\xff\xd9"
    assert bare_jpeg(picture) == b"\xff\xd8" + scan + segment(0xC4, b"t") + scan + b"\xff\xd9"


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("up", range(1, 9))
def test_which_way_is_up_stays_and_nothing_else_of_the_exif(up: int, order: str) -> None:
    photo = read_photo(a_jpeg(640, 800, segment(0xE1, b"Exif\0\0" + exif(up, order)))).content
    png = read_photo(a_png(80, 100, 1, chunk(b"eXIf", exif(up, order)))).content
    assert HOME not in photo + png
    assert (b"\x01\x12\0\x03\0\0\0\x01" + bytes([0, up]) in photo) == (up != 1)
    assert (b"\x01\x12\0\x03\0\0\0\x01" + bytes([0, up]) in png) == (up != 1)
    assert read_photo(photo).content == photo and read_photo(png).content == png


@pytest.mark.parametrize(
    "tiff", [b"", b"MM\0*", b"MM\0*\0\0\0\x08\xff\xff", b"II*\0\xff\xff\xff\xff", exif(9), exif(0)]
)
def test_an_exif_that_says_nothing_is_upright(tiff: bytes) -> None:
    assert b"Exif" not in read_photo(a_jpeg(640, 800, segment(0xE1, b"Exif\0\0" + tiff))).content


@pytest.mark.parametrize("kind", [b"tEXt", b"iTXt", b"zTXt", b"tIME", b"eXIf", b"prVt", b"acTL", b"fdAT"])
def test_a_png_loses_what_was_written_beside_it(kind: bytes) -> None:
    assert read_photo(a_png(80, 100, 128, chunk(kind, HOME))).content == a_png(80, 100)


def test_a_picture_cut_short_has_no_end() -> None:
    for whole, bare in ((a_png(80, 100), bare_png), (a_jpeg(640, 800), bare_jpeg)):
        assert bare(whole) is not None
        assert [cut for cut in range(len(whole)) if bare(whole[:cut]) is not None] == []
