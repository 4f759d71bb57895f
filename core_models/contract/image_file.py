"""The one reader of image files: every process sees the same upright pixels of a file, in the file's own depth.

What a file is, is told by its first bytes, never by its name. Half an image is no image: a file that is cut short
is refused, since a decoder would fill the rest with black and a model would take that for a surface.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core_models.contract.opencv import MOST_PIXELS, cv2

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_ORIENTATION_TAG = 0x0112
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # in JPEG data: a marker, neither a stuffed byte nor a restart
_SIZE_MARKERS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
logging.getLogger("tifffile").addHandler(logging.NullHandler())  # what it says of a broken file, our sentence says


class ImageFileError(Exception):
    """A file that cannot be read as an image; the text is one sentence that names the file."""


class _CutShort(Exception):
    """The bytes end before the image does."""


@dataclass(frozen=True)
class Probe:
    """What `read` would return: upright width and height in pixels, channels (1 or 3), numpy's name of the value type.

    `orientation` is the file's own (EXIF, 1 to 8) and already applied to width and height.
    """

    width: int
    height: int
    channels: int
    depth: str
    orientation: int = 1


def read(path: Path | str) -> np.ndarray:
    """The upright image of a file: (h, w) grey or (h, w, 3) RGB, in its own depth.

    Palettes are resolved, CMYK becomes RGB, alpha is ignored (the colours under it count as they are); 1-bit images
    are 0 and 255; half floats become float32 and 64-bit integers float64; of several pages the first is read.
    Raises ImageFileError.
    """
    return decode(_bytes_of(Path(path)), Path(path).name)[0]


def decode(data: bytes, name: str) -> tuple[np.ndarray, Probe]:
    """The image of a file's bytes as `read` gives it, and what it is. `name` is for the sentence of ImageFileError."""
    if not data:
        raise ImageFileError(f"{name} is empty.")
    try:
        array, orientation = _decode(data)
        array = np.ascontiguousarray(upright(_own_depth(array), orientation))
    except _CutShort:
        raise ImageFileError(f"{name} is cut short or damaged: a part of the image is missing.") from None
    except MemoryError:
        raise ImageFileError(f"{name} is too large for the memory of this machine.") from None
    except Exception as fault:  # decoders of foreign bytes raise what they like
        raise ImageFileError(f"{name} is no image that can be read, or it is damaged.") from fault
    return array, Probe(array.shape[1], array.shape[0], 1 if array.ndim == 2 else 3, array.dtype.name, orientation)


def probe(path: Path | str) -> Probe:
    """Size and kind of an image file, for PNG, JPEG and TIFF from the header alone; says nothing of damage further on.

    Raises ImageFileError.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(16)
            file.seek(0)
            if start.startswith(_PNG):
                return _probe_png(file)
            if start.startswith(_JPEG):
                return _probe_jpeg(file.read())
            if start.startswith(_TIFF):
                return _probe_tiff(file)
    except OSError as fault:
        raise ImageFileError(f"{path.name} cannot be opened: {fault.strerror or fault}.") from fault
    except Exception as fault:
        raise ImageFileError(f"{path.name} is no image that can be read, or it is damaged.") from fault
    return decode(_bytes_of(path), path.name)[1]


def sha256(path: Path | str) -> str:
    """The file's SHA-256 in hexadecimal. Raises ImageFileError where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise ImageFileError(f"{Path(path).name} cannot be opened: {fault.strerror or fault}.") from fault


def grey(array: np.ndarray) -> np.ndarray:
    """One value a pixel, (h, w) float32 in the image's own units (BT.601 luma of RGB); what is no number counts as 0."""
    if array.ndim == 3:
        array = array.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    array = array.astype(np.float32)
    return array if np.isfinite(array).all() else np.nan_to_num(array, nan=0.0, posinf=0.0, neginf=0.0)


def upright(array: np.ndarray, orientation: int) -> np.ndarray:
    """An array [row, column, ...] as stored, turned and mirrored as EXIF's orientation (1 to 8) asks; a view."""
    if orientation >= 5:
        array = array.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return array


