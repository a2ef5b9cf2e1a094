"""The PyROOT twin of tests/macros/applyWeights.C."""

import sys
from array import array

import numpy as np
import ROOT

import torchmva  # noqa: F401


def apply_one(folder, kind, n_variables):
    values = [array("f", [0]) for _ in range(n_variables)]
    reader = ROOT.TMVA.Reader("!Color:Silent")
    for i, value in enumerate(values):
        reader.AddVariable(f"var{i + 1}", value)
    reader.BookMVA("method", f"{folder}/{kind}.weights.xml")

    rows = np.fromfile(f"{folder}/rows{n_variables}.bin", dtype=np.float32).reshape(-1, n_variables)
    n_responses = reader.GetNResponses("method")
    batch = np.empty((len(rows), n_responses), dtype=np.float32)
    reader.EvaluateBatch("method", rows, len(rows), batch)
    for i, row in enumerate(rows):
        for value, x in zip(values, row, strict=True):
            value[0] = x
        for j in range(n_responses):
            if kind == "multiclass":
                one = reader.EvaluateMulticlass("method")[j]
            elif kind == "regression":
                one = reader.EvaluateRegression("method")[j]
            else:
                one = reader.EvaluateMVA("method")
            print(kind, i, j, "one", float(one).hex(), "batch", float(batch[i, j]).hex())


for kind, n_variables in (("classification", 4), ("fisher", 4), ("multiclass", 4), ("regression", 2)):
    apply_one(sys.argv[1], kind, n_variables)
