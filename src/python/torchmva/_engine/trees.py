"""Decision trees for MethodBDT: grown by LightGBM, handed over as flat arrays. Applied in C++, without Python.

LightGBM goes to the left where ``x <= threshold``, in double precision; TMVA's trees go to the right where
``x >= cut``, in single precision. The cut is the smallest float above the threshold, so both take every float the same
way.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import EngineError
from .log import Log, LogFunction

Array = np.ndarray[Any, Any]

_LARGEST_TREE = 131072  # leaves; LightGBM's own limit
_FEW_EVENTS = 50_000  # below, threads wait for each other longer than they work
# TMVA tries n_cuts places between the smallest and the largest value in the present node, so a few levels down they
# are close; LightGBM's bins are those of the whole sample, and must be fine from the beginning.
_BINS = 255
_MODEL_FORMAT = "version=v4"


@dataclass(frozen=True)
class Settings:
    """How to grow the trees; see ``Internal::TreeTrainingRequest``.

    Args:
        kind: ``"Classification"``, ``"Multiclass"`` or ``"Regression"``.
        n_trees: boosting steps.
        max_depth: of a tree; its root has depth 0.
        min_node_size: smallest part of the events in a node.
        min_node_events: the same as a number; 0: ``min_node_size`` counts.
        n_cuts: cuts a variable, at least 254; -1: between all values.
        bagged_fraction: part of the events that a tree sees.
        bagged_events: the same as a number; 0: ``bagged_fraction`` counts.
        variable_fraction: part of the variables that a node sees.
        loss: of regression: ``"Huber"``, ``"AbsoluteDeviation"`` or ``"LeastSquares"``.
        keep_class_sums: the sums of weights of the classes do not change when events of negative weight are left out.
        signal_to_background: ratio of the sums of weights in a classification; 0: as they are.
    """

    kind: str
    n_classes: int
    signal_class: int
    n_trees: int
    max_depth: int
    min_node_size: float
    min_node_events: int
    n_cuts: int
    shrinkage: float
    bagged_fraction: float
    bagged_events: int
    variable_fraction: float
    loss: str
    huber_quantile: float
    keep_class_sums: bool
    signal_to_background: float
    seed: int


@dataclass(frozen=True)
class Trees:
    """Trees one after the other, as ``Internal::TreeTrainingResult``: a number a node, but for ``sizes`` (a tree) and
    ``gains`` (a variable).
    """

    start: float
    sizes: Array
    variables: Array
    cuts: Array
    left: Array
    right: Array
    values: Array
    gains: Array


def prepare() -> Any:
    """LightGBM, or an error that says how to get it."""
    try:
        import lightgbm
    except (ImportError, OSError) as error:  # OSError: without the system's libgomp
        raise EngineError(
            "Python",
            f"kBDT trains with LightGBM, which this Python cannot import ({error}): pip install 'torchmva[trees]'",
            [("python", sys.executable)],
        ) from error
    return lightgbm


@np.errstate(all="ignore")  # whatever the script has set
def train(
    write_log: LogFunction, settings: Settings, inputs: Array, truth: Array, weights: Array, threads: int = 1
) -> Trees:
    """Grow trees.

    Args:
        inputs: float32 [n, nVars], shared with C++.
        truth: class numbers int32 [n], or targets float32 [n, 1] of a regression; shared with C++.
        weights: float32 [n], shared with C++.
        threads: at most, for large samples. They make no difference to the trees.

    Raises:
        EngineError: ``Python`` without LightGBM or when it fails, ``Data`` for weights that cannot be used.
    """
    grown = grow(settings, inputs, truth, weights, Log(write_log), threads)
    # TMVA's binary response is 2 / (1 + exp(-2 F)) - 1 where LightGBM's probability is 1 / (1 + exp(-F))
    scale = 0.5 if settings.kind == "Classification" else 1.0
    return _flat(grown.booster.model_to_string(), grown.start, grown.booster.feature_importance("gain"), scale)


@dataclass(frozen=True)
class Grown:
    """LightGBM's own trees, and the constant that they are added to."""

    booster: Any
    start: float

    def outputs(self, inputs: Array) -> Array:
        """Probability of signal [n, 1], of the classes [n, k], or the target [n, 1] of float32 [n, nVars]."""
        outputs: Array = self.booster.predict(inputs).reshape(len(inputs), -1) + self.start
        return outputs


def grow(settings: Settings, inputs: Array, truth: Array, weights: Array, log: Log, threads: int = 1) -> Grown:
    """Grow trees; arguments and errors as :func:`train`."""
    lightgbm = prepare()
    truth = truth.reshape(-1)
    scaled = _training_weights(settings, truth, weights, log)
    used = scaled > 0
    if not used.all():
        inputs, truth, scaled = inputs[used], truth[used], scaled[used]
    start = _start(settings, truth, scaled)
    parameters = _parameters(settings, len(inputs), threads)
    log.info(
        f"Gradient boosting by LightGBM {lightgbm.__version__}: {settings.n_trees} steps, {len(inputs)} events, "
        f"at most {parameters['num_leaves']} leaves of at least {parameters['min_data_in_leaf']} events"
    )
    try:
        return Grown(_boost(lightgbm, settings, parameters, inputs, truth, scaled, start, log), start)
    except lightgbm.basic.LightGBMError as error:
        raise EngineError("Python", f"LightGBM failed: {error}") from error


