"""Reads a weight file (docs/weights-format.md) without ROOT, torch and NumPy: for `torchmva info` and `export`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from torchmva import _checksum, _embedded
from torchmva._transformations import (
    Cumulative,
    LinearMap,
    Ranges,
    Slot,
    Transformation,
    read_transformations,
)
from torchmva._weightfile_xml import Node, WeightFileError, parse

__all__ = [
    "Column",
    "Cumulative",
    "LinearMap",
    "Model",
    "Network",
    "Node",
    "Operation",
    "Option",
    "Ranges",
    "Slot",
    "Transformation",
    "WeightFile",
    "WeightFileError",
    "read",
]

#: The newest `Version` of `<Network>` that is understood here.
NETWORK_VERSION = 1
_ANALYSIS_TYPES = ("Classification", "Regression", "Multiclass")


@dataclass(frozen=True)
class Column:
    """A variable, spectator or target; the range is that of the training events, None if it was never determined."""

    expression: str
    label: str
    title: str
    unit: str
    internal: str
    type: str
    minimum: float | None
    maximum: float | None


@dataclass(frozen=True)
class Option:
    """An option of the method; ``is_set``: by the user."""

    name: str
    value: str
    is_set: bool


@dataclass(frozen=True)
class Model:
    """A PyTorch model, inside the weight file (``text``, zlib + base64) or in a file beside it.

    Args:
        format: "TorchScript" or "torch.export"; empty in files of TMVA, which store the name of a file only.
        sha256: checksum in hexadecimal digits; empty if there is none.
        size: in bytes; 0 if unknown.
        file: as the weight file says; empty for an embedded model.
        candidates: where that file may be, the best first.
        text: the embedded model.
    """

    format: str
    sha256: str
    size: int
    file: str = ""
    candidates: tuple[Path, ...] = ()
    text: str = field(default="", repr=False)

    def find(self) -> Path | None:
        """The model's file, None if it is not there."""
        return next((path for path in self.candidates if path.is_file()), None)

    def problem(self) -> str:
        """Why the model cannot be used; empty if it is there and its checksum fits."""
        checksum = hashlib.sha256()
        size = 0
        if self.text:
            try:
                data = _embedded.unpack(self.text)
            except ValueError as error:
                return f"the embedded model is damaged: {error}"
            checksum.update(data)
            size = len(data)
        else:
            path = self.find()
            if path is None:
                return "the file is not there"
            try:
                with path.open("rb") as file:
                    while block := file.read(1 << 20):
                        checksum.update(block)
                        size += len(block)
            except OSError as error:
                return f"the file cannot be read: {error.strerror or error}"
        if self.size and size != self.size:
            return f"expected {self.size} bytes, found {'more' if size > self.size else size}"
        if self.sha256 and checksum.hexdigest() != self.sha256.lower():
            return f"expected SHA-256 {self.sha256.lower()}, found {checksum.hexdigest()}"
        return ""


@dataclass(frozen=True)
class Operation:
    """One step of a network: docs/network-format.md. Value 0 is the input, operation i makes value i + 1."""

    type: str
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Network:
    """A network that runs without Python. ``parameters`` is an array of float32 in this machine's byte order."""

    n_inputs: int
    n_outputs: int
    operations: tuple[Operation, ...]
    parameters: array[float] = field(repr=False)


@dataclass(frozen=True)
class WeightFile:
    """What is in a weight file.

    Args:
        path: of the file.
        method: type, such as "PyTorch" or "Fisher".
        title: that the method was booked with.
        analysis: "Classification", "Regression" or "Multiclass".
        info: everything in `<GeneralInfo>`, by name.
        weights: the method's own element, None in files of TMVA's MethodPyTorch.
        has_pdfs: whether densities of the response are stored (CreateMVAPdfs).
    """

    path: Path
    method: str
    title: str
    analysis: str
    info: Mapping[str, str]
    options: tuple[Option, ...]
    variables: tuple[Column, ...]
    spectators: tuple[Column, ...]
    targets: tuple[Column, ...]
    classes: tuple[str, ...]
    transformations: tuple[Transformation, ...] = field(repr=False)
    has_pdfs: bool
    weights: Node | None = field(repr=False)
    model: Model | None
    network: Network | None

    def option(self, name: str, default: str = "") -> str:
        """Value of an option, the default if the file does not have it."""
        return next((option.value for option in self.options if option.name == name), default)

    @property
    def weights_attributes(self) -> dict[str, str]:
        """Attributes of `<Weights>`: `NOutputs`, `Prediction`, `NotNative`, ..."""
        return {} if self.weights is None else self.weights.attributes

    @property
    def history_file(self) -> Path:
        """Where training would have written its history."""
        name = self.path.name.removesuffix(".gz").removesuffix(".xml").removesuffix(".weights")
        return self.path.with_name(name + ".history.json")


