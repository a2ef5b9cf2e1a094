"""Compares what was made of a weight file with the Reader, on events: for `torchmva compile` and `torchmva export`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torchmva._output_file import CommandError
from torchmva._weightfile import WeightFile

Floats = NDArray[np.float32]

N_EVENTS = 1000
TOLERANCE = 1e-5  # relative to the response, or to the largest one of all events
_TAG = "model"


def open_reader(ROOT: Any, file: WeightFile) -> Any:
    """A Reader with the method of a weight file."""
    ROOT.gROOT.SetBatch(True)
    reader = ROOT.TorchMVA.Reader("!Color:Silent")
    for variable in file.variables:
        reader.AddVariable(variable.expression, ROOT.nullptr)
    for spectator in file.spectators:
        reader.AddSpectator(spectator.expression, ROOT.nullptr)
    reader.BookMVA(_TAG, str(file.path))
    return reader


def write_header(reader: Any, path: Path, name: str) -> None:
    """Let the reader's method write itself as C++."""
    reader.WriteStandaloneHeader(_TAG, str(path), name)


def responses_of(reader: Any, events: Floats) -> Floats:
    """Responses of the Reader, one row an event."""
    responses = np.empty((len(events), int(reader.GetNResponses(_TAG))), dtype=np.float32)
    reader.EvaluateBatch(_TAG, events, len(events), responses)
    return responses


def draw_events(file: WeightFile) -> Floats:
    """Events from the ranges of the variables, the same ones for the same file; a tenth of them lies outside."""
    generator = np.random.default_rng(1)
    columns = []
    for variable in file.variables:
        if variable.minimum is None or variable.maximum is None:
            columns.append(generator.normal(size=N_EVENTS))
            continue
        half = 0.55 * (variable.maximum - variable.minimum)
        columns.append(0.5 * (variable.minimum + variable.maximum) + generator.uniform(-half, half, N_EVENTS))
    return np.stack(columns, axis=1).astype(np.float32)


def read_events(ROOT: Any, where: str, file: WeightFile) -> Floats:
    """The first events of a tree, given as FILE:TREE; variables are the expressions of the weight file.

    Those with a NaN are left out: the Reader answers -999 there, by a rule of its own.

    Raises:
        CommandError: there is no such file, tree or variable, or no event.
    """
    applier = ROOT.TorchMVA.Experimental.FileApplier(str(file.path))
    try:
        values = applier.ReadVariables(where, N_EVENTS)
    except ROOT.TorchMVA.Error as error:
        raise CommandError(f"{where}: {error}") from error
    events = np.array(values, dtype=np.float32).reshape(-1, len(file.variables))
    events = events[~np.isnan(events).any(axis=1)]
    if len(events) == 0:
        raise CommandError(f"{where}: expected at least one event without a NaN, found none")
    return events


def compare(found: Floats, expected: Floats, events: Floats, what: str) -> float:
    """The largest difference, relative as TOLERANCE is; NaN must be met by NaN.

    Raises:
        CommandError: with the event that differs most.
    """
    if found.shape != expected.shape:
        raise CommandError(f"{what}: expected responses of shape {expected.shape}, found {found.shape}")
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    finite = np.abs(np.where(np.isfinite(expected), expected, 0)).astype(np.float64)
    scale = np.maximum(finite, finite.max(axis=0))
    with np.errstate(invalid="ignore"):
        distance = np.abs(found.astype(np.float64) - expected)
    difference = np.where(same, 0, distance / np.where(scale > 0, scale, 1))
    difference = np.where(np.isnan(difference), np.inf, difference)
    worst = np.unravel_index(int(np.argmax(difference)), difference.shape)
    if difference[worst] > TOLERANCE:
        raise CommandError(
            f"{what} does not give the responses of the Reader: for the event {events[worst[0]].tolist()} expected "
            f"{expected[worst]:.9g}, found {found[worst]:.9g}; {int((difference > TOLERANCE).any(axis=1).sum())} of "
            f"{len(events)} events differ by more than {TOLERANCE:g}"
        )
    return float(difference[worst])
