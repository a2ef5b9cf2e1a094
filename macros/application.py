"""Applies a weight file of classification.py to events that were not in its training: the last ten of each tree.

    python application.py [WEIGHT_FILE]

First one by one, then all of them in one call, which is much faster for many events.
"""

import sys
from array import array

import numpy as np
import ROOT

import torchmva  # noqa: F401  gives ROOT.TMVA

TMVA = ROOT.TMVA
NAMES = ("var1", "var2", "var3", "var4")


def responses(weight_file, tree_names=("TreeS", "TreeB")):
    """Lines of text, one an event: from EvaluateMVA, then from EvaluateBatch."""
    reader = TMVA.Reader("!Color:Silent")
    values = {name: array("f", [0]) for name in NAMES}
    for name in NAMES:
        reader.AddVariable(name, values[name])
    reader.BookMVA("MyNetwork", weight_file)  # the tag is free

    data = ROOT.TFile.Open(str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_class_example.root")
    lines, rows = [], []
    for tree_name in tree_names:
        tree = data.Get(tree_name)
        for name in NAMES:
            tree.SetBranchAddress(name, values[name])
        for i in range(tree.GetEntries() - 10, tree.GetEntries()):
            tree.GetEntry(i)
            response = reader.EvaluateMVA("MyNetwork")
            lines.append(f"{tree_name} {i} response {response:.6f} {response.hex()}")
            rows.append([values[name][0] for name in NAMES])
        tree.ResetBranchAddresses()

    events = np.array(rows, dtype=np.float32)
    batch = np.empty((len(events), reader.GetNResponses("MyNetwork")), dtype=np.float32)
    reader.EvaluateBatch("MyNetwork", events, len(events), batch)
    lines += [f"batch {i} response {y:.6f} {float(y).hex()}" for i, y in enumerate(batch[:, 0])]
    return lines


if __name__ == "__main__":
    default = "dataset/weights/Classification_PyTorch.weights.xml"
    print("\n".join(responses(sys.argv[1] if len(sys.argv) > 1 else default)))
