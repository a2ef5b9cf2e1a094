"""The search for options of trees: what can be varied, and one trial, trees grown on a part of the training sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from . import trees
from .figures import Figure
from .log import Log, LogFunction
from .parameters import Parameter, parse
from .search import Report, Result, Search
from .search import Settings as SearchSettings

Array = np.ndarray[Any, Any]

#: Part of the training events that trials are compared on, as MethodPyTorch's ValidationSize.
VALIDATION_PART = 0.2

#: Options of MethodBDT that can be varied: how they change the settings.
_APPLY: dict[str, Callable[[trees.Settings, Any], trees.Settings]] = {
    "NTrees": lambda s, value: replace(s, n_trees=value),
    "MaxDepth": lambda s, value: replace(s, max_depth=value),
    "Shrinkage": lambda s, value: replace(s, shrinkage=value),
    "MinNodeSize": lambda s, value: replace(s, min_node_size=value / 100, min_node_events=0),
    "nCuts": lambda s, value: replace(s, n_cuts=value),
    "HuberQuantile": lambda s, value: replace(s, huber_quantile=value),
}
_BUILT_IN = {
    parameter.name: parameter
    for parameter in (
        Parameter("NTrees", low=50, high=1000, is_integer=True),
        Parameter("MaxDepth", low=2, high=6, is_integer=True),
        Parameter("Shrinkage", low=0.02, high=1.0),
        Parameter("MinNodeSize", low=0.2, high=10.0),
    )
}


def _booked(settings: trees.Settings, n_events: int) -> dict[str, Any]:
    node = settings.min_node_events / n_events if settings.min_node_events else settings.min_node_size
    return {
        "NTrees": settings.n_trees,
        "MaxDepth": settings.max_depth,
        "Shrinkage": settings.shrinkage,
        "MinNodeSize": float(f"{node * 100:.3g}"),
        "nCuts": settings.n_cuts,
        "HuberQuantile": settings.huber_quantile,
    }


def validation_rows(classes: Array) -> Array:
    """Which rows validate, bool [n]: of every class the last fifth, at least one event."""
    validates = np.zeros(len(classes), dtype=bool)
    for number in np.unique(classes):
        rows = np.flatnonzero(classes == number)
        validates[rows[len(rows) - max(int(VALIDATION_PART * len(rows)), 1) :]] = True
    return validates


@np.errstate(all="ignore")  # whatever the script has set
def tune(
    write_log: LogFunction,
    search: SearchSettings,
    settings: trees.Settings,
    inputs: Array,
    truth: Array,
    weights: Array,
    threads: int = 1,
) -> Result:
    """Search for better options; the arrays are those of :func:`trees.train`.

    Raises:
        EngineError: ``Option``, ``Argument``, ``Data``; ``Python`` without LightGBM or Optuna, or when LightGBM fails.
    """
    log = Log(write_log)
    quiet = Log(lambda _level, _text: None)
    booked = _booked(settings, len(inputs))
    parameters = parse(search.parameters, _BUILT_IN, booked)
    figure = Figure(settings.kind, search.figure, settings.signal_class)
    is_regression = settings.kind == "Regression"
    validates = validation_rows(np.zeros(len(inputs), dtype=np.int32) if is_regression else truth)
    held_out = truth[validates].reshape(-1, 1) if is_regression else truth[validates]
    held_out_weights = weights[validates]
    figure.require(held_out, held_out_weights)
    learned = (inputs[~validates], truth[~validates], weights[~validates])

    def objective(values: dict[str, Any], _report: Report) -> float:
        changed = settings
        for name, value in values.items():
            changed = _APPLY[name](changed, value)
        outputs = trees.grow(changed, *learned, quiet, threads).outputs(inputs[validates])
        return figure(outputs, held_out, held_out_weights)

    return Search(
        search,
        parameters,
        booked,
        log,
        figure_name=figure.name,
        is_larger_better=figure.is_larger_better,
    ).run(objective)
