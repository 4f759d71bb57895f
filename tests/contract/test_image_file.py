"""Every kind of image file is read upright and in its own depth, and half an image is refused."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from core_models.contract import image_file
from core_models.contract.image_file import ImageFileError, probe, read
from core_models.contract.opencv import cv2

GREY = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 255, (120, 160), np.uint8), (0, 0), 3)
COLOUR = np.dstack([GREY, 255 - GREY, GREY // 2])  # red, green, blue


def encoded(array: np.ndarray, suffix: str, *options: int) -> bytes:
    """OpenCV's encoding of a grey, RGB or RGBA array."""
    if array.ndim == 3:
        array = array[..., [2, 1, 0, 3][: array.shape[2]]]
    return cv2.imencode(suffix, array, list(options))[1].tobytes()


def tiff(array: np.ndarray, **options) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, array, **options)
    return out.getvalue()


def exif(orientation: int, order: str = "<") -> bytes:
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def jpeg_turned(array: np.ndarray, orientation: int, order: str = "<") -> bytes:
    data = encoded(array, ".jpg", cv2.IMWRITE_JPEG_QUALITY, 100)
    block = b"Exif\0\0" + exif(orientation, order)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + data[2:]


def png_chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of(header: tuple, lines: bytes, *extra: bytes) -> bytes:
    """A PNG written by hand: OpenCV writes neither palettes nor grey with alpha."""
    width, height, bits, colour = header
    first = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + first + b"".join(extra) + png_chunk(b"IDAT", zlib.compress(lines)) + png_chunk(b"IEND", b"")


def read_bytes(tmp_path, data: bytes, name: str = "a.png") -> np.ndarray:
    """The image of these bytes; `probe` must say the same of the file as `read` gives."""
    path = tmp_path / name
    path.write_bytes(data)
    array, said = read(path), probe(path)
    assert (said.height, said.width) == array.shape[:2]
    assert said.depth == array.dtype.name
    assert said.channels == (1 if array.ndim == 2 else 3)
    return array


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp", ".pgm"])
def test_lossless_grey_comes_back_as_it_was(tmp_path, suffix):
    data = encoded(np.dstack([GREY] * 3), suffix, cv2.IMWRITE_WEBP_QUALITY, 101) if suffix == ".webp" else encoded(GREY, suffix)
    array = read_bytes(tmp_path, data, "好 图" + suffix)
    assert np.array_equal(array if array.ndim == 2 else array[..., 1], GREY)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".ppm"])
def test_colours_are_red_green_blue_and_alpha_is_ignored(tmp_path, suffix):
    assert np.array_equal(read_bytes(tmp_path, encoded(COLOUR, suffix)), COLOUR)
    if suffix in (".png", ".tif"):
        assert np.array_equal(read_bytes(tmp_path, encoded(np.dstack([COLOUR, GREY]), suffix)), COLOUR)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_stay_sixteen(tmp_path, suffix):
    deep = GREY.astype(np.uint16) * 257
    assert np.array_equal(read_bytes(tmp_path, encoded(deep, suffix)), deep)
    colour = COLOUR.astype(np.uint16) * 200
    assert np.array_equal(read_bytes(tmp_path, encoded(colour, suffix)), colour)


@pytest.mark.parametrize(
    ("stored", "given_back"),
    [("int8", "int8"), ("int16", "int16"), ("uint32", "uint32"), ("int32", "int32"), ("float16", "float32"), ("float32", "float32"), ("float64", "float64")]
    + [("int64", "float64"), (">u2", "uint16"), (">f4", "float32")],
)
def test_tiff_of_every_depth(tmp_path, stored, given_back):
    values = (GREY.astype(np.float64) - 100).astype(stored) if "u" not in stored else GREY.astype(stored) * 7
    array = read_bytes(tmp_path, tiff(values, byteorder=">" if stored.startswith(">") else None), "a.tif")
    assert array.dtype == np.dtype(given_back)
    assert np.array_equal(array, values.astype(given_back))


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "zstd", "packbits"])
def test_tiff_compressed_tiled_and_planar(tmp_path, compression):
    assert np.array_equal(read_bytes(tmp_path, tiff(GREY, compression=compression, tile=(64, 64)), "a.tif"), GREY)
    planes = np.moveaxis(COLOUR, -1, 0)
    assert np.array_equal(read_bytes(tmp_path, tiff(planes, photometric="rgb", planarconfig="separate", compression=compression), "a.tif"), COLOUR)