def _training_weights(settings: Settings, truth: Array, weights: Array, log: Log) -> Array:
    """Weights with mean 1, none of them negative: LightGBM wants that, and its regularisation then knows no scale."""
    classes = np.zeros(len(weights), dtype=np.int32) if settings.kind == "Regression" else truth
    scaled = np.maximum(weights, 0).astype(np.float64)
    n_classes = 1 if settings.kind == "Regression" else settings.n_classes
    sums = np.bincount(classes, weights=weights, minlength=n_classes)
    positive = np.bincount(classes, weights=scaled, minlength=n_classes)
    n_negative = int((weights < 0).sum())
    wanted: Array = sums if settings.keep_class_sums else positive
    for number in range(n_classes):
        if not wanted[number] > 0:
            where = [] if settings.kind == "Regression" else [("class", str(number))]
            raise EngineError("Data", f"expected a positive sum of training weights, found {wanted[number]:g}", where)
    if n_negative:
        rest = "the others of their class make up for their weight" if settings.keep_class_sums else "for good"
        log.warning(f"{n_negative} training events of negative weight are left out, {rest}")
    if settings.kind == "Classification" and settings.signal_to_background > 0:
        wanted = np.ones(2)
        wanted[settings.signal_class] = settings.signal_to_background
    scaled *= (wanted / positive)[classes]
    result: Array = (scaled * (np.count_nonzero(scaled) / scaled.sum())).astype(np.float32)
    return result


def _quantile(values: Array, weights: Array, quantile: float) -> float:
    """Smallest value that at least this part of the weights does not exceed."""
    if weights[0] == weights[-1] and np.all(weights == weights[0]):
        rank = max(int(np.ceil(quantile * len(values) - 1e-9)), 1) - 1
        return float(np.partition(values, rank)[rank])
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order], dtype=np.float64)
    at = min(int(np.searchsorted(reached, quantile * reached[-1] * (1 - 1e-12))), len(values) - 1)
    return float(values[order[at]])


def _start(settings: Settings, truth: Array, weights: Array) -> float:
    """Where a regression starts: the constant that the loss likes best, as in TMVA."""
    if settings.kind != "Regression":
        return 0.0
    if settings.loss == "LeastSquares":
        return float(np.average(truth.astype(np.float64), weights=weights))
    return _quantile(truth, weights, 0.5)