def _bytes_of(path: Path) -> bytes:
    # Read by Python and decoded from memory: OpenCV's own file functions fail on Chinese paths under Windows.
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ImageFileError(f"{path.name} cannot be opened: {fault.strerror or fault}.") from fault


def _decode(data: bytes) -> tuple[np.ndarray, int]:
    """The array as stored (RGB or grey) and the orientation that is still to be applied."""
    if data.startswith(_TIFF):
        return _decode_tiff(data)
    if data.startswith(_PNG):
        header, orientation = _check_png(data)
        array = _by_opencv(data)
        return (array[..., 0] if array.ndim == 3 and header[3] in (0, 4) else array), orientation
    if data.startswith(_JPEG):
        return _by_opencv(data), _check_jpeg(data)[1]
    return _by_opencv(data), _webp_orientation(data)


def _by_opencv(data: bytes) -> np.ndarray:
    """Any format that OpenCV knows; alpha dropped, colours in the order red, green, blue."""
    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None:
        raise ValueError("OpenCV cannot decode it")
    return array if array.ndim == 2 else array[..., 2::-1]


def _own_depth(array: np.ndarray) -> np.ndarray:
    """The array in a native type that numpy and OpenCV both compute with, without loss of a value that matters."""
    if array.ndim not in (2, 3) or not array.size or array.dtype.kind not in "buif":
        raise ValueError("not a plane of pixels")
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if array.dtype == np.float16:
        return array.astype(np.float32)
    if array.dtype.itemsize == 8:
        return array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


# PNG


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Name and content of each chunk up to IEND; _CutShort where the file ends before, or a chunk's checksum is wrong."""
    view, at = memoryview(data), len(_PNG)
    while at + 12 <= len(view):
        length, name = struct.unpack_from(">I4s", view, at)
        end = at + 8 + length
        if end + 4 > len(view):
            break
        if name[:1].isupper() and zlib.crc32(view[at + 4 : end]) != struct.unpack_from(">I", view, end)[0]:
            break
        yield name, view[at + 8 : end]
        if name == b"IEND":
            return
        at = end + 4
    raise _CutShort


def _check_png(data: bytes) -> tuple[tuple, int]:
    """IHDR (width, height, bits, colour type) and orientation of a PNG that is whole; _CutShort otherwise."""
    header, orientation = None, 1
    for name, content in _png_chunks(data):
        if name == b"IHDR":
            header = struct.unpack_from(">IIBB", content)
        elif name == b"eXIf":
            orientation = _exif_orientation(bytes(content))
    return header, orientation


def _probe_png(file: io.BufferedReader) -> Probe:
    file.seek(len(_PNG))
    header, orientation = None, 1
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        if name == b"IHDR":
            header = struct.unpack_from(">IIBB", file.read(length))
        elif name == b"eXIf":
            orientation = _exif_orientation(file.read(length))
        else:
            file.seek(length, io.SEEK_CUR)
        file.seek(4, io.SEEK_CUR)
    width, height, bits, colour = header
    return _turned(width, height, 1 if colour in (0, 4) else 3, "uint16" if bits == 16 else "uint8", orientation)


# JPEG


def _check_jpeg(data: bytes) -> tuple[tuple | None, int]:
    """Size header (bits, height, width, channels) and orientation of a JPEG; _CutShort where its end marker is missing."""
    header, orientation, at = None, 1, 2
    while found := _MARKER.search(data, at):
        marker, at = data[found.start() + 1], found.end()
        if marker == 0xD9:
            return header, orientation
        if at + 2 > len(data):
            break
        length = struct.unpack_from(">H", data, at)[0]
        if marker in _SIZE_MARKERS:
            header = struct.unpack_from(">BHHB", data, at + 2)
        elif marker == 0xE1 and data[at + 2 : at + 8] == b"Exif\0\0":
            orientation = _exif_orientation(data[at + 8 : at + length])
        at += length
    raise _CutShort


def _probe_jpeg(data: bytes) -> Probe:
    header, orientation = _check_jpeg(data)
    bits, height, width, channels = header
    return _turned(width, height, 1 if channels == 1 else 3, "uint8" if bits == 8 else "uint16", orientation)


