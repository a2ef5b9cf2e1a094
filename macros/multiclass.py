"""One signal and three backgrounds: trains a PyTorch network with one output a class and prints the tables.

    python multiclass.py

Training and prediction are TorchMVA's defaults. Writes into the current folder: Multiclass.root,
dataset/weights/Multiclass_PyTorch.weights.xml, ROC_Multiclass.png.
"""

import ROOT
import torch
from torch import nn

import torchmva  # noqa: F401  gives ROOT.TMVA and keyword arguments

TMVA = ROOT.TMVA
CLASSES = {"Signal": "TreeS", "Background_0": "TreeB0", "Background_1": "TreeB1", "Background_2": "TreeB2"}

torch.manual_seed(1)
network = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, len(CLASSES)), nn.Softmax(dim=1))
torch.jit.script(network).save("MulticlassModel.pt")
load_model_custom_objects = {"criterion": nn.BCELoss(), "optimizer": torch.optim.Adam}

data = ROOT.TFile.Open(str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_multiclass_example.root")
output = ROOT.TFile.Open("Multiclass.root", "RECREATE")

loader = TMVA.DataLoader("dataset")
for name in ("var1", "var2", "var3", "var4"):
    loader.AddVariable(name)
for name, tree in CLASSES.items():
    loader.AddTree(data.Get(tree), name)
loader.PrepareTrainingAndTestTree("", SplitMode="Random", NormMode="NumEvents", V=False)

factory = TMVA.Factory("Multiclass", output, AnalysisType="Multiclass")
factory.BookMethod(
    loader,
    TMVA.Types.kPyTorch,
    "PyTorch",
    H=False,
    V=False,
    VarTransform="N",
    FilenameModel="MulticlassModel.pt",
    NumEpochs=10,
    BatchSize=50,
)
factory.TrainAllMethods()
factory.TestAllMethods()
factory.EvaluateAllMethods()

factory.GetROCCurve(loader).SaveAs("ROC_Multiclass.png")
for i, name in enumerate(CLASSES):
    print(f"ROC integral of {name} against the others: {factory.GetROCIntegral(loader, 'PyTorch', i):.4f}")
factory.DeleteAllMethods()
output.Close()