def test_tiff_palette_bilevel_inverted_and_ink(tmp_path):
    index = GREY // 64
    palette = np.random.default_rng(0).integers(0, 256, (3, 256)).astype(np.uint16)
    got = read_bytes(tmp_path, tiff(index, photometric="palette", colormap=palette * 257), "a.tif")
    assert np.array_equal(got, palette.T[index].astype(np.uint8))
    assert np.array_equal(read_bytes(tmp_path, tiff(GREY > 110, photometric="minisblack"), "a.tif"), (GREY > 110) * np.uint8(255))
    assert np.array_equal(read_bytes(tmp_path, tiff(GREY > 110, photometric="miniswhite"), "a.tif"), (GREY <= 110) * np.uint8(255))
    assert np.array_equal(read_bytes(tmp_path, tiff(GREY, photometric="miniswhite"), "a.tif"), 255 - GREY)
    no_ink = np.zeros((4, 5, 4), np.uint8)
    no_ink[0, 0, 3] = 255
    got = read_bytes(tmp_path, tiff(no_ink, photometric="separated"), "a.tif")
    assert got.shape == (4, 5, 3) and (got[0, 0] == 0).all() and (got[1:] == 255).all()


def test_tiff_alpha_is_ignored_and_the_first_page_is_read(tmp_path):
    grey_alpha = np.dstack([GREY, 255 - GREY])
    assert np.array_equal(read_bytes(tmp_path, tiff(grey_alpha, photometric="minisblack", planarconfig="contig", extrasamples=["unassalpha"]), "a.tif"), GREY)
    assert np.array_equal(read_bytes(tmp_path, tiff(np.stack([GREY, 255 - GREY])), "a.tif"), GREY)


def test_png_palette_bits_and_grey_with_alpha(tmp_path):
    lines = b"".join(b"\0" + bytes([0b00011011]) for _ in range(3))  # two bits a pixel: 0, 1, 2, 3
    palette = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7])
    got = read_bytes(tmp_path, png_of((4, 3, 2, 3), lines, png_chunk(b"PLTE", palette)))
    assert got[1].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 8, 7]]
    assert read_bytes(tmp_path, png_of((8, 1, 1, 0), b"\0" + bytes([0b10110001]))).tolist() == [[255, 0, 255, 255, 0, 0, 0, 255]]
    assert read_bytes(tmp_path, png_of((2, 1, 8, 4), bytes([0, 50, 255, 90, 0]))).tolist() == [[50, 90]]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_orientations_are_turned_upright(tmp_path, orientation):
    jpeg = jpeg_turned(GREY, orientation, "<" if orientation % 2 else ">")
    as_opencv_turns_it = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_ANYDEPTH)
    assert np.array_equal(read_bytes(tmp_path, jpeg, "a.jpg"), as_opencv_turns_it)
    assert probe(tmp_path / "a.jpg").orientation == orientation
    # Where the pixel stored first must come to lie, by the words of the EXIF standard (tag 274).
    corner = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1), 8: (-1, 0)}[orientation]
    stored = np.zeros((3, 5), np.uint8)
    stored[0, 0] = 200
    stored[0, 1] = 100  # its neighbour in the stored row
    shape = (5, 3) if orientation >= 5 else (3, 5)
    inward = (1 if corner[0] == 0 else -1, 1 if corner[1] == 0 else -1)
    beside = (corner[0] + inward[0], corner[1]) if orientation >= 5 else (corner[0], corner[1] + inward[1])
    for data, name in (
        (tiff(stored, extratags=[(274, "H", 1, orientation, True)]), "a.tif"),
        (png_of((5, 3, 8, 0), b"".join(b"\0" + row.tobytes() for row in stored), png_chunk(b"eXIf", exif(orientation))), "a.png"),
    ):
        got = read_bytes(tmp_path, data, name)
        assert got.shape == shape and got[corner] == 200 and got[beside] == 100


def test_a_turned_webp_is_turned_upright(tmp_path):
    stored = np.zeros((16, 24, 3), np.uint8)
    stored[:, :8, 0] = 200  # red at the left as stored: at the top once turned
    whole = encoded(stored, ".webp", cv2.IMWRITE_WEBP_QUALITY, 101)

    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)

    size = struct.pack("<I", 24 - 1)[:3] + struct.pack("<I", 16 - 1)[:3]
    parts = b"WEBP" + chunk(b"VP8X", b"\x08\0\0\0" + size) + whole[12:] + chunk(b"EXIF", exif(6))
    got = read_bytes(tmp_path, b"RIFF" + struct.pack("<I", len(parts)) + parts, "a.webp")
    assert got.shape == (24, 16, 3)
    assert (got[:8, :, 0] == 200).all() and not got[8:].any()


def test_an_orientation_that_makes_no_sense_is_upright(tmp_path):
    assert np.array_equal(read_bytes(tmp_path, jpeg_turned(GREY, 77), "a.jpg").shape, GREY.shape)


