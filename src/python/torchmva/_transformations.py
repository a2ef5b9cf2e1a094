"""The variable transformations of a weight file, with everything that is needed to apply them."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from torchmva._weightfile_xml import Node


@dataclass(frozen=True)
class Slot:
    """A column that a transformation changes: number ``index`` of its kind."""

    kind: str  # "Variable", "Target" or "Spectator"
    index: int


@dataclass(frozen=True)
class Ranges:
    """Normalize: ``y = 2 (x - minimum) / (maximum - minimum) - 1``, one range a slot; 0 for an empty range."""

    minimum: array[float]
    maximum: array[float]


@dataclass(frozen=True)
class LinearMap:
    """Decorrelation and PCA: ``y_i = sum_k matrix[i * n + k] (x_k - center[k])`` for the n slots."""

    center: array[float]
    matrix: array[float]


@dataclass(frozen=True)
class Cumulative:
    """Gauss and Uniform: the cumulative distribution of each slot, as float32; edges are one more than contents.

    It is interpolated as docs/weights-format.md and src/cpp/Transform/CumulativeTable.cxx say.
    """

    contents: tuple[array[float], ...]
    edges: tuple[array[float], ...]


Parameters = Ranges | LinearMap | Cumulative


@dataclass(frozen=True)
class Transformation:
    """One step of the chain.

    Args:
        name: "Normalize", "Decorrelation", "PCA", "Gauss", "Uniform", or "Identity", which has no parameters.
        slots: what it changes, in the order of the parameters.
        reference_class: the class whose events it was determined from; empty: all events.
        sets: parameters, one set a class and a last one of all events (or only that).
        active: number of the set that is applied.
    """

    name: str
    slots: tuple[Slot, ...]
    reference_class: str = ""
    sets: tuple[Parameters, ...] = ()
    active: int = 0

    @property
    def parameters(self) -> Parameters:
        """The set that is applied."""
        return self.sets[self.active]


#: Of a column, what a transformation names it by: label and expression.
Names = tuple[str, str]


def read_transformations(
    node: Node, columns: Mapping[str, Sequence[Names]], classes: Sequence[str]
) -> tuple[Transformation, ...]:
    """The chain in ``<Transformations>``.

    Args:
        columns: label and expression of all columns, by kind.
        classes: names of the classes.

    Raises:
        WeightFileError: unknown steps or columns, parameters that are missing or too many.
    """
    node.require_known(("NTransformations",), ("Transform",))
    nodes = node.children("Transform")
    n_steps = node.integer("NTransformations", len(nodes), 1000)
    steps = [_read_step(child, columns, list(classes)) for child in nodes]
    variables = tuple(Slot("Variable", i) for i in range(len(columns["Variable"])))
    return (*steps, *(Transformation("Identity", variables) for _ in range(n_steps - len(nodes))))


def _read_step(node: Node, columns: Mapping[str, Sequence[Names]], classes: list[str]) -> Transformation:
    name = _type_of(node)
    slots = _read_slots(node, columns)
    reference = node.attribute("ReferenceClass", "")
    if reference and reference not in classes:
        raise node.fail(f'attribute ReferenceClass: there is no class "{reference}"')
    sets = {
        "Normalize": _read_ranges,
        "Decorrelation": _read_matrices,
        "PCA": _read_principal_components,
        "Gauss": _read_cumulative,
        "Uniform": _read_cumulative,
    }[name](node, len(slots))
    if classes and len(sets) != (len(classes) + 1 if len(classes) > 1 else 1):
        raise node.fail(f"expected parameters of each of {len(classes)} classes and of all, found {len(sets)} sets")
    active = classes.index(reference) if reference else len(sets) - 1
    if active >= len(sets):
        raise node.fail(f'expected parameters of class "{reference}", found {len(sets)} sets')
    return Transformation(name, slots, reference, sets, active)


def _type_of(node: Node) -> str:
    name = node.attribute("Name")
    if name in ("Gauss", "Uniform"):
        kind = node.attribute("FlatOrGauss", "Flat" if name == "Uniform" else "Gauss")
        if kind not in ("Gauss", "Flat"):
            raise node.fail(f'attribute FlatOrGauss: expected Gauss or Flat, found "{kind}"')
        return "Uniform" if kind == "Flat" else "Gauss"
    if name not in ("Normalize", "Decorrelation", "PCA"):
        raise node.fail(f'attribute Name: expected Normalize, Decorrelation, PCA or Gauss, found "{name}"')
    return name


def _read_slots(node: Node, columns: Mapping[str, Sequence[Names]]) -> tuple[Slot, ...]:
    selection = node.child("Selection")
    if selection is None:  # files of old versions of TMVA
        return tuple(Slot("Variable", i) for i in range(len(columns["Variable"])))
    selection.require_known((), ("Input", "Output"))
    group = selection.required("Input")
    group.require_known(("NInputs",), ("Input",))
    inputs = group.children("Input")
    if not inputs or group.integer("NInputs") != len(inputs):
        raise group.fail(f"expected {group.attribute('NInputs')} <Input>, at least one, found {len(inputs)}")
    finder = _SlotFinder(columns)
    slots = tuple(map(finder.read, inputs))
    output = selection.child("Output")
    if output is not None:
        output.require_known(("NOutputs",), ("Output",))
        finder = _SlotFinder(columns)
        if output.integer("NOutputs") != len(slots) or tuple(map(finder.read, output.children("Output"))) != slots:
            raise output.fail("expected the outputs to be the inputs, found others")
    return slots


class _SlotFinder:
    """Finds what ``<Input>`` elements name. Elements of an array share label and expression: the first not taken."""

    def __init__(self, columns: Mapping[str, Sequence[Names]]) -> None:
        self._columns = columns
        self._taken: set[Slot] = set()
        self._waiting: dict[tuple[str, str, str | None], deque[Slot]] = defaultdict(deque)
        for kind, names in columns.items():
            for i, (label, expression) in enumerate(names):
                for key in ((kind, expression, label), (kind, expression, None)):
                    self._waiting[key].append(Slot(kind, i))

    def read(self, node: Node) -> Slot:
        """The slot of one element.

        Raises:
            WeightFileError: the file does not declare it.
        """
        kind, expression, label = _names_in(node, self._columns)
        for key in ((kind, expression, label), (kind, expression, None)):
            waiting = self._waiting[key]
            while waiting:
                slot = waiting.popleft()
                if slot not in self._taken:
                    self._taken.add(slot)
                    return slot
        raise node.fail(
            f'the transformation needs the {kind} "{expression}" (label "{label}"), which the file does not declare'
        )


def _names_in(node: Node, columns: Mapping[str, Sequence[Names]]) -> tuple[str, str, str]:
    """Kind, expression and label of an ``<Input>``."""
    node.require_known(("Type", "Label", "Expression"))
    kind = node.attribute("Type")
    if kind not in columns:
        raise node.fail(f'attribute Type: expected Variable, Target or Spectator, found "{kind}"')
    label = node.attribute("Label")
    return kind, node.attribute("Expression", label), label


def _read_ranges(node: Node, n: int) -> tuple[Parameters, ...]:
    sets: list[Parameters] = []
    node.require_known(("Name", "ReferenceClass", "UseOffsetOrNot"), ("Selection", "Class"))
    if node.attribute("UseOffsetOrNot", "UseOffset") != "UseOffset":
        raise node.fail(
            f"attribute UseOffsetOrNot: expected UseOffset, found '{node.attribute('UseOffsetOrNot')[:40]}'"
        )
    for group in node.ordered("Class", "ClassIndex"):
        ranges = group.required("Ranges").ordered("Range", "Index")
        if len(ranges) != n:
            raise group.fail(f"expected {n} ranges, found {len(ranges)}")
        minimum = array("f", (item.number("Min") for item in ranges))
        maximum = array("f", (item.number("Max") for item in ranges))
        if not all(map(math.isfinite, (*minimum, *maximum))):
            raise group.fail("expected ranges that single precision can hold, found others")
        if any(low > high for low, high in zip(minimum, maximum, strict=True)):
            raise group.fail("expected Min <= Max, found a range where it is not")
        sets.append(Ranges(minimum, maximum))
    return _not_empty(node, sets, "<Class> with <Ranges>")


def _read_matrices(node: Node, n: int) -> tuple[Parameters, ...]:
    sets: list[Parameters] = []
    node.require_known(("Name", "ReferenceClass"), ("Selection", "Matrix"))
    for matrix in node.children("Matrix"):
        matrix.integer("Rows", n, n)
        matrix.integer("Columns", n, n)
        sets.append(LinearMap(array("d", [0.0]) * n, matrix.numbers(n * n)))
    return _not_empty(node, sets, "<Matrix>")


def _read_principal_components(node: Node, n: int) -> tuple[Parameters, ...]:
    node.require_known(("Name", "ReferenceClass"), ("Selection", "Statistics", "Eigenvectors"))
    means = node.ordered("Statistics", "ClassIndex")
    vectors = node.ordered("Eigenvectors", "ClassIndex")
    if len(means) != len(vectors):
        raise node.fail(f"expected as many <Statistics> as <Eigenvectors>, found {len(means)} and {len(vectors)}")
    sets: list[Parameters] = []
    for mean, vector in zip(means, vectors, strict=True):
        mean.integer("NRows", n, n)
        vector.integer("NRows", n, n)
        vector.integer("NCols", n, n)
        columns = vector.numbers(n * n)  # an eigenvector a column
        rows = array("d", (columns[k * n + i] for i in range(n) for k in range(n)))
        sets.append(LinearMap(mean.numbers(n), rows))
    return _not_empty(node, sets, "<Statistics> and <Eigenvectors>")


def _read_cumulative(node: Node, n: int) -> tuple[Parameters, ...]:
    node.require_known(("Name", "ReferenceClass", "FlatOrGauss"), ("Selection", "Variable"))
    variables = node.ordered("Variable", "VarIndex")
    if len(variables) != n:
        raise node.fail(f"expected {n} <Variable>, found {len(variables)}")
    slots: list[list[tuple[array[float], array[float]]]] = []
    for variable in variables:
        histograms: list[tuple[array[float], array[float]]] = []
        while (item := variable.child(f"CumulativePDF_cls{len(histograms)}")) is not None:
            histograms.append(_read_histogram(item.required("PDF")))
        slots.append(histograms)
    if len({len(histograms) for histograms in slots}) != 1:
        raise node.fail("expected as many <CumulativePDF_cls> in each <Variable>, found different numbers")
    sets: list[Parameters] = [
        Cumulative(tuple(contents for contents, _ in one), tuple(edges for _, edges in one))
        for one in zip(*slots, strict=True)
    ]
    return _not_empty(node, sets, "<CumulativePDF_cls0>")


def _read_histogram(pdf: Node) -> tuple[array[float], array[float]]:
    if pdf.has("InterpolMethod"):
        pdf.integer("InterpolMethod", 1, 1)
    node = pdf.required("Histogram")
    n = node.integer("NBins", 1)
    contents = node.numbers(n, "f")
    if node.integer("HasEquidistantBins", 0, 1):
        low, high = node.number("XMin"), node.number("XMax")
        edges = array("f", (low + (high - low) * i / n for i in range(n + 1)))
    else:
        binning = pdf.required("HistogramBinning")
        binning.integer("NBins", n, n)
        edges = binning.numbers(n + 1, "f")
    if any(not high > low for low, high in pairwise(edges)):
        raise node.fail("expected increasing bin edges, found others")
    return contents, edges


def _not_empty(node: Node, sets: list[Parameters], what: str) -> tuple[Parameters, ...]:
    if not sets:
        raise node.fail(f"expected one {what} per class, found none")
    return tuple(sets)