def read(path: str | Path) -> WeightFile:
    """Read and check a weight file, of TorchMVA or of TMVA, whatever the method.

    Raises:
        WeightFileError: with what was expected, what was found and where.
    """
    root = parse(Path(path))
    method, title = _method_of(root)
    info = {item.attribute("name"): item.attribute("value") for item in root.required("GeneralInfo").children("Info")}
    analysis = _analysis_of(root, info)
    options = _read_options(root)
    variables = _read_columns(root.required("Variables"), "Variable", "NVar", "VarIndex")
    if not variables:
        raise root.required("Variables").fail("expected at least one variable, found none")
    spectators = _optional_columns(root, "Spectators", "Spectator", "NSpec", "SpecIndex")
    if analysis == "Regression":
        root.required("Targets")
    targets = _optional_columns(root, "Targets", "Target", "NTrgt", "TargetIndex")
    class_list = root.child("Classes")
    nodes = [] if class_list is None else class_list.ordered("Class", "Index", "NClass")
    classes = tuple(node.attribute("Name") for node in nodes)
    weights = root.child("Weights")
    pdfs = root.child("MVAPdfs")
    file = WeightFile(
        root.path,
        method,
        title,
        analysis,
        info,
        options,
        variables,
        spectators,
        targets,
        classes,
        _read_chain(root, {"Variable": variables, "Target": targets, "Spectator": spectators}, classes),
        pdfs is not None and bool(pdfs.children("PDF")),
        weights,
        _read_model(root.path, method, weights, options),
        None if weights is None else _read_network(weights, len(variables)),
    )
    _check_chain(file, root)
    _verify(root)  # last, since an error that names what is wrong says more
    return file


def _verify(root: Node) -> None:
    """Compare the checksums of the file and of its networks with what is there; files of old releases have none."""
    expected = root.attribute(_checksum.NAME, "")
    if not expected:
        return
    try:
        found = _checksum.of_file(root.element, root.encoding)
        sums = [("MethodSetup", expected, found)] + [
            ("Network", network.attrib[_checksum.NAME], _checksum.of_network(network, expected, root.encoding))
            for network in _checksum.networks(root.element)
            if _checksum.NAME in network.attrib
        ]
    except (ValueError, RecursionError) as error:
        raise root.fail(f"the checksum cannot be computed: {error}") from None
    for element, expected, found in sums:
        if expected != found:
            raise root.fail(
                f"the weight file was changed after it was written (<{element}>): expected the SHA-256 {expected}, "
                f"found {found}. If you edited it by hand: torchmva checksum --update {root.path}"
            )


def _check_chain(file: WeightFile, root: Node) -> None:
    """As many transformations as the option says: a missing one looks like the identity, which is counted only."""
    option = file.option("VarTransform", "None")
    steps = [] if option in ("", "None") else re.split(r"[,+](?![^(]*\))", option)
    if any(item.name == "VarTransform" for item in file.options) and len(steps) != len(file.transformations):
        raise root.fail(f"expected the transformations of VarTransform={option}, found {len(file.transformations)}")
    n_identity = sum(re.split(r"[(_]", step.strip())[0] in ("I", "Ident", "Identity") for step in steps)
    if steps and n_identity != sum(step.name == "Identity" for step in file.transformations):
        raise root.fail(f"expected the transformations of VarTransform={option}, found others")


def _method_of(root: Node) -> tuple[str, str]:
    if root.name != "MethodSetup":
        raise root.fail(f"this is no weight file: expected the root element <MethodSetup>, found <{root.name}>")
    root.require_known(("Method", _checksum.NAME), [child.tag for child in root.element])
    method, colons, title = root.attribute("Method").partition("::")
    if not method or not colons:
        raise root.fail(f'attribute Method: expected "Type::Title", found "{root.attribute("Method")}"')
    return method, title


def _analysis_of(root: Node, info: Mapping[str, str]) -> str:
    if "AnalysisType" not in info:
        raise root.required("GeneralInfo").fail("expected an <Info> with the name AnalysisType, found none")
    found = next((name for name in _ANALYSIS_TYPES if name.lower() == info["AnalysisType"].lower()), None)
    if found is None:
        raise root.required("GeneralInfo").fail(
            f"AnalysisType: expected one of {', '.join(_ANALYSIS_TYPES)}, found '{info['AnalysisType']}'"
        )
    return found


