"""Elements of a weight file, with the checks and messages that every part of its reader needs."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
import zlib
from array import array
from collections.abc import Collection
from pathlib import Path

from torchmva import _regular_file

#: Bytes that a file of gzip may unpack to, for each byte of it, and what even the smallest may have (Core/Gzip.cxx).
_EXPANSION, _ALLOWANCE = 200, 64 << 20


class WeightFileError(Exception):
    """A file that is no weight file, is damaged, or is of a version that this release does not know."""


class Node:
    """One element, which knows its file; what is not as it should be raises :class:`WeightFileError`."""

    def __init__(self, element: ET.Element, path: Path, encoding: str = "utf-8") -> None:
        self.element = element
        self.path = path
        self.encoding = encoding

    @property
    def name(self) -> str:
        return self.element.tag

    @property
    def text(self) -> str:
        """The content without blanks around it."""
        return (self.element.text or "").strip()

    @property
    def attributes(self) -> dict[str, str]:
        return dict(self.element.attrib)

    def fail(self, message: str) -> WeightFileError:
        """The error to raise."""
        return WeightFileError(f"{message} [file: {self.path}; element: <{self.name}>]")

    def child(self, name: str) -> Node | None:
        """The first child of that name."""
        found = self.element.find(name)
        return None if found is None else Node(found, self.path)

    def required(self, name: str) -> Node:
        """The same, which must be there."""
        found = self.child(name)
        if found is None:
            raise self.fail(f"expected element <{name}> inside <{self.name}>, found none")
        return found

    def require_known(self, attributes: Collection[str], children: Collection[str] = ()) -> None:
        """Refuse other attributes and elements: what a reader does not know may change what the rest means."""
        for name in self.element.attrib:
            if name not in attributes:
                raise self.fail(f"the attribute '{name}' is not known here, and may change the responses")
        for child in self.element:
            if child.tag not in children:
                known = ", ".join(f"<{name}>" for name in children) or "no element"
                raise self.fail(
                    f"expected {known}, found <{child.tag}>, which is not known here, and may change the responses"
                )

    def children(self, name: str) -> list[Node]:
        return [Node(element, self.path) for element in self.element.findall(name)]

    def ordered(self, name: str, index: str, count: str = "", by: str = "") -> list[Node]:
        """The children in the order of their attribute ``index``, which counts from 0, each number once.

        Args:
            count: attribute of this element that tells how many there are.
            by: element inside each child that has the attribute; the child itself without one.
        """
        children = self.children(name)
        if count and self.integer(count) != len(children):
            raise self.fail(f"expected {self.attribute(count)} <{name}> (attribute {count}), found {len(children)}")
        numbered = {(child.required(by) if by else child).integer(index): child for child in children}
        if sorted(numbered) != list(range(len(children))):
            raise self.fail(f"expected each {index} from 0 to {len(children) - 1} once, found {sorted(numbered)}")
        return [numbered[i] for i in range(len(children))]

    def has(self, name: str) -> bool:
        return name in self.element.attrib

    def attribute(self, name: str, default: str | None = None) -> str:
        """An attribute; without a default it must be there."""
        value = self.element.get(name, default)
        if value is None:
            raise self.fail(f"expected attribute '{name}' in <{self.name}>, found none")
        return value

    def integer(self, name: str, low: int | None = None, high: int | None = None) -> int:
        """An attribute that is an integer, not outside the limits."""
        text = self.attribute(name)
        try:
            value = int(text)
        except ValueError:
            raise self.fail(f"expected an integer in attribute '{name}', found '{text[:40]}'") from None
        if (low is not None and value < low) or (high is not None and value > high):
            limits = f"from {low} to {high}" if high is not None else f"of at least {low}"
            raise self.fail(f"attribute {name}: expected a number {limits}, found {value}")
        return value

    def number(self, name: str) -> float:
        """An attribute that is a finite number."""
        text = self.attribute(name)
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.fail(f"expected a finite number in attribute '{name}', found '{text[:40]}'")
        return value

    def numbers(self, expected: int, kind: str = "d") -> array[float]:
        """The content as so many finite numbers, in an array of ``kind`` ("d" or "f")."""
        try:
            values = array(kind, map(float, self.text.split()))
        except (ValueError, OverflowError) as error:
            raise self.fail(f"expected finite numbers separated by blanks, found others ({error})") from None
        if len(values) != expected:
            raise self.fail(f"expected {expected} numbers, found {len(values)}")
        if not all(map(math.isfinite, values)):
            raise self.fail("expected finite numbers separated by blanks, found one that is not finite")
        return values


def contents(path: Path) -> bytes:
    """The bytes of a weight file, unpacked if gzip has compressed it.

    Raises:
        OSError: it cannot be read.
        WeightFileError: it cannot be unpacked.
    """
    data = _regular_file.read(present(path))
    if not is_gzip(data):
        return data
    most = _EXPANSION * len(data) + _ALLOWANCE
    text, rest = b"", data
    while is_gzip(rest):  # members; what follows them is no part of the file, as for gunzip
        unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            text += unpack.decompress(rest, most + 1 - len(text))
        except zlib.error as error:
            raise WeightFileError(f"cannot unpack the weight file: {error} [file: {path}]") from None
        if len(text) > most:
            raise WeightFileError(f"{len(data)} bytes unpack to more than {most} [file: {path}]")
        if not unpack.eof:
            raise WeightFileError(f"cannot unpack the weight file: it is truncated [file: {path}]")
        rest = unpack.unused_data
    return text


def present(path: Path) -> Path:
    """The file itself, or the one that gzip has made of it since another file named it, such as that of a fold."""
    packed = path.with_name(path.name + ".gz")
    return packed if packed.is_file() and not path.exists() else path


def is_gzip(data: bytes) -> bool:
    """Whether a file that begins so is one of gzip, whatever its name is."""
    return data.startswith(b"\x1f\x8b")


def parse(path: Path) -> Node:
    """The root element of an XML file.

    Raises:
        WeightFileError: the file cannot be read, or is not well-formed.
    """
    try:
        data = contents(path)
    except OSError as error:
        raise WeightFileError(f"cannot read the weight file: {error.strerror or error} [file: {path}]") from None
    if b"\0" in data:
        raise WeightFileError(f"expected a weight file, found a zero byte: this is not a text file [file: {path}]")
    reason = ""
    if re.search(rb"<!(DOCTYPE|ENTITY)", data):
        raise WeightFileError(f"expected plain XML, found a document type with entities of its own [file: {path}]")
    for encoding in (None, "iso-8859-1") if _is_of_another_time(data) else (None,):
        try:
            element = ET.fromstring(data, ET.XMLParser(encoding=encoding))  # noqa: S314  (expat has limits)
            return Node(element, path, encoding or "utf-8")
        except ET.ParseError as error:
            reason = str(error)
    raise WeightFileError(f"expected well-formed XML, found {reason}: {_guess(data)} [file: {path}]")


def _is_of_another_time(data: bytes) -> bool:
    """Titles that are not in UTF-8, as ROOT's writer lets pass."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


def _guess(data: bytes) -> str:
    if not data.strip():
        return "the file is empty"
    if not data.lstrip().startswith((b"<", b"\xef\xbb\xbf")):
        return "this is no weight file"
    return "the file is damaged" if data.rstrip().endswith(b"</MethodSetup>") else "the file is truncated"