def test_content_counts_not_the_name(tmp_path):
    assert np.array_equal(read_bytes(tmp_path, encoded(GREY, ".png"), "a.jpg"), GREY)
    assert np.array_equal(read_bytes(tmp_path, tiff(GREY), "a.png"), GREY)


@pytest.mark.parametrize("data", [b"", b"no image", b"\0" * 5000, b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"II*\0\x08\0\0\0", b"RIFF0000WEBP"])
def test_what_is_no_image_is_refused_in_words(tmp_path, data):
    path = tmp_path / "坏.png"
    path.write_bytes(data)
    with pytest.raises(ImageFileError, match="坏.png (is|cannot)"):
        read(path)
    with pytest.raises(ImageFileError):
        probe(path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".bmp", ".webp", ".pgm", "lzw.tif"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_cut_short_is_refused(tmp_path, suffix, share):
    data = tiff(GREY, compression="lzw", rowsperstrip=16) if suffix == "lzw.tif" else encoded(GREY, suffix)
    (tmp_path / "cut").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ImageFileError, match="cut"):
        read(tmp_path / "cut")


def test_a_cut_short_file_is_found_without_the_decoders_help(tmp_path, monkeypatch):
    """A decoder that fills the missing rows with black, as libjpeg and older versions of OpenCV do, is never asked."""
    monkeypatch.setattr(image_file.cv2, "imdecode", lambda *a: GREY)
    png, jpeg = encoded(GREY, ".png"), encoded(GREY, ".jpg")
    damaged = bytearray(png)
    damaged[len(png) // 2] ^= 255
    for data in (png[:-12], png[:900], bytes(damaged), jpeg[:-2], jpeg[:900], jpeg[:900] + b"\0" * 500):
        with pytest.raises(ImageFileError, match="cut short"):
            image_file.decode(data, "a")
    assert np.array_equal(image_file.decode(png, "a")[0], GREY)
    assert np.array_equal(image_file.decode(jpeg + b"trailing bytes of a camera", "a")[0], GREY)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.png", tmp_path):
        for function in (read, probe, image_file.sha256):
            with pytest.raises(ImageFileError, match="cannot be opened"):
                function(path)


def test_a_line_scan_of_30000_pixels(tmp_path):
    wide = np.zeros((64, 30_000), np.uint16)
    wide[40, 29_999] = 60_000
    for data, name in ((encoded(wide, ".png"), "w.png"), (tiff(wide), "w.tif"), (tiff(wide, bigtiff=True), "w.tif")):
        got = read_bytes(tmp_path, data, name)
        assert got.shape == (64, 30_000) and got[40, 29_999] == 60_000


def test_a_tiff_that_claims_to_be_larger_than_any_memory_is_not_unpacked(tmp_path, monkeypatch):
    data = bytearray(tiff(GREY, photometric="minisblack"))
    for tag in (256, 257):  # ImageWidth and ImageLength
        at = data.index(struct.pack("<HHI", tag, 3 if struct.pack("<HHI", tag, 3, 1) in data else 4, 1))
        data[at : at + 12] = struct.pack("<HHII", tag, 4, 1, 200_000)
    monkeypatch.setattr(tifffile.TiffPage, "asarray", lambda *_, **__: pytest.fail("it was unpacked"))
    with pytest.raises(ImageFileError, match="too large for the memory"):
        image_file.decode(bytes(data), "w.tif")


@pytest.mark.slow
def test_more_pixels_than_opencv_takes_by_itself(tmp_path):
    data = encoded(np.zeros((36_000, 30_000), np.uint8), ".png", cv2.IMWRITE_PNG_COMPRESSION, 1)
    assert image_file.decode(data, "w.png")[0].shape == (36_000, 30_000)


def test_sha256_is_that_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"some bytes")
    assert image_file.sha256(tmp_path / "a") == hashlib.sha256(b"some bytes").hexdigest()


def test_grey_weighs_colours_and_takes_no_number_as_zero():
    assert np.allclose(image_file.grey(np.full((2, 3, 3), 80, np.uint8)), 80)
    assert np.allclose(image_file.grey(np.array([[[100, 0, 0], [0, 100, 0]]], np.uint8)), [[29.9, 58.7]])
    assert image_file.grey(np.array([[np.nan, np.inf, 2.5]], np.float32)).tolist() == [[0, 0, 2.5]]


@settings(max_examples=150)
@given(st.sampled_from([".png", ".jpg", ".tif", ".bmp"]), st.data())
def test_damaged_bytes_end_in_an_image_or_in_a_sentence(suffix, data):
    raw = bytearray(encoded(GREY[:20, :30], suffix))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        array, _ = image_file.decode(bytes(raw), "a")
    except ImageFileError as fault:
        assert str(fault).startswith("a ")
    else:
        assert array.ndim in (2, 3) and array.size