def _read_options(root: Node) -> tuple[Option, ...]:
    node = root.child("Options")
    return tuple(
        Option(item.attribute("name"), item.text, item.attribute("modified", "No") == "Yes")
        for item in (node.children("Option") if node is not None else [])
    )


def _read_columns(node: Node, element: str, count: str, index: str) -> tuple[Column, ...]:
    columns = []
    node.require_known((count,), (element,))
    for item in node.ordered(element, index, count):
        item.require_known((index, "Expression", "Label", "Title", "Unit", "Internal", "Type", "Min", "Max"))
        expression = item.attribute("Expression")
        label = item.attribute("Label", expression)
        low, high = item.number("Min"), item.number("Max")
        is_known = low <= high
        columns.append(
            Column(
                expression,
                label,
                item.attribute("Title", label),
                item.attribute("Unit", ""),
                item.attribute("Internal", label),
                item.attribute("Type", "F"),
                low if is_known else None,
                high if is_known else None,
            )
        )
    return tuple(columns)


def _optional_columns(root: Node, group: str, element: str, count: str, index: str) -> tuple[Column, ...]:
    node = root.child(group)
    return () if node is None else _read_columns(node, element, count, index)


def _read_chain(
    root: Node, columns: Mapping[str, tuple[Column, ...]], classes: tuple[str, ...]
) -> tuple[Transformation, ...]:
    node = root.child("Transformations")
    if node is None:
        return ()
    names = {kind: [(column.label, column.expression) for column in group] for kind, group in columns.items()}
    return read_transformations(node, names, classes)


def _read_model(path: Path, method: str, weights: Node | None, options: tuple[Option, ...]) -> Model | None:
    node = None if weights is None else weights.child("Model")
    folder = path.parent
    if node is None:
        name = next((option.value for option in options if option.name == "FilenameTrainedModel"), "")
        if method != "PyTorch" or not name:
            return None
        file = Path(name)  # written by TMVA itself: the file name is all there is
        return Model("", "", 0, name, (file, folder / file, folder / file.name))
    model_format, sha256, size = node.attribute("Format", ""), node.attribute("Sha256"), node.integer("Size", 0)
    if node.has("File"):
        file = Path(node.attribute("File"))
        return Model(model_format, sha256, size, str(file), (folder / file, folder / file.name))
    if not node.text:
        raise node.fail("the element Model has neither content nor an attribute File")
    return Model(model_format, sha256, size, text=node.text)


def _read_network(weights: Node, n_variables: int) -> Network | None:
    node = weights.child("Network")
    if node is None:
        return None
    node.require_known(("Version", "NInputs", "NOutputs", "Size", "Md5", _checksum.NAME), ("Operation", "Parameters"))
    version = node.integer("Version", 1)
    if version > NETWORK_VERSION:
        raise node.fail(
            f"the network is of version {version}, this release of TorchMVA knows versions up to {NETWORK_VERSION}: "
            "please use a newer one"
        )
    n_inputs = node.integer("NInputs", n_variables, n_variables)
    operations: list[Operation] = []
    for item in node.children("Operation"):
        inputs = _integers(item, "Inputs")
        if not all(0 <= i <= len(operations) for i in inputs):
            raise item.fail(f"operation {len(operations)}: expected inputs that are there, found {inputs}")
        own = {name: value for name, value in item.attributes.items() if name not in ("Type", "Inputs", "Shape")}
        operations.append(Operation(item.attribute("Type"), inputs, _integers(item, "Shape"), own))
    return Network(n_inputs, node.integer("NOutputs", 1), tuple(operations), _read_parameters(node))


def _integers(node: Node, name: str) -> tuple[int, ...]:
    try:
        return tuple(map(int, node.attribute(name).split()))
    except ValueError:
        raise node.fail(f"attribute {name}: expected integers, found '{node.attribute(name)[:40]}'") from None


def _read_parameters(node: Node) -> array[float]:
    """The numbers in `<Parameters>`, after a look at size and checksum."""
    size = node.integer("Size", 0, 1 << 28)
    text = node.required("Parameters")
    try:
        data = base64.b64decode("".join(text.text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise text.fail(f"the parameters are damaged: {error}") from None
    if len(data) != 4 * size:
        raise text.fail(f"the parameters are damaged: expected {size} numbers, found {len(data)} bytes")
    found = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if found != node.attribute("Md5").lower():
        raise text.fail(f"the parameters are damaged: expected MD5 {node.attribute('Md5')}, found {found}")
    parameters = array("f")
    parameters.frombytes(data)
    if sys.byteorder == "big":
        parameters.byteswap()
    return parameters
