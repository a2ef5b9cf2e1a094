"""One epoch of the user's train_func: fed by TorchMVA, and fed by torch's DataLoader over a TensorDataset."""

import time

import common
import ROOT
import torch

import torchmva  # noqa: F401

N_VARIABLES = 10
N_VALIDATION = 1000
SECONDS = {"torchmva": float("inf"), "other": float("inf")}


def epoch(model, loader, trainer, criterion):
    """One pass over the events, as every train_func has it; seconds."""
    start = time.perf_counter()
    model.train()
    for X, y in loader:
        trainer.zero_grad()
        criterion(model(X), y).backward()
        trainer.step()
    return time.perf_counter() - start


def train(model, train_loader, _val_loader, num_epochs, batch_size, optimizer, criterion, save_best, **_):
    """Epochs with both loaders in turn, on the same model and the same tensors."""
    trainer = optimizer(model.parameters(), lr=0.01)
    dataset = torch.utils.data.TensorDataset(*train_loader.dataset.tensors)
    other = torch.utils.data.DataLoader(dataset, batch_size=batch_size, shuffle=False)
    for _ in range(num_epochs):
        SECONDS["torchmva"] = min(SECONDS["torchmva"], epoch(model, train_loader, trainer, criterion))
        SECONDS["other"] = min(SECONDS["other"], epoch(model, other, trainer, criterion))
    if save_best:
        save_best(model, 1.0, 1.0)
    return model


load_model_custom_objects = {"train_func": train, "criterion": torch.nn.MSELoss(), "optimizer": torch.optim.SGD}


def main() -> None:
    """100,000 training events of 10 variables in batches of 100."""
    options = common.arguments()
    n_training = 20_000 if options.quick else 100_000
    torch.set_num_threads(1)
    ROOT.gROOT.SetBatch(True)
    half = (n_training + N_VALIDATION) // 2
    common.write_trees(ROOT, "events.root", 2 * half + 200, N_VARIABLES)
    common.train(
        ROOT,
        "events.root",
        N_VARIABLES,
        split=f":nTrain_Signal={half}:nTrain_Background={half}",
        NumEpochs=3 if options.quick else 7,
        ValidationSize=N_VALIDATION,
    )
    ratio = SECONDS["torchmva"] / SECONDS["other"]
    common.report(
        epoch={
            "what": f"one epoch, {n_training:,} x {N_VARIABLES}, batch 100",
            "against": "torch DataLoader over TensorDataset",
            "unit": "s",
            **SECONDS,
            "ratio": ratio,
            "aim": "<= 0.5 x its time",
            "reached": ratio <= 0.5,
        }
    )


main()