def _parameters(settings: Settings, n_events: int, threads: int) -> dict[str, Any]:
    """LightGBM's names for what TMVA's options mean."""
    bagged = settings.bagged_fraction
    if settings.bagged_events:
        bagged = min(settings.bagged_events / n_events, 1.0)
    min_events = settings.min_node_events or int(settings.min_node_size * n_events * bagged)
    min_events = max(min_events, 1)
    objective = {
        "Classification": "binary",
        "Multiclass": "multiclass",
        "Regression": {"LeastSquares": "regression", "AbsoluteDeviation": "regression_l1", "Huber": "none"}[
            settings.loss
        ],
    }[settings.kind]
    return {
        "objective": objective,
        "num_class": settings.n_classes if settings.kind == "Multiclass" else 1,
        "boost_from_average": settings.kind != "Regression",
        "learning_rate": settings.shrinkage,
        "max_depth": settings.max_depth,
        "num_leaves": max(min(2 ** min(settings.max_depth, 20), n_events // min_events + 1, _LARGEST_TREE), 2),
        "min_data_in_leaf": min_events,
        "max_bin": max(settings.n_cuts + 1, _BINS) if settings.n_cuts > 0 else max(min(n_events, 65535), 2),
        "min_data_in_bin": 1,
        "bagging_fraction": bagged,
        "bagging_freq": 1 if bagged < 1 else 0,
        "feature_fraction_bynode": settings.variable_fraction,
        "use_missing": False,
        "seed": settings.seed,
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": threads if n_events >= _FEW_EVENTS else 1,
        "verbosity": -1,
    }


def _boost(
    lightgbm: Any,
    settings: Settings,
    parameters: dict[str, Any],
    inputs: Array,
    truth: Array,
    weights: Array,
    start: float,
    log: Log,
) -> Any:
    label = (truth == settings.signal_class) if settings.kind == "Classification" else truth
    data = lightgbm.Dataset(
        inputs,
        label=label.astype(np.float32),
        weight=weights,
        init_score=np.full(len(truth), start) if settings.kind == "Regression" else None,
        params=parameters,
    )
    huber = None
    if parameters["objective"] == "none":
        huber = _Huber(settings, inputs, truth - np.float64(start), weights)
    booster = lightgbm.Booster(parameters, data)
    for step in range(settings.n_trees):
        if booster.update(fobj=huber and huber.gradients):  # an interrupt comes between two steps
            log.warning(f"Boosting ended after {step} of {settings.n_trees} steps: no cut improves the trees any more")
            break
        if huber:
            huber.fit_leaves(booster, step)
    return booster


class _Huber:
    """Boosting with Huber's loss, quadratic up to a quantile of the present residuals, as in TMVA (J. Friedman, Annals
    of Statistics 29 (2001) 1189, section 4.4). LightGBM's own has a fixed limit, and leaves that are one Newton step:
    with a limit that shrinks as the bulk of the events is learnt, the others would never arrive.

    Args:
        residuals: of the prediction that boosting starts with; float64 [n].
    """

    def __init__(self, settings: Settings, inputs: Array, residuals: Array, weights: Array) -> None:
        self._settings = settings
        self._inputs = inputs
        self._residuals = residuals
        self._weights = weights
        self._limit = 0.0

    def gradients(self, *_: Any) -> tuple[Array, Array]:
        """First and second derivatives that the next tree is grown with."""
        sizes = np.abs(self._residuals)
        self._limit = _quantile(sizes, self._weights, self._settings.huber_quantile)
        if self._limit == 0 and sizes.any():  # most events are exact: go on with the others
            self._limit = float(sizes[sizes > 0].min())
        return -np.clip(self._residuals, -self._limit, self._limit) * self._weights, self._weights

    def fit_leaves(self, booster: Any, tree: int) -> None:
        """Give the leaves of this tree their values: the median of the residuals, and the mean distance from it, where
        large ones count as the limit.
        """
        leaves = booster.predict(
            self._inputs,
            start_iteration=tree,
            num_iteration=1,
            pred_leaf=True,
            num_threads=booster.params["num_threads"],
        ).reshape(-1)
        order = np.lexsort((self._residuals, leaves))
        residuals, weights = self._residuals[order], self._weights[order].astype(np.float64)
        numbers, first, sizes = np.unique(leaves[order], return_index=True, return_counts=True)
        sums = np.add.reduceat(weights, first)
        reached = np.cumsum(weights)
        half = reached[first] - weights[first] + sums / 2 * (1 - 1e-12)
        medians = residuals[np.clip(np.searchsorted(reached, half), first, first + sizes - 1)]
        distances = np.clip(residuals - np.repeat(medians, sizes), -self._limit, self._limit)
        values = self._settings.shrinkage * (medians + np.add.reduceat(weights * distances, first) / sums)
        for number, value in zip(numbers.tolist(), values.tolist(), strict=True):
            booster.set_leaf_output(tree, number, value)
        self._residuals[order] -= np.repeat(values, sizes)


def _flat(text: str, start: float, gains: Array, scale: float) -> Trees:
    """The trees of a model in LightGBM's text format."""
    header, *blocks = text.partition("end of trees")[0].split("Tree=")
    if _MODEL_FORMAT not in header.split():
        raise EngineError(
            "Python", f"expected LightGBM's model format {_MODEL_FORMAT}, found another one: use LightGBM 4"
        )
    trees = [_tree(block) for block in blocks] or [_constant(0.0)]
    columns = [np.concatenate(column) for column in zip(*trees, strict=True)]
    variables, cuts, left, right, values = columns
    sizes = np.array([len(tree[0]) for tree in trees], dtype=np.int64)
    return Trees(start, sizes, variables, cuts, left, right, values * scale, np.asarray(gains, dtype=np.float64))


def _constant(value: float) -> tuple[Array, Array, Array, Array, Array]:
    none = np.array([-1], dtype=np.int32)
    return none, np.zeros(1, dtype=np.float32), none, none, np.array([value])


def _tree(block: str) -> tuple[Array, Array, Array, Array, Array]:
    """Variables, cuts, left and right children and values of the nodes: cuts first, then leaves."""
    fields = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
    leaf_values = np.array(fields["leaf_value"].split(), dtype=np.float64)
    n_leaves = int(fields["num_leaves"])
    if n_leaves == 1:
        return _constant(float(leaf_values[0]))
    leaves = np.full(n_leaves, -1, dtype=np.int32)

    def children(name: str) -> Array:
        number = np.array(fields[name].split(), dtype=np.int32)  # a leaf is ~its number
        return np.concatenate([np.where(number >= 0, number, n_leaves - 1 + ~number).astype(np.int32), leaves])

    variables = np.array(fields["split_feature"].split(), dtype=np.int32)
    thresholds = np.array(fields["threshold"].split(), dtype=np.float64)
    return (
        np.concatenate([variables, leaves]),
        np.concatenate([_cuts(thresholds), np.zeros(n_leaves, dtype=np.float32)]),
        children("left_child"),
        children("right_child"),
        np.concatenate([np.zeros(n_leaves - 1), leaf_values]),
    )


def _cuts(thresholds: Array) -> Array:
    """For each threshold the smallest float that is larger."""
    floats = thresholds.astype(np.float32)
    return np.where(floats > thresholds, floats, np.nextafter(floats, np.float32(np.inf)))
