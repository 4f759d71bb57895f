"""PNG files whose numbers mean classes: read without any conversion of values, written in 8 bits."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from app.exchange.documents import refusal
from core_models.contract.image_file import ImageFileError, decode
from core_models.contract.opencv import cv2

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">IIBBBBB")  # width, height, bits, colour type, compression, filter, interlace
_GREY, _PALETTE = 0, 3


def size(data: bytes, where: str) -> tuple[int, int]:
    """(height, width) in pixels, from the header. UserError where the data is no PNG."""
    width, height = _header(data, where)[:2]
    return height, width


def values(data: bytes, where: str, *, eight_bits: bool = True) -> np.ndarray:
    """The numbers of a grey PNG, (h, w); of a palette's PNG the indices, not the colours.

    eight_bits: refuse other depths. UserError where the data is damaged, in colour or of another depth.
    """
    header = list(_header(data, where))
    bits, kind = header[2:4]
    if kind not in (_GREY, _PALETTE) or (eight_bits or kind == _PALETTE) and bits != 8:
        raise refusal(f"{where} is no 8-bit PNG with one number a pixel.", "Save it in grey with 8 bits: 0 is background, k is class k.")
    if kind == _PALETTE:
        # Said to be grey, the same data gives the indices: a decoder would look the colours up.
        header[3] = _GREY
        chunk = b"IHDR" + _HEADER.pack(*header)
        data = data[:12] + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]
    try:
        array = decode(data, where)[0]
    except ImageFileError as fault:
        raise refusal(str(fault)) from fault
    if array.ndim != 2:
        raise refusal(f"{where} is no PNG with one number a pixel.")
    return array


def encode(array: np.ndarray) -> bytes:
    """An array (h, w) as an 8-bit grey PNG."""
    return cv2.imencode(".png", np.ascontiguousarray(array, np.uint8))[1].tobytes()


def _header(data: bytes, where: str) -> tuple:
    if not data.startswith(_SIGNATURE) or len(data) < 33 or data[12:16] != b"IHDR":
        raise refusal(f"{where} is no PNG file, or it is damaged.")
    return _HEADER.unpack_from(data, 16)
