"""Shapes as an Enhanced Metafile ([MS-EMF]): vectors with words that Word and LibreOffice draw without a script.

Numbers of the records and their fields are those of the specification; a sheet pixel is 1/96 inch.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from skygge.core.report_drawings import SOFT, WIDTH, Box, Drawing, Stroke, Words

HUNDREDTHS_OF_MM = 2540 / 96
HEADER, EOF, BRUSH, PEN, SELECT, DELETE, RECTANGLE = 1, 14, 39, 38, 37, 40, 43
POLYLINE, FONT, TEXT_COLOR, BACKGROUND, ALIGN, TEXT = 4, 82, 24, 18, 22, 84
STOCK_BRUSH, STOCK_PEN, NULL_PEN, BASELINE, TRANSPARENT = 0x80000000, 0x80000007, 0x80000008, 24, 1
FONT_NAME, FONT_HEIGHT = "Arial", -13


def to_emf(drawing: Drawing) -> bytes:
    """The whole file."""
    body = [record for shape in drawing.shapes for record in _shape(shape)]
    prepared = [
        *_font(),
        _record(BACKGROUND, struct.pack("<I", TRANSPARENT)),
        _record(ALIGN, struct.pack("<I", BASELINE)),
    ]
    end = _record(EOF, struct.pack("<III", 0, 16, 20))
    records = [*prepared, *body, end]
    return _header(drawing, sum(map(len, records)), len(records)) + b"".join(records)


def _header(drawing: Drawing, n_bytes: int, n_records: int) -> bytes:
    width, height = WIDTH, max(1, drawing.height)
    frame = (0, 0, round(width * HUNDREDTHS_OF_MM), round(height * HUNDREDTHS_OF_MM))
    content = struct.pack("<8i", 0, 0, width - 1, height - 1, *frame)
    # Signature, version 1.0, size, records, handles, reserved, description, palette, device in pixels and millimetres.
    content += struct.pack("<4sIIIHHIII", b" EMF", 0x10000, n_bytes + 88, n_records + 1, 3, 0, 0, 0, 0)
    content += struct.pack("<4i", 1920, 1080, 508, 286)
    return _record(HEADER, content)


def _record(kind: int, content: bytes) -> bytes:
    content += b"\0" * (-len(content) % 4)
    return struct.pack("<II", kind, len(content) + 8) + content


def _font() -> Iterator[bytes]:
    name = FONT_NAME.encode("utf-16-le").ljust(64, b"\0")
    look = struct.pack("<5i8B", FONT_HEIGHT, 0, 0, 0, 400, 0, 0, 0, 1, 0, 0, 0, 0) + name
    yield _record(FONT, struct.pack("<I", 2) + look.ljust(320, b"\0"))
    yield _record(SELECT, struct.pack("<I", 2))


def _shape(shape: Box | Stroke | Words) -> Iterator[bytes]:
    if isinstance(shape, Words):
        yield _record(TEXT_COLOR, struct.pack("<I", _color(shape.color)))
        yield _text(shape)
        return
    if isinstance(shape, Box):
        yield _record(BRUSH, struct.pack("<IIII", 1, 0, _color(shape.fill), 0))
        yield from (_record(SELECT, struct.pack("<I", handle)) for handle in (1, NULL_PEN))
        edges = (shape.x, shape.y, shape.x + shape.width + 1, shape.y + shape.height + 1)
        yield _record(RECTANGLE, struct.pack("<4i", *map(round, edges)))
        yield _record(SELECT, struct.pack("<I", STOCK_BRUSH))
    else:
        yield _record(PEN, struct.pack("<IIiiI", 1, int(shape.is_dashed), 1, 0, _color(shape.color)))
        yield _record(SELECT, struct.pack("<I", 1))
        points = [round(value) for point in shape.points for value in point]
        bounds = (min(points[::2]), min(points[1::2]), max(points[::2]), max(points[1::2]))
        yield _record(POLYLINE, struct.pack(f"<4iI{len(points)}i", *bounds, len(points) // 2, *points))
        yield _record(SELECT, struct.pack("<I", STOCK_PEN))
    yield _record(DELETE, struct.pack("<I", 1))


def _text(words: Words) -> bytes:
    letters = words.text.encode("utf-16-le")
    n = len(letters) // 2
    padded = letters + b"\0" * (-len(letters) % 4)
    # Bounds, graphics mode and scales; then where it stands, how many letters, where these and their widths lie.
    head = struct.pack("<4iIff", 0, 0, -1, -1, 1, 1.0, 1.0)
    place = struct.pack("<iiIII4iI", round(words.x), round(words.y), n, 76, 0, 0, 0, -1, -1, 76 + len(padded))
    units = struct.unpack(f"<{n}H", letters)
    return _record(TEXT, head + place + padded + struct.pack(f"<{n}I", *(_width(chr(unit)) for unit in units)))


def _width(letter: str) -> int:
    """About how many pixels a letter takes; readers without this font put letters where this says."""
    if letter in "iljI'|.,:;! ":
        return 3 if letter != " " else 4
    if letter in 'ftr()[]-/"':
        return 4
    if letter in "mwMW":
        return 11
    return 9 if letter.isupper() else 7


def _color(text: str) -> int:
    red, green, blue = (int((text or SOFT)[place : place + 2], 16) for place in (1, 3, 5))
    return red | green << 8 | blue << 16
