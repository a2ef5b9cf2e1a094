"""The SHA-256 of a weight file over what its responses depend on, as src/cpp/Weights/Checksum.cxx computes it."""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence

#: The attribute that holds one.
NAME = "Sha256"
#: Options that were a wish for the training or are said elsewhere.
_IDLE_OPTIONS = frozenset({"V", "VerbosityLevel", "H", "FilenameModel", "FilenameTrainedModel"})
#: What of a variable does not decide about the responses to given values. Its expression and label say where the values
#: come from; who reads them from other columns than the training did changes these, and no response.
_SHOWN = frozenset({"Expression", "Label", "Title", "Unit", "Internal", "Min", "Max"})
_BLANKS = re.compile("[ \t\n\r]+")


class _Digest:
    """A document as a sequence of texts, each with its length before it."""

    def __init__(self, encoding: str) -> None:
        self._sum = hashlib.sha256()
        self._encoding = encoding

    def add(self, text: str) -> None:
        data = text.encode(self._encoding)
        self._sum.update(f"{len(data)}:".encode() + data)

    def hex(self) -> str:
        return self._sum.hexdigest()

    def add_head(self, element: ET.Element, without: frozenset[str] = frozenset()) -> None:
        """Name, attributes in alphabetical order, and content."""
        self.add("<" + element.tag)
        for name in sorted(element.attrib.keys() - without, key=lambda name: name.encode(self._encoding)):
            self.add(name)
            self.add(_collapsed(element.attrib[name]))
        content = (element.text or "") + "".join(child.tail or "" for child in element)
        self.add(">" + _collapsed(content))

    def add_all(self, element: ET.Element, without: frozenset[str] = frozenset()) -> None:
        """With everything inside."""
        self.add_head(element, without)
        for child in element:
            if not _vouches_for_itself(child):
                self.add_all(child)
        self.add("/")


def _collapsed(text: str) -> str:
    """Without blanks around it, and one blank for several: what an XML tool may change."""
    return _BLANKS.sub(" ", text).strip(" ")


def _vouches_for_itself(element: ET.Element) -> bool:
    """A network or model has a checksum of its own, and may be missing if the other one is there."""
    return element.tag in ("Network", "Model") and NAME in element.attrib


def of_file(root: ET.Element, encoding: str = "utf-8") -> str:
    """The checksum of a weight file.

    Args:
        root: `<MethodSetup>`.
        encoding: of the file.
    """
    digest = _Digest(encoding)
    digest.add("TorchMVA weight file 1")
    digest.add(root.attrib.get("Method", "").partition("::")[0])
    named = sorted(root.iterfind("Classes/Class"), key=lambda node: int(node.attrib.get("Index", 0)))
    classes = [node.attrib.get("Name", "") for node in named]
    for section in root:
        _add_section(digest, section, classes)
    return digest.hex()


def of_network(network: ET.Element, of_file: str, encoding: str = "utf-8") -> str:
    """The checksum of a network in a file with that checksum."""
    digest = _Digest(encoding)
    digest.add(of_file)
    digest.add_all(network, frozenset({NAME}))
    return digest.hex()


def networks(root: ET.Element) -> Iterator[ET.Element]:
    """The networks of a weight file: of the model, and of the spread of an ensemble."""
    yield from root.iterfind("Weights/Network")
    yield from root.iterfind("Weights/SpreadOfEnsemble/Network")


def _add_section(digest: _Digest, section: ET.Element, classes: Sequence[str]) -> None:
    name = section.tag
    if name == "GeneralInfo":
        for info in section.iterfind("Info[@name='AnalysisType']"):
            digest.add_head(info)
    elif name == "Options":
        _add_options(digest, section)
    elif name in ("Variables", "Spectators", "Targets"):
        digest.add_head(section)
        for child in section:
            digest.add_head(child, _SHOWN)
    elif name == "Transformations":
        digest.add_head(section)
        for child in section:
            _add_transformation(digest, child, classes)
    elif name in ("Classes", "MVAPdfs"):
        digest.add_all(section)
    elif name == "Weights":
        _add_weights(digest, section)


def _add_options(digest: _Digest, section: ET.Element) -> None:
    for option in section.iterfind("Option"):
        if option.attrib.get("name", "") not in _IDLE_OPTIONS:
            digest.add_head(option, frozenset({"modified", "size"}))


def _add_weights(digest: _Digest, section: ET.Element) -> None:
    digest.add_head(section, frozenset({"NotNative"}))
    for child in section:
        if not _vouches_for_itself(child):
            digest.add_all(child, frozenset({"File"}) if child.tag == "Fold" else frozenset())


def _add_transformation(digest: _Digest, element: ET.Element, classes: Sequence[str]) -> None:
    """Of the sets of parameters, one a class and one of all, only that one which is used."""
    reference = element.attrib.get("ReferenceClass", "")
    number = classes.index(reference) if reference in classes else -1
    # the attribute of newer files of TMVA, with the value that those without it have
    is_usual = element.attrib.get("UseOffsetOrNot") == "UseOffset"
    digest.add_head(element, frozenset({"UseOffsetOrNot"} if is_usual else ()))
    if element.find("Variable") is None:
        _add_used_set(digest, element, number)
    else:
        for child in element:
            digest.add_head(child)
            if child.tag == "Variable":
                _add_used_set(digest, child, number)
            else:
                digest.add_all(child)
    digest.add("/")


def _add_used_set(digest: _Digest, parent: ET.Element, reference: int) -> None:
    counts: Counter[str] = Counter()
    numbered = []
    for child in parent:
        numbered.append((_number_of_set(child, counts[child.tag]), child))
        counts[child.tag] += 1
    n_sets = max((number for number, _ in numbered), default=-1) + 1
    digest.add(str(n_sets))
    used = reference if reference >= 0 else n_sets - 1
    for number, child in numbered:
        if number in (-1, used):
            digest.add_all(child)


def _number_of_set(element: ET.Element, place: int) -> int:
    """The number of a set of parameters; -1: it is none."""
    if element.tag == "Matrix":
        return place
    if element.tag in ("Class", "Statistics", "Eigenvectors"):
        return int(element.attrib.get("ClassIndex", -1))
    number = re.fullmatch(r"CumulativePDF_cls([0-9]{1,9})", element.tag)
    return int(number[1]) if number else -1
