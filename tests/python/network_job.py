"""A small job with networks of options: what the tests of the training share. Also a script, for fresh processes.

network_job.py <folder> <method options> [<factory options>]     trains "Net" on two classes in that folder;
                                                                     with NETWORK_JOB_CHECKPOINTS a checkpoint an epoch
network_job.py <weight file> predict                             prints the outputs for some rows, exactly
"""

from __future__ import annotations

import os
import sys
from array import array
from pathlib import Path

import numpy as np

VARIABLES = ("a", "b", "c")


def events(n=600, n_classes=2, seed=5):
    """Rows [n, 3] of overlapping Gaussians, and class numbers."""
    generator = np.random.default_rng(seed)
    classes = np.arange(n) % n_classes
    rows = generator.normal(size=(n, 3)) + classes[:, None] * [1.0, -0.5, 0.2]
    return rows, classes


def make_loader(ROOT, analysis="Classification", name="dataset", n=600, weight=lambda row, cls: 1.0, **split):
    """Half of the events for training, half for the test, in their order."""
    TMVA = ROOT.TMVA
    loader = TMVA.DataLoader(name)
    for variable in VARIABLES:
        loader.AddVariable(variable)
    names = {"Classification": ("Signal", "Background"), "Multiclass": ("one", "two", "three")}.get(analysis)
    if names is None:
        loader.AddTarget("t")
    rows, classes = events(n, 2 if names is None else len(names))
    for i, (row, cls) in enumerate(zip(rows, classes, strict=True)):
        values = row.tolist() if names else [*row.tolist(), float(3 + row[0] - 2 * row[1])]
        kind = TMVA.Types.kTraining if i < n // 2 else TMVA.Types.kTesting
        loader.AddEvent(names[cls] if names else "Regression", kind, values, float(weight(row, cls)))
    options = {"SplitMode": "Block", "MixMode": "Random", "NormMode": "None", "V": False, **split}
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), **options)
    return loader


def make_factory(ROOT, analysis="Classification", file=None, **options):
    """A factory that says little."""
    options = {"Silent": True, "Color": False, "AnalysisType": analysis, **options}
    return ROOT.TMVA.Factory("job", *([file] if file else []), **options)


def book(ROOT, factory, loader, title="Net", **options):
    """A network of options, small and quick, unless there is a model."""
    given = getattr(sys.modules["__main__"], "load_model_custom_objects", {})
    has_model = "FilenameModel" in options or {"model", "build_model"} & set(given)
    options = {
        "NumEpochs": 5,
        "BatchSize": 20,
        "LearningRate": 0.01,
        "LearningRateSchedule": "None",
        "WeightDecay": 0,
        **({} if has_model else {"Layout": "8"}),
        "Seed": 7,
        "NumThreads": 1,
        **options,
    }
    return factory.BookMethod(loader, ROOT.TMVA.Types.kPyTorch, title, **options)


def responses(ROOT, weight_file, rows, n_outputs=1, variables=VARIABLES):
    """Outputs of the weight file for rows, by a new Reader."""
    reader = ROOT.TMVA.Reader("!Color:Silent")
    for name in variables:
        reader.AddVariable(name, array("f", [0]))
    reader.BookMVA("m", str(weight_file))
    rows = np.ascontiguousarray(rows, dtype=np.float32)
    found = np.empty((len(rows), n_outputs), dtype=np.float32)
    reader.EvaluateBatch("m", rows, len(rows), found)
    return found


def main():
    import ROOT

    import torchmva  # noqa: F401

    if sys.argv[2] == "predict":
        rows = events(100)[0]
        n_outputs = int(sys.argv[3])
        print("FOUND", *(float(value).hex() for value in responses(ROOT, sys.argv[1], rows, n_outputs).ravel()))
        return
    if "NETWORK_JOB_CHECKPOINTS" in os.environ:
        from torchmva._engine import loop

        loop.CHECKPOINT_INTERVAL = 0
    Path(sys.argv[1]).mkdir(exist_ok=True)
    os.chdir(sys.argv[1])
    loader = make_loader(ROOT)
    factory = ROOT.TMVA.Factory(
        "job", sys.argv[3] if len(sys.argv) > 3 else "Silent:!Color:AnalysisType=Classification"
    )
    factory.BookMethod(loader, ROOT.TMVA.Types.kPyTorch, "Net", sys.argv[2])
    print("BOOKED", flush=True)
    factory.TrainAllMethods()
    print("TRAINED", flush=True)


if __name__ == "__main__":
    main()
