"""Networks without user code for two classes, four classes and a regression; then one with a module of your own.

    python network.py

Writes into the current folder: <job>/weights/* (weight files, models, histories of the training).
"""

import ROOT
from torch import nn

import torchmva  # noqa: F401  gives ROOT.TMVA and keyword arguments

TMVA = ROOT.TMVA
DATA = str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/"


def job(analysis, trees, variables, target=None, title="Net", **options):
    """Trains a network on a part of the events, and evaluates it on some of the others."""
    loader = TMVA.DataLoader(analysis.lower())
    for name in variables:
        loader.AddVariable(name)
    if target:
        loader.AddTarget(target)
    for cls, tree in trees.items():
        loader.AddTree(tree, cls)
    counts = {f"n{sample}_{cls}": 1500 for cls in trees for sample in ("Train", "Test")}
    loader.PrepareTrainingAndTestTree("", NormMode="NumEvents", V=False, **counts)
    factory = TMVA.Factory("Network", AnalysisType=analysis, Silent=True)
    factory.BookMethod(loader, TMVA.Types.kPyTorch, title, NumEpochs=10, Seed=1, **options)
    factory.TrainAllMethods()
    factory.TestAllMethods()
    factory.EvaluateAllMethods()
    for number, cls in enumerate(trees if analysis != "Regression" else ()):
        print(f"ROC integral of {title}, {cls}: {factory.GetROCIntegral(loader, title, number):.4f}")
    factory.DeleteAllMethods()


def trees(file, names):
    """Class -> tree; the file stays open for the script's life."""
    opened = ROOT.TFile.Open(DATA + file)
    ROOT.SetOwnership(opened, False)
    return {cls: opened.Get(tree) for cls, tree in names.items()}


# this name in __main__ is what TorchMVA looks for; without it a network is made of the options
def build_model(n_variables, n_outputs):
    return nn.Sequential(nn.Linear(n_variables, 32), nn.Mish(), nn.Linear(32, n_outputs), nn.Softmax(dim=1))


binary = trees("tmva_class_example.root", {"Signal": "TreeS", "Background": "TreeB"})
four = trees("tmva_multiclass_example.root", {"Signal": "TreeS", "bg0": "TreeB0", "bg1": "TreeB1", "bg2": "TreeB2"})
FOUR = ("var1", "var2", "var3", "var4")
job("Classification", binary, FOUR, Layout="64,64", Activation="ReLU")
job("Multiclass", four, FOUR, Layout="64,64", BatchNorm=True)
job("Regression", trees("tmva_reg_example.root", {"Regression": "TreeR"}), ("var1", "var2"), "fvalue", Loss="Huber")
load_model_custom_objects = {"build_model": build_model}
job("Classification", binary, FOUR, title="Own")
