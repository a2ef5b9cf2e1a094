"""Regression: trains a PyTorch network on one target, prints the tables, applies the weight file to some events.

    python regression.py

Training and prediction are TorchMVA's defaults. Writes into the current folder: Regression.root and
dataset/weights/Regression_PyTorch.weights.xml.
"""

from array import array

import ROOT
import torch
from torch import nn

import torchmva  # noqa: F401  gives ROOT.TMVA and keyword arguments

TMVA = ROOT.TMVA

torch.manual_seed(1)
network = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 1))
torch.jit.script(network).save("RegressionModel.pt")
load_model_custom_objects = {"criterion": nn.MSELoss(), "optimizer": torch.optim.Adam}

data = ROOT.TFile.Open(str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_reg_example.root")
tree = data.Get("TreeR")
output = ROOT.TFile.Open("Regression.root", "RECREATE")

loader = TMVA.DataLoader("dataset")
loader.AddVariable("var1")
loader.AddVariable("var2")
loader.AddTarget("fvalue")
loader.AddRegressionTree(tree)
loader.PrepareTrainingAndTestTree("", nTrain_Regression=4000, SplitMode="Random", NormMode="NumEvents", V=False)

factory = TMVA.Factory("Regression", output, AnalysisType="Regression")
# N also scales the target to [-1, 1]; predictions come back in the target's own units.
factory.BookMethod(
    loader,
    TMVA.Types.kPyTorch,
    "PyTorch",
    H=False,
    V=False,
    VarTransform="N",
    FilenameModel="RegressionModel.pt",
    NumEpochs=20,
    BatchSize=50,
)
factory.TrainAllMethods()
factory.TestAllMethods()
factory.EvaluateAllMethods()
factory.DeleteAllMethods()
output.Close()

values = {name: array("f", [0]) for name in ("var1", "var2", "fvalue")}
for name, value in values.items():
    tree.SetBranchAddress(name, value)
reader = TMVA.Reader("!Color:Silent")
reader.AddVariable("var1", values["var1"])
reader.AddVariable("var2", values["var2"])
reader.BookMVA("PyTorch", "dataset/weights/Regression_PyTorch.weights.xml")
for i in range(10):
    tree.GetEntry(i)
    print(f"true {values['fvalue'][0]:8.3f}   predicted {reader.EvaluateRegression('PyTorch')[0]:8.3f}")
