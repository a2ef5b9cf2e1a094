"""A model inside a weight file: zlib and base64. Imports neither torch nor NumPy."""

from __future__ import annotations

import base64
import binascii
import zlib

#: Bytes that a model may unpack to, for each byte of the file, and what even the smallest may have.
EXPANSION, ALLOWANCE = 20, 8 << 20


def pack(data: bytes) -> bytes:
    """A model compressed, but not so tightly that :func:`unpack` takes it for an attack."""
    compressed = zlib.compress(data, 6)
    return compressed if len(data) <= limit(len(compressed)) else zlib.compress(data, 0)


def limit(size: int) -> int:
    """What so many compressed bytes may unpack to."""
    return EXPANSION * size + ALLOWANCE


def unpack(text: str) -> bytes:
    """The model of a text.

    Raises:
        ValueError: it is damaged, or unpacks to more memory than its size warrants.
    """
    try:
        compressed = base64.b64decode("".join(text.split()), validate=True)
        most = limit(len(compressed))
        unpack = zlib.decompressobj()
        data = unpack.decompress(compressed, most + 1)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(str(error)) from None
    if len(data) > most:
        raise ValueError(f"{len(compressed)} bytes unpack to more than {most}")
    if not unpack.eof:
        raise ValueError("it ends too early")
    return data
