"""What the benchmarks share: a seeded sample, the compiled helpers, trained weight files, the result."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SEED = 4711
HERE = Path(__file__).resolve().parent


def arguments() -> argparse.Namespace:
    """The options of one benchmark; it works in a temporary folder of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a tenth of the events, fewer repetitions")
    options = parser.parse_args()
    options.folder = tempfile.TemporaryDirectory(prefix="torchmva-bench-")
    os.chdir(options.folder.name)
    return options


def interleaved(repetitions: int, **candidates: Callable[[], float]) -> dict[str, float]:
    """Smallest seconds of each candidate, all of them run in turn, so that a busy machine hurts them alike."""
    best = dict.fromkeys(candidates, float("inf"))
    for _ in range(repetitions):
        for name, candidate in candidates.items():
            best[name] = min(best[name], candidate())
    return best


def report(**rows: dict[str, Any]) -> None:
    """The result, for run.py: one line of JSON, the last of the output."""
    print("RESULT " + json.dumps(rows), flush=True)


def compiled_helpers(ROOT: Any) -> Any:
    """The functions of helpers.C."""
    if not ROOT.gSystem.CompileMacro(str(HERE / "helpers.C"), "kO", "benchmark_helpers", str(Path.cwd())):
        raise RuntimeError("helpers.C does not compile")
    return ROOT.Benchmark


def write_trees(ROOT: Any, path: str, n_events: int, n_variables: int) -> None:
    """TreeS and TreeB with half of the events each: floats x0, x1, ..., compressed as ROOT does by default."""
    generator = np.random.default_rng(SEED)
    options = ROOT.RDF.RSnapshotOptions()
    for name, centre in (("TreeS", 0.5), ("TreeB", -0.5)):
        columns = {
            f"x{i}": generator.normal(centre, 1, size=n_events // 2).astype(np.float32) for i in range(n_variables)
        }
        ROOT.RDF.FromNumpy(columns).Snapshot(name, path, list(columns), options)
        options.fMode = "UPDATE"


def write_trees_elsewhere(path: str, n_events: int, n_variables: int) -> None:
    """The same in another process, which leaves no memory behind in this one."""
    subprocess.run([sys.executable, str(HERE / "common.py"), path, str(n_events), str(n_variables)], check=True)


def network(n_inputs: int) -> Any:
    """Linear(n, 64) - ReLU - Linear(64, 2) - Softmax, as TorchScript."""
    import torch
    from torch import nn

    torch.manual_seed(SEED)
    layers = (nn.Linear(n_inputs, 64), nn.ReLU(), nn.Linear(64, 2), nn.Softmax(dim=1))
    return torch.jit.script(nn.Sequential(*layers))


def train(ROOT: Any, path: str, n_variables: int, job: str = "bench", split: str = "", **options: Any) -> str:
    """Trains on the trees of a file and returns the weight file; without VarTransform unless the options say so."""
    TMVA = ROOT.TMVA
    network(n_variables).save(f"{job}.pt")
    data = ROOT.TFile.Open(path)
    loader = TMVA.DataLoader("dataset")
    for i in range(n_variables):
        loader.AddVariable(f"x{i}")
    loader.AddSignalTree(data.Get("TreeS"))
    loader.AddBackgroundTree(data.Get("TreeB"))
    loader.PrepareTrainingAndTestTree(
        ROOT.TCut(""), f"SplitMode=Random:NormMode=NumEvents:!V:!Correlations:!CalcCorrelations{split}"
    )
    factory = TMVA.Factory(job, "Silent:!Color:!DrawProgressBar:AnalysisType=Classification")
    booking = {"FilenameModel": f"{job}.pt", "NumEpochs": 1, "BatchSize": 100, **options}
    factory.BookMethod(loader, TMVA.Types.kPyTorch, "PyTorch", **booking)
    factory.TrainAllMethods()
    factory.DeleteAllMethods()
    return f"dataset/weights/{job}_PyTorch.weights.xml"


if __name__ == "__main__":
    import ROOT as _ROOT

    write_trees(_ROOT, sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