# TIFF


def _decode_tiff(data: bytes) -> tuple[np.ndarray, int]:
    import tifffile  # here, not above: it takes a third of a second, and few projects need it

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        if page.size > 4 * MOST_PIXELS:
            raise MemoryError
        if not _tiff_is_plain(page):
            return _by_opencv(data), 1  # CIE Lab, YCbCr that is not JPEG: OpenCV converts, and turns upright itself
        try:
            array = page.asarray()
        except MemoryError:
            raise
        except Exception as fault:  # each codec has its own exceptions for a strip that is too short or damaged
            raise _CutShort from fault
        array = np.moveaxis(array, 0, -1) if page.axes == "SYX" else array
        return _tiff_colours(page, array), _tiff_orientation(page)


def _tiff_is_plain(page) -> bool:
    """Whether tifffile gives values that need no conversion of colours but ours."""
    jpeg = page.photometric == 6 and page.compression in (6, 7)
    return page.axes in ("YX", "YXS", "SYX") and (page.photometric in (0, 1, 2, 3, 5) or jpeg)


def _tiff_orientation(page) -> int:
    value = page.tags.valueof(_ORIENTATION_TAG, 1)
    return int(value) if value in range(1, 9) else 1


def _tiff_colours(page, array: np.ndarray) -> np.ndarray:
    """Grey or RGB of what a page stores: palette, inverted grey, CMYK, less than 8 bits, alpha and further channels."""
    bits = page.bitspersample
    if page.photometric == 3:
        return (page.colormap >> 8).astype(np.uint8).T[array if array.ndim == 2 else array[..., 0]]
    if page.photometric == 5 and array.ndim == 3 and array.shape[2] >= 4 and array.dtype.kind == "u":
        most = np.iinfo(array.dtype).max
        ink = array[..., :4].astype(np.float32) / most
        return np.round((1 - ink[..., :3]) * (1 - ink[..., 3:]) * most).astype(array.dtype)
    if array.ndim == 3:
        array = array[..., :3] if page.photometric in (2, 6) and array.shape[2] >= 3 else array[..., 0]
    if array.dtype == np.uint8 and bits < 8:
        array = array * np.uint8(255 // (2**bits - 1))
        bits = 8
    if page.photometric == 0:
        if array.dtype == bool:
            return ~array
        if array.dtype.kind == "u":
            return array.dtype.type(2**bits - 1) - array
    return array


def _probe_tiff(file: io.BufferedReader) -> Probe:
    import tifffile

    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages[0]
        if _tiff_is_plain(page):
            # One pixel in the page's own type goes the way that all pixels go when the file is read.
            pixel = np.zeros((1, 1) if page.axes == "YX" else (1, 1, page.samplesperpixel), page.dtype)
            pixel = _own_depth(_tiff_colours(page, pixel))
            channels = 1 if pixel.ndim == 2 else 3
            return _turned(page.imagewidth, page.imagelength, channels, pixel.dtype.name, _tiff_orientation(page))
        file.seek(0)
        return decode(file.read(), Path(file.name).name)[1]


# EXIF


def _turned(width: int, height: int, channels: int, depth: str, orientation: int) -> Probe:
    if orientation >= 5:
        width, height = height, width
    return Probe(width, height, channels, depth, orientation)


def _exif_orientation(data: bytes) -> int:
    """The orientation (1 to 8) that a block of EXIF data asks for; 1 where it asks for none or is damaged."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        return 1
    try:
        at = struct.unpack_from(order + "I", data, 4)[0]
        for k in range(struct.unpack_from(order + "H", data, at)[0]):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", data, at + 2 + 12 * k)
            if tag == _ORIENTATION_TAG and kind == 3:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _webp_orientation(data: bytes) -> int:
    """The orientation of a WebP file's EXIF chunk; 1 for every other format."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return 1
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        if name == b"EXIF":
            return _exif_orientation(data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0"))
        at += 8 + length + length % 2
    return 1
