"""Cross-validation: a Fisher discriminant and a PyTorch network in three folds, without and with new events.

    python crossvalidation.py

Every event gets a response from a method that has not seen it. Writes into the current folder: CrossValidation.root,
dataset/weights/*.weights.xml, ROC_CrossValidation.png.
"""

from array import array

import numpy as np
import ROOT
import torch
from torch import nn

import torchmva  # noqa: F401  gives ROOT.TMVA and keyword arguments

VARIABLES = ("var1", "var2", "var3", "var4")


def main(num_folds=3):
    """Uses 1500 events of each tree."""
    TMVA = ROOT.TMVA
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2), nn.Softmax(dim=1))
    torch.jit.script(network).save("ClassificationModel.pt")
    data = ROOT.TFile.Open(str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_class_example.root")
    output = ROOT.TFile.Open("CrossValidation.root", "RECREATE")

    loader = TMVA.DataLoader("dataset")
    for name in VARIABLES:
        loader.AddVariable(name)
    loader.AddSpectator("eventID := Entry$")  # what the fold of an event follows from; usually a branch
    loader.AddSignalTree(data.Get("TreeS"))
    loader.AddBackgroundTree(data.Get("TreeB"))
    # The folds are made of the training sample; nothing else is needed.
    numbers = {"nTrain_Signal": 1500, "nTrain_Background": 1500, "nTest_Signal": 1, "nTest_Background": 1}
    loader.PrepareTrainingAndTestTree("", SplitMode="Block", NormMode="NumEvents", V=False, **numbers)

    split = {"NumFolds": num_folds, "SplitType": "Deterministic", "SplitExpr": "int(fabs([eventID]))%int([NumFolds])"}
    cv = TMVA.CrossValidation("CrossValidation", loader, output, V=False, AnalysisType="Classification", **split)
    cv.BookMethod(TMVA.Types.kFisher, "Fisher", VarTransform="D,G")
    cv.BookMethod(
        TMVA.Types.kPyTorch, "PyTorch", VarTransform="D,G", FilenameModel="ClassificationModel.pt", NumEpochs=3
    )
    cv.Evaluate()

    for method, result in zip(cv.GetMethods(), cv.GetResults(), strict=True):
        title = method.GetValue["TString"]("MethodTitle")
        print(f"{title}: ROC integral {result.GetROCAverage():.4f} +- {result.GetROCStandardDeviation():.4f}")
    cv.GetResults()[1].DrawAvgROCCurve(True, "PyTorch").SaveAs("ROC_CrossValidation.png")

    # New events: the reader finds the fold of each.
    reader = TMVA.Reader(ROOT.std.vector[ROOT.TString](VARIABLES), "!Color:Silent")
    reader.AddSpectator("eventID := Entry$", array("i", [0]))
    reader.BookMVA("PyTorch", "dataset/weights/CrossValidation_PyTorch.weights.xml")
    event = np.array([0.5, 0.5, 0.5, 1.5])
    responses = reader.EvaluateBatch("PyTorch", np.tile(event, (3, 1)), spectators=np.arange(3))
    for event_id, response in enumerate(responses):
        print(f"event {event_id}: response {response:.4f}")
    output.Close()


if __name__ == "__main__":
    main()
