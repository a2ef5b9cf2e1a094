"""Writes one small weight file of each kind, and rows to apply them to, into the current folder."""

import shutil
from pathlib import Path

import numpy as np
import ROOT
import torch
from torch import nn

import torchmva  # noqa: F401

TMVA = ROOT.TMVA
DATA = str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/"
Path("user.py").write_text(
    "import torch\n"
    "def predict(model, test_X, batch_size=32):\n"
    "    model.eval()\n"
    "    with torch.no_grad():\n"
    "        return model(torch.as_tensor(test_X)).numpy()\n"
    "load_model_custom_objects = {'predict_func': predict}\n"
)


def train(kind, file_name, trees, variables, options, transform, net, target=None):
    torch.manual_seed(3)
    torch.jit.script(net).save(f"{kind}.pt")
    data = ROOT.TFile.Open(DATA + file_name)
    loader = TMVA.DataLoader("dataset")
    for name in variables:
        loader.AddVariable(name)
    if target:
        loader.AddTarget(target)
    for name, tree in trees.items():
        loader.AddTree(data.Get(tree), name)
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), SplitMode="Random", NormMode="NumEvents", V=False)
    factory = TMVA.Factory(kind, Silent=True, Color=False, DrawProgressBar=False, Transformations=None, **options)
    factory.BookMethod(
        loader,
        TMVA.Types.kPyTorch,
        "PyTorch",
        VarTransform=transform,
        FilenameModel=f"{kind}.pt",
        NumEpochs=1,
        **({"UserCode": "user.py"} if kind == "classification" else {}),
    )
    if kind == "classification":
        factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher", VarTransform="D,G")
    factory.TrainAllMethods()


BACKGROUNDS = {"Signal": "TreeS", "Background_0": "TreeB0", "Background_1": "TreeB1", "Background_2": "TreeB2"}
FOUR = ("var1", "var2", "var3", "var4")
train(
    "classification",
    "tmva_class_example.root",
    {"Signal": "TreeS", "Background": "TreeB"},
    FOUR,
    {"AnalysisType": "Classification"},
    "D,G",
    nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2), nn.Softmax(dim=1)),
)
train(
    "multiclass",
    "tmva_multiclass_example.root",
    BACKGROUNDS,
    FOUR,
    {"AnalysisType": "Multiclass"},
    "N",
    nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 4), nn.Softmax(dim=1)),
)
train(
    "regression",
    "tmva_reg_example.root",
    {"Regression": "TreeR"},
    ("var1", "var2"),
    {"AnalysisType": "Regression"},
    "N",
    nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1)),
    target="fvalue",
)

weights = Path("dataset/weights")
for kind in ("classification", "multiclass", "regression"):
    shutil.move(weights / f"{kind}_PyTorch.weights.xml", f"{kind}.weights.xml")
shutil.move(weights / "classification_Fisher.weights.xml", "fisher.weights.xml")
generator = np.random.default_rng(5)
generator.normal(size=(60, 4)).astype(np.float32).tofile("rows4.bin")
generator.uniform(0, 5, size=(60, 2)).astype(np.float32).tofile("rows2.bin")
shutil.rmtree("dataset")
