"""Telling how a text file is encoded, as spreadsheets in China and in Europe write them."""

from __future__ import annotations

import codecs
from typing import BinaryIO

_CHUNK = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Share of double bytes that must lie in the zone of GB 2312, where nearly all Chinese text is, to call a file Chinese.
_MOSTLY = 0.8


def encoding_of(stream: BinaryIO) -> str | None:
    """A name for `open(encoding=…)`: by its mark, else UTF-8, else UTF-16, GB 18030 or Windows-1252; None: not a text.

    Reads the stream in chunks and leaves it at its start.
    """
    stream.seek(0)
    head = stream.read(4096)
    stream.seek(0)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    zeros = head.count(0)
    if zeros > len(head) // 8:
        return _utf_16_without_mark(head)
    for name in ("utf-8", "gb18030"):
        if _decodes(stream, name) and (name == "utf-8" or _looks_chinese(stream)):
            return name
    return "cp1252" if zeros == 0 and _decodes(stream, "cp1252") else None


def _utf_16_without_mark(head: bytes) -> str | None:
    """Text with Latin letters has its zeros all on one side of each pair."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else None


def _decodes(stream: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    stream.seek(0)
    try:
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(0)
    return True


def _looks_chinese(stream: BinaryIO) -> bool:
    """Accented Latin letters decode as rare Chinese ones: real Chinese text stands in the rows of GB 2312."""
    stream.seek(0)
    data = stream.read(_CHUNK * 4)
    stream.seek(0)
    pairs = common = position = 0
    while position < len(data) - 1:
        first, second = data[position], data[position + 1]
        if first < 0x80:
            position += 1
            continue
        pairs += 1
        common += 0xA1 <= first <= 0xF7 and second >= 0xA1
        position += 2
    return pairs > 0 and common >= pairs * _MOSTLY
