"""Signal against background: trains a Fisher discriminant and a PyTorch network, prints the tables, draws ROC curves.

    python classification.py

Writes into the current folder: Classification.root, dataset/weights/*.weights.xml, ROC_Classification.png.
"""

import ROOT
import torch
from torch import nn

import torchmva  # noqa: F401  gives ROOT.TMVA and keyword arguments


def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
    """One pass over the training events an epoch; keeps the model with the smallest validation loss."""
    trainer = optimizer(model.parameters(), lr=0.01)
    best_val = None
    for epoch in range(num_epochs):
        model.train()
        for X, y in train_loader:
            trainer.zero_grad()
            criterion(model(X), y).backward()
            trainer.step()
        model.eval()
        with torch.no_grad():
            val_loss = sum(criterion(model(X), y).item() for X, y in val_loader) / len(val_loader)
        print(f"epoch {epoch + 1:3d} of {num_epochs}: validation loss {val_loss:.4f}", flush=True)
        if save_best:
            best_val = save_best(model, val_loss, val_loss if best_val is None else best_val)
    return model


# TorchMVA looks for this name in the main script; a key that is left out has a default.
load_model_custom_objects = {"train_func": train, "criterion": nn.MSELoss(), "optimizer": torch.optim.Adam}


def main(num_epochs=5):
    """Trains on the first 4000 events of each tree and tests on the others."""
    TMVA = ROOT.TMVA
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 2), nn.Softmax(dim=1))
    torch.jit.script(network).save("ClassificationModel.pt")
    data = ROOT.TFile.Open(str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_class_example.root")
    output = ROOT.TFile.Open("Classification.root", "RECREATE")

    loader = TMVA.DataLoader("dataset")
    for name in ("var1", "var2", "var3", "var4"):
        loader.AddVariable(name)
    loader.AddSignalTree(data.Get("TreeS"))
    loader.AddBackgroundTree(data.Get("TreeB"))
    split = {"nTrain_Signal": 4000, "nTrain_Background": 4000, "SplitMode": "Block", "MixMode": "Random"}
    loader.PrepareTrainingAndTestTree("", NormMode="NumEvents", V=False, **split)

    factory = TMVA.Factory("Classification", output, AnalysisType="Classification", Transformations="I;D,G")
    factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher", H=False, V=False, VarTransform="D,G")
    network_options = {"FilenameModel": "ClassificationModel.pt", "NumEpochs": num_epochs, "BatchSize": 100}
    factory.BookMethod(loader, TMVA.Types.kPyTorch, "PyTorch", H=False, V=False, VarTransform="D,G", **network_options)
    factory.TrainAllMethods()
    factory.TestAllMethods()
    factory.EvaluateAllMethods()

    factory.GetROCCurve(loader).SaveAs("ROC_Classification.png")
    print(f"ROC integral of PyTorch: {factory.GetROCIntegral(loader, 'PyTorch'):.4f}")
    factory.DeleteAllMethods()
    output.Close()


if __name__ == "__main__":
    main()
